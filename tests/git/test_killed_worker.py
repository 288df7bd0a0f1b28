"""Where the system kills a process that reads a part of the history, nothing hangs and nothing is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from git_world import Key, Repo, apart_fixture, repo_fixture  # noqa: F401  fixtures

KEYS = [Key(seed) for seed in (1, 2, 3)]
# The direct way, forced on a small repository. A process that is to read a portion dies instead: the first, or each.
FORCED = """
import os, signal, sys
from pathlib import Path
import unleak.cli.main as main
import unleak.scan.history as history

how, whose, mark = sys.argv[1:4]
del sys.argv[1:4]
plain = history._Work.read

def read(work, number):
    print("read", file=sys.stderr, flush=True)
    try:
        Path(mark).touch(exist_ok=whose == "each")
    except FileExistsError:
        return plain(work, number)
    os._exit(1) if how == "ends" else os.kill(os.getpid(), signal.SIGKILL)

history._SMALL, history._Work.read = 0, read
main.main()
"""


@pytest.mark.parametrize(("how", "whose"), [("ends", "first"), ("is killed", "first"), ("is killed", "each")])
def test_the_scan_ends_and_is_whole(repo: Repo, tmp_path: Path, how: str, whose: str) -> None:
    for number, key in enumerate(KEYS):
        repo.write(f"f{number}", key.text(above=number))
        repo.commit(f"Leak {number}", date=f"2024-03-0{number + 1}T12:00:00+00:00")
    repo.git("repack", "-adq")
    scan = ["scan", "--history", str(repo.path), "--format", "json"]
    harmed = [sys.executable, "-c", FORCED, how, whose, str(tmp_path / "mark"), *scan]
    runs = [
        subprocess.run(command, env=os.environ, capture_output=True, text=True, timeout=30, check=False)
        for command in (harmed, [sys.executable, "-m", "unleak.cli.main", *scan])
    ]
    assert "read" in runs[0].stderr, "no process came to read anything"
    assert [r.returncode for r in runs] == [1, 1], runs[0].stderr
    assert runs[0].stdout == runs[1].stdout
    assert all(key.id in runs[0].stdout for key in KEYS)
