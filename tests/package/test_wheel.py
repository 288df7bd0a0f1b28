"""The wheel holds the package and nothing else, and is the same whoever builds it, wherever and whenever."""

import os
import re
import shutil
import subprocess
from hashlib import sha256
from importlib.metadata import metadata
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import pytest
from closure import PROJECT, ROOT
from hatchling.builders.wheel import WheelBuilder

from unleak import __version__

DATA = {".css", ".html", ".j2", ".js", ".json", ".md", ".svg", ".txt"}
PLACES = {"schemas", "static", "templates"}
"""What may lie beside code, and in which folders."""
ROOTED = (".gitignore", "LICENSE", "README.md", "docs/reference/unleak.1", "pyproject.toml")


def built(tree: Path, into: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764230400")
    (wheel,) = WheelBuilder(str(tree)).build(directory=str(into), versions=["standard"])
    return Path(wheel)


def copy_of(tree: Path) -> Path:
    """Of what is committed or about to be."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "src"]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in [
        ".gitignore",
        "LICENSE",
        "README.md",
        "docs/reference/unleak.1",
        "pyproject.toml",
        *filter(None, files),
    ]:
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tree / name)
    return tree


def test_the_wheel_is_the_same_elsewhere_and_holds_the_package_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = built(copy_of(tmp_path / "one"), tmp_path / "1", monkeypatch)
    before = os.umask(0o077)
    two = built(copy_of(tmp_path / "two"), tmp_path / "2", monkeypatch)
    os.umask(before)
    assert sha256(one.read_bytes()).digest() == sha256(two.read_bytes()).digest()
    assert one.name == f"unleak-{__version__}-py3-none-any.whl"
    _holds_the_package_only(set(ZipFile(one).namelist()), tmp_path / "one")


def _holds_the_package_only(names: set[str], tree: Path) -> None:
    info, data = f"unleak-{__version__}.dist-info/", f"unleak-{__version__}.data/data/"
    beside = {n for n in names if not n.startswith("unleak/")}
    wanted = {f"{info}{n}" for n in ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")}
    assert beside == wanted | {f"{data}share/man/man1/unleak.1"}
    assert names - beside == {
        p.relative_to(tree / "src").as_posix() for p in tree.rglob("src/unleak/**/*") if p.is_file()
    }
    assert [n for n in names - beside if not _belongs(PurePosixPath(n))] == []
    assert {"unleak/py.typed", "unleak/web/pages/static/unleak.css", "unleak/report/templates/incident.html"} <= names
    assert sum(n.startswith("unleak/investigate/rules/") and n.endswith(".yml") for n in names) > 100


def _belongs(path: PurePosixPath) -> bool:
    return (
        path.suffix == ".py"
        or path.name == "py.typed"
        or (path.suffix in DATA and path.parent.name in PLACES)
        or (path.suffix == ".yml" and path.parent == PurePosixPath("unleak/investigate/rules"))
    )


def test_the_version_is_said_once() -> None:
    assert PROJECT["version"] == __version__
    assert re.search(rf"^## .*{re.escape(__version__)}", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert metadata("unleak")["Requires-Python"] == PROJECT["requires-python"]
