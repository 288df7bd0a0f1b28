"""Calls that AWS accepts though it was so already: an attacker who makes one need not have brought anything about.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html
"""

from unleak.model.evidence import Fact

_ADDS = frozenset(
    {
        "iam:AttachUserPolicy", "iam:AttachRolePolicy", "iam:AttachGroupPolicy", "iam:AddUserToGroup",
        "ec2:ModifySnapshotAttribute", "ec2:ModifyImageAttribute", "rds:ModifyDBSnapshotAttribute",
        "rds:ModifyDBClusterSnapshotAttribute",
    }
)  # fmt: skip
_WRITES_OVER = frozenset({"iam:PutUserPolicy", "iam:PutRolePolicy", "iam:PutGroupPolicy"})
REPEATABLE = _ADDS | _WRITES_OVER


def stood_before(fact: Fact) -> bool:
    """It was so before the attacker, as the trail shows: it is not theirs, and is left alone."""
    return fact.action in _ADDS and bool(fact.former) and not fact.part.endswith("|gone")


def may_have_stood(fact: Fact) -> bool:
    """Whether it was so before is not in the trail: a person decides."""
    return fact.action in REPEATABLE and fact.former is None and not fact.part.endswith("|gone")
