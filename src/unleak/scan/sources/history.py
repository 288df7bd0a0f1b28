"""Every blob that a repository holds, reachable or not, and every message of a commit or tag."""

from collections.abc import Iterator

from unleak.git.gaps import gaps
from unleak.git.objects import BadObject, object_ids, object_kinds, read_objects
from unleak.git.repository import Repository
from unleak.scan.blob import Blob, Problem

_KINDS = frozenset({"blob", "commit", "tag"})


def read_history(repository: Repository) -> Iterator[Blob | Problem]:
    """Tells, too, what is not held here though it belongs to the history."""
    yield from (Problem("history", why) for why in gaps(repository))
    oids, complaint = object_ids(repository)
    if complaint:
        yield Problem("history", complaint)
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
