"""Is a commit or a tag the same as before, but for the secret and for what a rewrite cannot keep?"""

from collections.abc import Iterator, Mapping

from unleak.git.objects import GitObject
from unleak.model.value import Value
from unleak.purge.needles import Needles
from unleak.purge.tags import parts, unsigned

_KEPT = (b"author", b"committer", b"encoding")


class Commit(Value):
    """`kept`: the headers that a rewrite keeps, whole lines. `lost`: names of the others, signatures among them."""

    tree: str
    parents: tuple[str, ...]
    kept: tuple[bytes, ...]
    lost: tuple[str, ...]
    message: bytes


def parse_commit(found: GitObject) -> Commit:
    head, _, message = found.data.partition(b"\n\n")
    tree, parents, kept, lost = "", [], [], []
    for line in head.split(b"\n"):
        name, _, value = line.partition(b" ")
        if name == b"tree":
            tree = value.decode()
        elif name == b"parent":
            parents.append(value.decode())
        elif name in _KEPT:
            kept.append(line)
        elif name:
            # A line that begins with a space goes on with the header above.
            lost.append(name.decode(errors="replace"))
    return Commit(tree, tuple(parents), tuple(kept), tuple(lost), message)


def commit_differs(old: Commit, new: Commit, commits: Mapping[str, str], needles: Needles) -> Iterator[str]:
    """In words, each difference that is not the secret's."""
    if tuple(commits.get(p, p) for p in old.parents) != new.parents:
        yield "its parents are others"
    if tuple(map(needles.replaced, old.kept)) != new.kept:
        yield "author, committer, dates or encoding are others"
    if needles.replaced(old.message) != new.message:
        yield "its message is another"
    if new.lost:
        yield f"it has {new.lost[0]}, which it had not"


def tag_differs(old: GitObject, new: GitObject, needles: Needles) -> Iterator[str]:
    """A signature at the end of the old one may be gone."""
    (_, was, said), (_, now, says) = parts(old), parts(new)
    if needles.replaced(was) != now:
        yield "the tag's name, tagger or date are others"
    if says not in {needles.replaced(said), needles.replaced(unsigned(said))}:
        yield "the tag's message is another"
