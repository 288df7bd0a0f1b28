"""`unleak bill`."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unleak.cli.aws_options import aws_options, config_of

if TYPE_CHECKING:
    from unleak.aws.accounts import Accounts
    from unleak.config import Config
    from unleak.model.bill import Bill, Spending
    from unleak.model.incident import Incident
    from unleak.review.bill import Deeds


@click.command("bill")
@click.argument("key_id", default="")
@click.option("--since", default="", metavar="TIME", help="When the leak was (default: as the record has it).")
@click.option("--account", "accounts", multiple=True,
              help="Whose bill (default: all accounts of the incident, else your own). Several at once.")  # fmt: skip
@click.option("--by-resource", is_flag=True, help="Ask Cost Explorer for the resources too, where that is switched on.")
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text", show_default=True)
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
    from unleak.aws.accounts import Accounts
    from unleak.cli.incident_named import incident_of_key
    from unleak.report.bill import to_json, to_text
    from unleak.review.bill import bill

    config = config_of(profile, region, config_path)
    known = incident_of_key(config, key_id) if key_id else None
    leak = _leak(since, known)
    aws, now = Accounts(config), datetime.now(UTC)
    told, problems = _spendings(config, aws, _whose(accounts, known, key_id, aws), leak, now)
    deeds, unread = _deeds(config, known, leak)
    found = bill(key_id, leak, now, told, deeds, (*problems, *unread))
    if by_resource:
        found = _with_resources(found, aws, now)
    click.echo(to_json(found) if format_name == "json" else to_text(found))
    for problem in found.problems:
        click.echo(f"unleak: could not look: {problem}", err=True)
    sys.exit(3 if found.problems else 1 if found.anomalies else 0)


def _leak(since: str, known: "Incident | None") -> datetime:
    """Where nobody knows when it leaked, a week before the incident: the usual must not hold an attacker's costs."""
    from unleak.cli.investigate import time_of
    from unleak.model.errors import Misuse

    leak = time_of(since, "--since") or (known and (known.leaked_at or known.suspect_since))
    if not leak:
        raise Misuse("when the key leaked is not known", "say since when it may have cost: --since 2026-11-23")
    return leak if leak.tzinfo else leak.replace(tzinfo=UTC)


def _whose(accounts: tuple[str, ...], known: "Incident | None", key_id: str, aws: "Accounts") -> tuple[str, ...]:
    """As named; else where the incident's credentials are; else the key's; else our own."""
    from unleak.iam.key_id import account_of
    from unleak.model.errors import Misuse

    for number in accounts:
        if not (number.isascii() and number.isdecimal() and len(number) == 12):  # noqa: PLR2004  an account's number
            raise Misuse(f"--account {number} is no account", "give its twelve digits")
    of_incident = [o.account for o in known.owners.values()] if known else []
    of_incident += [c.account for c in known.credentials.values()] if known else []
    found = accounts or tuple(of_incident) or (account_of(key_id) or aws.caller.account,)
    return tuple(dict.fromkeys(filter(None, found)))


def _spendings(
    config: "Config", aws: "Accounts", accounts: tuple[str, ...], leak: datetime, now: datetime
) -> "tuple[list[Spending], tuple[str, ...]]":
    """An account that cannot be looked at is told, and the others are looked at all the same."""
    from unleak.model.errors import CouldNotLook, NoCredentials
    from unleak.review.costs import spending

    payer = config.organization.management if config.organization else ""
    told, problems = [], []
    for account in accounts:
        try:
            told.append(spending(aws, account, leak, now, payer))
        except NoCredentials:
            raise
        except CouldNotLook as error:
            problems.append(f"account {account}: {error}" + (f"; {error.hint}" if error.hint else ""))
    return told, tuple(problems)


def _deeds(config: "Config", known: "Incident | None", leak: datetime) -> "tuple[Deeds, tuple[str, ...]]":
    """What the record has of the incident: things that were removed cost too."""
    from unleak.engine.story import calls_from
    from unleak.model.errors import CouldNotLook
    from unleak.review.bill import Deeds
    from unleak.review.deeds import things_of
    from unleak.store.record import Record

    if known is None:
        return Deeds(), ()
    record = Record(config.record_url)
    try:
        calls = [c for c in calls_from(record, known) if c.at >= leak]
        lines = record.load(known.descent.exhibit) if known.descent else []
        return Deeds(things_of(lines), calls), ()
    except CouldNotLook as error:
        return Deeds(), (f"what the incident brought about: {error}",)
    finally:
        record.close()


def _with_resources(found: "Bill", aws: "Accounts", now: datetime) -> "Bill":
    from dataclasses import replace

    from unleak.model.errors import CouldNotLook
    from unleak.review.costs import by_resource

    named, problems = [], list(found.problems)
    for anomaly in found.anomalies:
        try:
            more = tuple(by_resource(aws, anomaly, now))
            named.append(replace(anomaly, named=more))
        except CouldNotLook as error:
            problems.append(f"the resources behind {anomaly.service} in {anomaly.region}: {error}")
            named.append(anomaly)
    asked = found.requests + len(found.anomalies)
    return replace(found, anomalies=tuple(named), problems=tuple(problems), requests=asked)
