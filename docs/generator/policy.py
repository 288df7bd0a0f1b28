"""The policies of whoever runs unleak."""

import json
from collections.abc import Iterator
from typing import Any

from generator.page import page
from unleak.engine import permissions


def pages() -> dict[str, str]:
    return {"policy.md": page("The responder's policy", _policies())}


def _policies() -> Iterator[str]:
    yield "Least privilege for the identity that unleak runs as, as `unleak setup policy` prints it. The drill runs"
    yield from ("with exactly this policy. [Permissions](permissions.md) says which unit needs which.", "")
    yield from _json(permissions.responder_policy())
    yield from ("", "`unleak rotate` needs this as well (`unleak setup policy --rotation`):", "")
    yield from _json(permissions.rotation_policy())
    yield from ("", "`unleak evict` needs these as well (`unleak setup policy --evict`):", "")
    yield from _json(list(permissions.evictor_policies()))
    yield from ("", "A channel of Security Hub needs this as well (`unleak setup policy --notify`):", "")
    yield from _json(permissions.notify_policy())
    yield from ("", "The role in the organisation's management account (`unleak setup policy --organization`):", "")
    yield from _json(permissions.organization_policy())
    yield from ("", "What a review needs is [beside its checks](review.md#the-policy).")


def _json(policy: Any) -> Iterator[str]:
    yield from ("```json", json.dumps(policy, indent=2), "```")
