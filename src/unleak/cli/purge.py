"""`unleak purge`."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unleak.cli.format_option import format_option

if TYPE_CHECKING:
    from unleak.git.repository import Repository
    from unleak.model.finding import Finding
    from unleak.purge.run import Say
    from unleak.scan.scanner import Scan


@click.command("purge")
@click.argument("repo", type=click.Path(path_type=Path))
@click.option("--key", "keys", multiple=True, metavar="KEY_ID", help="Only what belongs to this key. Repeatable.")
@click.option("--into", type=click.Path(path_type=Path), metavar="DIR",
              help="Where the rewritten mirror goes: a folder that is not there yet.")  # fmt: skip
@click.option("--plan", "plan_only", is_flag=True, help="Say what would be done; change nothing.")
@click.option("--branch", default="", metavar="NAME", help="Commit the patch to a new branch of REPO.")
@click.option("--no-ignore", is_flag=True, help="Take out, too, what ignore files and comments let stand.")
@format_option()
def command(
    repo: Path, keys: tuple[str, ...], into: Path | None, plan_only: bool, branch: str, no_ignore: bool,
    format_name: str,
) -> None:  # fmt: skip
    """Take AWS credentials out of the source, and out of the history of the git repository at REPO.

    Shows a patch for the source as it stands. Then rewrites a fresh mirror clone with git-filter-repo: contents,
    messages, tags, names. Proves that no form of the secret is left in it, and that all else is as it was. REPO is only
    read; nothing is pushed.

    \b
    unleak purge . --plan                             what would be done
    unleak purge . --branch without-key               only the patch, as a commit on a new branch
    unleak purge project.git --into project.purged    rewrite the history there, and prove it
    unleak purge project.git --key AKIA... --into project.purged

    Exit codes: 0 nothing to take out, 1 steps for people remain, or the proof failed, 2 misuse, 3 could not look.
    """
    from unleak.cli import purge_told
    from unleak.git.repository import Repository
    from unleak.model.errors import Misuse
    from unleak.model.plan import Tri
    from unleak.purge.branch import check_branch, make_branch
    from unleak.purge.rewrite import need_filter_repo
    from unleak.purge.run import plan, purge

    if plan_only and (into or branch):
        raise Misuse("--plan changes nothing", "leave it out, or leave out --into and --branch")
    repository = Repository.at(repo)
    if into:
        need_filter_repo(repository)
        _check_into(into)
    if branch:
        check_branch(repository, branch)
    say = _progress()
    say("reading the history")
    scanned, everything = _scan(repository, repo, no_ignore=no_ignore or bool(keys))
    if not scanned.findings and not keys:
        click.echo(purge_told.nothing(scanned, format_name))
        sys.exit(0 if scanned.complete else 3)
    ignored = {f.fingerprint for f in everything} - {f.fingerprint for f in scanned.findings}
    planned = plan(repository, everything, keys, say, ignored)
    if branch and planned.edits:
        make_branch(repository, branch, planned.edits)
    done = purge(repository, planned, into, say) if into else None
    told = purge_told.Told(planned, done, scanned, _origin(repository), branch if planned.edits else "")
    click.echo(told.json() if format_name == "json" else told.text())
    could_not = not scanned.complete or (done is not None and done.verdict is Tri.COULD_NOT_LOOK)
    sys.exit(1 if done is not None and done.verdict is Tri.NO else 3 if could_not else 1)


def _check_into(into: Path) -> None:
    """Early, and again when it is made."""
    from unleak.model.errors import Misuse
    from unleak.purge.journal import Journal

    if not into.absolute().parent.is_dir():
        raise Misuse(f"there is no folder for {into}", "make it first")
    Journal(into).check_new()


def _scan(repository: "Repository", repo: Path, *, no_ignore: bool) -> "tuple[Scan, list[Finding]]":
    """Without what is ignored, and with it."""
    from unleak.scan.history import scan_history
    from unleak.scan.ignore import Ignores

    result = scan_history(repository)
    everything = list(result.findings)
    if not no_ignore:
        Ignores.at(repo, in_git=True).apply(result)
    return result, everything


def _origin(repository: "Repository") -> str:
    """Where pushes go, as it may be shown."""
    from unleak.model.errors import UnleakError
    from unleak.scan.sources.remote_address import without_login

    url = repository.run("remote", "get-url", "--push", "origin", check=False).stdout.decode(errors="replace").strip()
    try:
        return without_login(url) if url else "URL"
    except UnleakError:
        return "URL"


def _progress() -> "Say":
    """A line a stage, where somebody looks."""
    from unleak.cli.saying import say_plainly

    def say(line: str) -> None:
        if sys.stderr is not None and sys.stderr.isatty() and not os.environ.get("CI"):
            say_plainly(f"unleak: {line} ...")

    return say
