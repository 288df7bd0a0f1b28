"""The responder's IAM policies, derived from the units' declarations."""

from typing import Any

from unleak.aws.accounts import LISTS_MEMBERS
from unleak.inspect.authorization import PERMISSIONS as OF_REACH
from unleak.respond import ACTIONS, CHECKS

_OF_MEMBERS = {"organizations:DescribeOrganization"}
_OF_MANAGEMENT = {"sts:AssumeRoot"}


def _is_of_management(permission: str) -> bool:
    """What is done in the organisation's management account, and needs nothing in the account that leaked."""
    organizational = permission.startswith("organizations:") and permission not in _OF_MEMBERS
    return organizational or permission in _OF_MANAGEMENT


def responder_policy() -> dict[str, Any]:
    """A statement for what only looks, one for what changes, and one for `unleak inspect`, which responding does not
    need; `sts:GetCallerIdentity` needs no permission.
    """
    looks = {p for unit in CHECKS.values() for p in unit.permissions}
    changes = {p for unit in ACTIONS.values() for p in unit.permissions} - looks
    return _policy(
        UnleakLooks=[p for p in sorted(looks) if not _is_of_management(p)],
        UnleakContains=[p for p in sorted(changes) if not _is_of_management(p)],
        UnleakInspects=sorted(OF_REACH),
    )


def organization_policy() -> dict[str, Any]:
    """For the role in the organisation's management account that locks members and removes their root's keys."""
    every = {p for c in CHECKS.values() for p in c.permissions} | {p for a in ACTIONS.values() for p in a.permissions}
    return _policy(UnleakOrganization=[p for p in sorted({*every, LISTS_MEMBERS}) if _is_of_management(p)])


def _policy(**statements: list[str]) -> dict[str, Any]:
    made = [{"Sid": sid, "Effect": "Allow", "Action": does, "Resource": "*"} for sid, does in statements.items()]
    return {"Version": "2012-10-17", "Statement": made}
