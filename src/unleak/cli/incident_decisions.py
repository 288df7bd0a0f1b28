"""`unleak incident request|hold|break-glass|restore`: what a person decides beside the table."""

import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unleak.cli.aws_options import aws_options, config_of
from unleak.cli.incident_named import found_incident, now_of
from unleak.cli.world import make_world, person, without_secret

if TYPE_CHECKING:
    from unleak.model.entry import Event
    from unleak.model.incident import Incident
    from unleak.model.plan import Change, Step, Target
    from unleak.respond import World


@click.command("request")
@click.argument("incident")
@click.argument("unit")
@click.argument("target")
@click.option("--option", "options", multiple=True, metavar="NAME=VALUE", help="What the action takes: version=ID.")
@click.option("--why", required=True, help="Your reason, for the record.")
@aws_options
def request(
    incident: str, unit: str, target: str, options: tuple[str, ...], why: str,
    profile: str, region: str, config_path: Path | None,
) -> None:  # fmt: skip
    """Ask for a change that the table does not want by itself. It is shown, and waits for an approval.

    UNIT is an action (docs/reference/actions.md), TARGET a key id, an ARN, or an account's number.

    \b
    unleak incident request AKIA... delete_user arn:aws:iam::111122223333:user/NAME --why "left the company"
    unleak incident request AKIA... delete_key AKIA... --why "nobody uses it"
    unleak incident request AKIA... put_back_object arn:aws:s3:::BUCKET/KEY --option version=ID --why "overwritten"
    """
    from unleak.model.entry import Requested
    from unleak.model.errors import Misuse
    from unleak.model.plan import Step
    from unleak.respond import ACTIONS

    world = make_world(config_of(profile, region, config_path))
    found = found_incident(world, incident)
    if unit not in ACTIONS:
        raise Misuse(f"there is no action {unit}", f"there are {', '.join(ACTIONS)}")
    if unit == "break_glass":
        raise Misuse("glass is broken by a command of its own", "unleak incident break-glass")
    if unit == "rotate_key":
        raise Misuse("a key is rotated by a command of its own", f"unleak rotate {found.key_id} --to CONSUMER")
    step = Step(unit, _target(found, target))
    _write(world, found, Requested(step, person(), without_secret(why), _options(options)))
    click.echo(f"asked for: {step.id}\n  next: unleak respond {found.key_id}, which shows it; then approve it")


def _options(given: tuple[str, ...]) -> dict[str, str]:
    from unleak.model.errors import Misuse

    for one in given:
        name, sign, value = one.partition("=")
        if not (name and sign and value):
            raise Misuse(f"--option {one} is no option", "write it like version=ID")
    return {name: without_secret(value) for name, _, value in (one.partition("=") for one in given)}


@click.command("hold")
@click.argument("incident")
@click.option("--off", is_flag=True, help="End the hold.")
@click.option("--why", required=True, help="Your reason, for the record.")
@aws_options
def hold(incident: str, off: bool, why: str, profile: str, region: str, config_path: Path | None) -> None:
    """A legal hold: while it is on, nothing is deleted, whatever was approved."""
    from unleak.model.entry import HoldSet

    world = make_world(config_of(profile, region, config_path))
    found = found_incident(world, incident)
    _write(world, found, HoldSet(not off, person(), without_secret(why)))
    click.echo("the hold is over" if off else "held: nothing is deleted until `unleak incident hold --off`")


@click.command("restore")
@click.argument("incident")
@click.option("--why", required=True, help="Your reason, for the record.")
@aws_options
def restore(incident: str, why: str, profile: str, region: str, config_path: Path | None) -> None:
    """Lift every deny of an incident that is over: the key is gone, and no session of it can live any more.

    A leaked credential is never switched on again by this.
    """
    from unleak.model.plan import OutcomeKind
    from unleak.respond import restore as lift_all

    world = make_world(config_of(profile, region, config_path))
    found = found_incident(world, incident)
    _ = world.aws.caller  # AWS's time is what counts, and no answer of it was heard yet
    with world.record.lease(found.id):
        _, outcomes = lift_all(world, found.id, who=person(), why=without_secret(why))
    for step_id, outcome in outcomes:
        click.echo(f"{outcome.kind.value}: {step_id}: {outcome.detail}")
    click.echo(f"{len(outcomes)} changes taken back" if outcomes else "there was nothing to take back")
    sys.exit(0 if all(o.kind in {OutcomeKind.DONE, OutcomeKind.ALREADY} for _, o in outcomes) else 1)


