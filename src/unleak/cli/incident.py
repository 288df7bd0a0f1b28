"""`unleak incident`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unleak.cli.aws_options import aws_options, config_of
from unleak.cli.format_option import format_option
from unleak.cli.incident_decisions import COMMANDS
from unleak.cli.incident_named import found_incident
from unleak.cli.incident_note import command as note
from unleak.cli.incident_reply import command as reply
from unleak.cli.world import make_world, person
from unleak.scan.words import without_secret

if TYPE_CHECKING:
    from unleak.model.incident import Incident
    from unleak.respond import World

_LISTED = (
    "id", "key_id", "account", "owner", "mode", "state", "waits_for", "sources", "opened_at", "updated_at", "seq",
)  # fmt: skip
"""As `GET /api/v1/incidents` has them."""
_FORMATS = ["text", "json", "md", "html"]


@click.group("incident")
def command() -> None:
    """Look at incidents, and decide what waits for a person. An incident is named by its id or by its key id."""


@command.command("list")
@format_option()
@aws_options
def list_(format_name: str, profile: str, region: str, config_path: Path | None) -> None:
    """Every incident, newest first."""
    from unleak.model.document import written
    from unleak.playbook import playbook
    from unleak.web.overview import row_of, state_of

    world = make_world(config_of(profile, region, config_path))
    rows, lines = [], []
    for incident_id in world.record.incident_ids():
        incident = world.record.incident(incident_id)
        plan = playbook(incident, world.clock.now())
        row = row_of(incident, state_of(incident, plan), tuple(p.step.id for p in plan.pending))
        rows.append({name: getattr(row, name) for name in _LISTED})
        waits = f"waits until {plan.settles_at:%H:%M:%S} UTC" if plan.settles_at else "waits for a person"
        status = "contained" if plan.contained else waits
        lines.append(f"{row.id}  {row.key_id}  {row.opened_at:%Y-%m-%d %H:%M}  {row.mode:<10}  {status}")
    if format_name == "json":
        click.echo(written("unleak.incidents/1", {"incidents": rows, "next": None}))
    else:
        click.echo("\n".join(lines) or "no incidents")


@command.command("show")
@click.argument("incident")
@click.option("--log", is_flag=True, help="Every entry of the record, in one sentence each.")
@format_option()
@aws_options
def show(incident: str, log: bool, format_name: str, profile: str, region: str, config_path: Path | None) -> None:
    """How an incident stands: what was done, what holds, what a person must do."""
    world = make_world(config_of(profile, region, config_path))
    found = found_incident(world, incident)
    if log:
        _log(world, found)
        return
    click.echo(_rendered(world, found, format_name))


@command.command("report")
@click.argument("incident")
@format_option(_FORMATS, default="md")
@click.option("--output", type=click.Path(path_type=Path), help="File to write (default: standard output).")
@aws_options
def report(
    incident: str, format_name: str, output: Path | None, profile: str, region: str, config_path: Path | None
) -> None:
    """The incident, told to a tired person at night."""
    world = make_world(config_of(profile, region, config_path))
    text = _rendered(world, found_incident(world, incident), format_name)
    if output is None:
        click.echo(text)
    else:
        output.write_text(text + "\n", encoding="utf-8")
        click.echo(f"wrote {output}", err=True)


@command.command("approve")
@click.argument("incident")
@click.argument("step")
@click.option("--why", required=True, help="Your reason, for the record.")
@click.option("--hours", default=4.0, show_default=True, help="How long the approval is good for.")
@aws_options
def approve(
    incident: str, step: str, why: str, hours: float, profile: str, region: str, config_path: Path | None
) -> None:
    """Approve one pending change, exactly as it was shown. `unleak respond` then carries it out."""
    from unleak.engine import decisions

    world = make_world(config_of(profile, region, config_path))
    found = found_incident(world, incident)
    change = decisions.approve(world, found, step, who=person(), why=why, hours=hours)
    click.echo(f"approved: {change.summary}\n  next: unleak respond {found.key_id}")


@command.command("undo")
@click.argument("incident")
@click.argument("step")
@click.option("--why", required=True, help="Your reason, for the record.")
@aws_options
def undo(incident: str, step: str, why: str, profile: str, region: str, config_path: Path | None) -> None:
    """Take back one change of ours. A leaked key is never activated again."""
    from unleak.model.plan import OutcomeKind
    from unleak.respond import undo as take_back

    world = make_world(config_of(profile, region, config_path))
    found = found_incident(world, incident)
    with world.record.lease(found.id):
        _, outcome = take_back(world, found.id, step, who=person(), why=without_secret(why))
    click.echo(f"{outcome.kind.value}: {outcome.detail}")
    click.echo(f"  next: unleak incident show {found.id}; it is not contained while this is lifted", err=True)
    sys.exit(0 if outcome.kind in {OutcomeKind.DONE, OutcomeKind.ALREADY} else 1)


for _command in (*COMMANDS, note, reply):
    command.add_command(_command)


def _rendered(world: "World", incident: "Incident", format_name: str) -> str:
    from unleak.engine.story import story_of
    from unleak.report import render
    from unleak.report.text import to_text

    story = story_of(world, incident)
    renderers = {"text": to_text, "json": render.to_json, "md": render.to_markdown, "html": render.to_html}
    return renderers[format_name](story)


def _log(world: "World", incident: "Incident") -> None:
    from unleak.report.words import sentence

    for entry in world.record.entries(incident.id):
        click.echo(f"{entry.seq:>4}  {entry.at:%Y-%m-%d %H:%M:%S}  {sentence(entry.event)}")
