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
@click.option("--rotation", is_flag=True, help="What `unleak rotate` needs beside the responder's.")
def policy(organization: bool, rotation: bool) -> None:
    """The least-privilege IAM policy of a responder, derived from what every check and action declares."""
    import json

    from unleak.engine.permissions import organization_policy, responder_policy, rotation_policy
    from unleak.model.errors import Misuse

    if organization and rotation:
        raise Misuse("name one: --organization or --rotation", "each is a policy of its own")
    made = organization_policy() if organization else rotation_policy() if rotation else responder_policy()
    click.echo(json.dumps(made, indent=2))
