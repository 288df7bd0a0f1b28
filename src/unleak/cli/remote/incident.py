"""`unleak --server URL incident …`."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from unleak.cli.format_option import format_option
from unleak.cli.incident_decisions import options_in
from unleak.cli.remote.server import Server, server_of
from unleak.model.document import written
from unleak.model.errors import Misuse

_why = click.option("--why", required=True, help="Your reason, for the record.")
_format = format_option()


@click.group("incident")
def command() -> None:
    """Look at incidents of a service, and decide what waits for a person. Named by their id or by their key's."""


@command.command("list")
@click.option("--state", type=click.Choice(["contained", "waits", "works"]), help="Only those.")
@_format
@click.pass_context
def list_(context: click.Context, state: str | None, format_name: str) -> None:
    """Every incident that the token may see, newest first."""
    server, rows, after = server_of(context), [], ""
    while True:
        query = {"limit": "500", "after": after} | ({"state": state} if state else {})
        page = server.ask("GET", "/incidents", **query)
        rows += page["incidents"]
        after = page["next"] or ""
        if not after:
            break
    if format_name == "json":
        click.echo(written("unleak.incidents/1", {"incidents": rows, "next": None}))
    else:
        click.echo("\n".join(_line(row) for row in rows) or "no incidents")


@command.command("show")
@click.argument("incident")
@click.option("--log", is_flag=True, help="Every entry of the record, in one sentence each.")
@_format
@click.pass_context
def show(context: click.Context, incident: str, log: bool, format_name: str) -> None:
    """How an incident stands: what was done, what holds, what a person must do."""
    server = server_of(context)
    at = f"/incidents/{server.incident(incident)}"
    if log:
        for entry in _entries(server, at):
            click.echo(f"{entry['seq']:>4}  {entry['at'][:19].replace('T', ' ')}  {entry['said']}")
    elif format_name == "json":
        click.echo(json.dumps(server.ask("GET", at), indent=2))
    else:
        click.echo(server.text(f"{at}/report", format="text"))


@command.command("report")
@click.argument("incident")
@format_option(["text", "json", "md", "html"], default="md")
@click.option("--output", type=click.Path(path_type=Path), help="File to write (default: standard output).")
@click.pass_context
def report(context: click.Context, incident: str, format_name: str, output: Path | None) -> None:
    """The incident, told to a tired person at night."""
    server = server_of(context)
    text = server.text(f"/incidents/{server.incident(incident)}/report", format=format_name)
    if output is None:
        click.echo(text)
    else:
        output.write_text(text + "\n", encoding="utf-8")
        click.echo(f"wrote {output}", err=True)


def _digest(shown: Any, step: str) -> str:
    """Of the change as it is shown now."""
    if step not in shown["digests"]:
        raise Misuse(f"{step} does not wait for a decision", "`incident show` lists what does")
    return str(shown["digests"][step])


@command.command("approve")
@click.argument("incident")
@click.argument("step")
@_why
@click.option("--hours", default=4.0, show_default=True, help="How long the approval is good for.")
@click.option("--yes", is_flag=True, help="Approve what is shown without being asked.")
@click.pass_context
def approve(context: click.Context, incident: str, step: str, why: str, hours: float, yes: bool) -> None:
    """Approve one pending change, exactly as it is shown now."""
    server = server_of(context)
    at = f"/incidents/{server.incident(incident)}"
    shown = server.ask("GET", at)
    waits = next((p for p in shown["pending"] if p["step_id"] == step), None)
    digest = _digest(shown, step)
    if waits is None:
        raise Misuse(f"{step} does not wait for approval", "`incident show` lists what does")
    click.echo(f"{waits['what']}\n  breaks  {waits['breaks']}\n  undone  {waits['undo']}", err=True)
    if not (yes or click.confirm("approve this?", err=True)):
        raise Misuse("nothing was approved", "")
    document = {"step": step, "digest": digest, "why": why, "hours": hours}
    _tell(server.ask("POST", f"{at}/approvals", document))


@command.command("request")
@click.argument("incident")
@click.argument("unit")
@click.argument("target")
@click.option("--option", "options", multiple=True, metavar="NAME=VALUE", help="What the action takes: version=ID.")
@_why
@click.pass_context
def request(context: click.Context, incident: str, unit: str, target: str, options: tuple[str, ...], why: str) -> None:
    """Ask for a change that the table does not want by itself. It is shown, and waits for an approval."""
    document = {"unit": unit, "target": target, "why": why, "options": options_in(options)}
    server = server_of(context)
    _tell(server.ask("POST", f"/incidents/{server.incident(incident)}/requests", document))


