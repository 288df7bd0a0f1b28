"""Refs that do not point to commits: tags of objects, tags of tags, blobs, trees.

Made here, since `git fast-export` mixes up the names of tags of tags, and strips every signature.
"""

from collections.abc import Iterator, Mapping

from unleak.git.objects import GitObject, read_objects
from unleak.git.repository import Repository
from unleak.model.errors import CouldNotLook
from unleak.purge.needles import Needles

_SIGNATURES = (b"-----BEGIN PGP ", b"-----BEGIN SSH ", b"-----BEGIN SIGNED ")


class Tags:
    """Writes to `mirror`, where old objects are still at hand."""

    def __init__(self, mirror: Repository, commits: Mapping[str, str], needles: Needles) -> None:
        self._mirror, self._commits, self._needles = mirror, commits, needles

    def moved(self, refs: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Each ref that does not point to a commit, with where it must point. One that need not change keeps its
        object, and its signature.
        """
        names = sorted(refs)
        for name, found in zip(names, read_objects(self._mirror, [refs[n] for n in names]), strict=True):
            if not isinstance(found, GitObject):
                raise CouldNotLook(f"{name} cannot be read", "run `git fsck` there")
            if found.kind != "commit":
                yield name, self._again(found)

    def _again(self, found: GitObject) -> str:
        if found.kind == "commit":
            return self._commits.get(found.oid, found.oid)
        if found.kind == "tag":
            target, head, message = parts(found)
            new = self._again(self._read(target))
            if new == target and not self._holds(found):
                return found.oid
            made = b"object " + new.encode() + b"\n" + self._needles.replaced(head)
            return self._written("tag", made + b"\n\n" + self._needles.replaced(unsigned(message)))
        if found.kind == "tree":
            return self._tree(found.oid)
        return self._written("blob", self._needles.replaced(found.data)) if self._holds(found) else found.oid

    def _tree(self, oid: str) -> str:
        rows = []
        for row in filter(None, self._mirror.run("ls-tree", "-z", oid).stdout.split(b"\0")):
            meta, _, name = row.partition(b"\t")
            mode, kind, entry = meta.split(b" ")
            if kind != b"commit":
                entry = self._again(self._read(entry.decode())).encode()
            rows.append(b" ".join((mode, kind, entry)) + b"\t" + self._needles.replaced(name))
        made = self._mirror.run("mktree", "-z", "--missing", stdin=b"".join(row + b"\0" for row in rows))
        return made.stdout.decode().strip()

    def _holds(self, found: GitObject) -> bool:
        return self._needles.held_in(found.data)

    def _read(self, oid: str) -> GitObject:
        (found,) = read_objects(self._mirror, [oid])
        if not isinstance(found, GitObject):
            raise CouldNotLook(f"object {oid} cannot be read", "run `git fsck` there")
        return found

    def _written(self, kind: str, data: bytes) -> str:
        done = self._mirror.run("hash-object", "-t", kind, "-w", "--literally", "--stdin", stdin=data)
        return done.stdout.decode().strip()


def parts(tag: GitObject) -> tuple[str, bytes, bytes]:
    """The id that it points to, its other headers, its message."""
    head, _, message = tag.data.partition(b"\n\n")
    first, _, rest = head.partition(b"\n")
    return first.removeprefix(b"object ").decode(), rest, message


def unsigned(message: bytes) -> bytes:
    """Without the signature that ends it."""
    at = max(message.rfind(b"\n" + start) + 1 for start in _SIGNATURES)
    return message[:at] if at or message.startswith(_SIGNATURES) else message
