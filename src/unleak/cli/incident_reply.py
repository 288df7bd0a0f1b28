"""`unleak incident reply`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from unleak.cli.aws_options import aws_options, config_of
from unleak.cli.incident_named import found_incident
from unleak.cli.world import make_world

if TYPE_CHECKING:
    from unleak.report.story import Story


@click.command("reply")
@click.argument("incident")
@click.option("--bill", "bill_file", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
              help="What `unleak bill --format json` wrote: the costs to be adjusted.")  # fmt: skip
@click.option("--case", default="", help="The number of AWS's support case.")
@aws_options
def command(
    incident: str, bill_file: Path | None, case: str, profile: str, region: str, config_path: Path | None
) -> None:
    """Draft the answer to AWS's support case about the exposed key. Nothing is sent: read it, then send it yourself.

    \b
    unleak bill AKIA... --format json > bill.json
    unleak incident reply AKIA... --bill bill.json --case 17000000001
    """
    from unleak.engine.story import story_of
    from unleak.model.errors import Misuse
    from unleak.report.bill import from_json
    from unleak.report.support_reply import support_reply

    world = make_world(config_of(profile, region, config_path))
    found = found_incident(world, incident)
    bill = from_json(bill_file.read_text(encoding="utf-8")) if bill_file else None
    if bill is not None and bill.key_id not in {"", found.key_id}:
        raise Misuse(f"that is the bill of {bill.key_id}, not of {found.key_id}", "make one for this key: unleak bill")
    story = story_of(world, found)
    click.echo(support_reply(story, found.descent, bill, case))
    click.echo(f"unleak: a draft; read it, and send it yourself; {deadline(story, found.key_id)}", err=True)


def deadline(story: "Story", key_id: str) -> str:
    """The first that somebody noted; AWS gives four days, and says in its notice until when."""
    first = next((n for n in story.notes if n.due), None)
    if first is None:
        return f"AWS's cases have a deadline: unleak incident note {key_id} 'answer the case' --due DATE"
    return f"{first.how_soon} ({first.due:%Y-%m-%d %H:%M} UTC): {first.text}"
