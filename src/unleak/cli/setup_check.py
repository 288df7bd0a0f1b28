"""`unleak setup check`: would it work tonight?"""

import sys
from pathlib import Path

import click

from unleak.cli.aws_options import aws_options, config_of
from unleak.cli.format_option import format_option


@click.command("check")
@click.option("--account", "accounts", multiple=True, help="Only this account (default: all that are configured).")
@format_option()
@aws_options
def check(accounts: tuple[str, ...], format_name: str, profile: str, region: str, config_path: Path | None) -> None:
    """Say, before the night, whether each account, role, permission, region and trail works. Changes nothing there.

    The record keeps the last result of each account, for `unleak serve` to show.

    Exit codes: 0 all works, 1 something is missing, 3 something could not be looked at.
    """
    from unleak.cli.saying import say
    from unleak.cli.world import make_world, person
    from unleak.engine.readiness import keep_readiness, look_at_readiness
    from unleak.model.document import written
    from unleak.model.errors import CouldNotLook

    world = make_world(config_of(profile, region, config_path))
    found = look_at_readiness(world, accounts)
    try:
        keep_readiness(world, found, accounts, person())
    except CouldNotLook as error:
        say(str(error))
    if format_name == "json":
        click.echo(written("unleak.readiness/1", {"findings": list(found)}))
    else:
        for one in found:
            click.echo(f"{one.verdict.value.upper().replace('_', ' '):<15} {one.account:<13} {one.what}: {one.detail}")
            if one.hint:
                click.echo(f"{'':<30}next: {one.hint}")
    verdicts = {one.verdict.value for one in found}
    sys.exit(1 if "no" in verdicts else 3 if "could_not_look" in verdicts else 0)
