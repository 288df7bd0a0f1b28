"""The body of a message → what its JSON says, and its name."""

import hashlib
import json
from typing import Any

from unleak.intake.notice import Reason, Refused


def json_of(body: bytes) -> Any:
    """Raises Refused for what is no JSON, is too deep, or says a name twice: what that says depends on its reader."""
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise Refused(Reason.NOT_JSON, "the body is no JSON that can be read") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) != len(pairs):
        raise ValueError("a name stands twice")
    return named


def id_of(sender: str, body: bytes) -> str:
    """The same for the same body, whatever its headers: those are not signed."""
    return f"{sender}:{hashlib.sha256(body).hexdigest()}"
