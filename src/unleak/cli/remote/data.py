"""`unleak --server URL data`."""

import click

from unleak.cli.format_option import format_option
from unleak.cli.remote.inquiry import look, no_files, when
from unleak.cli.remote.server import server_of


@click.command("data")
@click.argument("key_id")
@click.option("--trail", "trails", multiple=True, metavar="SOURCE",
              help="One of the service's own (`trails` in its unleak.toml), or event-history.")  # fmt: skip
@click.option("--leaked-at", default="", metavar="TIME", help="When the key became known to others.")
@click.option("--account", default="", help="Whose trail it is, where the key's id does not tell.")
@click.option("--no-versions", is_flag=True, help="Do not ask AWS what was there before.")
@format_option()
@click.pass_context
def command(
    context: click.Context, key_id: str, trails: tuple[str, ...], leaked_at: str, account: str, no_versions: bool,
    format_name: str,
) -> None:  # fmt: skip
    """Have a service find out what KEY_ID, and every credential that came of it, did to data."""
    leak = when(leaked_at, "--leaked-at")
    wanted = {"what": "data", "trails": no_files(trails), "leaked_at": leak, "account": account,
              "versions": not no_versions}  # fmt: skip
    look(server_of(context), key_id, wanted, format_name)
