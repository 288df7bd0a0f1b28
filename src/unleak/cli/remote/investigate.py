"""`unleak --server URL investigate`."""

from pathlib import Path

import click

from unleak.cli.format_option import format_option
from unleak.cli.remote.inquiry import look, no_files, when
from unleak.cli.remote.server import server_of

_FORMATS = ["text", "json", "html", "ocsf"]


@click.command("investigate")
@click.argument("key_id")
@click.option("--trail", "trails", multiple=True, metavar="SOURCE",
              help="One of the service's own (`trails` in its unleak.toml), or event-history.")  # fmt: skip
@click.option("--leaked-at", default="", metavar="TIME", help="When the key became known to others.")
@click.option("--since", default="", metavar="TIME", help="Fetch nothing older.")
@click.option("--until", default="", metavar="TIME", help="Fetch nothing newer.")
@click.option("--account", default="", help="Whose trail it is, where the key's id does not tell.")
@click.option("--verify", is_flag=True, help="Check files from S3 against CloudTrail's signed digests.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write it to a file.")
@format_option(_FORMATS)
@click.pass_context
def command(
    context: click.Context, key_id: str, trails: tuple[str, ...], leaked_at: str, since: str, until: str, account: str,
    verify: bool, output: Path | None, format_name: str,
) -> None:  # fmt: skip
    """Have a service find out what KEY_ID did. It reads its own trails; rules and evidence files take this machine."""
    times = {"leaked_at": when(leaked_at, "--leaked-at"), "since": when(since, "--since"),
             "until": when(until, "--until")}  # fmt: skip
    wanted = {"what": "investigation", "trails": no_files(trails), "account": account, "verify": verify, **times}
    look(server_of(context), key_id, wanted, format_name, output)
