"""`unleak setup`."""

import click

from unleak.cli.setup_hooks import hooks


@click.group("setup")
def command() -> None:
    """What unleak needs in an account, and what it puts into a repository."""


command.add_command(hooks)


@command.command("policy")
def policy() -> None:
    """The least-privilege IAM policy of a responder, derived from what every check and action declares."""
    import json

    from unleak.engine.permissions import responder_policy

    click.echo(json.dumps(responder_policy(), indent=2))
