"""`unleak rotate`."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unleak.cli.aws_options import aws_options, config_of
from unleak.cli.format_option import format_option
from unleak.cli.world import make_world
from unleak.scan.words import without_secret

if TYPE_CHECKING:
    from unleak.cli.rotate_steps import Rotation


@click.command("rotate")
@click.argument("key_id")
@click.option(
    "--to",
    "consumers",
    multiple=True,
    metavar="CONSUMER",
    help="Who is to get the new key, once for each: secretsmanager:NAME, ssm:/NAME, lambda:FUNCTION, "
    "ecs:CLUSTER/SERVICE, codebuild:PROJECT, github:OWNER/REPO, profile:NAME, command:SHELL (docs/rotate.md).",
)
@click.option("--reason", default="", help="Why, for the record.")
@click.option("--yes", is_flag=True, help="Approve what is shown without being asked.")
@click.option("--plan", "plan_only", is_flag=True, help="Show what would be changed, and change nothing.")
@click.option(
    "--wait",
    "hours",
    default=0.1,
    metavar="HOURS",
    show_default=True,
    help="How long to wait for what only time shows: that it holds, and that nobody uses the old key any more.",
)
@click.option("--free-slot", default="", metavar="KEY_ID", help="Delete this idle key of the user, to make room.")
@format_option()
@click.option("--advise", is_flag=True, help="What would do without any key: ready policies and code.")
@aws_options
def command(
    key_id: str, consumers: tuple[str, ...], reason: str, yes: bool, plan_only: bool, hours: float, free_slot: str,
    format_name: str, advise: bool, profile: str, region: str, config_path: Path | None,
) -> None:  # fmt: skip
    """Give those who use KEY_ID a new key, wait until nobody uses the old one, then switch it off, later delete it.

    The new secret goes straight to its consumers; it is never stored or printed. The old key works until it is silent.
    Run the same command again, without --to, to go on: it may be interrupted, killed and run again at any point.

    \b
    unleak rotate AKIA...                     who uses it
    unleak rotate AKIA... --advise            how to do without a key
    unleak rotate AKIA... --to secretsmanager:prod/app --to github:acme/app --reason "yearly"
    unleak rotate AKIA... --to 'command:vault kv put secret/app -' --reason "yearly" --wait 3
    """
    from unleak.cli.incident_named import incident_of_key
    from unleak.cli.rotate_steps import Rotation, consumers_of
    from unleak.cli.rotate_told import advice_told
    from unleak.rotate.asked import options_of

    options_of(consumers, free_slot)  # what is no consumer is told before anything is asked
    _check_key(key_id)
    for text in consumers:
        without_secret(text)
    config = config_of(profile, region, config_path)
    known = incident_of_key(config, key_id)
    before = consumers_of(known) if known is not None else ()
    looks_only = plan_only or advise or not (consumers or before)
    world = make_world(config, record_url="sqlite://" if looks_only else "")
    _ = world.aws.caller
    rotation = Rotation.of(
        world, key_id, without_secret(reason), timedelta(hours=hours), yes=yes, plan_only=plan_only,
        aside=format_name == "json",
    )  # fmt: skip
    if advise:
        click.echo(advice_told(world.record, rotation.incident, rotation.owner, consumers or before, format_name))
        return
    sys.exit(_told(rotation, consumers, free_slot, format_name))


def _told(rotation: "Rotation", consumers: tuple[str, ...], free_slot: str, format_name: str) -> int:
    from unleak.cli.rotate_as_json import rotation_as_json
    from unleak.cli.rotate_steps import consumers_of
    from unleak.cli.rotate_told import uses_told

    if not (consumers or consumers_of(rotation.incident)):
        click.echo(uses_told(rotation.world, rotation.incident, rotation.owner, format_name))
        return 1
    code = _go(rotation, consumers, free_slot, plan_only=rotation.plan_only)
    if format_name == "json":
        click.echo(rotation_as_json(rotation, code))
    return code


def _go(rotation: "Rotation", consumers: tuple[str, ...], free_slot: str, *, plan_only: bool) -> int:
    if not rotation.ask(consumers, free_slot):
        return 1
    if plan_only:
        return 0
    return rotation.go_on()


def _check_key(key_id: str) -> None:
    from unleak.iam.key_id import KeyKind, kind_of
    from unleak.model.errors import Misuse

    if kind_of(key_id) is not KeyKind.LONG_TERM or key_id.endswith("EXAMPLE"):
        raise Misuse(f"{key_id!r} is no access key of a user", "only those are rotated; it begins with AKIA")
