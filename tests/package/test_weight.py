"""What the core weighs, and what a scan in a commit hook loads. Who makes it heavier says so here."""

import subprocess
import sys
from pathlib import Path

from closure import closure, own_size, size

MOST_PACKAGES = 30
MOST_MEGABYTES = 225
MOST_MODULES = 130
"""About 15 % more than there is."""
HEAVY = frozenset({
    "alembic", "asyncio", "botocore", "cattrs", "click", "dataclasses", "duckdb", "dulwich", "hyperscan", "inspect",
    "isal", "jinja2", "numpy", "re2", "rich", "sqlalchemy", "ssl", "subprocess", "urllib3",
})  # fmt: skip
_LOADS = "import sys; bare = set(sys.modules)\nfrom unleak.cli.main import main\ntry: main()\n"
_LOADS += "finally: print(*sorted(set(sys.modules) - bare), file=sys.stderr)"


def test_the_core_stays_small() -> None:
    core = closure()
    heaviest = sorted(core, key=lambda name: -size(core[name]))[:8]
    assert len(core) <= MOST_PACKAGES, sorted(core)
    assert (sum(map(size, core.values())) + own_size()) / 1e6 <= MOST_MEGABYTES, heaviest


def test_a_scan_of_a_small_file_loads_little(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("AKIA" + "QYLPMN5HHHFPZAM2")
    done = subprocess.run(
        [sys.executable, "-S", "-c", _LOADS, "scan", "a.txt"],
        cwd=tmp_path, env={"PYTHONPATH": ":".join(p for p in sys.path if p)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    loaded = done.stderr.split()
    assert done.returncode == 1, done.stderr
    assert "unleak.scan.scanner" in loaded
    assert not HEAVY & set(loaded)
    assert len(loaded) <= MOST_MODULES, loaded
