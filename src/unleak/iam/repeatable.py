"""What AWS accepts though it was so already, or though there was nothing to take away: whoever makes such a call need
not have brought anything about, and may only want us to "put back" what never was.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html
"""

from typing import Protocol

from unleak.model.evidence import Fact, without_gone

_ADDS = frozenset(
    {
        "iam:AttachUserPolicy", "iam:AttachRolePolicy", "iam:AttachGroupPolicy", "iam:AddUserToGroup",
        "ec2:ModifySnapshotAttribute", "ec2:ModifyImageAttribute", "rds:ModifyDBSnapshotAttribute",
        "rds:ModifyDBClusterSnapshotAttribute", "ssm:ModifyDocumentPermission",
    }
)  # fmt: skip
_REFUSED_TWICE = frozenset(
    {
        "ec2:AuthorizeSecurityGroupIngress", "ec2:AuthorizeSecurityGroupEgress", "lambda:AddPermission",
        "lambda:AddPermission20150331v2", "lambda:CreateFunctionUrlConfig", "kms:CreateGrant", "sqs:AddPermission",
        "sns:AddPermission", "iam:AddRoleToInstanceProfile", "iam:DetachUserPolicy", "iam:DetachRolePolicy",
        "iam:DetachGroupPolicy", "ec2:AssociateIamInstanceProfile", "lambda:UpdateFunctionCode",
    }
)  # fmt: skip
"""AWS refuses these where it is so already; or they write what is of the attacker by itself."""
WATCHES = frozenset(
    {
        "cloudtrail:StopLogging", "config:StopConfigurationRecorder", "guardduty:UpdateDetector",
        "guardduty:DeleteDetector", "kms:ScheduleKeyDeletion",
    }
)  # fmt: skip
"""To record, to watch and to keep a key does no harm, even where it was not so before."""
_MAKES = ("Create", "Run", "Request", "Upload", "Import", "Copy", "Register")

_PUTS = ("Put", "Enable", "Verify")
"""What makes a thing, or changes the one that is there."""


class Deed(Protocol):
    """What a fact and a remaining thing have in common."""

    @property
    def action(self) -> str: ...
    @property
    def deed(self) -> str: ...


def needs_former(fact: Deed) -> bool:
    """Whether what was there before decides what is to be done."""
    operation = fact.action.partition(":")[2]
    made = fact.deed == "created" and operation.startswith(_MAKES)
    return bool(fact.action) and not made and fact.action not in _REFUSED_TWICE | WATCHES


def may_cover(fact: Deed) -> bool:
    """Whether something rightful may have stood where the attacker wrote this: who takes it away takes that too."""
    operation = fact.action.partition(":")[2]
    if fact.deed in {"created", "started"}:
        return operation.startswith(_PUTS)
    return not operation.startswith(_MAKES) and fact.action not in _REFUSED_TWICE


def only_adds(fact: Deed) -> bool:
    """It gives one more, and writes over nothing."""
    return fact.action in _ADDS


def stood_before(fact: Fact) -> bool:
    """The attacker changed nothing, as the trail shows: it was so before, or there was nothing to take away."""
    if fact.former is None:
        return False
    if without_gone(fact.part)[1]:
        return not fact.former and fact.action not in WATCHES
    return fact.action in _ADDS and bool(fact.former)


def may_have_stood(fact: Fact) -> bool:
    """What was there before is not in the trail: a person decides."""
    return needs_former(fact) and fact.former is None


def nobody_knows(fact: Fact) -> bool:
    """What was there before is not in the trail, and nothing can be done without it."""
    lost = fact.part == "boundary" or (fact.part.startswith(("boundary|", "inline|")) and without_gone(fact.part)[1])
    return lost and fact.former is None
