"""`unleak respond`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unleak.cli.world import aws_options, config_of, leaked_credentials, make_world, person, without_secret

if TYPE_CHECKING:
    from datetime import datetime

    from unleak.model.alert import Alert
    from unleak.model.incident import Incident
    from unleak.model.plan import Plan
    from unleak.respond import World


@click.command("respond")
@click.argument("key_id")
@click.option(
    "--mode",
    type=click.Choice(["observe", "quarantine", "disable"]),
    help="How far to go without asking: look only; attach AWS's quarantine; also deny sessions, deactivate the key and "
    "stop what the attacker started. Default: as the incident has it, quarantine for a new one.",
)
@click.option(
    "--secret-from",
    "source",
    metavar="PATH|-",
    default="",
    help="Where the secret is: a file, folder or repository to scan, or - for standard input. Proves that the "
    "leak is real, and lets containment be proven by trial.",
)
@click.option("--reason", default="", help="Your word that the key has leaked, when you do not have its secret.")
@click.option(
    "--leaked-at",
    default="",
    metavar="TIME",
    help="When it leaked, if you know (default: the commit's date, else a week ago). What the key made before that is "
    "left alone and listed.",
)
@click.option("--plan", "plan_only", is_flag=True, help="Show what would be changed, and change nothing.")
@click.option("--no-wait", is_flag=True, help="Do what is due now; look again on the next run.")
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text", show_default=True)
@aws_options
def command(
    key_id: str, mode: str | None, source: str, reason: str, leaked_at: str, plan_only: bool, no_wait: bool,
    format_name: str, profile: str, region: str, config_path: Path | None,
) -> None:  # fmt: skip
    """Contain the leaked key KEY_ID: quarantine, deny its sessions, deactivate it, stop what it started; then prove it.

    A key id is public, so an id alone changes nothing: give the secret (--secret-from) or your word (--reason).
    It is safe to interrupt, to kill and to run again: it goes on where it stopped.

    \b
    unleak respond AKIA... --plan
    unleak respond AKIA... --secret-from . --mode disable
    unleak respond AKIA... --reason "posted in the chat by mistake" --mode disable
    """
    from unleak.iam.key_id import KeyKind, kind_of
    from unleak.model.errors import Misuse

    if kind_of(key_id) is not KeyKind.LONG_TERM:
        raise Misuse(f"{key_id!r} is not the id of a user's key", "such an id has 20 characters and begins with AKIA")
    config = config_of(profile, region, config_path)
    world = make_world(config, record_url="sqlite://" if plan_only else "")
    _ = world.aws.caller  # nobody to be: say so before anything is recorded
    alert = _alert(world, key_id, source, without_secret(reason), leaked_at)
    incident, plan = _plan(world, alert) if plan_only else _run(world, alert, mode, wait=not no_wait)
    _tell(world, incident, plan, "plan" if plan_only and format_name == "text" else format_name)
    sys.exit(exit_code(incident, plan))


def exit_code(incident: "Incident", plan: "Plan") -> int:
    """0 contained; 3 where something could not be looked at; else a person or time is needed."""
    if plan.contained:
        return 0
    return (
        3
        if incident.owner is None
        or any(c.unknown and c.step.unit != "try_credential" for c in incident.checks.values())
        else 1
    )


def _alert(world: "World", key_id: str, source: str, reason: str, leaked_at: str) -> "Alert":
    from unleak.model.alert import Alert, Ground
    from unleak.model.clock import parse_stamp

    now = world.clock.now()
    told = _moment(leaked_at, now)
    if source:
        credentials, finding = leaked_credentials(key_id, source)
        world.vault.put(credentials)
        places = finding.places if finding else ()
        dates = (parse_stamp(p.date) for p in places if p.date)
        committed = min((d for d in dates if d <= now), default=None)  # a commit may bear any date
        ground = Ground.PERSON if reason else Ground.FOUND_SECRET
        return Alert(key_id, ground, "a scan", now, person(), reason, told or committed, places)
    ground, source = (Ground.PERSON, "a person") if reason else (Ground.CLAIM, "the command line")
    return Alert(key_id, ground, source, now, person(), reason, told)


def _moment(text: str, now: "datetime") -> "datetime | None":
    from unleak.model.clock import parse_stamp
    from unleak.model.errors import Misuse

    try:
        told = parse_stamp(text) if text else None
    except ValueError as error:
        raise Misuse(f"--leaked-at {text!r} is no time", "write it like 2026-11-23T04:05:00Z") from error
    if told is not None and told > now:
        raise Misuse("--leaked-at lies in the future", f"AWS's time is {now:%Y-%m-%d %H:%M:%S} UTC")
    return told


def _plan(world: "World", alert: "Alert") -> "tuple[Incident, Plan]":
    """In memory, in mode observe: reads, proposes, changes nothing, tries no secret and leaves no incident behind."""
    from dataclasses import replace

    from unleak.engine.local import open_incident
    from unleak.model.alert import Ground
    from unleak.model.credential import Vault
    from unleak.model.plan import Mode
    from unleak.respond import respond

    if alert.ground is Ground.FOUND_SECRET:
        alert = replace(alert, ground=Ground.PERSON)
    world = replace(world, vault=Vault())
    return respond(world, open_incident(world, alert, Mode.OBSERVE, person()).id)


def _run(world: "World", alert: "Alert", mode: str | None, *, wait: bool) -> "tuple[Incident, Plan]":
    from dataclasses import replace

    from unleak.cli.progress import Progress
    from unleak.engine.local import open_incident, run
    from unleak.model.plan import Mode

    with Progress() as progress:
        watched = replace(world, on_entry=progress.entry, on_begin=progress.begin, clock=progress.clock(world.clock))
        incident = open_incident(watched, alert, Mode(mode) if mode else None, person())
        return run(watched, incident.id, until=None if wait else world.clock.now())


def _tell(world: "World", incident: "Incident", plan: "Plan", format_name: str) -> None:
    from unleak.cli.telling import story_of
    from unleak.report.render import to_json
    from unleak.report.text import to_plan_text, to_text

    story = story_of(world, incident, plan)
    click.echo({"json": to_json, "plan": to_plan_text, "text": to_text}[format_name](story))
