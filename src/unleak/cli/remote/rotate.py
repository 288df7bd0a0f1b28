"""`unleak --server URL rotate`."""

import time
from collections.abc import Mapping

import click

from unleak.cli.remote.server import Server, server_of
from unleak.model.errors import Misuse, NotNow

_LOOKS_FOR = 60.0


@click.command("rotate")
@click.argument("key_id")
@click.option("--to", "consumers", multiple=True, required=True, metavar="CONSUMER",
              help="Who is to get the new key (docs/rotate.md). No profile, no command.")  # fmt: skip
@click.option("--reason", required=True, help="Why, for the record.")
@click.option("--free-slot", default="", metavar="KEY_ID", help="Delete this idle key of the user, to make room.")
@click.pass_context
def command(context: click.Context, key_id: str, consumers: tuple[str, ...], reason: str, free_slot: str) -> None:
    """Have a service give those who use KEY_ID a new key. It is shown, and waits for an approval; the rest waits too.

    \b
    unleak --server https://unleak.example.com rotate AKIA... --to secretsmanager:prod/app --reason "yearly"
    unleak --server https://unleak.example.com incident show AKIA...
    unleak --server https://unleak.example.com incident approve AKIA... STEP --why "seen"
    """
    server = server_of(context)
    incident = _incident(server, key_id, reason)
    document = {"consumers": consumers, "why": reason, "frees": free_slot}
    said = _asked(server, f"/incidents/{incident}/rotations", document)
    click.echo(
        f"{said['said']}\n  as {said['who']}, in {incident}\n  next: unleak --server URL incident show {incident}"
    )


def _incident(server: Server, key_id: str, reason: str) -> str:
    """The one that there is; else one that changes nothing by itself."""
    try:
        return server.incident(key_id)
    except Misuse:
        opened = server.ask("POST", "/incidents", {"key_id": key_id, "reason": reason, "mode": "observe"})
        return str(opened["incident"])


def _asked(server: Server, path: str, document: Mapping[str, object]) -> dict[str, str]:
    """The service may have to look first whose key it is."""
    end = time.monotonic() + _LOOKS_FOR
    while True:
        try:
            said: dict[str, str] = server.ask("POST", path, document)
        except NotNow:
            if time.monotonic() > end:
                raise
            time.sleep(1)
        else:
            return said
