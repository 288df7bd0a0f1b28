"""`unleak investigate`."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unleak.cli.aws_options import aws_options, config_of
from unleak.cli.format_option import format_option

if TYPE_CHECKING:
    from unleak.investigate.sigma.rule import Loaded

_TIME = "2026-11-23, or 2026-11-23T04:05:06Z (UTC)"
_BEFORE_CLOUDTRAIL = 2000
_FORMATS = ["text", "json", "html", "ocsf"]


@click.command("investigate")
@click.argument("key_id")
@click.option("--trail", "trails", multiple=True, metavar="SOURCE",
              help="Where its calls are: a file or folder of logs, s3://BUCKET/PREFIX, athena://DATABASE.TABLE, or "
                   "event-history (the default). Several at once.")  # fmt: skip
@click.option("--leaked-at", default="", metavar="TIME", help=f"When the key became known to others: {_TIME}.")
@click.option("--since", default="", metavar="TIME", help="Fetch nothing older (default: 14 days before the leak).")
@click.option("--until", default="", metavar="TIME", help="Fetch nothing newer.")
@click.option("--rules", "rule_folders", multiple=True, type=click.Path(path_type=Path, exists=True, file_okay=False),
              metavar="DIR", help="Sigma rules beside our own, SigmaHQ's folder for one.")  # fmt: skip
@click.option("--account", default="", help="Whose trail it is, where the key's id does not tell.")
@click.option("--verify", is_flag=True, help="Check files from S3 against CloudTrail's signed digests.")
@click.option("--evidence", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write the attacker's calls as Parquet.")  # fmt: skip
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write the report to a file instead of standard output.")  # fmt: skip
@format_option(_FORMATS)
@aws_options
def command(
    key_id: str, trails: tuple[str, ...], leaked_at: str, since: str, until: str, rule_folders: tuple[Path, ...],
    account: str, verify: bool, evidence: Path | None, output: Path | None, format_name: str,
    profile: str, region: str, config_path: Path | None,
) -> None:  # fmt: skip
    """What KEY_ID did, everywhere, and what did every credential that came from it.

    Reads CloudTrail and changes nothing. An index of the logs is kept, so that asking again takes a moment.

    \b
    unleak investigate AKIA... --trail ./cloudtrail-logs
    unleak investigate AKIA... --trail s3://my-trail --leaked-at 2026-11-23T12:33:12Z
    unleak investigate AKIA... --trail event-history --profile security
    unleak investigate AKIA... --trail logs --format html --output incident.html

    Exit codes: 0 no call of an attacker seen, 1 there were some, 2 misuse, 3 something could not be looked at.
    """
    from unleak.cli.investigate_told import progress
    from unleak.cli.standpoint import standpoint_of
    from unleak.engine.inquiries.investigation import Beside, Question, look
    from unleak.report.investigation import FORMATS

    check_key(key_id)
    check_place(evidence, "--evidence")
    check_place(output, "--output")
    config = config_of(profile, region, config_path)
    leak, begin, end = time_of(leaked_at, "--leaked-at"), time_of(since, "--since"), time_of(until, "--until")
    question = Question(trails, leak, begin, end, account, verify)
    rules = _rules(rule_folders, config.home / "trail")
    with progress() as tell:
        found = look(standpoint_of(config, key_id), key_id, question, Beside(rules, evidence, tell))
    put(FORMATS[format_name](found), output)
    for problem in found.seen.problems:
        click.echo(f"unleak: could not look: {problem}", err=True)
    sys.exit(3 if found.seen.problems else 1 if found.calls else 0)


def put(text: str, output: Path | None) -> None:
    """To a file, or to standard output."""
    if output is None:
        click.echo(text.removesuffix("\n"))
        return
    output.write_text(text, encoding="utf-8")
    click.echo(f"unleak: wrote {output}", err=True)


def check_key(key_id: str) -> None:
    from unleak.iam.key_id import KeyKind, kind_of
    from unleak.model.errors import Misuse

    if kind_of(key_id) not in {KeyKind.LONG_TERM, KeyKind.TEMPORARY}:
        raise Misuse(f"{key_id!r} is no AWS key id", "a key id has 20 characters and begins with AKIA or ASIA")


def check_place(path: Path | None, option: str) -> None:
    """Before hours of work, not after."""
    import os

    from unleak.model.errors import Misuse

    if path is not None and not (path.parent.is_dir() and os.access(path.parent, os.W_OK)):
        raise Misuse(f"{option} {path}: nothing can be written there", "give a file in a folder that is there")


def time_of(text: str, option: str) -> datetime | None:
    from unleak.model.clock import parse_stamp
    from unleak.model.errors import Misuse

    try:
        when = parse_stamp(text).astimezone(UTC) if text else None
        if when and when.year < _BEFORE_CLOUDTRAIL:
            raise ValueError(text)  # noqa: TRY301  told below
    except (ValueError, OverflowError) as error:
        raise Misuse(f"{option} {text!r} is no time", f"write it like {_TIME}") from error
    return when


def _rules(folders: tuple[Path, ...], home: Path) -> "tuple[Loaded, ...]":
    from unleak.engine.inquiries.investigation import rules_of

    loaded = rules_of(folders, home)
    for problem in (p for one in loaded for p in one.problems):
        click.echo(f"unleak: rule left out: {problem}", err=True)
    return loaded
