"""The responder's IAM policies, derived from the units' declarations."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from unleak.aws.accounts import LISTS_MEMBERS
from unleak.evict.put_back_table import ON_OURS, OURS
from unleak.inspect.authorization import PERMISSIONS as OF_REACH
from unleak.notify.channels import CHANNELS
from unleak.respond import ACTIONS, CHECKS, CONTAINS, STOPS
from unleak.review import CHECKS as REVIEW_CHECKS
from unleak.rotate import ACTIONS as ROTATING
from unleak.rotate.copies import PERMISSIONS as OF_COPIES

LONGEST_MANAGED = 6144
"""Characters of a managed policy."""
_ROOM = 500
"""For a statement beside."""
_OF_MEMBERS = {"organizations:DescribeOrganization"}
_OF_MANAGEMENT = {"sts:AssumeRoot"}
_FINDS_REGIONS = "ec2:DescribeRegions"


def _is_of_management(permission: str) -> bool:
    """What is done in the organisation's management account, and needs nothing in the account that leaked."""
    organizational = permission.startswith("organizations:") and permission not in _OF_MEMBERS
    return organizational or permission in _OF_MANAGEMENT


def responder_policy() -> dict[str, Any]:
    """Statements for what only looks, for what contains, for what puts data back, and for `unleak inspect`:
    containing needs neither of the last two. `sts:GetCallerIdentity` needs no permission.
    """
    looks = {p for unit in CHECKS.values() for p in unit.permissions}
    return _policy(
        UnleakLooks=[p for p in sorted(looks) if not _is_of_management(p)],
        UnleakContains=[p for p in sorted(_containing() - looks) if not _is_of_management(p)],
        UnleakInspects=sorted(OF_REACH),
    )


def evictor_policies() -> tuple[dict[str, Any], ...]:
    """What taking out the attacker's work needs beside that: policies of their own, since a managed policy holds 6,144
    characters, and who only contains does not need them. Items are written only in tables that unleak restores, and no
    other table is deleted.
    """
    looks = {p for unit in CHECKS.values() for p in unit.permissions}
    evicting = {p for a in ACTIONS.values() if a not in ROTATING for p in a.permissions}
    left = evicting - looks - _containing() - {*OF_REACH, *ON_OURS}
    *others, last = (
        _policy(UnleakEvicts=part) for part in _parted(p for p in sorted(left) if not _is_of_management(p))
    )
    restores = _policy(UnleakRestoresTables=sorted(ON_OURS))["Statement"]
    last["Statement"] += [{**statement, "Resource": OURS} for statement in restores]
    return (*others, last)


def _parted(permissions: Iterable[str]) -> Iterator[list[str]]:
    """In their order, as many together as a managed policy holds.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    part: list[str] = []
    for permission in permissions:
        if part and _size(_policy(UnleakReviews=[*part, permission])) > LONGEST_MANAGED - _ROOM:
            yield part
            part = []
        part.append(permission)
    if part:
        yield part


def _size(policy: dict[str, Any]) -> int:
    """IAM does not count white space."""
    return len(json.dumps(policy, separators=(",", ":")))


def _containing() -> set[str]:
    return {p for a in ACTIONS.values() if a.id in CONTAINS | STOPS for p in a.permissions}


def responder_policies() -> tuple[dict[str, Any], ...]:
    """All, for who contains and evicts."""
    return responder_policy(), *evictor_policies()


def rotation_policy() -> dict[str, Any]:
    """What `unleak rotate` needs beside the responder's policy. Apart from it: whoever makes keys and changes what runs
    can become any program, and containing a key needs none of that.
    """
    enough = {a for s in responder_policy()["Statement"] for a in s["Action"]}
    return _policy(UnleakRotates=sorted({*OF_COPIES, *(p for unit in ROTATING for p in unit.permissions)} - enough))


def organization_policy() -> dict[str, Any]:
    """For the role in the organisation's management account that locks members and removes their root's keys."""
    every = {p for c in CHECKS.values() for p in c.permissions} | {p for a in ACTIONS.values() for p in a.permissions}
    return _policy(UnleakOrganization=[p for p in sorted({*every, LISTS_MEMBERS}) if _is_of_management(p)])


def notify_policy() -> dict[str, Any]:
    """What channels that are services of AWS need, in the account of the key; containing needs none of it."""
    return _policy(UnleakNotifies=sorted({p for channel in CHANNELS.values() for p in channel.permissions}))


def review_policies() -> tuple[dict[str, Any], ...]:
    """What `unleak review` needs, which only reads, in as many managed policies as it takes. Responding needs none.

    It reads secrets and parameters, to look for copies of the key: who does not want that, leaves the policy's
    `secretsmanager:GetSecretValue` and `ssm:GetParameters` out, and the review says that it could not look there.
    """
    needed = sorted({_FINDS_REGIONS, *(p for check in REVIEW_CHECKS for p in check.permissions)})
    return tuple(_policy(UnleakReviews=part) for part in _parted(needed))


def _policy(**statements: list[str]) -> dict[str, Any]:
    made = [{"Sid": sid, "Effect": "Allow", "Action": does, "Resource": "*"} for sid, does in statements.items()]
    return {"Version": "2012-10-17", "Statement": made}
