"""`unleak setup`."""

import click

from unleak.cli.setup_check import check
from unleak.cli.setup_hooks import hooks


@click.group("setup")
def command() -> None:
    """What unleak needs in an account, and what it puts into a repository."""


command.add_command(hooks)
command.add_command(check)


@command.command("policy")
@click.option("--organization", is_flag=True, help="That of the role in the organisation's management account.")
def policy(organization: bool) -> None:
    """The least-privilege IAM policy of a responder, derived from what every check and action declares."""
    import json

    from unleak.engine.permissions import organization_policy, responder_policy

    click.echo(json.dumps(organization_policy() if organization else responder_policy(), indent=2))
