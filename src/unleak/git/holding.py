"""Which branches and tags have an object on a path now."""

from collections import defaultdict
from collections.abc import Sequence

from unleak.git.repository import Repository

_MOST_LOOKUPS = 2_000


def holding(repository: Repository, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, ...]]:
    """By object and path, the short names of branches, remote branches and tags whose tip has the object there.

    The newest refs first; where there are very many refs or paths, only so many of the newest are asked. Raises
    CouldNotLook where git cannot tell.
    """
    paths = list(dict.fromkeys(path for _, path in wanted if "\n" not in path))
    if not paths:
        return {}
    listed = repository.run(
        "for-each-ref", f"--count={max(1, _MOST_LOOKUPS // len(paths))}", "--sort=-creatordate",
        "--format=%(objectname)%00%(refname:short)", "refs/heads", "refs/remotes", "refs/tags",
    ).stdout.decode(errors="surrogateescape")  # fmt: skip
    refs = [line.partition("\0") for line in listed.splitlines()]
    asked = [(name, path) for _, _, name in refs for path in paths]
    lines = "".join(f"{tip}:{path}\n" for tip, _, _ in refs for path in paths)
    answers = repository.run(
        "cat-file", "--batch-check=%(objectname)", check=False, stdin=lines.encode(errors="surrogateescape")
    ).stdout.decode(errors="surrogateescape")
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (name, path), oid in zip(asked, answers.splitlines(), strict=False):
        found[oid, path].append(name)
    return {key: tuple(found[key]) for key in wanted if key in found}
