"""What unleak itself wrote to contain a key: in a photograph it is not the attacker's, and stays until all is over."""

from typing import Any

from unleak.drill.photograph import Things

_MARK, _QUARANTINE = "unleak-", ":policy/AWSCompromisedKeyQuarantine"


def without_ours(things: Things, leaked: str) -> Things:
    """The leaked key is not in it: it stays off."""
    return {name: _cleaned(said) for name, said in things.items() if not _is_ours(name) and leaked not in name}


def _cleaned(said: Any) -> Any:
    """Of a user, group or role, without our denies."""
    if not isinstance(said, dict) or "inline" not in said:
        return said
    kept = {
        "attached": [arn for arn in said["attached"] if _QUARANTINE not in arn and not _is_ours(arn)],
        "inline": {name: text for name, text in said["inline"].items() if not _is_ours(name)},
        "groups": [name for name in said.get("groups", ()) if not _is_ours(name)],
    }
    return {**said, **kept}


def _is_ours(name: str) -> bool:
    return f"{_MARK}inc-" in name
