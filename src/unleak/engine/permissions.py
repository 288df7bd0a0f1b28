"""The responder's IAM policy, derived from the units' declarations."""

from typing import Any

from unleak.respond import ACTIONS, CHECKS


def responder_policy() -> dict[str, Any]:
    """A statement for what only looks, and one for what changes; `sts:GetCallerIdentity` needs no permission."""
    looks = {p for unit in CHECKS.values() for p in unit.permissions}
    changes = {p for unit in ACTIONS.values() for p in unit.permissions} - looks
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "UnleakLooks", "Effect": "Allow", "Action": sorted(looks), "Resource": "*"},
            {"Sid": "UnleakContains", "Effect": "Allow", "Action": sorted(changes), "Resource": "*"},
        ],
    }
