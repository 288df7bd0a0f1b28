"""`unleak scan`."""

import sys

import click

from unleak.cli.format_option import format_option
from unleak.cli.scan_run import How, run
from unleak.cli.scan_what import What
from unleak.model.finding import Severity
from unleak.scan.formats import NAMES


@click.command("scan")
@click.argument("path", default=".", type=click.Path(readable=False))
@click.option("--history", is_flag=True, help="Every version of every file that the repository at PATH ever held.")
@click.option("--since", metavar="REV", help="Of the history, what REV does not have.")
@click.option("--range", "ranges", metavar="A..B", multiple=True, help="Of the history, these commits. Repeatable.")
@click.option("--staged", is_flag=True, help="What the next commit would add: for a commit hook.")
@click.option("--github", is_flag=True, help="PATH is an owner at GitHub: all repositories, issues and comments.")
@click.option("--forks", is_flag=True, help="With --github: forks too.")
@click.option("--enqueue", is_flag=True, help="With --github: leave each repository to `unleak worker`.")
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
@format_option(NAMES)
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
    enqueue: bool,
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
    if enqueue:
        sys.exit(_enqueue(path, github=github, forks=forks))
    what = What(path, history, staged, since, ranges, github, forks)
    how = How(
        rules,
        verify,
        verify_canaries,
        baseline,
        write_baseline,
        no_ignore,
        min_severity,
        format_name,
        output,
        exit_zero,
    )
    sys.exit(run(what, how))


def _enqueue(owner: str, *, github: bool, forks: bool) -> int:
    from datetime import UTC, datetime

    from unleak.model.errors import Misuse

    if not github:
        raise Misuse("--enqueue is for the repositories of an owner", "unleak scan --github OWNER --enqueue")
    from unleak.cli.scan_enqueued import enqueue

    return enqueue(owner, forks=forks, today=datetime.now(UTC).date())
