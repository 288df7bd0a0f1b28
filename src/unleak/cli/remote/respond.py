"""`unleak --server URL respond`."""

from pathlib import Path

import click

from unleak.cli.remote.inquiry import when
from unleak.cli.remote.server import server_of
from unleak.model.errors import Misuse


@click.command("respond")
@click.argument("key_id", required=False, default="")
@click.option("--reason", default="", help="Your word that the key has leaked.")
@click.option("--mode", type=click.Choice(["observe", "quarantine", "disable", "lockdown"]), help="How far to go.")
@click.option("--leaked-at", default="", metavar="TIME", help="When it leaked, if you know.")
@click.option("--public/--private", default=None, help="Whether strangers could read it.")
@click.option("--from", "report", type=click.Path(path_type=Path), help="What a scanner reported, or AWS's mail.")
@click.pass_context
def command(
    context: click.Context, key_id: str, reason: str, mode: str | None, leaked_at: str, public: bool | None,
    report: Path | None,
) -> None:  # fmt: skip
    """Have a service contain KEY_ID, or the keys that a report names. Its secret stays here: give your word.

    \b
    unleak --server https://unleak.example.com respond AKIA... --reason "posted in the chat by mistake"
    unleak --server https://unleak.example.com respond --from gitleaks.json
    """
    server = server_of(context)
    if bool(key_id) == bool(report):
        raise Misuse("give a key id, or --from FILE", "unleak --server URL respond AKIA... --reason WHY")
    if report is not None:
        said = server.send("/reports", _read(report))
        click.echo("\n".join(said["incidents"]) or "no key of AWS is named there")
        for line in said["passed_over"]:
            click.echo(f"  passed over: {line}", err=True)
        return
    if not reason:
        raise Misuse("a key id alone changes nothing", "say why with --reason")
    asked = {"key_id": key_id, "reason": reason, "mode": mode, "leaked_at": when(leaked_at, "--leaked-at") or None,
             "public": public}  # fmt: skip
    said = server.ask("POST", "/incidents", {name: value for name, value in asked.items() if value is not None})
    click.echo(f"{said['incident']}: {said['said']}\n  next: unleak --server URL incident show {said['incident']}")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Misuse(f"cannot read {path}: {error.strerror}", "give a file") from error
