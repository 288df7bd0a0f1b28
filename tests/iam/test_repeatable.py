"""Which deeds prove that the attacker brought something about, and which only that they called."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from unleak.iam.repeatable import may_have_stood, nobody_knows, stood_before
from unleak.model.evidence import Fact

_AT = datetime(2026, 11, 23, tzinfo=UTC)
THEIRS, ASK, LEFT_ALONE = "theirs", "ask", "left alone"
TABLE: list[tuple[str, str, str, Mapping[str, Any] | None, str]] = [
    ("iam:AttachUserPolicy", "changed", "policy|P", None, ASK),
    ("iam:AttachUserPolicy", "changed", "policy|P", {}, THEIRS),
    ("iam:AttachUserPolicy", "changed", "policy|P", {"policyArn": "P"}, LEFT_ALONE),
    ("iam:RemoveUserFromGroup", "changed", "group|admins|gone", None, ASK),
    ("iam:RemoveUserFromGroup", "changed", "group|admins|gone", {}, LEFT_ALONE),
    ("iam:RemoveUserFromGroup", "changed", "group|admins|gone", {"groupName": "admins"}, THEIRS),
    ("ec2:RevokeSecurityGroupIngress", "changed", "ingress|tcp/22-22/0.0.0.0/0|gone", None, ASK),
    ("ec2:AuthorizeSecurityGroupIngress", "changed", "ingress|tcp/22-22/0.0.0.0/0", None, THEIRS),
    ("ec2:ModifySnapshotAttribute", "changed", "share|999988887777|gone", None, ASK),
    ("s3:PutBucketWebsite", "changed", "website", None, ASK),
    ("iam:UpdateAssumeRolePolicy", "shared", "trust", None, ASK),
    ("iam:UpdateAssumeRolePolicy", "shared", "trust", {"policyDocument": "{}"}, THEIRS),
    ("ec2-instance-connect:SendSSHPublicKey", "started", "ssh|x", None, ASK),
    ("events:PutRule", "created", "", None, ASK),
    ("iam:CreateUser", "created", "", None, THEIRS),
    ("cloudtrail:StopLogging", "changed", "logging|gone", None, THEIRS),
]


@pytest.mark.parametrize(("action", "deed", "part", "former", "means"), TABLE)
def test_what_a_deed_proves(action: str, deed: str, part: str, former: Mapping[str, Any] | None, means: str) -> None:
    fact = Fact("arn", "AWS::X", deed, "", "AKIA", _AT, "e", action=action, part=part, former=former)
    told = LEFT_ALONE if stood_before(fact) else ASK if may_have_stood(fact) else THEIRS
    assert told == means


@pytest.mark.parametrize("part", ["boundary", "boundary|gone", "inline|p|gone"])
def test_what_nobody_can_put_back(part: str) -> None:
    fact = Fact("arn", "AWS::X", "changed", "", "AKIA", _AT, "e", action="iam:X", part=part)
    assert nobody_knows(fact)
    assert not nobody_knows(replace(fact, former={"permissionsBoundary": "B"}))
    assert not nobody_knows(replace(fact, part="trust"))
