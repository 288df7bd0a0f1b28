"""`unleak --server URL review`."""

from pathlib import Path

import click

from unleak.cli.format_option import format_option
from unleak.cli.remote.inquiry import look, no_files, when
from unleak.cli.remote.server import server_of


@click.command("review")
@click.argument("key_id")
@click.option("--account", "accounts", multiple=True, metavar="NUMBER", help="Where to look. Several at once.")
@click.option("--organization", is_flag=True, help="Every account of the service's organisation.")
@click.option("--since", default="", metavar="TIME", help="When the key leaked.")
@click.option("--in", "regions", multiple=True, metavar="REGION", help="Only there (default: every enabled region).")
@click.option("--check", "checks", multiple=True, metavar="ID", help="Only this check. Several at once.")
@click.option("--trail", "trails", multiple=True, metavar="SOURCE",
              help="One of the service's own, or event-history: ask it what the key brought about.")  # fmt: skip
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write it to a file.")
@format_option(("text", "json", "html"))
@click.pass_context
def command(
    context: click.Context, key_id: str, accounts: tuple[str, ...], organization: bool, since: str,
    regions: tuple[str, ...], checks: tuple[str, ...], trails: tuple[str, ...], output: Path | None, format_name: str,
) -> None:  # fmt: skip
    """Have a service look at what stands in the account, for the incident of KEY_ID."""
    where = {"accounts": accounts, "organization": organization, "regions": regions, "checks": checks}
    wanted = {"what": "review", "since": when(since, "--since"), "trails": no_files(trails), **where}
    look(server_of(context), key_id, wanted, format_name, output)
