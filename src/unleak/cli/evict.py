"""`unleak evict`."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unleak.cli.aws_options import aws_options, config_of
from unleak.cli.format_option import format_option
from unleak.cli.incident_named import found_incident, now_of
from unleak.cli.world import make_world, person

if TYPE_CHECKING:
    from unleak.model.incident import Incident
    from unleak.model.plan import Pending, Plan
    from unleak.report.eviction import Left
    from unleak.respond import World


@click.command("evict")
@click.argument("incident")
@click.option("--only", multiple=True, metavar="TEXT", help="Only what has this in its ARN or step (several: any).")
@click.option("--yes", is_flag=True, help="Approve what is shown without being asked; needs --why.")
@click.option("--why", default="", help="Your reason, for the record.")
@click.option("--plan", "plan_only", is_flag=True, help="Show what would be taken out, and change nothing.")
@click.option("--keep-disks", is_flag=True, help="Keep the disks of machines as snapshots before they are terminated.")
@format_option()
@aws_options
def command(
    incident: str, only: tuple[str, ...], yes: bool, why: str, plan_only: bool, keep_disks: bool, format_name: str,
    profile: str, region: str, config_path: Path | None,
) -> None:  # fmt: skip
    """Take out what the attacker put in: users, keys, roles, policies, open doors, shared copies, machines, functions.

    Only what the trail says that this incident's credentials made, changed or shared is touched. Every change is shown
    before, with what it breaks; approved by you; undone by `unleak incident undo` where it can be; and looked at
    afterwards. INCIDENT is its id or its key's.

    \b
    unleak evict AKIA... --plan
    unleak evict AKIA... --why "none of this is ours"
    unleak evict AKIA... --only role/ --only i-0abc --yes --why "seen with the team"
    unleak evict AKIA... --keep-disks --why "the disks are evidence"

    Something that the trail does not show: unleak incident request AKIA... delete_role ARN --why "..."

    Exit codes: 0 nothing of it stands, 1 something waits or is left to a person, 2 misuse, 3 could not look.
    """
    from unleak.engine.evictions import ask_to_keep, is_wholly_known, left
    from unleak.model.errors import Misuse
    from unleak.report import eviction

    if yes and not why:
        raise Misuse("--yes approves in your name", "say why: --why 'seen with the team'")
    world = make_world(config_of(profile, region, config_path))
    found = found_incident(world, incident)
    if keep_disks and not plan_only:
        found = ask_to_keep(world, found, person(), why)
    found, plan = _run(world, found, wait=False) if not plan_only else _as_it_stands(world, found)
    waiting = _waiting(plan, only)
    if waiting and not plan_only and (yes or _agreed(found, plan, waiting)):
        _approve(world, found, waiting, why or click.prompt("why", err=True))
        found, plan = _run(world, found, wait=True)
    rows = left(found, plan)
    told = eviction.to_json(found.id, rows, is_whole=is_wholly_known(found))
    click.echo(told if format_name == "json" else eviction.to_text(found.id, rows))
    if format_name != "json" and plan_only and waiting:
        click.echo(f"\nnext: unleak evict {found.key_id} --why '...'")
    sys.exit(exit_code(found, rows))


def exit_code(incident: "Incident", rows: "list[Left]") -> int:
    from unleak.engine.evictions import is_wholly_known
    from unleak.report.eviction import OUT

    if not is_wholly_known(incident):
        click.echo("unleak: what the attacker did is not wholly known: run unleak respond, see docs/investigate.md",
                   err=True)  # fmt: skip
        return 3
    return 0 if all(r.state == OUT for r in rows) else 1


def _as_it_stands(world: "World", incident: "Incident") -> "tuple[Incident, Plan]":
    from unleak.playbook import playbook

    return incident, playbook(incident, now_of(world, incident))


def _waiting(plan: "Plan", only: tuple[str, ...]) -> "list[Pending]":
    from unleak.playbook.eviction import EVICTS

    mine = [p for p in plan.pending if p.step.unit in {*EVICTS, "snapshot_disks"} and p.change is not None]
    return [p for p in mine if not only or any(text in p.step.id for text in only)]


def _agreed(incident: "Incident", plan: "Plan", waiting: "list[Pending]") -> bool:
    from unleak.engine.evictions import left
    from unleak.report.eviction import WAITS, to_text

    shown = {p.step.id for p in waiting}
    rows = [r for r in left(incident, plan) if r.step_id in shown and r.state == WAITS]
    click.echo(to_text(incident.id, rows), err=True)
    return click.confirm(f"make these {len(waiting)} changes?", err=True)


def _approve(world: "World", incident: "Incident", waiting: "list[Pending]", why: str) -> None:
    """Each by the digest of what was shown."""
    from unleak.engine.decisions import yes

    now = now_of(world, incident)
    said = [
        yes(world, incident, p.step, p.change, who=person(), why=why, hours=4) for p in waiting if p.change is not None
    ]
    world.record.append(incident.id, incident.seq, [(now, one) for one in said])


def _run(world: "World", incident: "Incident", *, wait: bool) -> "tuple[Incident, Plan]":
    """With `wait`: until what was done is proved, which takes a quarter of a minute and five minutes more."""
    from dataclasses import replace

    from unleak.cli.progress import Progress
    from unleak.engine.local import run
    from unleak.playbook.eviction import EVICTS

    def unproved(now: "Incident") -> bool:
        mine = [a for a in now.actions.values() if a.step.unit in EVICTS and a.is_applied]
        return any(a.verdict is not None and not a.verdict.holds for a in mine)

    with Progress() as progress:
        watched = replace(world, on_entry=progress.entry, on_begin=progress.begin, clock=progress.clock(world.clock))
        if not wait:
            return run(watched, incident.id, until=world.clock.now())
        end = world.clock.now() + timedelta(minutes=8)
        return run(watched, incident.id, goes_on=lambda i: unproved(i) and world.clock.now() < end)
