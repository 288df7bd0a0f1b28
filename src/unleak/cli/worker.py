"""`unleak worker`."""

from pathlib import Path

import click

from unleak.cli.aws_options import aws_options, config_of
from unleak.cli.world import make_world


@click.command("worker")
@click.option("--at-once", default=8, show_default=True, help="Incidents at a time.")
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
@aws_options
def command(at_once: int, once: bool, profile: str, region: str, config_path: Path | None) -> None:
    """Look after every incident: act on what comes in, look again when it is due, lift what has had its time.

    With the record in SQLite, workers of this machine. With PostgreSQL (`database` in unleak.toml, or
    UNLEAK_DATABASE), as many as you like on many machines: where one dies, the others go on with its incidents.

    \b
    unleak worker
    UNLEAK_DATABASE=postgresql://unleak@db/unleak unleak worker --at-once 16
    """
    from dataclasses import replace

    from unleak.cli.hands import inbox_of, make_hands
    from unleak.cli.progress import Progress
    from unleak.cli.saying import say_defect
    from unleak.engine.both import look_after

    world = make_world(config_of(profile, region, config_path))
    _ = world.aws.caller  # nobody to be: say so at once
    hands = make_hands(world, inbox_of(world))
    with Progress(whose=True) as progress:
        watched = replace(world, on_entry=progress.entry)
        if world.record.is_shared:
            from unleak.engine import procrastinate

            procrastinate.work(world.config.record_url, watched, hands, at_once=at_once, wait=not once)
        else:
            look_after(watched, hands, say_defect, at_once=at_once, once=once)
