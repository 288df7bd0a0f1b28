"""Are trees the same but for the secret? Each pair of trees and of blobs that differ is looked at once, however many
commits have it; what has the same id is the same.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from unleak.git.objects import GitObject, read_objects
from unleak.git.repository import Repository
from unleak.model.errors import CouldNotLook
from unleak.purge.needles import Needles

_AT_ONCE = 20_000
_TREE_MODE = b"40000"
Entries = dict[bytes, tuple[bytes, str]]
"""By name: mode and id."""
Pairs = dict[tuple[str, str], str]
"""Old and new id; where it was seen first."""


class SameTrees:
    """`add` pairs of roots, then ask for the `differences`."""

    def __init__(self, old: Repository, new: Repository, needles: Needles) -> None:
        self._old, self._new, self._needles = old, new, needles
        self._trees: Pairs = {}
        self._known: set[tuple[str, str]] = set()
        self._blobs: Pairs = {}
        self.counts: Counter[str] = Counter()

    def add(self, old: str, new: str, where: str) -> None:
        if old != new and (old, new) not in self._known:
            self._known.add((old, new))
            self._trees[old, new] = where

    def differences(self) -> Iterator[str]:
        """Raises CouldNotLook where an object cannot be read."""
        while self._trees:
            waiting, self._trees = self._trees, {}
            for (old, new), where in self._read(waiting):
                self.counts["trees"] += 1
                yield from self._entries(self._parse(old), self._parse(new), where)
        for (old, new), where in self._read(self._blobs):
            self.counts["blobs"] += 1
            if self._needles.replaced(old.data) != new.data:
                yield f"{where}: its content is another"

    def _entries(self, old: Entries, new: Entries, where: str) -> Iterator[str]:
        renamed = {self._needles.replaced(name): entry for name, entry in old.items()}
        if len(renamed) != len(old):
            yield f"{where}: two names have become one"
        for name in sorted(renamed.keys() | new.keys()):
            was, now = renamed.get(name), new.get(name)
            if was == now:
                continue
            place = f"{where}{'/' if ', ' in where else ', '}{name.decode(errors='replace')}"
            if was is None or now is None:
                yield f"{place} is {'new' if was is None else 'gone'}"
            elif was[0] != now[0] or was[0].startswith(b"16"):
                yield f"{place} is of another kind or points elsewhere"
            elif was[0] == _TREE_MODE:
                self.add(was[1], now[1], place)
            else:
                self._blobs.setdefault((was[1], now[1]), place)

    def _read(self, pairs: Pairs) -> Iterator[tuple[tuple[GitObject, GitObject], str]]:
        items = list(pairs.items())
        for start in range(0, len(items), _AT_ONCE):
            some = items[start : start + _AT_ONCE]
            olds = _good(self._old, [a for (a, _), _ in some])
            news = _good(self._new, [b for (_, b), _ in some])
            for (_, where), old, new in zip(some, olds, news, strict=True):
                yield (old, new), where

    def _parse(self, tree: GitObject) -> Entries:
        size = len(tree.oid) // 2
        entries: Entries = {}
        at, data = 0, tree.data
        while at < len(data):
            end = data.index(b"\0", at)
            mode, _, name = data[at:end].partition(b" ")
            at = end + 1 + size
            entries[name] = mode, data[end + 1 : at].hex()
        return entries


def _good(repository: Repository, oids: Sequence[str]) -> Iterator[GitObject]:
    for found in read_objects(repository, oids):
        if not isinstance(found, GitObject):
            raise CouldNotLook(f"object {found.oid} cannot be read: {found.why}")
        yield found
