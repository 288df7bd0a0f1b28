"""What a repository ought to hold, and does not: whoever reads it has not seen everything."""

import re
from collections.abc import Iterator

from unleak.git.repository import Repository, in_short

_MOST_TO_FOLLOW = 100_000
"""Following every reference takes seconds from there on, more than reading all objects does."""


def gaps(repository: Repository) -> Iterator[str]:
    """Sentences; none where all that refs and index reach is here.

    In a large repository that no partial clone has thinned out, only what git itself complains of.
    """
    if repository.run("rev-parse", "--is-shallow-repository").stdout.strip() == b"true":
        yield "a shallow clone: older commits are not here; `git fetch --unshallow` brings them"
    counted = repository.run("count-objects", "-v", check=False)
    words = counted.stderr.decode(errors="replace").splitlines()
    yield from (line.removeprefix("warning: ") for line in words if "no corresponding .idx" in line)
    if sum(int(n) for n in re.findall(rb"^(?:count|in-pack): (\d+)", counted.stdout, re.MULTILINE)) <= _MOST_TO_FOLLOW:
        yield from _unreached(repository)
    elif repository.run("config", "--get-regexp", r"^remote\..*\.promisor$", check=False).stdout:
        yield "a partial clone: not all objects need be here; `git fetch --refetch` without a filter brings them"


def _unreached(repository: Repository) -> Iterator[str]:
    reached = repository.run(
        "rev-list", "--objects", "--all", "--indexed-objects", "--missing=print", "--quiet", check=False
    )  # fmt: skip
    if reached.returncode:
        yield f"it is damaged: {in_short(reached.stderr)}; `git fsck` tells more"
    missing = [line[1:].decode() for line in reached.stdout.splitlines() if line.startswith(b"?")]
    if missing:
        yield f"{len(missing)} objects are not here (a partial clone, or damage), first {missing[0]}"
