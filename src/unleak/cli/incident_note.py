"""`unleak incident note`."""

from datetime import UTC, datetime
from pathlib import Path

import click

from unleak.cli.aws_options import aws_options, config_of
from unleak.cli.incident_named import found_incident, now_of
from unleak.cli.world import make_world, person, without_secret

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
    from unleak.model.entry import Noted
    from unleak.model.errors import Misuse

    if not text.strip():
        raise Misuse("a note needs words", "unleak incident note AKIA... 'the owner is told'")
    world = make_world(config_of(profile, region, config_path))
    found = found_incident(world, incident)
    until = due.replace(tzinfo=UTC) if due else None
    note = Noted(person(), without_secret(text.strip()), until)
    world.record.append(found.id, found.seq, [(now_of(world, found), note)])
    click.echo("noted" + (f", due {until:%Y-%m-%d %H:%M} UTC" if until else ""))
