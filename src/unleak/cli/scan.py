"""`unleak scan`."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unleak.cli.saying import say
from unleak.cli.scan_what import What
from unleak.model.errors import CouldNotLook, Misuse
from unleak.model.finding import Severity
from unleak.scan.formats import NAMES
from unleak.scan.scanner import Scan

if TYPE_CHECKING:
    from unleak.scan.ignore import Ignores


@click.command("scan")
@click.argument("path", default=".", type=click.Path(readable=False))
@click.option("--history", is_flag=True, help="Every version of every file that the repository at PATH ever held.")
@click.option("--since", metavar="REV", help="Of the history, what REV does not have.")
@click.option("--range", "ranges", metavar="A..B", multiple=True, help="Of the history, these commits. Repeatable.")
@click.option("--staged", is_flag=True, help="What the next commit would add: for a commit hook.")
@click.option("--github", is_flag=True, help="PATH is an owner at GitHub: all repositories, issues and comments.")
@click.option("--forks", is_flag=True, help="With --github: forks too.")
@click.option("--rules", metavar="FILE", help="More rules, in gitleaks' format.")
@click.option("--verify", is_flag=True, help="Ask AWS whether the credentials live. Leaves a trace there.")
@click.option("--verify-canaries", is_flag=True, help="Ask about known bait too: its owner will hear of it.")
@click.option("--baseline", metavar="FILE", help="Leave out the findings in FILE.")
@click.option("--write-baseline", metavar="FILE", help="Write all findings to FILE, to be left out from now on.")
@click.option("--no-ignore", is_flag=True, help="Heed no comments in code, no .unleakignore, no .gitleaksignore.")
@click.option(
    "--min-severity",
    type=click.Choice([s.value for s in Severity]),
    default="low",
    show_default=True,
    help="Leave out what is less severe. A lone key id is low.",
)
@click.option("--format", "format_name", type=click.Choice(NAMES), default="text", show_default=True)
@click.option("--output", metavar="FILE", help="Write to FILE, and to the terminal only how many there are.")
@click.option("--exit-zero", is_flag=True, help="Exit 0 also where something is found.")
def command(
    path: str,
    history: bool,
    since: str | None,
    ranges: tuple[str, ...],
    staged: bool,
    github: bool,
    forks: bool,
    rules: str | None,
    verify: bool,
    verify_canaries: bool,
    baseline: str | None,
    write_baseline: str | None,
    no_ignore: bool,
    min_severity: str,
    format_name: str,
    output: str | None,
    exit_zero: bool,
) -> None:
    """Find AWS key ids, secrets, session tokens and other credentials of AWS in PATH.

    PATH is a file, a folder, a container image as a tar, a URL of a repository, or "-" for standard input. Pairs ids
    with their secrets and tells the account, offline. Reads what is encoded and packed. A secret is never printed.

    \b
    unleak scan .                          the files here, without .git; links are not followed
    unleak scan --history .                everything that was ever committed
    unleak scan --range main..HEAD         what a branch adds
    unleak scan --staged                   in a commit hook; `unleak setup hooks` makes one
    unleak scan https://HOST/OWNER/REPO    a repository elsewhere, with its history
    git diff | unleak scan -
    unleak scan . --format sarif --output unleak.sarif
    unleak scan . --write-baseline known.json    then    unleak scan . --baseline known.json

    Exit codes: 0 nothing found, 1 findings, 2 misuse, 3 could not look everywhere, whether or not anything was found.
    """
    for option, value in (
        ("rules", rules),
        ("baseline", baseline),
        ("write-baseline", write_baseline),
        ("output", output),
    ):
        if value == "":
            raise Misuse(f"--{option} is empty", "a variable that is not set, perhaps?")
    if output and output != "-" and not Path(output).absolute().parent.is_dir():
        raise Misuse(f"there is no folder for {output}", "make it first")
    what = What(path, history, staged, since, ranges, github, forks)
    ignores = _ignores(what, baseline, write_baseline, no_ignore=no_ignore)
    result = _scan(what, rules, verify=verify or verify_canaries, canaries=verify_canaries)
    if ignores is not None:
        ignores.apply(result)
        for line in ignores.told:
            say(line)
    if write_baseline:
        _write_baseline(result, write_baseline)
        return
    _leave_out(result, min_severity)
    _show(result, format_name, output)
    sys.exit(3 if not result.complete else 1 if result.findings and not exit_zero else 0)


def _ignores(what: What, baseline: str | None, write_baseline: str | None, *, no_ignore: bool) -> "Ignores | None":
    """Read before the scan, so that a mistake in them is told at once."""
    if baseline and (no_ignore or write_baseline):
        other = "--no-ignore" if no_ignore else "--write-baseline"
        raise Misuse(f"--baseline and {other} exclude each other", "leave one of them out")
    if no_ignore:
        return None
    from unleak.scan.ignore import Ignores, inline

    if what.is_local:
        return Ignores.at(Path(what.path), in_git=what.in_git, baseline=Path(baseline) if baseline else None)
    from unleak.scan.ignore import baseline as known

    return Ignores([inline, *([known.read(Path(baseline))] if baseline else [])])


def _scan(what: What, rules_file: str | None, *, verify: bool, canaries: bool) -> Scan:
    rules = None
    if rules_file:
        from unleak.scan.rules.load import load_rules

        rules = load_rules(Path(rules_file))
        for line in rules.told:
            say(line)
        if what.in_git and rules.of_paths:
            say(f"rules of paths find nothing in history: {', '.join(rules.of_paths)}")
    try:
        if sys.stderr.isatty():
            from unleak.cli.scan_bar import ScanBar

            with ScanBar() as bar:
                result = what.scan(bar, rules)
        else:
            result = what.scan(None, rules)
    except OSError as error:
        why = f"cannot read {_shown(what)}: {error.strerror or error}"
        raise CouldNotLook(why, "make it readable, then scan again") from error
    if verify:
        from unleak.config import load_config
        from unleak.scan.ask_aws import AskAws
        from unleak.scan.verify import verify as ask_all

        ask_all(result, AskAws(load_config()), ask_canaries=canaries)
    result.source = _shown(what)
    return result


def _shown(what: What) -> str:
    if not what.is_remote:
        return what.path
    from unleak.scan.sources.remote_address import without_login

    return without_login(what.path)


def _write_baseline(result: Scan, path: str) -> None:
    """Of a scan that did not see everything, it would say that the rest is known."""
    from unleak.scan.formats.words import counted
    from unleak.scan.ignore import baseline

    if not result.complete:
        _show(result, "text", None)
        raise CouldNotLook("not everything could be looked at: no baseline is written", "see above, then again")
    baseline.write(result, Path(path))
    known = counted(len(result.findings), "finding is", "findings are")
    click.echo(f"{known} known from now on: unleak scan --baseline {path}")


def _leave_out(result: Scan, min_severity: str) -> None:
    ranks = [s.value for s in Severity]
    kept = [f for f in result.findings if ranks.index(f.severity.value) >= ranks.index(min_severity)]
    result.left_out = result.keep(kept)


def _show(result: Scan, format_name: str, output: str | None) -> None:
    from unleak.scan.formats import render

    if output and output != "-":
        try:
            Path(output).write_text(render(result, format_name) + "\n", encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            raise CouldNotLook(f"cannot write {output}: {error.strerror or error}", "give another place") from error
        click.echo(render(result, "text").splitlines()[-1], err=True)
        return
    if sys.stdout is None:
        raise CouldNotLook("standard output is closed", "give --output FILE")
    encoding = sys.stdout.encoding or "utf-8"
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    try:
        click.echo(render(result, format_name, colour=colour).encode(encoding, "replace").decode(encoding))
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CouldNotLook(f"cannot write to standard output: {error.strerror}", "give --output FILE") from error
