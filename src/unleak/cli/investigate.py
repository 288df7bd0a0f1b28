"""`unleak investigate`."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unleak.cli.aws_options import aws_options, config_of

if TYPE_CHECKING:
    from unleak.config import Config
    from unleak.investigate.run import Wish
    from unleak.investigate.sigma.rule import Loaded
    from unleak.investigate.trail.opened import Opened
    from unleak.model.incident import Incident

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
@click.option("--format", "format_name", type=click.Choice(_FORMATS), default="text", show_default=True)
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
    from dataclasses import replace

    from unleak.cli.incident_named import incident_of_key
    from unleak.cli.investigate_told import progress
    from unleak.investigate.run import Wish, investigate
    from unleak.model.errors import Misuse
    from unleak.report.investigation import FORMATS

    check_key(key_id)
    check_place(evidence, "--evidence")
    check_place(output, "--output")
    config = config_of(profile, region, config_path)
    home = config.home / "trail"
    known = incident_of_key(config, key_id)
    leak = time_of(leaked_at, "--leaked-at") or (known.leaked_at if known else None)
    begin, end = time_of(since, "--since") or time_before(leak), time_of(until, "--until")
    sources = sources_of(config, key_id, account, trails, home)
    if verify and not sources.trails:
        raise Misuse("--verify checks files from S3", "give --trail s3://BUCKET/PREFIX")
    loaded = _rules(rule_folders, home)
    with progress() as tell:
        ours = known.our_request_ids if known else frozenset()
        wish = Wish(key_id, home, leak, begin, end, loaded, evidence, tell=tell, our_requests=ours)
        found = investigate(_verifying(wish, sources, config) if verify else wish, sources, datetime.now(UTC))
    text = FORMATS[format_name](replace(found, contained_at=contained_at(known) if known else None))
    if output is not None:
        output.write_text(text, encoding="utf-8")
        click.echo(f"unleak: wrote {output}", err=True)
    else:
        click.echo(text)
    for problem in found.seen.problems:
        click.echo(f"unleak: could not look: {problem}", err=True)
    sys.exit(3 if found.seen.problems else 1 if found.calls else 0)


def contained_at(incident: "Incident") -> datetime | None:
    """Since when all that was done holds; None while something is open."""
    from unleak.playbook import playbook

    now = incident.updated_at or datetime.now(UTC)
    verdicts = [a.verdict for a in incident.actions.values() if a.verdict is not None and a.holds]
    since = [v.since for v in verdicts if v.since is not None]
    return max(since, default=None) if playbook(incident, now).contained else None


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


def time_before(leak: datetime | None) -> datetime | None:
    """Enough of the time before to know what is usual."""
    from datetime import timedelta

    return leak - timedelta(days=14) if leak else None


def _rules(folders: tuple[Path, ...], home: Path) -> "tuple[Loaded, ...]":
    from unleak.investigate.sigma.rules import load

    cache = home / "rules"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    cache.mkdir(exist_ok=True, mode=0o700)
    loaded = (load(cache=cache), *(load(folder, cache) for folder in folders))
    for problem in (p for one in loaded for p in one.problems):
        click.echo(f"unleak: rule left out: {problem}", err=True)
    return loaded


def sources_of(config: "Config", key_id: str, account: str, trails: tuple[str, ...], home: Path) -> "Opened":
    from unleak.aws.accounts import Accounts
    from unleak.iam.key_id import account_of
    from unleak.investigate.trail.opened import EVENT_HISTORY, opened
    from unleak.model.errors import Misuse

    names = trails or config.trails or (EVENT_HISTORY,)
    whose = account or account_of(key_id) or ""
    if not whose and any(n == EVENT_HISTORY or "://" in n for n in names):
        raise Misuse("the key's id does not tell its account", "say whose trail it is: --account 123456789012")
    return opened(names, lambda: Accounts(config), whose, home, config.lookups_a_second)


def _verifying(wish: "Wish", sources: "Opened", config: "Config") -> "Wish":
    from dataclasses import replace

    from unleak.aws.accounts import Accounts
    from unleak.investigate.integrity import told

    return replace(wish, integrity=lambda: told(sources.trails, Accounts(config), wish.since, wish.until))
