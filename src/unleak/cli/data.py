"""`unleak data`."""

import sys
from pathlib import Path

import click

from unleak.cli.aws_options import aws_options, config_of
from unleak.cli.format_option import format_option


@click.command("data")
@click.argument("key_id")
@click.option("--trail", "trails", multiple=True, metavar="SOURCE",
              help="Where its calls are, as for `unleak investigate`. Several at once.")  # fmt: skip
@click.option("--leaked-at", default="", metavar="TIME", help="When the key became known to others.")
@click.option("--account", default="", help="Whose trail it is, where the key's id does not tell.")
@click.option("--no-versions", is_flag=True, help="Do not ask AWS what was there before.")
@format_option()
@aws_options
def command(
    key_id: str, trails: tuple[str, ...], leaked_at: str, account: str, no_versions: bool, format_name: str,
    profile: str, region: str, config_path: Path | None,
) -> None:  # fmt: skip
    """What KEY_ID, and every credential that came of it, read, wrote, overwrote and deleted.

    For each thing: when, by whom, the version before, and whether it can be put back. Reads CloudTrail, then lists
    versions; reads no content and changes nothing.

    \b
    unleak data AKIA... --trail s3://my-trail
    unleak data AKIA... --trail ./cloudtrail-logs --format json

    Exit codes: 0 no data was touched, 1 some was, 2 misuse, 3 something could not be looked at.
    """
    from unleak.cli.investigate import check_key, time_of
    from unleak.cli.investigate_told import progress
    from unleak.cli.standpoint import standpoint_of
    from unleak.engine.inquiries.data import Beside, Question, look
    from unleak.report.data import to_json, to_text

    check_key(key_id)
    stand = standpoint_of(config_of(profile, region, config_path), key_id)
    question = Question(trails, time_of(leaked_at, "--leaked-at"), account, versions=not no_versions)
    with progress() as tell:
        told = look(stand, key_id, question, Beside(tell))
    click.echo(to_json(told) if format_name == "json" else to_text(told, stand.known.id if stand.known else ""))
    sys.exit(3 if not told.is_whole else 1 if told.things else 0)
