import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unleak.iam.conditions import Condition
from unleak.iam.evaluate import Policies, Request, evaluate
from unleak.iam.policy import PolicyError, parse_policy

GOOD = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD.items() if key != name}


DOCUMENTS = [
    ("no JSON", "{"),
    ("empty", ""),
    ("beyond any nesting", "[" * 100_000),
    ("no object", "[]"),
    ("null", "null"),
    ("no Statement", {"Version": "2012-10-17"}),
    ("Statement is null", {"Statement": None}),
    ("Statement is a text", {"Statement": "Allow"}),
    ("a statement is a text", {"Statement": ["Allow"]}),
    ("an unknown Version", {"Version": "2012-10-18", "Statement": [GOOD]}),
    ("Version is no text", {"Version": ["2012-10-17"], "Statement": [GOOD]}),
    ("a second statement that is bad", {"Statement": [GOOD, without("Effect")]}),
]

STATEMENTS = [
    ("no Effect", without("Effect")),
    ("an unknown Effect", {**GOOD, "Effect": "allow"}),
    ("two Effects", {**GOOD, "Effect": ["Allow"]}),
    ("no Action", without("Action")),
    ("both Action and NotAction", {**GOOD, "NotAction": "s3:*"}),
    ("both Resource and NotResource", {**GOOD, "NotResource": "*"}),
    ("both Principal and NotPrincipal", {**GOOD, "Principal": "*", "NotPrincipal": "*"}),
    ("Action is empty", {**GOOD, "Action": []}),
    ("Action is null", {**GOOD, "Action": None}),
    ("an Action is a number", {**GOOD, "Action": ["s3:*", 3]}),
    ("Resource is empty", {**GOOD, "Resource": []}),
    ("a Resource is an object", {**GOOD, "Resource": [{"Ref": "Bucket"}]}),
    ("NotResource is a number", {**without("Resource"), "NotResource": 3}),
]

CONDITIONS = [
    ("a Condition that is a text", "StringEquals"),
    ("a Condition that is a list", [{"StringEquals": {"a": "b"}}]),
    ("an operator without keys", {"StringEquals": "a"}),
    ("a value that is null", {"StringEquals": {"a": None}}),
    ("a value that is an object", {"StringEquals": {"a": {"b": "c"}}}),
    ("a value in a list in a list", {"StringEquals": {"a": [["b"]]}}),
    ("an unknown operator", {"StringAlmostEquals": {"a": "b"}}),
    ("an operator of nothing", {"": {"a": "b"}}),
    ("IfExists of nothing", {"IfExists": {"a": "b"}}),
    ("NullIfExists", {"NullIfExists": {"a": "true"}}),
    ("BinaryNotEquals", {"BinaryNotEquals": {"a": "AAAA"}}),
    ("an unknown qualifier", {"ForSomeValues:StringEquals": {"a": "b"}}),
    ("two qualifiers", {"ForAllValues:ForAnyValue:StringEquals": {"a": "b"}}),
    ("IfExists twice", {"StringEqualsIfExistsIfExists": {"a": "b"}}),
]

REFUSED = [
    *DOCUMENTS,
    *((what, {"Statement": [statement]}) for what, statement in STATEMENTS),
    *((what, {"Statement": [{**GOOD, "Condition": condition}]}) for what, condition in CONDITIONS),
]


@pytest.mark.parametrize(("what", "document"), REFUSED)
def test_what_iam_refuses_is_refused(what: str, document: str | dict[str, Any]) -> None:
    with pytest.raises(PolicyError):
        parse_policy(document if isinstance(document, str) else json.dumps(document), what)


@pytest.mark.parametrize(
    ("statements", "count"),
    [
        (GOOD, 1),
        ([GOOD, GOOD], 2),
        ([], 0),
        ({**without("Resource"), "Principal": {"AWS": "*"}}, 1),
        ({**GOOD, "Condition": {}}, 1),
        ({**GOOD, "Condition": {"NumericLessThan": {"a": 3.5}, "Bool": {"b": [True, "false"]}}}, 1),
    ],
)
def test_one_statement_or_many_or_none_are_a_policy(statements: object, count: int) -> None:
    document = {"Version": "2012-10-17", "Statement": statements}
    assert len(parse_policy(document).statements) == len(parse_policy(json.dumps(document)).statements) == count


def test_the_error_says_which_operator_is_unknown() -> None:
    with pytest.raises(PolicyError, match="StringAlmostEquals"):
        parse_policy({"Statement": {**GOOD, "Condition": {"StringAlmostEquals": {"a": "b"}}}})


def test_no_operator_but_iams_is_a_condition() -> None:
    with pytest.raises(ValueError, match="RegexMatches"):
        Condition.parse("RegexMatches", "key", ("value",))


ELEMENTS = [
    "Statement",
    "Version",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
    "Principal",
]
TEXTS = ["2012-10-17", "Allow", "Deny", "StringLike", "Null", "*", "${a}", "${a, 'b'}", ""]
WORDS = st.sampled_from([*ELEMENTS, *TEXTS])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
ODD = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"]) | JSON},
    optional={
        "Action": WORDS | JSON,
        "NotAction": JSON,
        "Resource": WORDS | JSON,
        "NotResource": JSON,
        "Condition": JSON,
    },
)


@given(JSON | st.builds(lambda statements: {"Statement": statements}, st.lists(ODD, max_size=2) | JSON))
def test_any_document_is_a_policy_or_a_policy_error(document: Any) -> None:
    try:
        parsed = parse_policy(document if isinstance(document, dict) else json.dumps(document))
    except PolicyError:
        return
    evaluate(Request("s3:GetObject", "*", {"a": "b"}), Policies(identity=(parsed,)))
