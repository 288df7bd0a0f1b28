"""What `unleak scan` is asked to read, as one of its sources."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from unleak.model.errors import CouldNotLook, Misuse
from unleak.model.value import Value
from unleak.scan.blob import Blob, Problem
from unleak.scan.scanner import Scan, scan

if TYPE_CHECKING:
    from unleak.cli.scan_bar import ScanBar
    from unleak.scan.rules.rule_set import RuleSet

_TAR_MARK = b"ustar"
_COMPRESSED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")


class What(Value):
    """`path` is a file, a folder, a URL, an owner at GitHub, or - for standard input."""

    path: str
    history: bool = False
    staged: bool = False
    since: str | None = None
    ranges: tuple[str, ...] = ()
    github: bool = False
    forks: bool = False

    def __post_init__(self) -> None:
        if not self.path or self.since == "":
            raise Misuse(f"{'--since' if self.path else 'PATH'} is empty", "a variable that is not set, perhaps?")
        ways = {
            "--history": self.history, "--staged": self.staged, "--since": bool(self.since),
            "--range": bool(self.ranges), "--github": self.github,
        }  # fmt: skip
        asked = [name for name, is_so in ways.items() if is_so]
        if len(asked) > 1:
            raise Misuse(f"{', '.join(asked[:-1])} and {asked[-1]} exclude each other", "run twice")
        if self.path == "-" and asked:
            raise Misuse("standard input is no repository", f"give the repository's path, or leave out {asked[0]}")
        if self.forks and not self.github:
            raise Misuse("--forks goes with --github", "unleak scan --github OWNER --forks")

    @property
    def in_git(self) -> bool:
        """Places have paths of a repository."""
        return self.history or self.staged or bool(self.since) or bool(self.ranges)

    @property
    def is_local(self) -> bool:
        return not self.github and self.path != "-" and not self.is_remote

    @property
    def is_remote(self) -> bool:
        if self.github or ":" not in self.path:
            return False
        from unleak.scan.sources.remote import is_remote

        return is_remote(self.path)

    def scan(self, bar: "ScanBar | None", rules: "RuleSet | None") -> Scan:
        if self.github:
            return self._owner(bar, rules)
        if self.path == "-":
            return scan(_standard_input(), rules)
        if self.is_remote:
            return self._remote(bar, rules)
        if self.in_git and not self.staged:
            return self._repository(Path(self.path), bar, rules)
        if not self.staged and (tree := _folder(Path(self.path))):
            from unleak.scan.tree import scan_tree

            return scan_tree(tree, bar.files if bar else None, rules)
        blobs = _staged(Path(self.path)) if self.staged else _files(Path(self.path))
        return scan(bar.counted(blobs) if bar else blobs, rules)

    def _repository(self, path: Path, bar: "ScanBar | None", rules: "RuleSet | None") -> Scan:
        from unleak.git.repository import Repository

        repository = Repository.at(path)
        if self.history:
            from unleak.scan.history import scan_history

            return scan_history(repository, bar.update, rules) if bar else scan_history(repository, rules=rules)
        from unleak.scan.commits import scan_commits

        revisions = ("--all", "--not", self.since) if self.since else self.ranges
        return scan_commits(repository, *revisions, rules=rules)

    def _remote(self, bar: "ScanBar | None", rules: "RuleSet | None") -> Scan:
        from unleak.scan.history import scan_history
        from unleak.scan.sources.remote import cloned

        if self.in_git and not self.history:
            raise Misuse("of a URL, all history is scanned", "leave out the other options, or clone it")
        with cloned(self.path, progress=bar.say) if bar else cloned(self.path) as repository:
            return scan_history(repository, bar.update, rules) if bar else scan_history(repository, rules=rules)

    def _owner(self, bar: "ScanBar | None", rules: "RuleSet | None") -> Scan:
        from unleak.scan.github import scan_owner
        from unleak.scan.sources.github_api import access_from

        access = access_from(os.environ)
        tell = bar.say if bar else lambda _line: None
        return scan_owner(self.path, access.token, access.url, include_forks=self.forks, progress=tell, rules=rules)


def _standard_input() -> Iterator[Blob | Problem]:
    from unleak.scan.sources.pieces import read_in_pieces

    if sys.stdin is None:
        raise CouldNotLook("standard input is closed", "pipe something into `unleak scan -`")
    return read_in_pieces(sys.stdin.buffer, sys.maxsize, "(standard input)")


def _folder(path: Path) -> Path | None:
    """The path itself, where it is a plain folder."""
    if not path.is_dir() or (_may_be_image(path) and _is_image(path)):
        return None
    return path


def _is_image(path: Path) -> bool:
    from unleak.scan.sources.image import is_image

    return is_image(path)


def _files(path: Path) -> Iterator[Blob | Problem]:
    from unleak.scan.sources.files import read_files

    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Misuse(f"there is no {path}", "give a file, a folder, a URL, or - for standard input") from error
    if _may_be_image(path) and _is_image(path):
        from unleak.scan.sources.image import read_image

        return read_image(path)
    return read_files(path)


def _may_be_image(path: Path) -> bool:
    if path.is_dir():
        return (path / "oci-layout").is_file() or (path / "manifest.json").is_file()
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            start = file.read(512)
    except OSError:
        return False
    return start[257:262] == _TAR_MARK or start.startswith(_COMPRESSED)


def _staged(path: Path) -> Iterator[Blob | Problem]:
    from unleak.git.repository import Repository
    from unleak.scan.sources.staged import read_staged

    return read_staged(Repository.at(path))
