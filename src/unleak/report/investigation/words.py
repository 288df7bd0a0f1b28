"""What both stories say in the same words, and text of an attacker's made fit to be read.

An attacker writes names, agents and details. Whatever came from a trail goes through `said`.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from unleak.model.call import Call

_DENIALS = (
    "denied", "unauthorized", "notauthorized", "forbidden", "authfailure", "invalidclienttoken", "unrecognizedclient",
    "expiredtoken", "signaturedoesnotmatch", "invalidaccesskeyid", "authorizationerror",
)  # fmt: skip
_BETWEEN_ARN_PARTS = 5


def clean(text: str) -> str:
    """Nothing that steers a terminal or turns the direction of reading."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def width_of(text: str) -> int:
    """Columns in a terminal, rather too many than too few."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def clipped(text: str, most: int) -> str:
    """At most so many columns; the cut is shown."""
    if width_of(text) <= most:
        return text
    kept, room = "", most - 1
    for c in text:
        room -= width_of(c)
        if room < 0:
            break
        kept += c
    return f"{kept.rstrip()}…" if most > 0 else ""


def said(text: object, most: int = 120) -> str:
    """Text from outside: clean, on one line, no longer than this."""
    return clipped(clean(str(text)[: 4 * most].strip()), most)


def wrapped(text: str, width: int, indent: str = "", hang: str = "") -> list[str]:
    """Lines of at most `width` columns; a word that is longer is cut in pieces."""
    lines, line, start = [], indent, indent
    for word in text.split():
        rest = word
        if line != start and width_of(line) + 1 + width_of(rest) > width:
            lines.append(line)
            line = start = hang
        while width_of(start) + width_of(rest) > width and line == start:
            piece = _head(rest, width - width_of(start))
            lines.append(start + piece)
            rest, line, start = rest[len(piece) :], hang, hang
        line = line + rest if line == start else f"{line} {rest}"
    return [*lines, line] if line.strip() else lines


def _head(text: str, room: int) -> str:
    taken = 0
    for i, c in enumerate(text):
        taken += width_of(c)
        if taken > room:
            return text[: max(i, 1)]
    return text


def counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def more(number: int) -> str:
    return f" and {number:,} more" if number > 0 else ""


def listed(texts: Sequence[str], most: int) -> str:
    return ", ".join(texts[:most]) + more(len(texts) - most)


def stamp(when: datetime | None) -> str:
    """`2026-11-23 03:12:41`, in UTC."""
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if when else "not known"


def minute(when: datetime) -> str:
    """`11-23 03:12`, in UTC."""
    return when.astimezone(UTC).strftime("%m-%d %H:%M")


def span(first: datetime | None, last: datetime | None) -> str:
    """From when to when, to the minute, the day said once if it is one; empty when nothing is known."""
    known = [minute(when) for when in (first, last) if when is not None]
    if not known or known[0] == known[-1]:
        return known[0] if known else ""
    day, clock = known[-1].split()
    return f"{known[0]}\N{EN DASH}{clock if known[0].startswith(day) else known[-1]}"


def lasting(seconds: float) -> str:
    """`41 seconds`, `12 minutes`, `5 hours`, `3 days`: the largest unit of which there are at least two."""
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if abs(seconds) >= 2 * size:
            return counted(round(abs(seconds) / size), name)
    return counted(round(abs(seconds)), "second")


def tail(key_id: str) -> str:
    """A credential in few columns: `…WXYZ`."""
    return f"…{clean(key_id)[-4:]}" if key_id else "no key id"


def named(arn: str, most: int = 60) -> str:
    """What an ARN names, without the account: `user/ci`, `role/deploy/session`; else the text itself."""
    parts = arn.split(":", _BETWEEN_ARN_PARTS)
    name = parts[-1] if len(parts) > _BETWEEN_ARN_PARTS and parts[-1] else arn
    return said(name.replace("assumed-role/", "role/", 1), most) or "not known"


def role_of(arn: str) -> str:
    """The ARN without the name of a session, for an `assumed-role`; else the ARN."""
    head, mark, rest = arn.partition(":assumed-role/")
    return f"{head}{mark}{rest.split('/', 1)[0]}" if mark else arn


def is_denial(error: str) -> bool:
    """AWS said no to the caller; what else is no success failed for another reason."""
    plain = error.lower().replace("_", "")
    return any(word in plain for word in _DENIALS)


def outcome(calls: Iterable[Call]) -> tuple[int, int, int]:
    """How many were made, were accepted, were refused."""
    made = accepted = refused = 0
    for call in calls:
        made += 1
        accepted += call.accepted
        refused += bool(call.error) and is_denial(call.error)
    return made, accepted, refused


def told(made: int, accepted: int, refused: int) -> str:
    """`214 calls, 190 refused, 3 failed`."""
    failed = made - accepted - refused
    words = [counted(made, "call"), f"{refused:,} refused" if refused else "", f"{failed:,} failed" if failed else ""]
    return ", ".join(filter(None, words))
