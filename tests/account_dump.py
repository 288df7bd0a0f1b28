"""All that the stand-in's engine holds of an account, as plain values: nothing that a service knows is left out.

What moves with every look or is only a way of moto's to hold things is left out: times, counters, locks, back links.
Instances that were terminated count as gone, as AWS forgets them after an hour.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from moto.backends import get_backend

from conftest import Site

_MOVES = ("date", "time", "_at", "last_", "created", "updated", "stamp", "etag", "expir", "lock", "events", "cache",
          "access_key_last_used", "uuid", "revision", "marker", "token", "backend")  # fmt: skip
_LEFT_OUT = {"region_name", "account_id", "partition", "tagger", "url_bases", "filters", "instance_template"}
_SERVICES = ("iam", "ec2", "s3", "lambda", "cloudtrail", "guardduty", "ssm", "secretsmanager", "kms", "rds", "sns",
             "sqs", "autoscaling", "events", "logs", "config", "dynamodb")  # fmt: skip


def dump_of(site: Site) -> dict[str, Any]:
    """Service and region to what is there."""
    found: dict[str, Any] = {}
    for name in _SERVICES:
        account = get_backend(name).get(site.stage.account) or {}  # type: ignore[call-overload]
        for region, backend in list(account.items()):
            plain = _plain(backend, frozenset(), 0)
            if plain:
                found[f"{name} {region}"] = plain
    return found


def changed(before: Any, after: Any, path: str = "") -> list[str]:
    """Where the two differ, and how: each path once, at the depth at which it differs."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = sorted({*before, *after})
        return [p for k in keys for p in changed(before.get(k), after.get(k), f"{path}/{k}")]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [p for n, (b, a) in enumerate(zip(before, after, strict=True)) for p in changed(b, a, f"{path}/{n}")]
    return [] if before == after else [f"{path}: {before!r:.120} -> {after!r:.120}"]


def _plain(value: Any, above: frozenset[int], depth: int) -> Any:
    """Empty values are left out: to be without something and to have none of it is the same."""
    if isinstance(value, bool | int | float | str | bytes | None.__class__):
        return value
    if isinstance(value, Enum):
        return value.value
    if id(value) in above or depth > 14 or callable(value):
        return None
    inside = above | {id(value)}
    if isinstance(value, Mapping):
        pairs = {str(k): _plain(v, inside, depth + 1) for k, v in list(value.items()) if not _is_gone(v)}
        return {k: v for k, v in sorted(pairs.items()) if v not in (None, "", [], {})}
    if isinstance(value, list | tuple | set | frozenset):
        return [p for p in (_plain(v, inside, depth + 1) for v in value if not _is_gone(v)) if p not in (None, [], {})]
    if type(value).__module__.startswith("moto"):
        held = {k.lstrip("_"): v for k, v in vars(value).items() if not _moves(k)}
        return _plain(held, inside, depth + 1)
    return None


def _moves(name: str) -> bool:
    plain = name.lstrip("_").lower()
    return plain in _LEFT_OUT or any(word in plain for word in _MOVES)


def _is_gone(value: Any) -> bool:
    state = getattr(value, "_state", None)
    if getattr(state, "name", "") == "terminated":
        return True
    instances = getattr(value, "instances", None)
    return isinstance(instances, list) and bool(instances) and all(_is_gone(i) for i in instances)
