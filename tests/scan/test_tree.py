"""A folder that several processes read: the same findings as one would make, credentials in hand."""

import os
import signal
from pathlib import Path

import pytest
from planted import Fakes

from unleak.scan import tree
from unleak.scan.scanner import Scan, scan
from unleak.scan.sources.files import read_files
from unleak.scan.tree import scan_tree


@pytest.fixture(name="folder")
def folder_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tree, "_ALONE", 1 << 10)
    monkeypatch.setattr(tree, "_FEWEST_LEFT", 10)
    fakes = Fakes(7)
    for n in range(300):
        below = tmp_path / f"d{n % 7}"
        below.mkdir(exist_ok=True)
        text = f"line {n}\n" * 40
        if n % 50 == 49:
            text += f"aws_access_key_id = {fakes.key_id()}\naws_secret_access_key = {fakes.secret()}\n"
        (below / f"f{n}.ini").write_text(text)
    (tmp_path / "d1" / "link.ini").symlink_to(tmp_path / "d2" / "f51.ini")
    os.mkfifo(tmp_path / "d3" / "pipe")
    return tmp_path


def _same(one: Scan, other: Scan) -> None:
    assert one.findings == other.findings
    assert [f.credentials is not None for f in one.findings] == [f.credentials is not None for f in other.findings]
    assert (one.problems, one.blobs, one.size) == (other.problems, other.blobs, other.size)


def test_it_is_what_one_process_finds(folder: Path) -> None:
    told: list[tuple[int, int, int]] = []
    found = scan_tree(folder, lambda *progress: told.append(progress))
    assert len(found.findings) == 6
    assert all(f.credentials for f in found.findings)
    _same(found, scan(read_files(folder)))
    assert told[-1][0] == told[-1][1]
    assert not found.complete


def test_where_a_process_is_killed_the_rest_is_read_all_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, read_share = os.getpid(), tree._read_share

    def killed(files: list[str], *more: object) -> object:
        if os.getpid() != ours and len(files) != 16:
            os.kill(os.getpid(), signal.SIGKILL)
        return read_share(files, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(tree, "_read_share", killed)
    _same(scan_tree(folder), scan(read_files(folder)))
