"""What the attacker brought about, and whether it still stands."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standing_calls import ACCOUNT, ATTACKER, OUTSIDER, OWNER, REGION, arn, by_owner, call, iam_arn, trust
from standing_table import FUNCTION, LONG, OUTSIDE, TABLE, TRAIL

from unleak.investigate.standing import REMOVERS, ROWS, Standing, standing, traces, uncovered
from unleak.model.call import Call


@pytest.mark.parametrize(("action", "request_", "response", "expected"), TABLE)
def test_what_a_call_did(action: str, request_: Any, response: Any, expected: list[tuple[str, str, str, str]]) -> None:
    made = traces(call(action, request_, response))
    assert [(t.arn, t.type.removeprefix("AWS::"), str(t.deed), t.detail) for t in made] == expected
    assert not uncovered(call(action, request_, response))
    assert traces(call(action, request_, response, error="AccessDenied")) == ()


def states(attacker: list[Call], later: list[Call]) -> list[tuple[str, str]]:
    return [(s.detail, s.state) for s in standing(attacker, later)]


@pytest.mark.parametrize("is_wrapped", [False, True])
@pytest.mark.parametrize(("ends", "expected"), [(True, ["removed"]), (False, ["stands", "stands"])])
def test_a_fleet_that_is_cancelled_without_its_instances_stands(
    *, ends: bool, is_wrapped: bool, expected: list[str]
) -> None:
    asked: dict[str, Any] = {"terminateInstances": ends, "spotFleetRequestId": {"content": "sfr-1"}}
    told: dict[str, Any] = {"successfulFleetRequestSet": {"item": {"spotFleetRequestId": "sfr-1"}}}
    if is_wrapped:
        asked = {"CancelSpotFleetRequestsRequest": {"TerminateInstances": ends}}
        told = {"CancelSpotFleetRequestsResponse": told}
    fleet = call(
        "ec2:RequestSpotFleet", {"spotFleetRequestConfig": {"targetCapacity": 9}}, {"spotFleetRequestId": "sfr-1"}
    )
    cancelled = call("ec2:CancelSpotFleetRequests", asked, told)
    found = standing([fleet, cancelled], [])
    assert [s.state for s in found if s.deed != "deleted"] == expected
    assert len({s.arn for s in found}) == 1


def user_and_more() -> list[Call]:
    return [
        call("iam:CreateUser", {"userName": "eve"}, {"user": {"arn": iam_arn("user/a/eve")}}),
        call(
            "iam:CreateAccessKey",
            {"userName": "eve"},
            {"accessKey": {"accessKeyId": "AKIA" + "E", "userName": "eve"}},
        ),
        call("iam:AttachUserPolicy", {"userName": "eve", "policyArn": "arn:aws:iam::aws:policy/PowerUserAccess"}),
        call("iam:CreateLoginProfile", {"userName": "eve"}),
    ]


def test_a_fact_says_who_did_it_and_when() -> None:
    first, *_ = attacker = user_and_more()
    made, key, *_ = standing(attacker, [])
    assert (made.by, made.at, made.event_id) == (ATTACKER, first.at, first.event_id)
    assert made.principal_arn == first.principal_arn
    assert made.is_principal
    assert key.arn == iam_arn("user/a/eve")  # the path is known from the creation


def test_what_hangs_on_a_user_is_gone_with_the_user() -> None:
    attacker = user_and_more()
    end = by_owner("iam:DeleteUser", {"userName": "eve"})
    found = standing(attacker, [end])
    assert {s.state for s in found} == {"removed"}
    assert {(s.removed_by, s.removed_at, s.removed_event) for s in found} == {(OWNER, end.at, end.event_id)}


def test_one_part_is_taken_away() -> None:
    attacker = user_and_more()
    later = [
        by_owner("iam:DetachUserPolicy", {"userName": "eve", "policyArn": "arn:aws:iam::aws:policy/PowerUserAccess"}),
        by_owner("iam:UpdateAccessKey", {"userName": "eve", "accessKeyId": "AKIA" + "E", "status": "Inactive"}),
        by_owner("iam:UpdateLoginProfile", {"userName": "eve"}),
    ]
    assert states(attacker, later) == [
        ("", "stands"),
        ("key AKIA" + "E, inactive", "stands"),
        ("policy PowerUserAccess attached", "removed"),
        ("password for the console, password changed since", "stands"),
    ]


def test_a_key_made_active_again_is_told_plainly() -> None:
    attacker = user_and_more()[1:2]
    fields = {"userName": "eve", "accessKeyId": "AKIA" + "E"}
    later = [by_owner("iam:UpdateAccessKey", {**fields, "status": s}) for s in ("Inactive", "Active")]
    assert states(attacker, later) == [("key AKIA" + "E", "stands")]


def test_keys_without_a_named_user_are_the_callers() -> None:
    made = call("iam:CreateAccessKey", None, {"accessKey": {"accessKeyId": "AKIA" + "E", "userName": "mallory"}})
    gone = call("iam:DeleteAccessKey", {"accessKeyId": "AKIA" + "E"})
    assert [s.state for s in standing([made, gone], [])] == ["removed"]


@pytest.mark.parametrize(
    ("put", "later", "state"),
    [
        (trust(OUTSIDER), trust(), "removed"),
        (trust(OUTSIDER), trust(OUTSIDE), "stands"),
        (trust(OUTSIDER), trust("*"), "stands"),
        (trust(OUTSIDER, "2222" * 3), trust("2222" * 3), "stands"),
        (trust(iam_arn("user/x")), trust(iam_arn("user/x")), "stands"),
        (trust(iam_arn("user/x")), trust(iam_arn("user/y")), "removed"),
        (trust(OUTSIDER), "(removed)", "stands"),
        (trust(OUTSIDER), trust()[:-20], "stands"),
        (trust(OUTSIDER), trust(OUTSIDER)[:-20], "stands"),  # cut in the trail
    ],
)
def test_a_trust_stands_until_it_lets_none_of_them_in(put: str, later: str, state: str) -> None:
    attacker = [call("iam:UpdateAssumeRolePolicy", {"roleName": "r", "policyDocument": put})]
    owner = [by_owner("iam:UpdateAssumeRolePolicy", {"roleName": "r", "policyDocument": later})]
    assert [s.state for s in standing(attacker, owner)] == [state]


def test_a_services_trust_that_was_added_is_gone_when_only_the_account_is_left() -> None:
    """Nearly every trust names its own account: what is sought is what else the attacker's had."""
    own, anywhere = iam_arn("root"), trust().replace("ec2", "rolesanywhere")
    attacker = [call("iam:UpdateAssumeRolePolicy", {"roleName": "r", "policyDocument": anywhere})]
    owner = by_owner("iam:UpdateAssumeRolePolicy", {"roleName": "r", "policyDocument": trust(own)})
    assert [s.state for s in standing(attacker, [owner])] == ["removed"]
    assert [s.state for s in standing(attacker, [replace(owner, request=attacker[0].request)])] == ["stands"]


