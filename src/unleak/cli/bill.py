"""`unleak bill`."""

import sys
from pathlib import Path

import click

from unleak.cli.aws_options import aws_options, config_of
from unleak.cli.format_option import format_option


@click.command("bill")
@click.argument("key_id", default="")
@click.option("--since", default="", metavar="TIME", help="When the leak was (default: as the record has it).")
@click.option("--account", "accounts", multiple=True,
              help="Whose bill (default: all accounts of the incident, else your own). Several at once.")  # fmt: skip
@click.option("--by-resource", is_flag=True, help="Ask Cost Explorer for the resources too, where that is switched on.")
@format_option()
@aws_options
def command(
    key_id: str, since: str, accounts: tuple[str, ...], by_resource: bool, format_name: str,
    profile: str, region: str, config_path: Path | None,
) -> None:  # fmt: skip
    """What the leak of KEY_ID costs: by service, region and day, beside the weeks before.

    Asks Cost Explorer, a cent a question: one for each account, more where it answers in pages. Changes nothing. What
    the incident of KEY_ID brought about is named beside what it may have cost.

    \b
    unleak bill AKIA...
    unleak bill --since 2026-11-23 --account 111122223333 --account 444455556666
    unleak bill AKIA... --format json > bill.json

    Exit codes: 0 nothing out of the usual, 1 something is, 2 misuse, 3 something could not be looked at.
    """
    from unleak.cli.investigate import time_of
    from unleak.cli.standpoint import standpoint_of
    from unleak.engine.inquiries.bill import Question, look
    from unleak.report.bill import to_json, to_text

    stand = standpoint_of(config_of(profile, region, config_path), key_id)
    found = look(stand, key_id, Question(time_of(since, "--since"), accounts, by_resource))
    click.echo(to_json(found) if format_name == "json" else to_text(found))
    for problem in found.problems:
        click.echo(f"unleak: could not look: {problem}", err=True)
    sys.exit(3 if found.problems else 1 if found.anomalies else 0)
