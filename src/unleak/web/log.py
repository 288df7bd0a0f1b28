"""What the service does, a line of JSON each, to standard error. Nothing of a body, a token or a secret goes in."""

import json
import sys
from datetime import UTC, datetime

from unleak.model.credential import SecretKey, SessionToken

_MOST = 300


def log(event: str, **about: object) -> None:
    """`about`: short values; what is empty is left out."""
    fields = {name: _plain(value) for name, value in about.items() if value not in (None, "", (), [])}
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    sys.stderr.write(json.dumps({"at": at, "event": event, **fields}) + "\n")
    sys.stderr.flush()


def _plain(value: object) -> object:
    if isinstance(value, SecretKey | SessionToken):
        raise TypeError("a secret must not be logged")
    if isinstance(value, int | float):
        return value
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value[:20]]
    return "".join(c if c.isprintable() else " " for c in str(value)[:_MOST])
