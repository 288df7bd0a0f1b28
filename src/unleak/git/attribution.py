"""Who brought an object in: the oldest commit, on every path, over all refs."""

from collections.abc import Iterator
from dataclasses import dataclass

from unleak.git.repository import Repository
from unleak.model.errors import CouldNotLook

COMMIT_ITSELF = "(commit)"
_HEADER = b"\x01"
_RAW_FIELDS = 5


@dataclass(frozen=True, slots=True)
class Introduction:
    """The oldest commit in which `path` had this blob; of a commit, itself. `date` is the author's, ISO 8601."""

    oid: str
    path: str
    commit: str
    author: str
    date: str


def introductions(repository: Repository, oids: frozenset[str]) -> Iterator[Introduction]:
    """One for each object and path, oldest first; nothing for what no ref reaches.

    Raises CouldNotLook at the end, where git did not get through the whole history.
    """
    found: set[tuple[str, str]] = set()
    for introduction in _changes(repository, oids) if oids else ():
        if (introduction.oid, introduction.path) not in found:
            found.add((introduction.oid, introduction.path))
            yield introduction


def _changes(repository: Repository, oids: frozenset[str]) -> Iterator[Introduction]:
    with repository.start(
        "-c", "log.diffMerges=separate", "log", "--all", "--reverse", "--date-order", "--root", "-m", "--raw",
        "--no-abbrev", "--no-renames", "--no-relative", "-O/dev/null", "--no-color", "--no-show-signature", "-z",
        "--encoding=UTF-8", "--format=%x01%H%x02%aI%x02%an <%ae>",
    ) as git:  # fmt: skip
        assert git.stdout is not None  # noqa: S101  it is a pipe
        parts = iter(git.stdout.read().split(b"\0"))
    commit = author = date = ""
    for part in parts:
        entry = part
        if _HEADER in entry:
            head, _, entry = entry.partition(_HEADER)[2].partition(b"\n")
            commit, date, author = (p.decode(errors="replace") for p in head.split(b"\x02", 2))
            if commit in oids:
                yield Introduction(commit, COMMIT_ITSELF, commit, author, date)
        fields = entry.lstrip(b"\n:").split(b" ")
        if len(fields) != _RAW_FIELDS:
            continue
        path = next(parts, b"").decode(errors="surrogateescape")
        oid = fields[3].decode()
        if oid in oids:
            yield Introduction(oid, path, commit, author, date)
    if git.returncode:
        raise CouldNotLook("git log did not get through the history", "run `git fsck` there")
