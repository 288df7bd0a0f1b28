"""`unleak scan`."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from unleak.model.errors import CouldNotLook, Misuse
from unleak.model.finding import Severity
from unleak.scan.blob import Blob, Problem
from unleak.scan.scanner import Scan, scan


@click.command("scan")
@click.argument("path", default=".", type=click.Path(readable=False))
@click.option(
    "--history", is_flag=True, help="Every version of every file that the repository at PATH holds, and every message."
)
@click.option("--staged", is_flag=True, help="What the next commit would add: for a commit hook.")
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--min-severity",
    type=click.Choice(["low", "medium", "high", "critical"]),
    default="low",
    show_default=True,
    help="Leave out what is less severe. A lone key id is low.",
)
def command(path: str, history: bool, staged: bool, format_name: str, min_severity: str) -> None:
    """Find AWS key ids, secrets and session tokens in PATH ("-" for standard input).

    Pairs ids with their secrets and tells the account, offline. A secret is never printed.

    \b
    unleak scan .                    the files here, without .git; links are not followed
    unleak scan --history .          everything that was ever committed
    unleak scan --staged             in a commit hook
    git diff | unleak scan -
    """
    if history and staged:
        raise Misuse("--history and --staged exclude each other", "run twice")
    try:
        result = _scan(path, history=history, staged=staged)
    except OSError as error:
        raise CouldNotLook(
            f"cannot read {path}: {error.strerror or error}", "make it readable, then scan again"
        ) from error
    _leave_out(result, min_severity)
    result.source = path
    encoding = sys.stdout.encoding or "utf-8"
    click.echo(_render(result, format_name).encode(encoding, "replace").decode(encoding))
    sys.exit(3 if not result.complete else 1 if result.findings else 0)


def _leave_out(result: Scan, min_severity: str) -> None:
    ranks = [s.value for s in Severity]
    kept = [f for f in result.findings if ranks.index(f.severity.value) >= ranks.index(min_severity)]
    result.left_out = len(result.findings) - len(kept)
    result.findings = kept


def _scan(path: str, *, history: bool, staged: bool) -> Scan:
    if path == "-":
        return scan(_standard_input(history=history, staged=staged))
    if history:
        return _history(Path(path))
    return scan(_staged(Path(path)) if staged else _files(Path(path)))


def _standard_input(*, history: bool, staged: bool) -> Iterator[Blob]:
    if history or staged:
        raise Misuse(
            "standard input is no repository", "give the repository's path, or leave out --history and --staged"
        )
    if sys.stdin is None:
        raise CouldNotLook("standard input is closed", "pipe something into `unleak scan -`")
    yield Blob(sys.stdin.buffer.read(), "(standard input)")


def _files(path: Path) -> Iterator[Blob | Problem]:
    from unleak.scan.sources.files import read_files

    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Misuse(f"there is no {path}", "give a file, a folder, or - for standard input") from error
    return read_files(path)


def _staged(path: Path) -> Iterator[Blob | Problem]:
    from unleak.git.repository import Repository
    from unleak.scan.sources.staged import read_staged

    return read_staged(Repository.at(path))


def _history(path: Path) -> Scan:
    """With a bar on a terminal, where it takes long enough to be seen."""
    from unleak.git.repository import Repository
    from unleak.scan.history import scan_history

    repository = Repository.at(path)
    if not sys.stderr.isatty():
        return scan_history(repository)
    from unleak.cli.scan_bar import ScanBar

    with ScanBar() as bar:
        return scan_history(repository, bar.update)


def _render(result: Scan, format_name: str) -> str:
    if format_name == "json":
        from unleak.scan.formats import json

        return json.render(result)
    from unleak.scan.formats import text

    return text.render(result)
