"""`unleak incident note`."""

from datetime import UTC, datetime
from pathlib import Path

import click

from unleak.cli.aws_options import aws_options, config_of
from unleak.cli.incident_named import found_incident
from unleak.cli.world import make_world, person

_WAYS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]


@click.command("note")
@click.argument("incident")
@click.argument("text")
@click.option("--due", type=click.DateTime(_WAYS), metavar="DATE",
              help="Until when somebody must have acted, in UTC; a day alone is its beginning.")  # fmt: skip
@aws_options
def command(
    incident: str, text: str, due: datetime | None, profile: str, region: str, config_path: Path | None
) -> None:
    """Write into the record what you know: a call to the owner, a decision, the deadline of AWS's support case.

    Reports show it, and what is due or overdue. The same text again takes the place of the former note: without --due,
    nothing is due any more.

    \b
    unleak incident note AKIA... "answer AWS's support case 17000000001" --due 2026-11-30
    """
    from unleak.engine import decisions

    world = make_world(config_of(profile, region, config_path))
    until = due.replace(tzinfo=UTC) if due else None
    decisions.note(world, found_incident(world, incident), text, until, who=person())
    click.echo("noted" + (f", due {until:%Y-%m-%d %H:%M} UTC" if until else ""))