def test_the_quarantine_of_aws_is_not_the_attackers() -> None:
    quarantine = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"
    assert standing([call("iam:AttachUserPolicy", {"userName": "eve", "policyArn": quarantine})], []) == []
    own = iam_arn("policy/AWSCompromisedKeyQuarantineV3")
    assert len(standing([call("iam:AttachUserPolicy", {"userName": "eve", "policyArn": own})], [])) == 1


def test_words_in_brackets_go_with_their_value() -> None:
    given_ = {"name": "p", "serviceRole": iam_arn("role/b")}
    assert [t.detail for t in traces(call("codebuild:CreateProject", given_))] == [f"with role {iam_arn('role/b')}"]
    assert [t.detail for t in traces(call("codebuild:CreateProject", {"name": "p"}))] == [""]


def test_a_path_is_learned_from_whoever_tells_it() -> None:
    whole = iam_arn("role/ops/admin")
    attacker = [call("iam:AttachRolePolicy", {"roleName": "admin", "policyArn": "arn:aws:iam::aws:policy/X"})]
    assert [s.arn for s in standing(attacker, [])] == [iam_arn("role/admin")]
    assert [s.arn for s in standing(attacker, [call("sts:AssumeRole", {"roleArn": whole})])] == [whole]
    assert [s.arn for s in standing(attacker, [replace(call("ec2:StopInstances"), issuer_arn=whole)])] == [whole]


