"""Each case is what binds a caller, a request, AWS's decision, and the page that says so."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unleak.iam.evaluate import Decision, Policies, Request, evaluate
from unleak.iam.policy import Policy, parse_policy

GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
ARNS = GUIDE + "reference_identifiers.html#identifiers-arns"
LOGIC = GUIDE + "reference_policies_evaluation-logic_policy-eval-denyallow.html"
BASICS = GUIDE + "reference_policies_evaluation-logic_policy-eval-basics.html"
BOUNDARIES = GUIDE + "access_policies_boundaries.html"
SESSIONS = GUIDE + "access_policies.html#policies_session"
ACTION = GUIDE + "reference_policies_elements_action.html"
NOT_ACTION = GUIDE + "reference_policies_elements_notaction.html"
RESOURCE = GUIDE + "reference_policies_elements_resource.html"
NOT_RESOURCE = GUIDE + "reference_policies_elements_notresource.html"
VARIABLES = GUIDE + "reference_policies_variables.html"
VERSION = GUIDE + "reference_policies_elements_version.html"
REVOKE = GUIDE + "id_roles_use_revoke-sessions.html"
SEVERAL = GUIDE + "reference_policies_condition-logic-multiple-context-keys-or-values.html"

ALLOWED, DENIED, NOTHING = Decision.ALLOWED, Decision.EXPLICIT_DENY, Decision.IMPLICIT_DENY
BUCKET = "arn:aws:s3:::logs"
OBJECT = "arn:aws:s3:::logs/a"
Said = dict[str, Any]


def allow(action: str = "*", resource: str | list[str] = "*", **more: object) -> Said:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str = "*", resource: str | list[str] = "*", **more: object) -> Said:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def policy(*statements: Said, version: str = "2012-10-17") -> tuple[Policy, ...]:
    return (parse_policy({"Version": version, "Statement": statements}),)


def issued(when: str) -> dict[str, str]:
    return {"aws:tokenissuetime": when}


@dataclass(frozen=True)
class Case:
    what: str
    policies: Policies
    decision: Decision
    page: str
    action: str = "s3:GetObject"
    resource: str = OBJECT
    context: Mapping[str, str | tuple[str, ...]] | None = None


def only(*statements: Said) -> Policies:
    return Policies(identity=policy(*statements))


READ = allow("s3:Get*", "arn:aws:s3:::logs/*")
ALL_BUT_IAM = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
MFA_OR_IAM = {
    "Effect": "Deny",
    "NotAction": "iam:*",
    "Resource": "*",
    "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
}
ALL_BUT_LOGS = {"Effect": "Deny", "Action": "s3:*", "NotResource": [BUCKET, BUCKET + "/*"]}
HOME = allow("s3:GetObject", "arn:aws:s3:::home/${aws:username}/*")
NOT_HOME = {"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::home/${aws:username}/*"}
OLDER = deny(Condition={"DateLessThan": {"aws:TokenIssueTime": "2026-03-01T12:00:00Z"}})
BOTH = allow(Condition={"StringEquals": {"a": "1", "b": "2"}, "Null": {"c": "true"}})
OLD_HOME = Policies(identity=policy(HOME, version="2008-10-17"))
BOBS, BOB = "arn:aws:s3:::home/bob/a", {"aws:username": "bob"}
LITERALLY = "arn:aws:s3:::home/${aws:username}/a"
MFA = "aws:multifactorauthpresent"
GRANTED = Policies(policy(allow()), (policy(allow("ec2:*")),), resource=policy(READ))
SOME = Policies(identity=policy(allow()), limits=(policy(allow("s3:*")), policy(allow("*", [OBJECT]))))

CASES = [
    Case("nothing is allowed by default", Policies(), NOTHING, LOGIC),
    Case("an Allow allows", only(READ), ALLOWED, LOGIC),
    Case("an Allow of another action does not", only(READ), NOTHING, LOGIC, action="s3:PutObject"),
    Case("an incomplete ARN is completed", only(allow("s3:*", "arn:aws:s3")), ALLOWED, ARNS),
    Case("in a Deny too", only(allow("*", "*"), deny("*", "arn:aws:s3")), DENIED, ARNS),
    Case("and in a NotResource", only({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3"}), NOTHING, ARNS),
    Case("but never changed in what it says", only(allow("s3:*", "arn:aws:sqs")), NOTHING, ARNS),
    Case("an Allow of another resource does not", only(READ), NOTHING, LOGIC, resource="arn:aws:s3:::logs2/a"),
    Case("any statement may allow", only(allow("ec2:*"), READ), ALLOWED, LOGIC),
    Case("any policy may allow", Policies(identity=policy(allow("ec2:*")) + policy(READ)), ALLOWED, LOGIC),
    Case("a Deny overrides an Allow before it", only(allow(), deny("s3:*")), DENIED, LOGIC),
    Case("a Deny overrides an Allow after it", only(deny("s3:*"), allow()), DENIED, LOGIC),
    Case("a Deny without an Allow is explicit too", only(deny("s3:*")), DENIED, LOGIC),
    Case("a Deny of something else does not", only(allow(), deny("s3:Put*")), ALLOWED, LOGIC),
    Case("a Deny of one resource leaves others", only(allow(), deny("*", BUCKET)), ALLOWED, LOGIC),
    Case("a Deny in the boundary", Policies(policy(allow()), (policy(allow(), deny("s3:*")),)), DENIED, LOGIC),
    Case("a Deny on the resource", Policies(policy(allow()), resource=policy(deny())), DENIED, LOGIC),
    Case("a Deny in the organisation", Policies(policy(allow()), organisation=(policy(deny()),)), DENIED, LOGIC),
    # actions
    Case("actions ignore case", only(allow("S3:getobject")), ALLOWED, ACTION),
    Case("actions of the request ignore case", only(READ), ALLOWED, ACTION, action="S3:GETOBJECT"),
    Case("a star in an action", only(allow("s3:*Object")), ALLOWED, ACTION),
    Case("a star for the service", only(allow("*:GetObject")), ALLOWED, ACTION),
    Case("a question mark in an action", only(allow("s3:?etObject")), ALLOWED, ACTION),
    Case("a star ends where the pattern goes on", only(allow("s3:*Object")), NOTHING, ACTION, action="s3:GetObjectAcl"),
    Case("one of several", only({**READ, "Action": ["ec2:*", "s3:GetObject"]}), ALLOWED, ACTION),
    Case("NotAction allows the rest", only(ALL_BUT_IAM), ALLOWED, NOT_ACTION),
    Case("NotAction does not allow what it names", only(ALL_BUT_IAM), NOTHING, NOT_ACTION, action="iam:GetUser"),
    Case("NotAction denies the rest", only(allow(), MFA_OR_IAM), DENIED, NOT_ACTION, context={MFA: "false"}),
    Case("NotAction denies without the key", only(allow(), MFA_OR_IAM), DENIED, NOT_ACTION),
    Case("NotAction spares what it names", only(allow(), MFA_OR_IAM), ALLOWED, NOT_ACTION, action="IAM:GetUser"),
    Case("NotAction with its condition unmet", only(allow(), MFA_OR_IAM), ALLOWED, NOT_ACTION, context={MFA: "true"}),
    # resources
    Case("resources have case", only(allow("*", "arn:aws:s3:::LOGS/*")), NOTHING, RESOURCE),
    Case("a star in a resource", only(allow("*", "arn:aws:s3:::l*s/*")), ALLOWED, RESOURCE),
    Case("a star across slashes", only(allow("*", "arn:aws:s3:::*")), ALLOWED, RESOURCE, resource=OBJECT + "/b/c"),
    Case("a question mark in a resource", only(allow("*", "arn:aws:s3:::log?/?")), ALLOWED, RESOURCE),
    Case("a question mark is one character", only(allow("*", "arn:aws:s3:::logs?/a")), NOTHING, RESOURCE),
    Case("one of several", only(allow("*", ["arn:aws:s3:::x", OBJECT])), ALLOWED, RESOURCE),
    Case("a star in the request is no pattern", only(READ), NOTHING, RESOURCE, resource="*"),
    Case("NotResource denies the rest", only(allow(), ALL_BUT_LOGS), DENIED, NOT_RESOURCE, resource="arn:aws:s3:::x"),
    Case("NotResource spares what it names", only(allow(), ALL_BUT_LOGS), ALLOWED, NOT_RESOURCE),
    Case("a variable in a resource", only(HOME), ALLOWED, VARIABLES, resource=BOBS, context=BOB),
    Case("a variable of another", only(HOME), NOTHING, VARIABLES, resource="arn:aws:s3:::home/eve/a", context=BOB),
    Case("a variable without value", only(HOME), NOTHING, VARIABLES, resource="arn:aws:s3:::home//a"),
    Case("a name with a star", only(HOME), NOTHING, VARIABLES, resource=BOBS, context={"aws:username": "*"}),
    Case("NotResource with a variable", only(allow(), NOT_HOME), ALLOWED, VARIABLES, resource=BOBS, context=BOB),
    Case("NotResource without its value", only(allow(), NOT_HOME), DENIED, VARIABLES, resource=BOBS),
    Case("no variables in the old version", OLD_HOME, NOTHING, VERSION, resource=BOBS, context=BOB),
    Case("a text in the old version", OLD_HOME, ALLOWED, VERSION, resource=LITERALLY, context=BOB),
    # conditions
    Case("all conditions hold", only(BOTH), ALLOWED, SEVERAL, context={"a": "1", "b": "2"}),
    Case("one key does not", only(BOTH), NOTHING, SEVERAL, context={"a": "1", "b": "3"}),
    Case("one operator does not", only(BOTH), NOTHING, SEVERAL, context={"a": "1", "b": "2", "c": "3"}),
    Case("older sessions end", only(allow(), OLDER), DENIED, REVOKE, context=issued("2026-03-01T11:59:59Z")),
    Case("newer ones do not", only(allow(), OLDER), ALLOWED, REVOKE, context=issued("2026-03-01T12:00:01Z")),
    Case("nor does one of that second", only(allow(), OLDER), ALLOWED, REVOKE, context=issued("2026-03-01T12:00:00Z")),
    Case("a long-term key has no such key", only(allow(), OLDER), ALLOWED, REVOKE),
    # limits
    Case("a boundary that allows", Policies(policy(allow()), (policy(READ),)), ALLOWED, BOUNDARIES),
    Case("a boundary that does not", Policies(policy(allow()), (policy(allow("ec2:*")),)), NOTHING, BOUNDARIES),
    Case("a boundary alone", Policies(limits=(policy(allow()),)), NOTHING, BOUNDARIES),
    Case("an empty session policy", Policies(policy(allow()), ((),)), NOTHING, SESSIONS),
    Case("every limit allows", SOME, ALLOWED, SESSIONS),
    Case("the boundary does not", SOME, NOTHING, SESSIONS, action="ec2:RunInstances"),
    Case("the session policy does not", SOME, NOTHING, SESSIONS, resource=BUCKET),
    Case("every level must allow", Policies(policy(allow()), organisation=(policy(allow()), ())), NOTHING, LOGIC),
    # policies on resources
    Case("the resource alone allows", Policies(resource=policy(READ)), ALLOWED, BASICS),
    Case("it grants a role, which its boundary limits", GRANTED, NOTHING, LOGIC),
    Case("it grants the user or session itself", replace(GRANTED, resource_is_direct=True), ALLOWED, LOGIC),
    Case(
        "which the organisation limits", replace(GRANTED, resource_is_direct=True, organisation=((),)), NOTHING, LOGIC
    ),
    Case("direct, but for another", replace(GRANTED, resource_is_direct=True), NOTHING, LOGIC, resource=BUCKET),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_a_request_is_decided_as_the_page_says(case: Case) -> None:
    ruling = evaluate(Request(case.action, case.resource, case.context or {}), case.policies)
    assert ruling.decision is case.decision, case.page


def test_a_ruling_names_the_policy_that_made_it() -> None:
    granting = parse_policy({"Statement": allow("s3:*")}, "granting")
    denying = parse_policy({"Statement": [allow(), deny("s3:Put*", Sid="NoPut")]})
    policies = Policies(identity=(granting, denying))
    assert evaluate(Request("s3:GetObject"), policies).by == "granting"
    assert evaluate(Request("s3:PutObject"), policies).by == "NoPut"
    assert evaluate(Request("s3:GetObject"), Policies()).by == ""


# Few actions, resources, keys and values, so that statements and requests meet often.
ACTIONS = st.sampled_from(["s3:GetObject", "s3:PutObject", "iam:CreateUser", "iam:PassRole"])
ACTION_PATTERNS = st.sampled_from(["*", "s3:*", "S3:get?bject", "iam:Create*", "iam:PassRole", "*:P*"])
RESOURCES = st.sampled_from(["*", "arn:aws:s3:::a/x", "arn:aws:s3:::a/bob", "arn:aws:iam::123456789012:role/r"])
RESOURCE_PATTERNS = st.sampled_from(
    ["*", "arn:aws:s3:::a/*", "arn:aws:s3:::a/${aws:username}", "arn:aws:iam::*:role/?"]
)
KEYS_AND_VALUES = {
    "aws:username": ["bob", "*", "${aws:username}"],
    "aws:TokenIssueTime": ["2026-01-01T00:00:00Z", "2026-03-01", "never"],
    "aws:SourceIp": ["203.0.113.7", "203.0.113.0/24", ""],
    "aws:TagKeys": ["a", "b", ""],
}
OPERATORS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "", "", "ForAllValues:", "ForAnyValue:"]),
    st.sampled_from(
        ["StringEquals", "StringNotLike", "DateLessThan", "NotIpAddress", "NumericEquals", "ArnLike", "Bool"]
    ),
    st.sampled_from(["", "IfExists"]),
) | st.just("Null")


def some(values: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(values, min_size=1, max_size=2)


def values_of(key: str) -> st.SearchStrategy[str]:
    return st.sampled_from(KEYS_AND_VALUES[key])


TESTS = st.sampled_from(list(KEYS_AND_VALUES)).flatmap(lambda key: st.fixed_dictionaries({key: some(values_of(key))}))
STATEMENTS = st.builds(
    lambda effect, actions, resources, conditions: {"Effect": effect, **actions, **resources, "Condition": conditions},
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.builds(lambda key, names: {key: names}, st.sampled_from(["Action", "NotAction"]), some(ACTION_PATTERNS)),
    st.builds(lambda key, names: {key: names}, st.sampled_from(["Resource", "NotResource"]), some(RESOURCE_PATTERNS)),
    st.just({}) | st.dictionaries(OPERATORS, TESTS, max_size=2),
)
LAYERS = st.lists(STATEMENTS, max_size=2).map(lambda statements: policy(*statements))
POLICIES = st.builds(
    Policies,
    LAYERS,
    st.lists(LAYERS, max_size=1).map(tuple),
    LAYERS,
    st.booleans(),
    st.lists(LAYERS, max_size=1).map(tuple),
)
CONTEXTS = st.fixed_dictionaries(
    {},
    optional={key.lower(): values_of(key) | some(values_of(key)).map(tuple) for key in KEYS_AND_VALUES},
)
REQUESTS = st.builds(Request, ACTIONS, RESOURCES, CONTEXTS)


def changed(policies: Policies, layer: str, value: object) -> Policies:
    fields: dict[str, Any] = {layer: value}
    return replace(policies, **fields)


@given(REQUESTS, POLICIES, STATEMENTS, st.sampled_from(["identity", "limits", "resource", "organisation"]))
def test_a_further_deny_never_allows(request: Request, policies: Policies, said: Said, layer: str) -> None:
    denying, before = policy({**said, "Effect": "Deny"}), getattr(policies, layer)
    nested = layer in {"limits", "organisation"}
    after = tuple(limit + denying for limit in before) if nested else before + denying
    if evaluate(request, changed(policies, layer, after)).allowed:
        assert evaluate(request, policies).allowed


@given(REQUESTS, POLICIES, LAYERS, st.sampled_from(["limits", "organisation"]))
def test_a_limit_never_grants(request: Request, policies: Policies, limit: tuple[Policy, ...], layer: str) -> None:
    limited = changed(policies, layer, (*getattr(policies, layer), limit))
    if evaluate(request, limited).allowed:
        assert evaluate(request, policies).allowed


@given(REQUESTS, POLICIES, STATEMENTS, st.sampled_from(["identity", "resource"]))
def test_an_allow_less_never_grants(request: Request, policies: Policies, said: Said, layer: str) -> None:
    granting = policy({**said, "Effect": "Allow"})
    with_it = changed(policies, layer, getattr(policies, layer) + granting)
    if evaluate(request, policies).allowed:
        assert evaluate(request, with_it).allowed


ANY_STATEMENT = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Action": some(st.text()),
        "Resource": some(st.text() | st.text("*?${}', a")),
        "Condition": st.dictionaries(OPERATORS, st.dictionaries(st.text(), st.text() | some(st.text()), max_size=2)),
    }
)
ANY_CONTEXT = st.dictionaries(st.text().map(str.lower), st.text() | st.lists(st.text()).map(tuple))


@given(st.builds(Request, st.text(), st.text(), ANY_CONTEXT), st.lists(ANY_STATEMENT, max_size=3))
def test_whatever_parses_can_be_evaluated(request: Request, statements: list[Said]) -> None:
    assert evaluate(request, only(*statements)).decision in Decision
