"""`unleak --server URL bill`."""

import click

from unleak.cli.format_option import format_option
from unleak.cli.remote.inquiry import look, when
from unleak.cli.remote.server import server_of


@click.command("bill")
@click.argument("key_id")
@click.option("--since", default="", metavar="TIME", help="When the leak was.")
@click.option("--account", "accounts", multiple=True, help="Whose bill (default: all of the incident).")
@click.option("--by-resource", is_flag=True, help="Ask Cost Explorer for the resources too.")
@format_option()
@click.pass_context
def command(
    context: click.Context, key_id: str, since: str, accounts: tuple[str, ...], by_resource: bool, format_name: str
) -> None:
    """Have a service ask what the leak of KEY_ID costs: a cent a question."""
    wanted = {"what": "bill", "since": when(since, "--since"), "accounts": accounts, "by_resource": by_resource}
    look(server_of(context), key_id, wanted, format_name)
