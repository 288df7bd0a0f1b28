"""`unleak setup`."""

from typing import TYPE_CHECKING, Any

import click

from unleak.cli.setup_aws import aws
from unleak.cli.setup_check import check
from unleak.cli.setup_completion import completion
from unleak.cli.setup_github import github
from unleak.cli.setup_hooks import hooks

if TYPE_CHECKING:
    from collections.abc import Callable


@click.group("setup")
def command() -> None:
    """What unleak needs in AWS, at GitHub and in a repository; and whether it would work tonight."""


command.add_command(hooks)
command.add_command(check)
command.add_command(aws)
command.add_command(github)
command.add_command(completion)


@command.command("policy")
@click.option("--organization", is_flag=True, help="That of the role in the organisation's management account.")
@click.option("--evict", is_flag=True, help="What `unleak evict` needs beside the responder's.")
@click.option("--rotation", is_flag=True, help="What `unleak rotate` needs beside the responder's.")
@click.option("--notify", is_flag=True, help="What telling Security Hub needs beside the responder's.")
@click.option("--review", is_flag=True, help="What `unleak review` needs, which only reads.")
def policy(**of: bool) -> None:
    """The least-privilege IAM policies of a responder, derived from what every check and action declares.

    A managed policy holds 6,144 characters: where more is needed, a list is printed.
    """
    import json

    from unleak.engine import permissions
    from unleak.model.errors import Misuse

    asked = [name for name, is_so in of.items() if is_so]
    if len(asked) > 1:
        raise Misuse(f"--{asked[0]} and --{asked[1]} are different policies", "ask for one of them")
    makers: dict[str, Callable[[], tuple[dict[str, Any], ...]]] = {
        "organization": lambda: (permissions.organization_policy(),),
        "evict": permissions.evictor_policies,
        "rotation": lambda: (permissions.rotation_policy(),),
        "notify": lambda: (permissions.notify_policy(),),
        "review": permissions.review_policies,
        "": lambda: (permissions.responder_policy(),),
    }
    made = makers[asked[0] if asked else ""]()
    click.echo(json.dumps(made[0] if len(made) == 1 else list(made), indent=2))
