"""`unleak review`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unleak.cli.aws_options import aws_options, config_of
from unleak.cli.format_option import format_option
from unleak.cli.investigate import check_key, check_place, put, time_of

if TYPE_CHECKING:
    from unleak.config import Config
    from unleak.engine.inquiries.review import Question
    from unleak.model.review import Review

_TIME = "2026-11-23, or 2026-11-23T04:05:06Z (UTC)"


@click.command("review")
@click.argument("key_id", required=False, default="")
@click.option("--account", "accounts", multiple=True, metavar="NUMBER",
              help="Where to look (default: the key's account). Several at once.")  # fmt: skip
@click.option("--organization", is_flag=True, help="Every account of the configured organisation.")
@click.option("--since", default="", metavar="TIME", help=f"When the key leaked: {_TIME}. An incident knows it.")
@click.option("--in", "regions", multiple=True, metavar="REGION", help="Only there (default: every enabled region).")
@click.option("--check", "names", multiple=True, metavar="ID", help="Only this check. Several at once.")
@click.option("--trail", "trails", multiple=True, metavar="SOURCE",
              help="Ask the trail what the key brought about, as `unleak investigate` does.")  # fmt: skip
@click.option("--all", "every", is_flag=True, help="Name everything that stands, also what is older and harmless.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write the report to a file instead of standard output.")  # fmt: skip
@format_option(("text", "json", "html"))
@aws_options
def command(
    key_id: str, accounts: tuple[str, ...], organization: bool, since: str, regions: tuple[str, ...],
    names: tuple[str, ...], trails: tuple[str, ...], every: bool, output: Path | None, format_name: str, profile: str,
    region: str, config_path: Path | None,
) -> None:  # fmt: skip
    """What stands in the account, in every region: by the incident, since the leak, or older. Changes nothing.

    Looks where attackers hide (users, roles, functions, machines, shared disks, silenced guards, copies of the key),
    and for everything else at AWS's own inventories. KEY_ID is the leaked key: its incident, or --trail, says what it
    brought about.

    \b
    unleak review AKIA... --since 2026-11-23T12:33:12Z
    unleak review AKIA... --trail ./cloudtrail-logs --profile security
    unleak review --account 111122223333 --in eu-west-1 --check iam_users --check iam_roles
    unleak review AKIA... --organization --format json --output review.json

    What it may need is printed by `unleak setup policy --review`.

    Exit codes: 0 nothing of the incident, nothing since the leak and nothing grave, 1 there is some, 2 misuse, 3
    something could not be looked at.
    """
    from unleak.engine.inquiries.review import Question, check
    from unleak.engine.inquiries.review_facts import DESCENT
    from unleak.report.review import FORMATS, to_text

    if key_id:
        check_key(key_id)
    check_place(output, "--output")
    question = Question(trails, accounts, organization, time_of(since, "--since"), regions, names)
    check(question)
    found = _look(config_of(profile, region, config_path), key_id, question)
    put(to_text(found, every=every) if format_name == "text" else FORMATS[format_name](found), output)
    for gap in found.unseen:
        if gap.check == DESCENT:
            click.echo(f"unleak: could not look: {gap.why}", err=True)
    sys.exit(3 if found.unseen else 1 if found.worries else 0)


def _look(config: "Config", key_id: str, question: "Question") -> "Review":
    from dataclasses import replace

    from unleak.aws.clock import AwsClock
    from unleak.cli.investigate_told import progress as progress_of_trail
    from unleak.cli.review_told import progress
    from unleak.cli.standpoint import standpoint_of
    from unleak.engine.inquiries.review import known_of, look_around

    stand = standpoint_of(config, key_id)
    stand = replace(stand, now=AwsClock(stand.aws()).now)
    with progress_of_trail() as trail:
        known = known_of(stand, key_id, question, trail)
    with progress() as tell:
        return look_around(stand, key_id, question, known, tell)
