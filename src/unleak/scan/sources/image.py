"""A container image: every file of every layer, also those that a later layer deletes, and the configuration.

The image is a tar of `docker save` or its kin, or an OCI layout in a tar or folder; layers and tar may be compressed.
"""

import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

from unleak.scan.blob import Blob, Problem
from unleak.scan.sources.expanded import FAILURES, expanded, why
from unleak.scan.sources.image_layout import Layout, digest_in, read_layout
from unleak.scan.sources.image_store import Store, opened, plain
from unleak.scan.sources.json_lines import json_lines
from unleak.scan.sources.pieces import fill, read_in_pieces
from unleak.scan.sources.tar_stream import Member, is_tar, members
from unleak.scan.sources.whiteouts import Whiteouts

_BLOCK = 512
_LARGEST_JSON = 16 << 20
_MOST_SPARSE = 1 << 30
_TOLD = ("manifest.json", "index.json", "oci-layout")
_PART = re.compile(
    r"blobs(/\w+(/[0-9a-f]{32,})?)?|repositories|(sha256:)?[0-9a-z]{32,64}(\.json|\.tar(\.gz)?|/(VERSION|json|layer\.tar)?)?"
)


def is_image(path: Path) -> bool:
    """By the names of its files. Of a compressed tar, the first one decides."""
    if path.is_dir():
        return (path / "oci-layout").is_file() or _is_saved(path)
    try:
        with path.open("rb") as file:
            stream = expanded(file, path.stat().st_size)
            if stream is not file:
                first = next((m.name for m, content in members(stream) if content), "")
                return plain(first) in _TOLD or bool(_PART.fullmatch(plain(first)))
            with tarfile.open(fileobj=file, mode="r:", tarinfo=Member) as tar:
                while (member := tar.next()) is not None and member.size >= 0:
                    if plain(member.name) in _TOLD:
                        return True
                    if not _PART.fullmatch(plain(member.name)):
                        return False
    except FAILURES:
        return False
    return False


def read_image(path: Path) -> Iterator[Blob | Problem]:
    """Paths are `image.tar!layer 3 sha256:0123456789ab/etc/app/.env`, with `, deleted in layer 5` behind the digest
    where a file is not in the image's end result. Layers count from 1, the lowest; the highest is read first.

    What the image holds and does not name is read too.
    """
    try:
        with opened(path) as store:
            yield from _Image(str(path), store).read()
    except FAILURES as failure:
        yield Problem(str(path), why(failure))


def _is_saved(folder: Path) -> bool:
    """Whether it is what `docker save` made, unpacked."""
    try:
        with (folder / "manifest.json").open("rb") as file:
            return b'"Layers"' in file.read(_LARGEST_JSON)
    except OSError:
        return False


class _Image:
    def __init__(self, shown: str, store: Store) -> None:
        self._shown, self._store = shown, store

    def read(self) -> Iterator[Blob | Problem]:
        layout = read_layout(self._store)
        if self._store.broken:
            yield Problem(self._shown, self._store.broken)
        if not layout.images and not layout.configs:
            yield Problem(self._shown, "no container image: no manifest in it names a layer that is there")
        yield from (Problem(f"{self._shown}!{problem.where}", problem.why) for problem in layout.problems)
        layers = {name for image in layout.images for name in image}
        for name in self._store.sizes:
            if name not in layers:
                yield from self._other(name, layout)
        yield from self._layers(layout)

    def _other(self, name: str, layout: Layout) -> Iterator[Blob | Problem]:
        where = f"{self._shown}!{name}"
        if name in layout.configs:
            where = f"{self._shown}!config {digest_in(name) or name}"
        try:
            if self._is_tar(name):
                yield from self._tar(name, where, None)
                return
            with self._store.open(name) as file:
                for item in read_in_pieces(file, self._store.sizes[name], where):
                    yield _readable(item)
        except FAILURES as failure:
            yield Problem(where, why(failure))

    def _layers(self, layout: Layout) -> Iterator[Blob | Problem]:
        """Where there are several images, a file may be deleted in one of them only: that is not told then."""
        done: set[str] = set()
        for image in layout.images:
            gone = Whiteouts() if len(layout.images) == 1 else None
            for number, name in reversed([*enumerate(image, 1)]):
                if name in done:
                    continue
                done.add(name)
                digest = digest_in(name) or layout.digests.get(name) or name
                yield from self._layer(name, f"{self._shown}!layer {number} {digest}", gone)
                if gone is not None:
                    gone.end_layer(number)

    def _layer(self, name: str, where: str, gone: Whiteouts | None) -> Iterator[Blob | Problem]:
        try:
            if self._is_tar(name):
                yield from self._tar(name, where, gone)
                return
            with self._store.open(name) as file:
                begins = file.read(1)
                file.seek(0)
                if begins not in {b"{", b"["}:
                    yield Problem(where, "damaged: no tar, so it was read as it is")
                for item in read_in_pieces(file, self._store.sizes[name], where):
                    yield _readable(item)
        except FAILURES as failure:
            yield Problem(where, why(failure))

    def _is_tar(self, name: str) -> bool:
        with self._store.open(name) as file:
            return is_tar(fill(expanded(file, self._store.sizes[name]), _BLOCK))

    def _tar(self, name: str, where: str, gone: Whiteouts | None) -> Iterator[Blob | Problem]:
        """Raises one of `FAILURES` where it is damaged."""
        with self._store.open(name) as file:
            for member, content in members(expanded(file, self._store.sizes[name])):
                path = plain(member.name)
                if gone is not None:
                    gone.note(path)
                if content is None:
                    continue
                deleted = gone.deleted_in(path) if gone is not None else None
                label = f"{where}, deleted in layer {deleted}/{path}" if deleted else f"{where}/{path}"
                if member.issparse() and member.size > _MOST_SPARSE:
                    yield Problem(label, "a sparse file, too large to be read with its holes")
                    continue
                yield from read_in_pieces(content, member.size, label)


def _readable(item: Blob | Problem) -> Blob | Problem:
    """JSON with a line for each value, all else as it is."""
    if isinstance(item, Problem) or len(item.data) > _LARGEST_JSON or item.data[:1] not in {b"{", b"["}:
        return item
    try:
        return Blob(json_lines(item.data), item.path)
    except (ValueError, RecursionError):
        return item
