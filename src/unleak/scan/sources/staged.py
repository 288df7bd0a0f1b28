"""What the next commit would add: the blobs in the index that differ from HEAD, or all where there is no commit yet."""

from collections.abc import Iterator

from unleak.git.objects import BadObject, read_objects
from unleak.git.repository import Repository
from unleak.scan.blob import Blob, Problem


def read_staged(repository: Repository) -> Iterator[Blob | Problem]:
    staged = repository.staged()
    yield from (Problem(path, "the merge is not decided: resolve and add it") for path, oid in staged if not oid)
    decided = [(path, oid) for path, oid in staged if oid]
    paths, oids = [path for path, _ in decided], [oid for _, oid in decided]
    for path, found in zip(paths, read_objects(repository, oids), strict=True):
        yield Problem(path, found.why) if isinstance(found, BadObject) else Blob(found.data, path)