def test_iam_does_not_tell_names_apart_by_case() -> None:
    policy = "arn:aws:iam::aws:policy/X"
    attach = call("iam:AttachUserPolicy", {"userName": "ADMIN", "policyArn": policy})
    joined = call("iam:AddUserToGroup", {"userName": "Admin", "groupName": "STAFF"})
    seen = replace(call("ec2:StopInstances"), principal_arn=iam_arn("user/Admin"))
    found = standing([attach, joined], [seen])
    assert [(s.arn, s.part) for s in found] == [
        (iam_arn("user/Admin"), f"policy|{policy}"), (iam_arn("user/Admin"), "group|STAFF"),
    ]  # fmt: skip
    ended = [by_owner("iam:DetachUserPolicy", {"userName": "admin", "policyArn": policy}),
             by_owner("iam:RemoveUserFromGroup", {"userName": "aDMIN", "groupName": "staff"})]  # fmt: skip
    assert {s.state for s in standing([attach, joined], ended)} == {"removed"}
    assert len({s.arn for s in standing([attach, replace(joined, event_id="another")], [])}) == 1


def test_inline_policies_are_told_apart_by_case() -> None:
    put = call("iam:PutUserPolicy", {"userName": "bob", "policyName": "A", "policyDocument": "{}"})
    other = by_owner("iam:DeleteUserPolicy", {"userName": "bob", "policyName": "a"})
    assert [s.state for s in standing([put], [other])] == ["stands"]


def test_absence_is_a_fact_until_it_is_made_again() -> None:
    stop, delete = call("cloudtrail:StopLogging", {"name": TRAIL}), call("cloudtrail:DeleteTrail", {"name": "main"})
    assert states([stop, delete], []) == [("logging stopped", "removed"), ("trail deleted", "stands")]
    again = by_owner("cloudtrail:CreateTrail", {"name": "main"}, {"trailARN": TRAIL})
    assert states([delete], [again]) == [("trail deleted", "removed")]
    assert states([stop], [by_owner("cloudtrail:StartLogging", {"name": TRAIL})]) == [("logging stopped", "removed")]


def test_the_url_of_an_alias_outlives_the_functions_own() -> None:
    own = {"functionName": "job", "authType": "NONE"}
    made = [call("lambda:CreateFunctionUrlConfig", {**own, **more}) for more in ({}, {"qualifier": "live"})]
    found = standing(made, [by_owner("lambda:DeleteFunctionUrlConfig", {"functionName": "job"})])
    assert [(s.part, s.state) for s in found] == [("url", "removed"), ("url of|live", "stands")]


