"""What the layers of an image delete from those below them.

A file `.wh.NAME` deletes NAME, and `.wh..wh..opq` all that is in its folder:
https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
"""

import posixpath
from collections.abc import Iterator

_MARK, _OWN, _ALL = ".wh.", ".wh..wh.", ".wh..wh..opq"
_MOST = 200_000


class Whiteouts:
    """To be told of layers from the highest down. Beyond very many, no more are kept."""

    def __init__(self) -> None:
        self._names: dict[str, int] = {}
        self._folders: dict[str, int] = {}
        self._of_layer: list[str] = []

    def note(self, path: str) -> None:
        """A file of the layer that is being read."""
        if posixpath.basename(path).startswith(_MARK) and len(self._names) + len(self._of_layer) < _MOST:
            self._of_layer.append(path)

    def end_layer(self, number: int) -> None:
        """From here on, what was noted counts."""
        for path in self._of_layer:
            folder, name = posixpath.split(path)
            if name == _ALL:
                self._folders[folder] = number
            elif not name.startswith(_OWN):
                self._names[posixpath.join(folder, name.removeprefix(_MARK))] = number
        self._of_layer.clear()

    def deleted_in(self, path: str) -> int | None:
        """The number of the lowest layer above the one that is being read that deletes `path`."""
        found = [self._names[p] for p in (path, *_above(path)) if p in self._names]
        found += [self._folders[p] for p in _above(path) if p in self._folders]
        return min(found, default=None)


def _above(path: str) -> Iterator[str]:
    while path:
        path = posixpath.dirname(path)
        yield path