@click.command("break-glass")
@click.argument("incident")
@click.option("--why", required=True, help="Your reason, for the record.")
@click.option("--hours", default=2.0, show_default=True, help="Until it is taken back by itself.")
@click.option("--allow", multiple=True, metavar="ACTION", help="An action that the application needs, s3:GetObject.")
@click.option("--from", "where", multiple=True, metavar="ADDRESS", help="An address or network that it runs at.")
@click.option("--yes", is_flag=True, help="Approve what is shown without being asked.")
@click.option(
    "--no-wait", is_flag=True, help="Leave taking it back to `unleak worker`, or to a later `unleak respond`."
)
@aws_options
def break_glass(
    incident: str, why: str, hours: float, allow: tuple[str, ...], where: tuple[str, ...], yes: bool, no_wait: bool,
    profile: str, region: str, config_path: Path | None,
) -> None:  # fmt: skip
    """Let the leaked key work again for an application that broke: fenced, for a time, in your name.

    The fence denies all but what the trail shows that the application did before the leak, from where it did it. Reads
    of objects are not in that trail: name them with --allow.

    \b
    unleak incident break-glass AKIA... --why "payments are down" --allow s3:GetObject --hours 1
    """
    from unleak.model.entry import Approved
    from unleak.model.errors import Misuse

    if not 0 < hours <= 12:  # noqa: PLR2004  half a day is enough to give an application a new key
        raise Misuse(f"--hours {hours:g} is not between 0 and 12", "give the application a new key meanwhile")
    _check_fence(allow, where)
    world = make_world(config_of(profile, region, config_path))
    found = found_incident(world, incident)
    step = _glass_of(found)
    options = {"hours": f"{hours:g}", "allow": ",".join(allow), "from": ",".join(where)}
    change = _shown(world, found, step, why, options)
    click.echo(f"{change.summary}\n  then  {change.undo}")
    if not (yes or click.confirm("let the leaked key work again?", err=True)):
        raise Misuse("nothing was changed", "")
    again = world.record.incident(found.id)
    now = now_of(world, again)
    _write(world, again, Approved.of(step, change, person(), without_secret(why), now + timedelta(hours=1)))
    _let_it_work(world, found.id, step, wait=not no_wait)


def _check_fence(allow: tuple[str, ...], where: tuple[str, ...]) -> None:
    """Raises Misuse: behind a fence of nonsense nothing would work, but the leaked key would be active."""
    import ipaddress
    import re

    from unleak.aws.services import is_service
    from unleak.model.errors import Misuse

    for action in allow:
        service, _, operation = action.partition(":")
        if not re.fullmatch(r"[A-Z][A-Za-z]+\*?", operation) or not is_service(service):
            raise Misuse(f"--allow {action} is no action of IAM", "write it like s3:GetObject")
    for address in where:
        try:
            ipaddress.ip_network(address)
        except ValueError as error:
            raise Misuse(f"--from {address} is no address and no network", "write it like 192.0.2.0/24") from error


def _shown(world: "World", found: "Incident", step: "Step", why: str, options: Mapping[str, str]) -> "Change":
    from unleak.engine.local import run
    from unleak.model.entry import Requested
    from unleak.model.errors import NotPossible

    _write(world, found, Requested(step, person(), without_secret(why), options))
    incident, _ = run(world, found.id, until=world.clock.now())
    state = incident.action(step)
    if state is None or state.proposal is None:
        raise NotPossible(state.outcome.detail if state and state.outcome else f"{step.id} cannot be proposed", "")
    return state.proposal


def _let_it_work(world: "World", incident_id: str, step: "Step", *, wait: bool) -> None:
    from dataclasses import replace

    from unleak.cli.progress import Progress
    from unleak.engine.local import run

    with Progress() as progress:
        watched = replace(world, on_entry=progress.entry, clock=progress.clock(world.clock))
        incident, _ = run(watched, incident_id, until=world.clock.now())
        state = incident.action(step)
        works = state is not None and state.is_applied
        if works and wait:
            run(watched, incident_id, goes_on=lambda i: (s := i.action(step)) is not None and s.is_applied)
    if works and not wait:
        click.echo("it works; `unleak worker`, or `unleak respond` when its time is up, takes it back")
    sys.exit(0 if works else 1)


def _glass_of(incident: "Incident") -> "Step":
    """A round of its own for each time."""
    from unleak.model.plan import Step, Target, TargetKind

    owner = incident.owner
    target = Target(TargetKind.KEY, incident.key_id, owner.account if owner else "")
    before = [a.step.round for a in incident.actions.values() if a.step.unit == "break_glass"]
    return Step("break_glass", target, max(before, default=0) + 1)


def _target(incident: "Incident", text: str) -> "Target":
    from unleak.model.errors import Misuse
    from unleak.model.plan import Target, TargetKind

    home = incident.owner.account if incident.owner else ""
    kinds = {":user/": TargetKind.USER, ":role/": TargetKind.ROLE, ":instance/": TargetKind.INSTANCE}
    for mark, kind in kinds.items():
        if mark in text and text.startswith("arn:"):
            return Target(kind, text, text.split(":")[4])
    if text in incident.credentials:
        return Target(TargetKind.KEY, text, incident.credentials[text].account or home)
    if text.isdecimal():
        return Target(TargetKind.ACCOUNT, text, text)
    if text.startswith("arn:") and text.count(":") >= 5:  # noqa: PLR2004  arn:partition:service:region:account:resource
        return Target(TargetKind.RESOURCE, text, text.split(":")[4] or home)
    raise Misuse(f"{text} is no target", "give a key id of the incident, an ARN, or an account")


def _write(world: "World", incident: "Incident", event: "Event") -> None:
    world.record.append(incident.id, incident.seq, [(now_of(world, incident), event)])


COMMANDS = (request, hold, break_glass, restore)
