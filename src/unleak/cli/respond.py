"""`unleak respond`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unleak.cli.aws_options import aws_options, config_of
from unleak.cli.format_option import format_option
from unleak.cli.world import make_world
from unleak.scan.words import without_secret

if TYPE_CHECKING:
    from unleak.cli.respond_told import Told
    from unleak.model.incident import Incident
    from unleak.model.plan import Plan
    from unleak.respond import World


@click.command("respond")
@click.argument("key_id", required=False, default="")
@click.option(
    "--mode",
    type=click.Choice(["observe", "quarantine", "disable", "lockdown"]),
    help="How far to go without asking: look only; attach AWS's quarantine; also deny sessions, deactivate the key and "
    "stop what the attacker started; also deny everything to its user and roles until no session can live any more. "
    "Default: as the incident has it, quarantine for a new one.",
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
@click.option("--user", default="", metavar="NAME", help="All keys of this user (a leaver, a machine), with --reason.")
@click.option(
    "--from",
    "report",
    metavar="FILE",
    default="",
    help="What a scanner reported: JSON, JSON lines or SARIF; or AWS's mail about an exposed key.",
)
@click.option(
    "--leaked-at",
    default="",
    metavar="TIME",
    help="When it leaked, if you know (default: the commit's date, else a week ago). What the key made before that is "
    "left alone and listed.",
)
@click.option(
    "--public/--private",
    default=None,
    help="Whether strangers could read it. Private: an application's key is rotated first, unless the trail shows "
    "abuse. Default: taken for public.",
)
@click.option("--self", "with_leaked", is_flag=True, help="The leaked key is all you have: let it switch itself off.")
@click.option("--plan", "plan_only", is_flag=True, help="Show what would be changed, and change nothing.")
@click.option("--no-wait", is_flag=True, help="Do what is due now; look again on the next run.")
@format_option()
@aws_options
def command(
    key_id: str, mode: str | None, source: str, reason: str, user: str, report: str, leaked_at: str,
    public: bool | None, with_leaked: bool, plan_only: bool, no_wait: bool, format_name: str,
    profile: str, region: str, config_path: Path | None,
) -> None:  # fmt: skip
    """Contain the leaked key KEY_ID: quarantine, deny its sessions, deactivate it, stop what it started; then prove it.

    KEY_ID may be a user's or root's key (AKIA...), a session (ASIA...) or a credential for one service (ACCA...). An id
    is public, so an id alone changes nothing: give the secret (--secret-from) or your word (--reason). It is safe to
    interrupt, to kill and to run again: it goes on where it stopped.

    \b
    unleak respond AKIA... --plan
    unleak respond AKIA... --secret-from . --mode disable
    unleak respond AKIA... --reason "posted in the chat by mistake" --mode disable
    unleak respond --user build-bot --reason "its laptop was stolen" --mode disable
    unleak respond --from gitleaks.json --secret-from . --mode quarantine
    """
    from dataclasses import replace

    from unleak.cli.handover import offline_handover
    from unleak.cli.respond_told import Said, told_by
    from unleak.model.errors import NoCredentials

    said = Said(key_id, source, without_secret(reason), leaked_at, public, user, report)
    said.check()
    config = config_of(profile, region, config_path)
    world = replace(make_world(config, record_url="sqlite://" if plan_only else ""), with_leaked=with_leaked)
    try:
        _ = world.aws.caller  # nobody to be: say so before anything is recorded
    except NoCredentials:
        if not (with_leaked and key_id and source):
            if key_id and not profile:
                click.echo(offline_handover(key_id))
            raise
        world = _as_the_leaked_key(world, key_id, source)
    if with_leaked and mode is None:
        mode = "disable"  # less would leave it on
    codes = []
    heard = list(told_by(world, said))
    if not plan_only:
        _open_all(world, heard, mode)  # the later ones do not wait for the proof of the first
    for told in heard:
        incident, plan = _plan(world, told, mode) if plan_only else _run(world, told, mode, wait=not no_wait)
        _tell(world, incident, plan, "plan" if plan_only and format_name == "text" else format_name)
        codes.append(exit_code(incident, plan))
    sys.exit(max(codes, default=0))


def _as_the_leaked_key(world: "World", key_id: str, source: str) -> "World":
    """Its owner has nothing else. Raises CredentialRefused where AWS does not accept it (any more)."""
    from dataclasses import replace

    from unleak.aws.accounts import Accounts
    from unleak.aws.clock import AwsClock
    from unleak.cli.world import leaked_credentials

    accounts = Accounts(world.config, identity=leaked_credentials(key_id, source)[0])
    _ = accounts.caller
    return replace(world, aws=accounts, clock=AwsClock(accounts))


def _open_all(world: "World", heard: "list[Told]", mode: str | None) -> None:
    """Where there are several: each is begun before any is waited for."""
    from unleak.model.errors import Busy

    if len(heard) > 1:
        for told in heard:
            try:
                _run(world, told, mode, wait=False, tells=False)  # the next does not wait for a mail server
            except Busy as busy:
                click.echo(f"unleak: {busy}", err=True)


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


def _plan(world: "World", told: "Told", mode: str | None) -> "tuple[Incident, Plan]":
    """In memory, in mode observe: reads, proposes, changes nothing, tries no secret and leaves no incident behind.

    What only lockdown wants is shown as a mere claim would show it, which changes nothing in any mode.
    """
    from dataclasses import replace

    from unleak.cli.world import person
    from unleak.engine.local import open_incident
    from unleak.model.alert import Ground
    from unleak.model.credential import Vault
    from unleak.model.plan import Mode
    from unleak.respond import respond

    shown = Mode.LOCKDOWN if mode == Mode.LOCKDOWN else Mode.OBSERVE
    ground = Ground.CLAIM if shown is Mode.LOCKDOWN or told.alert.ground is Ground.CLAIM else Ground.PERSON
    session = told.credentials if told.credentials is not None and told.credentials.token is not None else None
    world = replace(world, vault=Vault(session) if session else Vault())  # only a session itself tells whose it is
    return respond(world, open_incident(world, replace(told.alert, ground=ground), shown, person()).id)


def _run(world: "World", told: "Told", mode: str | None, *, wait: bool, tells: bool = True) -> "tuple[Incident, Plan]":
    from dataclasses import replace

    from unleak.cli.progress import Progress
    from unleak.cli.world import person
    from unleak.engine.local import open_incident, run
    from unleak.model.plan import Mode

    if told.credentials is not None:
        world.vault.put(told.credentials)
    with Progress() as progress:
        watched = replace(world, on_entry=progress.entry, on_begin=progress.begin, clock=progress.clock(world.clock))
        incident = open_incident(watched, told.alert, Mode(mode) if mode else None, person())
        return run(watched, incident.id, until=None if wait else world.clock.now(), tells=tells)


def _tell(world: "World", incident: "Incident", plan: "Plan", format_name: str) -> None:
    from unleak.cli.handover import handover
    from unleak.engine.story import story_of
    from unleak.report.render import to_json
    from unleak.report.text import to_plan_text, to_text

    story = story_of(world, incident, plan)
    click.echo({"json": to_json, "plan": to_plan_text, "text": to_text}[format_name](story))
    if format_name != "json" and (lines := handover(incident)):
        click.echo(lines)
