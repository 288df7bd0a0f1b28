"""`unleak token`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from unleak.cli.aws_options import aws_options, config_of
from unleak.cli.format_option import format_option
from unleak.cli.world import make_world, person
from unleak.model.document import written

if TYPE_CHECKING:
    from unleak.store.tokens import Token

_ROLES = ["viewer", "responder", "approver", "admin"]
_formats = format_option()


@click.group("token")
def command() -> None:
    """Tokens for the API of `unleak serve`. Whoever may write the record may make them: the first one is made so."""


@command.command("make")
@click.option("--name", required=True, help="Who or what will bear it: it stands in the record beside each decision.")
@click.option("--role", type=click.Choice(_ROLES), required=True, help="Each may what those before it may.")
@click.option("--account", "accounts", multiple=True, metavar="NUMBER", help="Only for this account (default: all).")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 366), help="How long it is good for.")
@_formats
@aws_options
def make(
    name: str, role: str, accounts: tuple[str, ...], days: int, format_name: str,
    profile: str, region: str, config_path: Path | None,
) -> None:  # fmt: skip
    """Make a token. It is shown this once, and kept nowhere.

    \b
    unleak token make --name ci --role responder --account 111122223333
    """
    from datetime import timedelta

    from unleak.model.errors import Misuse
    from unleak.store.tokens import Role, Tokens

    if wrong := next((a for a in accounts if not (a.isdecimal() and len(a) == 12)), ""):  # noqa: PLR2004  AWS's own
        raise Misuse(f"{wrong} is no account", "an account's number has twelve digits")
    world = make_world(config_of(profile, region, config_path))
    now = world.clock.now()
    token, word = Tokens(world.record).make(name, Role(role), accounts, now, now + timedelta(days=days), person())
    if format_name == "json":
        click.echo(written("unleak.token/1", {**_plain(token), "word": word}))
        return
    click.echo(word)
    click.echo(f"  {_line(token)}\n  keep it now: it is not shown again", err=True)


@command.command("list")
@_formats
@aws_options
def list_(format_name: str, profile: str, region: str, config_path: Path | None) -> None:
    """Every token that was made, without the token itself."""
    from unleak.store.tokens import Tokens

    tokens = Tokens(make_world(config_of(profile, region, config_path)).record).all()
    if format_name == "json":
        click.echo(written("unleak.tokens/1", {"tokens": tokens}))
    else:
        click.echo("\n".join(_line(t) for t in tokens) or "no tokens")


@command.command("end")
@click.argument("token_id")
@aws_options
def end(token_id: str, profile: str, region: str, config_path: Path | None) -> None:
    """From now on this token is refused."""
    from unleak.store.tokens import Tokens

    world = make_world(config_of(profile, region, config_path))
    Tokens(world.record).end(token_id, world.clock.now())
    click.echo(f"{token_id} is refused from now on")


def _line(token: "Token") -> str:
    ended = f"ended {token.ended_at:%Y-%m-%d}" if token.ended_at else f"until {token.expires_at:%Y-%m-%d}"
    return f"{token.id}  {token.role.value:<9}  {token.name}  {','.join(token.accounts) or 'all accounts'}  {ended}"


def _plain(token: "Token") -> dict[str, object]:
    from dataclasses import asdict

    return asdict(token)
