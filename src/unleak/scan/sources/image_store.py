"""The files of a container image, by name: those of a folder, or those in a tar, compressed or not."""

import os
import posixpath
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Protocol

from unleak.scan.sources.expanded import FAILURES, Refused, expanded, why
from unleak.scan.sources.pieces import Readable
from unleak.scan.sources.tar_stream import Member

_MOST_FILES = 100_000
_COPIED_AT_ONCE = 1 << 20


class Store(Protocol):
    """`sizes`: bytes of each regular file. `also`: other names that lead to one. `broken`: why some are not there."""

    sizes: dict[str, int]
    also: dict[str, str]
    broken: str

    def open(self, name: str) -> IO[bytes]: ...


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    """Raises one of `expanded.FAILURES`. A compressed tar is first expanded into a temporary file."""
    if path.is_dir():
        yield _Folder(path)
        return
    with ExitStack() as closing:
        file: IO[bytes] = closing.enter_context(path.open("rb"))
        stream, broken = expanded(file, path.stat().st_size), ""
        if stream is not file:
            file = closing.enter_context(tempfile.TemporaryFile())
            broken = _copy(stream, file)
        tar = closing.enter_context(tarfile.open(fileobj=file, mode="r:", tarinfo=Member))
        yield _Tar(tar, broken)


def _copy(stream: Readable, file: IO[bytes]) -> str:
    """As far as it goes; why not further."""
    try:
        while piece := stream.read(_COPIED_AT_ONCE):
            file.write(piece)
    except FAILURES as failure:
        return why(failure)
    finally:
        file.seek(0)
    return ""


def plain(name: str) -> str:
    """A name as it is looked up: without a dot or slash before it."""
    return posixpath.normpath(name).lstrip("/")


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root
        self.sizes: dict[str, int] = {}
        self.also: dict[str, str] = {}
        self.broken = ""
        links = []
        for folder, _, names in os.walk(root, onerror=self._unread):
            for path in (Path(folder) / name for name in names):
                if path.is_symlink():
                    links.append(path)
                elif path.is_file():
                    self.sizes[path.relative_to(root).as_posix()] = path.stat().st_size
                else:
                    self.broken = "it holds something that is neither a file nor a folder"
        top = root.resolve()
        for path in links:
            target = path.resolve()
            if target.is_relative_to(top):
                self.also[path.relative_to(root).as_posix()] = target.relative_to(top).as_posix()

    def open(self, name: str) -> IO[bytes]:
        return (self._root / name).open("rb")

    def _unread(self, error: OSError) -> None:
        self.broken = f"a folder of it cannot be read: {error.strerror}"


class _Tar:
    """Of two members with one name, the last has it, as for tar; the others get names of their own."""

    def __init__(self, tar: tarfile.TarFile, broken: str) -> None:
        self.sizes: dict[str, int] = {}
        self.also: dict[str, str] = {}
        self.broken = broken
        self._members: dict[str, tarfile.TarInfo] = {}
        self._tar = tar
        try:
            self._list()
        except FAILURES as failure:
            self.broken = self.broken or why(failure)

    def _list(self) -> None:
        at = -1
        while (member := self._tar.next()) is not None:
            if member.size < 0 or member.offset <= at or len(self._members) + len(self.also) >= _MOST_FILES:
                raise Refused("damaged: the rest was not read")
            at = member.offset
            name = plain(member.name)
            if member.issym() or member.islnk():
                base = posixpath.dirname(name) if member.issym() else ""
                self.also[name] = plain(posixpath.join(base, member.linkname))
            elif member.issparse():
                self.broken = "it holds sparse files, which are not read"
            elif member.isreg():
                self._add(name, member)

    def _add(self, name: str, member: tarfile.TarInfo) -> None:
        if name in self._members:
            older = f"{name} (number {len(self._members)})"
            self._members[older], self.sizes[older] = self._members[name], self.sizes[name]
        self._members[name], self.sizes[name] = member, member.size

    def open(self, name: str) -> IO[bytes]:
        file = self._tar.extractfile(self._members[name])
        if file is None:
            raise KeyError(name)
        return file
