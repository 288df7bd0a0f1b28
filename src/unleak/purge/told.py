"""What only people can do once a history is rewritten, and what a rewrite does not reach."""

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator

from unleak.purge.rewrite import Refs
from unleak.purge.survey import Survey

_OURS = ("refs/heads/", "refs/tags/", "refs/notes/", "refs/replace/", "refs/remotes/")
_PULL_REQUESTS = (
    "open pull requests: close them, and open them anew from the new branches. Hosts keep refs/pull/* and "
    "refs/merge-requests/*, which nobody can push to"
)
_CACHED = (
    "cached views and those refs: ask the host to delete them (GitHub: support, with the repository and the first "
    "commits of the commit map; GitLab: repository cleanup with the commit map)"
)
_CLONES = (
    "clones, build caches, mirrors and backups: delete and clone again. Whoever must keep a clone: `git fetch`, "
    "then `git reset --hard @{upstream}` on every branch and `git rebase --onto` for own work, never `git merge`; "
    "then `git reflog expire --expire=now --all && git gc --prune=now`"
)


def push_commands(refs: Iterable[str], mirror: str, remote: str) -> list[str]:
    """All that a host takes; its own refs of pull requests it refuses. None from somebody's clone: its branches may be
    behind the host's, and a forced push would undo what others did.
    """
    refs = list(refs)
    if any(r.startswith("refs/remotes/") for r in refs):
        return [f"not this, whose branches may be behind: git clone --mirror {shlex.quote(remote)}, and purge that"]
    kinds = [kind for kind in ("heads", "tags", "notes") if any(r.startswith(f"refs/{kind}/") for r in refs)]
    specs = " ".join(f"'refs/{kind}/*:refs/{kind}/*'" for kind in kinds)
    return [f"git -C {shlex.quote(mirror)} push --force {shlex.quote(remote)} {specs}"] if specs else []


def steps(push: Iterable[str]) -> list[str]:
    """In order. Pushing before the key is dead makes it better known, not safer."""
    return [
        "the key first: `unleak respond`. Whoever has read the history has it; rewriting takes nothing back",
        "say to all who work on it: push what you have, then stop until this is over",
        "let force pushes to protected branches through for a moment, and forbid them again afterwards",
        *(f"push: {command}" for command in push),
        _PULL_REQUESTS,
        _CACHED,
        "forks: their owners must delete them, or take the new history; the host can name them",
        _CLONES,
        "what names old commits (deployments, submodules of others, changelogs): see the commit map",
    ]


def notices(seen: Survey, before: Refs, lost: Counter[str], renamed: int) -> Iterator[str]:
    """What this repository has that a rewrite treats in its own way."""
    counts = seen.counts
    if counts["lfs pointers"]:
        yield f"Git LFS: {counts['lfs pointers']} pointers are kept; what they stand for lies elsewhere, not looked at"
    if counts["trees with submodules"]:
        yield "submodules: the commits that they name are kept; their own repositories were not looked at"
    if counts["signed commits"]:
        yield f"signatures: {counts['signed commits']} signed commits lose theirs, since they become other commits"
    if counts["signed tags"]:
        yield f"signatures: {counts['signed tags']} signed tags lose theirs, or it is not valid any more: sign again"
    others = sorted(name for name in lost if not name.startswith("gpgsig"))
    if others:
        yield f"headers of commits that are not kept: {', '.join(f'{n} ({lost[n]})' for n in others)}"
    yield from _of_refs(before, renamed)


def _of_refs(before: Refs, renamed: int) -> Iterator[str]:
    replaced = sum(r.startswith("refs/replace/") for r in before)
    if replaced:
        yield f"replace refs: {replaced} are not kept; the history is taken as it is without them"
    if any(r.startswith("refs/notes/") for r in before):
        yield "notes: kept, but they belong to old commits; move them with the commit map"
    if renamed:
        yield f"{renamed} branches or tags have a secret in their name and get another; delete the old ones at the host"
    if any(r.startswith("refs/remotes/") for r in before):
        yield (
            "this is somebody's clone: what the host has and this one has not fetched is not rewritten. Better: "
            "`git clone --mirror` the host's, and purge that"
        )
    elsewhere = sum(not r.startswith(_OURS) for r in before)
    if elsewhere:
        yield f"{elsewhere} other refs (pull requests, stash, ...) are rewritten in the mirror, and are not pushed"