@command.command("decline")
@click.argument("incident")
@click.argument("step")
@_why
@click.pass_context
def decline(context: click.Context, incident: str, step: str, why: str) -> None:
    """Say no to one pending change. It waits no longer; what containment needs stays open all the same."""
    server = server_of(context)
    at = f"/incidents/{server.incident(incident)}"
    document = {"step": step, "digest": _digest(server.ask("GET", at), step), "why": why}
    _tell(server.ask("POST", f"{at}/declines", document))


@command.command("close")
@click.argument("incident")
@_why
@click.pass_context
def close(context: click.Context, incident: str, why: str) -> None:
    """Say that it is over. What holds is watched all the same, and a new alert of the key opens it again."""
    server = server_of(context)
    _tell(server.ask("POST", f"/incidents/{server.incident(incident)}/close", {"why": why}))


@command.command("hold")
@click.argument("incident")
@click.option("--off", is_flag=True, help="End the hold.")
@_why
@click.pass_context
def hold(context: click.Context, incident: str, off: bool, why: str) -> None:
    """A legal hold: while it is on, nothing is deleted, whatever was approved."""
    server = server_of(context)
    _tell(server.ask("POST", f"/incidents/{server.incident(incident)}/hold", {"on": not off, "why": why}))


@command.command("note")
@click.argument("incident")
@click.argument("text")
@click.option("--due", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), metavar="DATE", help="In UTC.")
@click.pass_context
def note(context: click.Context, incident: str, text: str, due: datetime | None) -> None:
    """Write into the record what you know; with --due, until when somebody must have acted."""
    document = {"text": text} | ({"due": due.replace(tzinfo=UTC).isoformat()} if due else {})
    server = server_of(context)
    _tell(server.ask("POST", f"/incidents/{server.incident(incident)}/notes", document))


@command.command("mode")
@click.argument("incident")
@click.argument("mode", type=click.Choice(["observe", "quarantine", "disable", "lockdown"]))
@_why
@click.pass_context
def mode(context: click.Context, incident: str, mode: str, why: str) -> None:
    """How far the service may go without a person."""
    server = server_of(context)
    _tell(server.ask("POST", f"/incidents/{server.incident(incident)}/mode", {"mode": mode, "why": why}))


@command.command("break-glass")
@click.argument("incident")
@_why
@click.option("--hours", default=2.0, show_default=True, help="Until it is taken back by itself.")
@click.option("--allow", multiple=True, metavar="ACTION", help="An action that the application needs, s3:GetObject.")
@click.option("--from", "where", multiple=True, metavar="ADDRESS", help="An address or network that it runs at.")
@click.pass_context
def break_glass(
    context: click.Context, incident: str, why: str, hours: float, allow: tuple[str, ...], where: tuple[str, ...]
) -> None:
    """Ask to let the leaked key work again: fenced, for a time. It is shown, and waits for an approval."""
    document = {"why": why, "hours": hours, "allow": allow, "addresses": where}
    server = server_of(context)
    _tell(server.ask("POST", f"/incidents/{server.incident(incident)}/break-glass", document))


@command.command("undo")
@click.argument("incident")
@click.argument("step")
@_why
@click.pass_context
def undo(context: click.Context, incident: str, step: str, why: str) -> None:
    """Take back one change of ours. A leaked key is never activated again."""
    server = server_of(context)
    done = server.ask("POST", f"/incidents/{server.incident(incident)}/undo", {"step": step, "why": why})
    click.echo(f"{done['outcome']}: {done['detail']}")


@command.command("restore")
@click.argument("incident")
@_why
@click.pass_context
def restore(context: click.Context, incident: str, why: str) -> None:
    """Lift every deny of an incident that is over."""
    server = server_of(context)
    for done in server.ask("POST", f"/incidents/{server.incident(incident)}/restore", {"why": why}):
        click.echo(f"{done['outcome']}: {done['step']}: {done['detail']}")


def _entries(server: Server, at: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    after = 0
    while True:
        page = server.ask("GET", f"{at}/entries", after=str(after), limit="500")
        entries += page["entries"]
        if page["next"] is None:
            return entries
        after = page["next"]


def _line(row: dict[str, Any]) -> str:
    opened = row["opened_at"][:16].replace("T", " ")
    return f"{row['id']}  {row['key_id']}  {row['account'] or '?':<12}  {opened}  {row['mode']:<10}  {row['state']}"


def _tell(said: dict[str, Any]) -> None:
    click.echo(f"{said['said']}\n  as {said['who']}, in {said['incident']}")
