"""What a push to a repository elsewhere brought in, fetched without the rest of it.

Of what stood there before, only commits and trees are fetched: they say what is new, and the new files come whole.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from unleak.git.repository import Repository
from unleak.model.errors import CouldNotLook
from unleak.scan.sources.remote import Login, Remote, asking, cloned

_BEFORE, _AFTER = "refs/unleak/before", "refs/unleak/after"
_FETCH = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules")


@contextmanager
def fetched(
    url: str, ref: str, before: str, after: str, *, login: Login | None = None, most_silence: float = 60.0
) -> Iterator[tuple[Repository, tuple[str, ...]]]:
    """The repository, and the revisions for `read_commits`; none where the whole of it is to be looked at.

    `before` is zeros for a branch that was not there: then what the default branch has is not new, unless it is that
    very branch. Where the host does not have `before` any more, all is. Raises Misuse, CouldNotLook.
    """
    with asking(url, login=login, most_silence=most_silence) as remote:
        folder = remote.folder / "pushed.git"
        remote.git("init", "--quiet", "--bare", "--template=", str(folder))
        remote.git("--git-dir", str(folder), "remote", "add", "origin", remote.url)
        if _fetch_before(remote, folder, ref, before):
            _fetch(remote, folder, "--no-filter", "origin", f"{after}:{_AFTER}")
            yield remote.repository(folder), (after, f"^{_BEFORE}")
            return
    with cloned(url, login=login, most_silence=most_silence) as whole:
        yield whole, ()


def _fetch_before(remote: Remote, folder: Path, ref: str, before: str) -> bool:
    what, depth = (before, ["--depth=1"]) if before.strip("0") else ("HEAD", [])
    if what == "HEAD" and _default_branch(remote, folder) in {ref, ""}:
        return False
    try:
        _fetch(remote, folder, "--filter=blob:none", *depth, "origin", f"{what}:{_BEFORE}")
    except CouldNotLook:
        return False
    return True


def _default_branch(remote: Remote, folder: Path) -> str:
    """Empty where the host does not say."""
    told = remote.git("--git-dir", str(folder), "ls-remote", "--symref", "origin", "HEAD")
    named = (line.removeprefix("ref: ").partition("\t")[0] for line in told.splitlines() if line.startswith("ref: "))
    return next(named, "")


def _fetch(remote: Remote, folder: Path, *arguments: str) -> None:
    """New files may come as differences from old ones, which git then fetches too."""
    remote.git("--git-dir", str(folder), *_FETCH, *arguments)
