"""What some commits bring in: every blob, and every message of a commit or tag, that they reach and others do not."""

from collections.abc import Iterator, Sequence

from unleak.git.objects import BadObject, object_kinds, read_objects
from unleak.git.repository import Repository
from unleak.git.revisions import Gap, by_id, objects_of
from unleak.scan.blob import Blob, Problem

_KINDS = frozenset({"blob", "commit", "tag"})
_AT_ONCE = 10_000


def read_commits(repository: Repository, *revisions: str) -> Iterator[Blob | Problem]:
    """As `git rev-list --objects` chooses; `revisions` are those of `by_id`, which raises Misuse at once.

    Blobs carry their ids and no path. What is not here is told, not fetched.
    """
    return _read(repository, by_id(repository, revisions))


def _read(repository: Repository, chosen: Sequence[str]) -> Iterator[Blob | Problem]:
    oids: list[str] = []
    for listed in objects_of(repository, chosen):
        if isinstance(listed, Gap):
            yield Problem("commits", listed.why)
            continue
        oids.append(listed)
        if len(oids) == _AT_ONCE:
            yield from _contents(repository, oids)
            oids = []
    yield from _contents(repository, oids)


def _contents(repository: Repository, oids: Sequence[str]) -> Iterator[Blob | Problem]:
    """Trees hold nothing but names, and are not read."""
    wanted = []
    for listed in object_kinds(repository, oids):
        if isinstance(listed, BadObject):
            yield _problem(listed)
        elif listed.kind in _KINDS:
            wanted.append(listed.oid)
    for found in read_objects(repository, wanted):
        yield _problem(found) if isinstance(found, BadObject) else Blob(found.data, "", found.oid)


def _problem(bad: BadObject) -> Problem:
    return Problem(f"object {bad.oid}", bad.why)
