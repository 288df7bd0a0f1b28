"""`unleak hook`: what git's own hooks call."""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NoReturn

import click

from unleak.model.errors import CouldNotLook, Misuse
from unleak.model.finding import Finding, Place, Severity
from unleak.model.value import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from unleak.cli.refusal import WayBack
    from unleak.git.attribution import Introduction
    from unleak.git.repository import Repository
    from unleak.scan.ignore import Ignores
    from unleak.scan.scanner import Scan

_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_PUSH_FIELDS, _RECEIVE_FIELDS = 4, 3
_SKIP = "unleak.skip"
_IGNORE_FILES = (".unleakignore", ".gitleaksignore")

_least = click.option(
    "--min-severity",
    type=click.Choice([s.value for s in Severity]),
    default=Severity.HIGH.value,
    show_default=True,
    help="Let pass what is less severe. A lone key id is low.",
)


@click.group("hook")
def command() -> None:
    """What git runs before a push goes out or comes in. `unleak setup hooks` puts it where git looks.

    Looks only at what the push adds, in every commit of it, not just the last. Refuses where a secret is found, and
    where something could not be looked at. A commit hook is `unleak scan --staged --min-severity high`.

    Exit codes: 0 may pass, 1 a secret was found, 2 misuse, 3 could not look; all but 0 refuse the push.
    """


@command.command("pre-push")
@click.argument("remote", default="")
@click.argument("url", default="")
@_least
def pre_push(remote: str, url: str, min_severity: str) -> None:
    """Before a push goes out: what REMOTE does not have yet, named by git on standard input.

    git gives REMOTE and URL; the pre-commit framework says the same in its environment.

    \b
    unleak hook pre-push "$@"        in .git/hooks/pre-push
    """
    news, known = _framework() if not remote else _pushed(_lines())
    if not remote:
        remote, url = os.environ["PRE_COMMIT_REMOTE_NAME"], os.environ.get("PRE_COMMIT_REMOTE_URL", "")
    if not news:
        click.echo("unleak: git names nothing that is pushed: nothing to look at", err=True)
        return
    repository = _repository()
    theirs = [f"--remotes={remote}"] if remote != url and not set(remote) & set("*?[\\\n") else []
    _judge(repository, _Push(news, [*theirs, *_held(repository, known)], _of_work_tree), min_severity)


@command.command("pre-receive")
@click.argument("update", nargs=-1, metavar="[REF OLD NEW]")
@_least
@click.option("--allow-skip", is_flag=True, help=f"Let pass a push with `--push-option={_SKIP}`, and say so.")
def pre_receive(update: tuple[str, ...], min_severity: str, allow_skip: bool) -> None:
    """On a server, before a push is taken in: its new objects, while git still holds them in quarantine.

    git names the refs on standard input; as an `update` hook, gives REF, OLD and NEW.

    \b
    unleak hook pre-receive          in hooks/pre-receive
    unleak hook pre-receive "$@"     in hooks/update
    """
    if update and len(update) != _RECEIVE_FIELDS:
        raise Misuse("an update hook is given REF, OLD and NEW", "pass them on, or nothing for pre-receive")
    if allow_skip and _SKIP in _push_options():
        click.echo(f"unleak: not looked at, since the push says {_SKIP}", err=True)
        return
    received = [f"{update[1]} {update[2]} {update[0]}"] if update else _lines()
    if not received:
        raise Misuse("git named no ref on standard input", "let the hook's standard input through to this command")
    news = _received(received)
    if news:
        _judge(_repository(), _Push(news, ["--all"], _of_head), min_severity)


def _lines() -> list[str]:
    if sys.stdin is None:
        raise CouldNotLook("standard input is closed", "git says there what is pushed: let it through")
    if sys.stdin.isatty():
        raise Misuse("this is for git to call", "unleak setup hooks")
    return sys.stdin.buffer.read().decode(errors="surrogateescape").splitlines()


def _pushed(lines: Iterable[str]) -> tuple[list[str], list[str]]:
    """What is pushed, and what the remote has in its place. The local name is whatever a person wrote, with spaces."""
    news, known = [], []
    for line in lines:
        fields = line.rsplit(" ", 3)
        if len(fields) != _PUSH_FIELDS:
            raise _no_sense(line)
        news += _named(fields[1])
        known += _named(fields[3])
    return news, known


def _received(lines: Iterable[str]) -> list[str]:
    """What is to be new; not what is deleted."""
    news = []
    for line in lines:
        fields = line.split(" ", 2)
        if len(fields) != _RECEIVE_FIELDS:
            raise _no_sense(line)
        _named(fields[0])
        news += _named(fields[1])
    return news


def _named(oid: str) -> list[str]:
    """None for zeros, which is git's word for nothing."""
    if not _ID.fullmatch(oid):
        raise _no_sense(oid)
    return [oid] if oid.strip("0") else []


def _no_sense(words: str) -> Misuse:
    return Misuse(f"{words[:200]!a} is not what git says to this hook", "is it called by another hook?")


def _framework() -> tuple[list[str], list[str]]:
    """What pre-commit says of a push: one ref, and what the remote has; of a first push, only the ref's name."""
    new = os.environ.get("PRE_COMMIT_TO_REF") or os.environ.get("PRE_COMMIT_LOCAL_BRANCH", "")
    if not os.environ.get("PRE_COMMIT_REMOTE_NAME") or not new:
        raise Misuse("there is no REMOTE", 'call it as git calls its hook: unleak hook pre-push "$@"')
    return [new], []