def test_what_the_attacker_tidied_up_is_no_deletion_of_others_things() -> None:
    made = call("ec2:RunInstances", {}, {"instancesSet": {"items": [{"instanceId": "i-1"}]}})
    gone = call("ec2:TerminateInstances", {"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}})
    found = standing([made, gone], [])
    assert [(s.arn, str(s.deed), s.state) for s in found] == [
        (arn("ec2", "instance/i-1"), "created", "removed"),
        (arn("ec2", "instance/i-2"), "deleted", "stands"),
    ]


@pytest.mark.parametrize(
    "revoke",
    [
        {
            "groupId": "sg-1",
            "ipPermissions": {
                "items": [
                    {
                        "ipProtocol": "tcp",
                        "fromPort": 22,
                        "toPort": 22,
                        "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]},
                    }
                ]
            },
        },
        {"groupId": "sg-1", "cidrIp": "0.0.0.0/0", "fromPort": 22, "toPort": 22, "ipProtocol": "tcp"},
        {"groupId": "sg-1", "securityGroupRuleIds": {"items": [{"securityGroupRuleId": "sgr-1"}]}},
    ],
)
def test_a_rule_is_revoked_by_what_it_says_or_by_its_id(revoke: Any) -> None:
    rule = {"cidrIpv4": "0.0.0.0/0", "fromPort": 22, "toPort": 22, "ipProtocol": "tcp", "securityGroupRuleId": "sgr-1"}
    given_ = {"groupId": "sg-1", "cidrIp": "0.0.0.0/0", "fromPort": 22, "toPort": 22, "ipProtocol": "tcp"}
    attacker = [call("ec2:AuthorizeSecurityGroupIngress", given_, {"securityGroupRuleSet": {"items": [rule]}})]
    assert states(attacker, [by_owner("ec2:RevokeSecurityGroupIngress", revoke)]) == [
        ("opened 22/tcp to 0.0.0.0/0", "removed")
    ]
    other = {**given_, "fromPort": 80, "toPort": 80}
    assert states(attacker, [by_owner("ec2:RevokeSecurityGroupIngress", other)]) == [
        ("opened 22/tcp to 0.0.0.0/0", "stands")
    ]


def test_shares_end_one_by_one_or_all_at_once() -> None:
    added = {"items": [{"userId": OUTSIDER}, {"group": "all"}]}
    attacker = [call("ec2:ModifySnapshotAttribute", {"snapshotId": "snap-1", "createVolumePermission": {"add": added}})]
    taken = {"snapshotId": "snap-1", "createVolumePermission": {"remove": {"items": [{"group": "all"}]}}}
    assert [s.grants for s in standing(attacker, [])] == [(OUTSIDE,), ("*",)]
    assert [s.state for s in standing(attacker, [by_owner("ec2:ModifySnapshotAttribute", taken)])] == [
        "stands",
        "removed",
    ]
    for action in ("ec2:ResetSnapshotAttribute", "ec2:DeleteSnapshot"):
        assert {s.state for s in standing(attacker, [by_owner(action, {"snapshotId": "snap-1"})])} == {"removed"}


@pytest.mark.parametrize(
    ("made", "answer", "ended"),
    [
        (
            "secretsmanager:CreateSecret",
            ({"name": "db"}, {"arn": LONG}),
            ("secretsmanager:DeleteSecret", {"secretId": "db"}),
        ),
        (
            "secretsmanager:CreateSecret",
            ({"name": "db"}, {"arn": LONG}),
            ("secretsmanager:DeleteSecret", {"secretId": LONG}),
        ),
        (
            "lambda:CreateFunction",
            ({"functionName": "job"}, None),
            ("lambda:DeleteFunction", {"functionName": FUNCTION}),
        ),
        (
            "ec2:CreateKeyPair",
            ({"keyName": "k"}, {"keyPairId": "key-1"}),
            ("ec2:DeleteKeyPair", {"keyPairId": "key-1"}),
        ),
        ("ssm:StartSession", ({}, {"sessionId": "m-1"}), ("ssm:TerminateSession", {"sessionId": "m-1"})),
        (
            "kms:CreateGrant",
            ({"keyId": "k"}, {"grantId": "g"}),
            ("kms:RevokeGrant", {"keyId": arn("kms", "key/k"), "grantId": "g"}),
        ),
        (
            "cloudformation:CreateStack",
            ({"stackName": "s"}, {"stackId": arn("cloudformation", "stack/s/1-2")}),
            ("cloudformation:DeleteStack", {"stackName": "s"}),
        ),
        ("iam:AddUserToGroup", ({"groupName": "g", "userName": "eve"}, None), ("iam:DeleteGroup", {"groupName": "g"})),
        ("ssm:PutParameter", ({"name": "/a"}, None), ("ssm:DeleteParameter", {"name": "/a"})),
        (
            "sqs:CreateQueue",
            ({"queueName": "q"}, {"queueUrl": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/q"}),
            ("sqs:DeleteQueue", {"queueUrl": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/q"}),
        ),
        (
            "ec2:AssociateAddress",
            ({"allocationId": "a-1"}, {"associationId": "as-1"}),
            ("ec2:DisassociateAddress", {"associationId": "as-1"}),
        ),
    ],
)
def test_what_was_made_under_one_name_is_ended_under_another(made: str, answer: Any, ended: tuple[str, Any]) -> None:
    attacker = [call(made, *answer)]
    assert [s.state for s in standing(attacker, [])] == ["stands"]
    assert [s.state for s in standing(attacker, [by_owner(*ended)])] == ["removed"]
    assert ended[0] in REMOVERS


def test_the_same_again_is_counted() -> None:
    puts = [call("s3:PutObject", {"bucketName": "b", "key": str(n)}) for n in range(3)]
    (found,) = standing(puts, [])
    assert (found.times, found.at, found.event_id) == (3, puts[0].at, puts[0].event_id)


def test_a_call_in_both_lists_is_the_attackers_and_order_is_times() -> None:
    start, stop = (
        call(f"ssm:{name}Session", {"sessionId": "m"}, {"sessionId": "m"}) for name in ("Start", "Terminate")
    )
    found = standing([stop, start], [stop, start])
    assert [(s.state, s.removed_by) for s in found] == [("removed", ATTACKER)]


def test_what_came_before_does_not_remove() -> None:
    gone = by_owner("iam:DeleteUser", {"userName": "eve"})
    assert {s.state for s in standing(user_and_more(), [gone])} == {"stands"}


def test_other_changes_are_not_lost() -> None:
    assert uncovered(call("quicksight:CreateDashboard", {"name": "x"}))
    assert uncovered(call("iam:CreateUser"))  # covered, but the call does not say whom
    assert not uncovered(call("quicksight:DescribeDashboard", read_only=True))
    assert not uncovered(call("quicksight:CreateDashboard", error="AccessDenied"))
    assert not uncovered(call("sts:GetFederationToken"))


def test_hidden_values_are_no_names() -> None:
    assert traces(call("ssm:PutParameter", {"name": "HIDDEN_DUE_TO_SECURITY_REASONS"})) == ()
    assert traces(call("iam:CreateUser", {"userName": "(removed)"})) == ()


def test_partition_and_account_come_from_the_call() -> None:
    (trace,) = traces(call("kms:DisableKey", {"keyId": "k"}, principal_arn="arn:aws-cn:iam::1:user/x", account="3"))
    assert trace.arn == f"arn:aws-cn:kms:{REGION}:3:key/k"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(("arn:", OUTSIDE, "{")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = (
    "items",
    "content",
    "userName",
    "roleName",
    "policyDocument",
    "assumeRolePolicyDocument",
    "instancesSet",
    "groupId",
    "ipPermissions",
    "securityGroupRuleSet",
    "functionName",
    "bucketName",
    "bucketPolicy",
    "name",
    "arn",
    "keyId",
    "attributes",
    "Policy",
    "queueUrl",
    "topicArn",
    "tasks",
    "targets",
    "alarmNames",
    "snapshotId",
    "secretId",
    "createVolumePermission",
    "AccessControlPolicy",
    "principal",
    "statementId",
    "securityGroupRule",
    "policyArn",
)
NAMED = st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted({a for row in ROWS for a in row.actions})), NAMED | JSON, NAMED | JSON)
def test_no_shape_raises(action: str, request_: Any, response: Any) -> None:
    raw = replace(call(action), request=request_, response=response)
    for odd in (raw, call(action, request_, response)):
        for trace in traces(odd):
            assert trace.arn.startswith("arn:")
            assert isinstance(trace.detail, str)
        assert all(isinstance(s, Standing) for s in standing([odd], [odd]))
        uncovered(odd)
