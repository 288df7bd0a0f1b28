"""What can be turned on a running stand-in, by name. They are not signed: it listens on loopback only."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from unleak.model.clock import parse_stamp
from unleak.standin.gate import Gate
from unleak.standin.lag import LagDial
from unleak.standin.worlds import make_world

_ACCOUNT_DIGITS = 12


def turn(gate: Gate, url: str, what: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Raises KeyError, TypeError or ValueError for what makes no sense."""
    control = _CONTROLS.get(what)
    if control is None:
        raise KeyError("there is no such control")
    return control(gate, url, asked)


def _account(gate: Gate, url: str, asked: dict[str, Any]) -> dict[str, Any]:
    del url
    number = str(asked["account"])
    if not (number.isascii() and number.isdecimal() and len(number) == _ACCOUNT_DIGITS):
        raise ValueError("an account has twelve digits")
    root = gate.add_root_key(number) if asked.get("keep") else gate.add_account(number)
    return {"account": root.account, "key_id": root.key_id, "secret": root.secret}


def _clock(gate: Gate, url: str, asked: dict[str, Any]) -> dict[str, Any]:
    del url
    now = gate.clock.advance(float(asked.get("advance", 0)))
    return {"now": now.isoformat(), "delivered": gate.delivery.deliver(now)}


def _lag(gate: Gate, url: str, asked: dict[str, Any]) -> dict[str, Any]:
    del url
    gate.lag = LagDial(float(asked["least"]), float(asked["most"]), int(asked.get("seed", 0)))
    return {"least": gate.lag.least, "most": gate.lag.most, "seed": gate.lag.seed}


def _delivery(gate: Gate, url: str, asked: dict[str, Any]) -> dict[str, Any]:
    del url
    gate.trail.delivery_seconds = float(asked["seconds"])
    return {"seconds": gate.trail.delivery_seconds}


def _lookups(gate: Gate, url: str, asked: dict[str, Any]) -> dict[str, Any]:
    del url
    gate.trail.lookups_a_second = int(asked["a_second"])
    return {"a_second": gate.trail.lookups_a_second}


def _events(gate: Gate, url: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Records as CloudTrail writes them, of any time."""
    del url
    for record in asked["records"]:
        if not {"eventTime", "eventID", "eventName", "awsRegion", "recipientAccountId", "userIdentity"} <= set(record):
            raise ValueError("a record of CloudTrail has a time, an id, a name, a region, an account and an identity")
        at: datetime = parse_stamp(record["eventTime"])
        gate.trail.add(at if at.tzinfo else at.replace(tzinfo=UTC), {"readOnly": False, "eventSource": "", **record})
    return {"events": len(asked["records"])}


def _metadata(gate: Gate, url: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Of an instance or of a function."""
    del url
    account, region, now = str(asked["account"]), str(asked.get("region", "us-east-1")), gate.clock.now()
    if "function" in asked:
        return dict(gate.machines.of_function(account, region, str(asked["function"]), now))
    return dict(gate.machines.credentials(account, region, str(asked["instance"]), now))


def _console(gate: Gate, url: str, asked: dict[str, Any]) -> dict[str, Any]:
    del url
    session = gate.console.sign_in(
        str(asked["account"]),
        str(asked["user"]),
        str(asked.get("password", "")),
        gate.clock.now(),
        str(asked.get("code", "")),
        str(asked.get("address", "198.51.100.9")),
    )
    if session is None:
        return {"signed_in": False}
    keys = {"key_id": session.key_id, "secret": session.secret, "token": session.token}
    return {"signed_in": True, **keys}


def _lay(gate: Gate, url: str, asked: dict[str, Any]) -> dict[str, Any]:
    """What AWS would find by itself, in `service`: costs, findings of GuardDuty, notices of Health."""
    del url
    things = asked["things"]
    for thing in things:
        gate.lay(str(asked["service"]), str(asked["account"]), str(asked.get("region", "us-east-1")), dict(thing))
    return {"laid": len(things)}


def _world(gate: Gate, url: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Made anew each time it is asked for: that is how one begins again."""
    made = make_world(gate, url, asked)
    return {"roots": {a: {"key_id": r.key_id, "secret": r.secret} for a, r in made.roots.items()}}


_CONTROLS: dict[str, Callable[[Gate, str, dict[str, Any]], dict[str, Any]]] = {
    "accounts": _account,
    "clock": _clock,
    "console": _console,
    "delivery": _delivery,
    "events": _events,
    "lag": _lag,
    "lay": _lay,
    "lookups": _lookups,
    "metadata": _metadata,
    "world": _world,
}