def _push_options() -> list[str]:
    count = os.environ.get("GIT_PUSH_OPTION_COUNT", "0")
    return [os.environ.get(f"GIT_PUSH_OPTION_{n}", "") for n in range(int(count) if count.isdecimal() else 0)]


def _repository() -> "Repository":
    from unleak.git.repository import Repository

    return Repository.at(Path())


def _held(repository: "Repository", oids: list[str]) -> list[str]:
    """Of the remote's objects, those that are here too: of others git cannot say what they bring with them."""
    from unleak.git.objects import BadObject, object_kinds

    listed = object_kinds(repository, list(dict.fromkeys(oids)))
    return [known.oid for known in listed if not isinstance(known, BadObject)]


def _judge(repository: "Repository", push: "_Push", min_severity: str) -> NoReturn:
    """Ends the process: silent and with 0, or with why the push is refused."""
    from unleak.scan.scanner import scan
    from unleak.scan.sources.commits import read_commits

    result = scan(read_commits(repository, *push.revisions))
    result.findings = [f for f in result.findings if _weighs(f, min_severity)]
    if not result.findings and result.complete:
        sys.exit(0)
    order = _attribute(repository, push, result)
    ignores = push.ignores(repository)
    ignores.apply(result)
    for line in ignores.told:
        click.echo(f"unleak: {line}", err=True)
    if not result.findings and result.complete:
        sys.exit(0)
    _refuse(repository, push, result, order)


def _refuse(repository: "Repository", push: "_Push", result: "Scan", order: list[str]) -> NoReturn:
    from unleak.cli.refusal import render

    left = {p.commit for f in result.findings for p in f.places}
    way_back = _way_back(repository, push, [c for c in order if c in left])
    encoding = sys.stderr.encoding or "utf-8"
    click.echo(render(result, way_back).encode(encoding, "replace").decode(encoding), err=True)
    sys.exit(3 if not result.complete else 1)


def _weighs(finding: Finding, min_severity: str) -> bool:
    ranks = [s.value for s in Severity]
    return ranks.index(finding.severity.value) >= ranks.index(min_severity)


def _attribute(repository: "Repository", push: "_Push", result: "Scan") -> list[str]:
    """Gives the findings the commits of this push that bring them in; and returns those commits, oldest first."""
    from unleak.git.attribution import introduced_by
    from unleak.git.revisions import by_id

    oids = frozenset(p.commit for f in result.findings for p in f.places if p.commit)
    by_oid: dict[str, list[Introduction]] = {}
    commits: dict[str, None] = {}
    with suppress(CouldNotLook):
        for introduction in introduced_by(repository, oids, by_id(repository, push.revisions)).found:
            by_oid.setdefault(introduction.oid, []).append(introduction)
            commits[introduction.commit] = None
    result.findings = [
        replace(f, places=tuple(p for seen in f.places for p in _places(seen, by_oid))) for f in result.findings
    ]
    return list(commits)


def _places(seen: Place, by_oid: "dict[str, list[Introduction]]") -> Iterator[Place]:
    """A tag belongs to no commit: its id stands for its path."""
    for i in by_oid.get(seen.commit or "", ()):
        yield replace(seen, path=i.path, commit=i.commit, author=i.author, date=i.date)
    if seen.commit not in by_oid:
        yield replace(seen, path=f"object {seen.commit}", commit=None)


def _way_back(repository: "Repository", push: "_Push", commits: list[str]) -> "WayBack | None":
    """None where no commit is to be rewritten, or git does not say how."""
    from unleak.cli.refusal import WayBack
    from unleak.git.revisions import by_id

    with suppress(CouldNotLook):
        if not commits:
            return None
        if commits == by_id(repository, push.news):
            return WayBack(commits, onto="", merges=False)
        first = repository.run("rev-parse", "--verify", "--quiet", f"{commits[0]}^", check=False).returncode != 0
        merges = repository.run("rev-list", "--merges", "--max-count=1", *by_id(repository, push.revisions)).stdout
        return WayBack(commits, "--root" if first else f"{commits[0][:12]}^", merges=bool(merges.strip()))
    return None


def _of_work_tree(repository: "Repository") -> "Ignores":
    from unleak.scan.ignore import Ignores

    return Ignores.at(repository.path, in_git=True)


def _of_head(repository: "Repository") -> "Ignores":
    """A server has no work tree: what it has taken in before counts, and not what this push says of itself."""
    from unleak.git.objects import BadObject, read_objects
    from unleak.scan.ignore import Ignores

    with TemporaryDirectory(prefix="unleak-") as folder:
        found = read_objects(repository, [f"HEAD:{name}" for name in _IGNORE_FILES])
        for name, file in zip(_IGNORE_FILES, found, strict=True):
            if not isinstance(file, BadObject) and file.kind == "blob":
                (Path(folder) / name).write_bytes(file.data)
        return Ignores.at(Path(folder), in_git=True)


@dataclass(frozen=True, slots=True)
class _Push:
    """`news`: what is to be new there. `known`: what the other side has, as revisions to leave out."""

    news: list[str]
    known: list[str]
    ignores: "Callable[[Repository], Ignores]"

    @property
    def revisions(self) -> list[str]:
        return [*self.news, "--not", *self.known]
