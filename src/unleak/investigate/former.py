"""What stood before the attacker wrote over it: the parameters of the call that had last written the same, if any.

Only where a later step needs them to put the thing right; the trail is the one place that every account has.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from unleak.investigate import standing as stands
from unleak.investigate.trail.table import Table
from unleak.model.call import Call
from unleak.model.investigation import Remaining

_WRITES: dict[str, tuple[str, ...]] = {
    "iam:UpdateAssumeRolePolicy": ("iam:UpdateAssumeRolePolicy", "iam:CreateRole"),
    "iam:PutUserPolicy": ("iam:PutUserPolicy",),
    "iam:PutRolePolicy": ("iam:PutRolePolicy",),
    "iam:PutGroupPolicy": ("iam:PutGroupPolicy",),
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


def with_former(table: Table, remaining: Iterable[Remaining]) -> tuple[Remaining, ...]:
    """The same list. Where nothing earlier is in the trail, `former` stays None: nobody knows what was before."""
    return tuple(_filled(table, one) if needs_former(one) else one for one in remaining)


def _filled(table: Table, one: Remaining) -> Remaining:
    name = one.arn.rsplit(":", 1)[-1].rsplit("/", 1)[-1]
    names = table.named(action.split(":", 1)[1] for action in _WRITES[one.action])
    last = _last(one, table.earlier(one.at, names, re.escape(name)))
    return replace(one, former=dict(last.request)) if last is not None else one


def _last(one: Remaining, calls: Sequence[Call]) -> Call | None:
    """The latest that wrote the very same thing: its name may occur in the parameters of others."""
    same = "" if one.part == "gone" else one.part.removesuffix("|gone")
    mine = [c for c in calls if any(_is(one, same, trace) for trace in stands.traces(c))]
    return max(mine, key=lambda c: c.at, default=None)


def _is(one: Remaining, part: str, trace: stands.Trace) -> bool:
    named = trace.arn.rsplit("/", 1)[-1] == one.arn.rsplit("/", 1)[-1] and trace.type == one.type
    of_trace = trace.fact.partition("|")[2]
    return named and (of_trace == part or (part == "default" and of_trace.startswith("version|")))
