"""What stood before the attacker wrote over it: the parameters of the call that had last written the same, if any.

Only where a later step needs them to put the thing right; the trail is the one place that every account has.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from unleak.iam.repeatable import REPEATABLE
from unleak.investigate import standing as stands
from unleak.investigate.trail.table import Table
from unleak.model.call import Call
from unleak.model.investigation import Remaining

_WRITES: dict[str, tuple[str, ...]] = {
    "iam:UpdateAssumeRolePolicy": ("iam:UpdateAssumeRolePolicy", "iam:CreateRole"),
    **{action: (action,) for action in REPEATABLE},
    "iam:DeleteUserPolicy": ("iam:PutUserPolicy",),
    "iam:DeleteRolePolicy": ("iam:PutRolePolicy",),
    "iam:DeleteGroupPolicy": ("iam:PutGroupPolicy",),
    "iam:PutUserPermissionsBoundary": ("iam:PutUserPermissionsBoundary",),
    "iam:PutRolePermissionsBoundary": ("iam:PutRolePermissionsBoundary",),
    "iam:DeleteUserPermissionsBoundary": ("iam:PutUserPermissionsBoundary",),
    "iam:DeleteRolePermissionsBoundary": ("iam:PutRolePermissionsBoundary",),
    "iam:SetDefaultPolicyVersion": ("iam:SetDefaultPolicyVersion", "iam:CreatePolicyVersion"),
    "s3:PutBucketPolicy": ("s3:PutBucketPolicy",),
    "s3:DeleteBucketPolicy": ("s3:PutBucketPolicy",),
    "cloudtrail:UpdateTrail": ("cloudtrail:UpdateTrail", "cloudtrail:CreateTrail"),
    "cloudtrail:DeleteTrail": ("cloudtrail:CreateTrail",),
    "cloudtrail:PutEventSelectors": ("cloudtrail:PutEventSelectors",),
    "kms:PutKeyPolicy": ("kms:PutKeyPolicy", "kms:CreateKey"),
    "secretsmanager:PutResourcePolicy": ("secretsmanager:PutResourcePolicy",),
    "secretsmanager:DeleteResourcePolicy": ("secretsmanager:PutResourcePolicy",),
    "sqs:SetQueueAttributes": ("sqs:SetQueueAttributes",),
    "sns:SetTopicAttributes": ("sns:SetTopicAttributes",),
    "ecr:SetRepositoryPolicy": ("ecr:SetRepositoryPolicy",),
    "ecr:DeleteRepositoryPolicy": ("ecr:SetRepositoryPolicy",),
}
"""What the attacker called, and by which calls the same is written."""


def needs_former(one: Remaining) -> bool:
    return one.state == "stands" and one.action in _WRITES


def with_former(table: Table, remaining: Iterable[Remaining], theirs: Collection[str]) -> tuple[Remaining, ...]:
    """The same list. `former` is empty where the trail shows that nothing was there: the thing was made in it, or the
    same was taken away last. It stays None where nobody knows. `theirs` are the attacker's events: whoever writes twice
    must not have their first version put back.
    """
    return tuple(_filled(table, one, theirs) if needs_former(one) else one for one in remaining)


def _filled(table: Table, one: Remaining, theirs: Collection[str]) -> Remaining:
    name = re.escape(one.arn.rsplit(":", 1)[-1].rsplit("/", 1)[-1])
    wrote = table.named(action.split(":", 1)[1] for action in {*_WRITES[one.action], *_OF_TYPE.get(one.type, ())})
    last = _last(one, [c for c in table.earlier(one.at, wrote, name) if c.event_id not in theirs])
    if last is not None:
        return replace(one, former=last)
    made = table.earlier(one.at, table.named(action.split(":", 1)[1] for action in _MAKES), name)
    born = any(
        t.deed is stands.Deed.CREATED and _is_of(one, t) and "|" not in t.fact for c in made for t in stands.traces(c)
    )
    return replace(one, former={}) if born else one


def _of_types() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in stands.ROWS:
        if isinstance(row, stands.Row):
            found.setdefault(f"AWS::{row.type}", set()).update(row.actions)
    return {type_: frozenset(actions) for type_, actions in found.items()}


_OF_TYPE = _of_types()
_MAKES = frozenset(
    action for row in stands.ROWS if isinstance(row, stands.Row) and row.deed is stands.Deed.CREATED
    for action in row.actions
)  # fmt: skip


def _last(one: Remaining, calls: Sequence[Call]) -> Mapping[str, Any] | None:
    """What the latest call left that wrote the very same thing, or took it away: its name may occur in others."""
    part = _there(one.part)
    mine = [(c, t.fact.endswith("|gone")) for c in calls for t in stands.traces(c) if _is_same(one, part, t)]
    if not mine:
        return None
    call, gone = max(mine, key=lambda found: found[0].at)
    return {} if gone else dict(call.request)


def _there(part: str) -> str:
    """The part, whether it is there or was taken away; empty for the thing itself."""
    return "" if part == "gone" else part.removesuffix("|gone")


def _is_same(one: Remaining, part: str, trace: stands.Trace) -> bool:
    of_trace = _there(trace.fact.partition("|")[2])
    return _is_of(one, trace) and (of_trace == part or (part == "default" and of_trace.startswith("version|")))


def _is_of(one: Remaining, trace: stands.Trace) -> bool:
    """An ARN may have a path that another call leaves out."""
    return trace.arn.rsplit("/", 1)[-1] == one.arn.rsplit("/", 1)[-1]
