"""A long look by a service: asked, waited for, told as its command tells it."""

import json
import sys
import time
from itertools import count
from pathlib import Path
from typing import Any

import click

from unleak.cli.investigate import check_key, check_place, put, time_of
from unleak.cli.remote.server import Server
from unleak.cli.saying import say
from unleak.model.errors import CouldNotLook, Misuse

_SOONEST, _LATEST = 0.5, 10.0
_SAYS_EVERY = 60.0


def look(server: Server, key_id: str, wanted: dict[str, Any], format_name: str, output: Path | None = None) -> None:
    """Ends the process with the exit code of the command. Interrupted, and run again before the service is done, it
    waits for the same look.
    """
    check_key(key_id)
    check_place(output, "--output")
    at = f"/incidents/{server.incident(key_id)}/inquiries"
    asked = {name: value for name, value in wanted.items() if value not in ((), "", None)}
    row = _answered(server, at, server.ask("POST", at, asked)["nr"])
    document = f"{at}/{row['nr']}"
    if format_name == "json":
        put(_indented(server, document), output)
    else:
        put(server.text(document, format=format_name), output)
    for problem in row["unseen"]:
        click.echo(f"unleak: could not look: {problem}", err=True)
    sys.exit(1 if row["complete"] and row["finds"] else 0 if row["complete"] else 3)


def no_files(trails: tuple[str, ...]) -> tuple[str, ...]:
    """A service reads what it is configured with. Raises Misuse for what lies here."""
    for name in trails:
        if Path(name).exists():
            raise Misuse(f"{name} is here, and the service would have to read it", "run it here, without --server")
    return trails


def when(text: str, option: str) -> str:
    """A time as a service takes it; empty where none is given."""
    found = time_of(text, option)
    return found.isoformat() if found else ""


def _answered(server: Server, at: str, nr: str) -> dict[str, Any]:
    """Says how it stands, now and then."""
    told, said_at = "", time.monotonic()
    for tries in count():
        row: dict[str, Any] = next(r for r in server.ask("GET", at)["inquiries"] if r["nr"] == nr)
        if row["state"] == "answered":
            return row
        if row["state"] == "failed":
            raise CouldNotLook(f"the service could not look: {row['why']}", "ask it anew")
        again = f"could not look: {row['why']}; it tries again at {row['again_at'][:19]}Z" if row["why"] else ""
        if again != told or time.monotonic() - said_at > _SAYS_EVERY:
            say(again or "the service is looking")
            told, said_at = again, time.monotonic()
        time.sleep(min(_SOONEST * 1.2**tries, _LATEST))
    raise AssertionError


def _indented(server: Server, path: str) -> str:
    return json.dumps(server.ask("GET", path), indent=2)
