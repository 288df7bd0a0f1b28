"""`unleak setup`."""

import click


@click.group("setup")
def command() -> None:
    """What unleak needs in an account."""


@command.command("policy")
def policy() -> None:
    """The least-privilege IAM policy of a responder, derived from what every check and action declares."""
    import json

    from unleak.engine.permissions import responder_policy

    click.echo(json.dumps(responder_policy(), indent=2))
