"""`unleak incident request|decline|close|hold|break-glass|restore`: what a person decides beside the table."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unleak.cli.aws_options import aws_options, config_of
from unleak.cli.incident_named import found_incident
from unleak.cli.world import make_world, person
from unleak.scan.words import without_secret

if TYPE_CHECKING:
    from unleak.model.plan import Change, Step
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
    from unleak.engine import decisions

    world = make_world(config_of(profile, region, config_path))
    found = found_incident(world, incident)
    step = decisions.request(world, found, unit, target, who=person(), why=why, options=options_in(options))
    click.echo(f"asked for: {step.id}\n  next: unleak respond {found.key_id}, which shows it; then approve it")


def options_in(given: tuple[str, ...]) -> dict[str, str]:
    from unleak.model.errors import Misuse

    for one in given:
        name, sign, value = one.partition("=")
        if not (name and sign and value):
            raise Misuse(f"--option {one} is no option", "write it like version=ID")
    return {name: value for name, _, value in (one.partition("=") for one in given)}


@click.command("decline")
@click.argument("incident")
@click.argument("step")
@click.option("--why", required=True, help="Your reason, for the record.")
@aws_options
def decline(incident: str, step: str, why: str, profile: str, region: str, config_path: Path | None) -> None:
    """Say no to one pending change. It waits no longer; what containment needs stays open all the same."""
    from unleak.engine import decisions

    world = make_world(config_of(profile, region, config_path))
    change = decisions.decline(world, found_incident(world, incident), step, who=person(), why=why)
    click.echo(f"declined: {change.summary}\n  `unleak incident approve` still takes it")


@click.command("close")
@click.argument("incident")
@click.option("--why", required=True, help="Your reason, for the record.")
@aws_options
def close(incident: str, why: str, profile: str, region: str, config_path: Path | None) -> None:
    """Say that it is over. What holds is watched all the same, and a new alert of the key opens it again."""
    from unleak.engine import decisions

    world = make_world(config_of(profile, region, config_path))
    decisions.close(world, found_incident(world, incident), who=person(), why=why)
    click.echo("closed")


@click.command("hold")
@click.argument("incident")
@click.option("--off", is_flag=True, help="End the hold.")
@click.option("--why", required=True, help="Your reason, for the record.")
@aws_options
def hold(incident: str, off: bool, why: str, profile: str, region: str, config_path: Path | None) -> None:
    """A legal hold: while it is on, nothing is deleted, whatever was approved."""
    from unleak.engine import decisions

    world = make_world(config_of(profile, region, config_path))
    decisions.hold(world, found_incident(world, incident), on=not off, who=person(), why=why)
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
    from unleak.engine import decisions
    from unleak.model.errors import Misuse

    fence = decisions.Fence(hours, allow, where)
    world = make_world(config_of(profile, region, config_path))
    found = found_incident(world, incident)
    step = decisions.ask_for_glass(world, found, fence, who=person(), why=why)
    change = _shown(world, found.id, step)
    click.echo(f"{change.summary}\n  then  {change.undo}")
    if not (yes or click.confirm("let the leaked key work again?", err=True)):
        raise Misuse("nothing was changed", "")
    again = world.record.incident(found.id)
    decisions.approve(world, again, step.id, who=person(), why=why, hours=1)
    _let_it_work(world, found.id, step, wait=not no_wait)


def _shown(world: "World", incident_id: str, step: "Step") -> "Change":
    from unleak.engine.local import run
    from unleak.model.errors import NotPossible

    incident, _ = run(world, incident_id, until=world.clock.now())
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


COMMANDS = (request, decline, close, hold, break_glass, restore)
