"""Each row is a condition in a policy, a request, whether the one holds for the other, and the page that says so."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unleak.iam.conditions import Condition
from unleak.iam.policy import as_tuple
from unleak.iam.wildcard import example, wildcard

GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
STRING = GUIDE + "reference_policies_elements_condition_operators.html#Conditions_String"
NUMERIC = GUIDE + "reference_policies_elements_condition_operators.html#Conditions_Numeric"
DATE = GUIDE + "reference_policies_elements_condition_operators.html#Conditions_Date"
W3C = "https://www.w3.org/TR/NOTE-datetime"
BOOL = GUIDE + "reference_policies_elements_condition_operators.html#Conditions_Boolean"
BINARY = GUIDE + "reference_policies_elements_condition_operators.html#Conditions_BinaryEquals"
IP = GUIDE + "reference_policies_elements_condition_operators.html#Conditions_IPAddress"
ARN = GUIDE + "reference_policies_elements_condition_operators.html#Conditions_ARN"
IF_EXISTS = GUIDE + "reference_policies_elements_condition_operators.html#Conditions_IfExists"
NULL = GUIDE + "reference_policies_elements_condition_operators.html#Conditions_Null"
MISSING = GUIDE + "reference_policies_elements_condition_operators.html"
KEYS = GUIDE + "reference_policies_elements_condition.html"
SEVERAL = GUIDE + "reference_policies_condition-logic-multiple-context-keys-or-values.html"
SETS = GUIDE + "reference_policies_condition-single-vs-multi-valued-context-keys.html"
VARIABLES = GUIDE + "reference_policies_variables.html"

Values = str | bool | int | float | list[str]
Row = tuple[str, str, Values, Mapping[str, str | tuple[str, ...]], bool, str]

TOPIC = "arn:aws:sns:us-west-2:123456789012:TOPIC-ID"
BASE64 = "QmluYXJ5VmFsdWVJbkJhc2U2NA=="

STRINGS: list[Row] = [
    ("StringEquals", "tag", "admin", {"tag": "admin"}, True, STRING),
    ("StringEquals", "tag", "admin", {"tag": "Admin"}, False, STRING),
    ("StringEquals", "tag", "admin", {"tag": "admins"}, False, STRING),
    ("StringEquals", "tag", "adm*", {"tag": "admin"}, False, STRING),
    ("StringEquals", "tag", "adm*", {"tag": "adm*"}, True, STRING),
    ("StringEquals", "tag", "", {"tag": ""}, True, STRING),
    ("StringNotEquals", "tag", "admin", {"tag": "admin"}, False, STRING),
    ("StringNotEquals", "tag", "admin", {"tag": "dev"}, True, STRING),
    ("StringEqualsIgnoreCase", "tag", "preprod", {"tag": "PreProd"}, True, STRING),
    ("StringEqualsIgnoreCase", "tag", "preprod", {"tag": "prod"}, False, STRING),
    ("StringNotEqualsIgnoreCase", "tag", "preprod", {"tag": "PREPROD"}, False, STRING),
    ("StringNotEqualsIgnoreCase", "tag", "preprod", {"tag": "prod"}, True, STRING),
    ("StringLike", "prefix", "home/*", {"prefix": "home/a/b"}, True, STRING),
    ("StringLike", "prefix", "home/*", {"prefix": "home/"}, True, STRING),
    ("StringLike", "prefix", "home/*", {"prefix": "Home/a"}, False, STRING),
    ("StringLike", "prefix", "home/*", {"prefix": "my/home/a"}, False, STRING),
    ("StringLike", "prefix", "home", {"prefix": "home/a"}, False, STRING),
    ("StringLike", "prefix", "h?me", {"prefix": "home"}, True, STRING),
    ("StringLike", "prefix", "h?me", {"prefix": "hme"}, False, STRING),
    ("StringLike", "prefix", "*", {"prefix": ""}, True, STRING),
    ("StringLike", "prefix", "*a*", {"prefix": "two\nlines of a"}, True, STRING),
    ("StringLike", "prefix", "a.c", {"prefix": "abc"}, False, STRING),
    ("StringLike", "prefix", "*a" * 30 + "b", {"prefix": "a" * 300}, False, STRING),
    ("StringNotLike", "prefix", "home/*", {"prefix": "home/a"}, False, STRING),
    ("StringNotLike", "prefix", "home/*", {"prefix": "tmp/a"}, True, STRING),
]

NUMBERS: list[Row] = [
    ("NumericEquals", "max-keys", "10", {"max-keys": "10"}, True, NUMERIC),
    ("NumericEquals", "max-keys", 10, {"max-keys": "10.0"}, True, NUMERIC),
    ("NumericEquals", "max-keys", 10, {"max-keys": "11"}, False, NUMERIC),
    ("NumericEquals", "max-keys", 0.1, {"max-keys": "0.10"}, True, NUMERIC),
    ("NumericLessThan", "size", 0.00001, {"size": "0"}, True, NUMERIC),
    ("NumericGreaterThan", "size", 1e22, {"size": "10000000000000000000001"}, True, NUMERIC),
    ("NumericEquals", "size", "9007199254740993", {"size": "9007199254740992"}, False, NUMERIC),
    ("NumericNotEquals", "max-keys", "10", {"max-keys": "10"}, False, NUMERIC),
    ("NumericNotEquals", "max-keys", "10", {"max-keys": "-10"}, True, NUMERIC),
    ("NumericLessThan", "max-keys", "10", {"max-keys": "9"}, True, NUMERIC),
    ("NumericLessThan", "max-keys", "10", {"max-keys": "10"}, False, NUMERIC),
    ("NumericLessThanEquals", "max-keys", "10", {"max-keys": "10"}, True, NUMERIC),
    ("NumericLessThanEquals", "max-keys", "10", {"max-keys": "10.5"}, False, NUMERIC),
    ("NumericGreaterThan", "max-keys", "10", {"max-keys": "10.5"}, True, NUMERIC),
    ("NumericGreaterThan", "max-keys", "10", {"max-keys": "10"}, False, NUMERIC),
    ("NumericGreaterThanEquals", "max-keys", "10", {"max-keys": "10"}, True, NUMERIC),
    ("NumericGreaterThanEquals", "max-keys", "10", {"max-keys": "9"}, False, NUMERIC),
    # what is no number equals none, and is on no side of one
    ("NumericLessThan", "max-keys", "10", {"max-keys": "few"}, False, NUMERIC),
    ("NumericGreaterThan", "max-keys", "10", {"max-keys": "inf"}, False, NUMERIC),
    ("NumericEquals", "max-keys", "1000", {"max-keys": "1_000"}, False, NUMERIC),
    ("NumericEquals", "max-keys", "nan", {"max-keys": "nan"}, False, NUMERIC),
    ("NumericEquals", "max-keys", "*", {"max-keys": "10"}, False, NUMERIC),
    ("NumericNotEquals", "max-keys", "10", {"max-keys": "few"}, True, NUMERIC),
]

NEW_YEAR = "2020-01-01T00:00:00Z"
DATES: list[Row] = [
    ("DateEquals", "aws:CurrentTime", NEW_YEAR, {"aws:currenttime": "2020-01-01T00:00:00Z"}, True, DATE),
    ("DateEquals", "aws:CurrentTime", NEW_YEAR, {"aws:currenttime": "2020-01-01T02:00:00+02:00"}, True, W3C),
    ("DateEquals", "aws:CurrentTime", NEW_YEAR, {"aws:currenttime": "2020-01-01T00:00:00.5Z"}, False, W3C),
    ("DateEquals", "aws:CurrentTime", "2020-01-01T00:00Z", {"aws:currenttime": NEW_YEAR}, True, W3C),
    ("DateEquals", "aws:CurrentTime", "2020-01-01", {"aws:currenttime": NEW_YEAR}, True, W3C),
    ("DateEquals", "aws:CurrentTime", "2020-01", {"aws:currenttime": NEW_YEAR}, True, W3C),
    ("DateEquals", "aws:CurrentTime", "2020", {"aws:currenttime": NEW_YEAR}, True, W3C),
    ("DateEquals", "aws:EpochTime", NEW_YEAR, {"aws:epochtime": "1577836800"}, True, DATE),
    ("DateEquals", "aws:CurrentTime", 1577836800, {"aws:currenttime": NEW_YEAR}, True, DATE),
    ("DateNotEquals", "aws:CurrentTime", NEW_YEAR, {"aws:currenttime": NEW_YEAR}, False, DATE),
    ("DateNotEquals", "aws:CurrentTime", NEW_YEAR, {"aws:currenttime": "2020-01-01T00:00:01Z"}, True, DATE),
    ("DateLessThan", "aws:CurrentTime", NEW_YEAR, {"aws:currenttime": "2019-12-31T23:59:59Z"}, True, DATE),
    ("DateLessThan", "aws:CurrentTime", NEW_YEAR, {"aws:currenttime": NEW_YEAR}, False, DATE),
    ("DateLessThanEquals", "aws:CurrentTime", NEW_YEAR, {"aws:currenttime": NEW_YEAR}, True, DATE),
    ("DateLessThanEquals", "aws:CurrentTime", NEW_YEAR, {"aws:currenttime": "2020-01-01T00:00:01Z"}, False, DATE),
    ("DateGreaterThan", "aws:TokenIssueTime", NEW_YEAR, {"aws:tokenissuetime": "2020-01-01T00:00:01Z"}, True, DATE),
    ("DateGreaterThan", "aws:TokenIssueTime", NEW_YEAR, {"aws:tokenissuetime": NEW_YEAR}, False, DATE),
    ("DateGreaterThan", "aws:TokenIssueTime", NEW_YEAR, {}, False, DATE),
    ("DateGreaterThanEquals", "aws:TokenIssueTime", NEW_YEAR, {"aws:tokenissuetime": NEW_YEAR}, True, DATE),
    ("DateGreaterThanEquals", "aws:TokenIssueTime", NEW_YEAR, {"aws:tokenissuetime": "2019-12-31"}, False, DATE),
    # what is no date equals none, and is on no side of one
    ("DateLessThan", "aws:CurrentTime", NEW_YEAR, {"aws:currenttime": "yesterday"}, False, DATE),
    ("DateLessThan", "aws:CurrentTime", "20*", {"aws:currenttime": NEW_YEAR}, False, DATE),
    ("DateGreaterThan", "aws:EpochTime", NEW_YEAR, {"aws:epochtime": "9" * 400}, False, DATE),
    ("DateLessThan", "aws:EpochTime", NEW_YEAR, {"aws:epochtime": "-" + "9" * 30}, False, DATE),
    ("DateLessThan", "aws:EpochTime", NEW_YEAR, {"aws:epochtime": "nan"}, False, DATE),
]

OTHERS: list[Row] = [
    ("Bool", "aws:SecureTransport", "false", {"aws:securetransport": "false"}, True, BOOL),
    ("Bool", "aws:SecureTransport", "false", {"aws:securetransport": "true"}, False, BOOL),
    ("Bool", "aws:SecureTransport", "false", {}, False, BOOL),
    ("Bool", "aws:SecureTransport", True, {"aws:securetransport": "true"}, True, BOOL),
    ("Bool", "aws:SecureTransport", "TRUE", {"aws:securetransport": "true"}, True, BOOL),
    ("Bool", "aws:SecureTransport", "yes", {"aws:securetransport": "yes"}, False, BOOL),
    ("Bool", "aws:SecureTransport", "*", {"aws:securetransport": "true"}, False, BOOL),
    ("BinaryEquals", "key", BASE64, {"key": BASE64}, True, BINARY),
    ("BinaryEquals", "key", BASE64, {"key": "AAAA"}, False, BINARY),
    ("BinaryEquals", "key", BASE64, {}, False, BINARY),
    ("BinaryEquals", "key", "no base64", {"key": "no base64"}, False, BINARY),
    ("BinaryEquals", "key", BASE64, {"key": "é"}, False, BINARY),
    ("IpAddress", "aws:SourceIp", "203.0.113.0/24", {"aws:sourceip": "203.0.113.1"}, True, IP),
    ("IpAddress", "aws:SourceIp", "203.0.113.0/24", {"aws:sourceip": "198.51.100.1"}, False, IP),
    ("IpAddress", "aws:SourceIp", "203.0.113.7/24", {"aws:sourceip": "203.0.113.1"}, True, IP),
    ("IpAddress", "aws:SourceIp", "203.0.113.1", {"aws:sourceip": "203.0.113.1"}, True, IP),
    ("IpAddress", "aws:SourceIp", "203.0.113.1", {"aws:sourceip": "203.0.113.2"}, False, IP),
    ("IpAddress", "aws:SourceIp", "2001:DB8:1234:5678::/64", {"aws:sourceip": "2001:db8:1234:5678::9"}, True, IP),
    ("IpAddress", "aws:SourceIp", "2001:DB8:1234:5678::/64", {"aws:sourceip": "203.0.113.1"}, False, IP),
    ("IpAddress", "aws:SourceIp", "203.0.113.0/24", {"aws:sourceip": "ec2.amazonaws.com"}, False, IP),
    ("IpAddress", "aws:SourceIp", "203.0.113.*", {"aws:sourceip": "203.0.113.1"}, False, IP),
    ("IpAddress", "aws:SourceIp", "203.0.113.0/24", {}, False, IP),
    ("NotIpAddress", "aws:SourceIp", "203.0.113.0/24", {"aws:sourceip": "203.0.113.1"}, False, IP),
    ("NotIpAddress", "aws:SourceIp", "203.0.113.0/24", {"aws:sourceip": "198.51.100.1"}, True, IP),
    ("NotIpAddress", "aws:SourceIp", "203.0.113.0/24", {"aws:sourceip": "ec2.amazonaws.com"}, True, IP),
    ("ArnEquals", "aws:SourceArn", TOPIC, {"aws:sourcearn": TOPIC}, True, ARN),
    ("ArnEquals", "aws:SourceArn", TOPIC, {"aws:sourcearn": TOPIC.replace("123456789012", "777788889999")}, False, ARN),
    ("ArnEquals", "aws:SourceArn", TOPIC, {"aws:sourcearn": TOPIC.lower()}, False, ARN),
    ("ArnEquals", "aws:SourceArn", "arn:aws:sns:*:123456789012:TOPIC-?D", {"aws:sourcearn": TOPIC}, True, ARN),
    ("ArnEquals", "aws:SourceArn", TOPIC, {}, False, ARN),
    ("ArnLike", "aws:SourceArn", "arn:aws:sns:*:123456789012:*", {"aws:sourcearn": TOPIC}, True, ARN),
    ("ArnLike", "aws:SourceArn", "arn:aws:sns:us-*", {"aws:sourcearn": TOPIC}, False, ARN),
    ("ArnLike", "aws:SourceArn", TOPIC, {"aws:sourcearn": "TOPIC-ID"}, False, ARN),
    ("ArnLike", "arn", "arn:aws:x:*:1:finance/*", {"arn": "arn:aws:x:us-east-2:9:store:1:finance/a"}, False, ARN),
    ("StringLike", "arn", "arn:aws:x:*:1:finance/*", {"arn": "arn:aws:x:us-east-2:9:store:1:finance/a"}, True, ARN),
    ("ArnNotEquals", "aws:SourceArn", TOPIC, {"aws:sourcearn": TOPIC}, False, ARN),
    ("ArnNotEquals", "aws:SourceArn", TOPIC, {"aws:sourcearn": TOPIC + "2"}, True, ARN),
    ("ArnNotLike", "aws:SourceArn", "arn:aws:sns:*:*:*", {"aws:sourcearn": TOPIC}, False, ARN),
    ("ArnNotLike", "aws:SourceArn", "arn:aws:sqs:*:*:*", {"aws:sourcearn": TOPIC}, True, ARN),
    ("Null", "aws:TokenIssueTime", "true", {}, True, NULL),
    ("Null", "aws:TokenIssueTime", "true", {"aws:tokenissuetime": NEW_YEAR}, False, NULL),
    ("Null", "aws:TokenIssueTime", "false", {"aws:tokenissuetime": NEW_YEAR}, True, NULL),
    ("Null", "aws:TokenIssueTime", False, {}, False, NULL),
    ("Null", "aws:TagKeys", "true", {"aws:tagkeys": ()}, True, NULL),
    ("Null", "aws:TagKeys", "false", {"aws:tagkeys": ("",)}, False, SETS),
    # the names of keys are compared without regard to case
    ("StringEquals", "AWS:Username", "bob", {"aws:username": "bob"}, True, KEYS),
]

POSITIVE = (
    *(
        "StringEquals",
        "StringEqualsIgnoreCase",
        "StringLike",
        "Bool",
        "BinaryEquals",
        "IpAddress",
        "ArnEquals",
        "ArnLike",
    ),
    *("NumericEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals"),
    *("DateEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"),
)
NEGATED = (
    *("StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "NotIpAddress", "ArnNotEquals", "ArnNotLike"),
    *("NumericNotEquals", "DateNotEquals"),
)
MISSING_KEYS: list[Row] = [
    *((operator, "key", "1", {}, False, MISSING) for operator in POSITIVE),
    *((operator, "key", "1", {}, True, MISSING) for operator in NEGATED),
    *((f"{operator}IfExists", "key", "1", {}, True, IF_EXISTS) for operator in POSITIVE + NEGATED),
    *((f"ForAllValues:{operator}", "key", "1", {}, True, SETS) for operator in POSITIVE + NEGATED),
    *((f"ForAnyValue:{operator}", "key", "1", {}, False, SETS) for operator in POSITIVE + NEGATED),
    ("ForAnyValue:StringEqualsIfExists", "key", "1", {}, True, IF_EXISTS),
    # a key that is there is judged as without IfExists
    ("StringEqualsIfExists", "type", "t1.*", {"type": "t1.micro"}, False, IF_EXISTS),
    ("StringLikeIfExists", "type", ["t1.*", "t2.*"], {"type": "t2.micro"}, True, IF_EXISTS),
    ("StringLikeIfExists", "type", ["t1.*", "t2.*"], {"type": "m3.large"}, False, IF_EXISTS),
    ("StringNotEqualsIfExists", "type", "m3.large", {"type": "m3.large"}, False, IF_EXISTS),
    ("BoolIfExists", "mfa", "false", {"mfa": "true"}, False, IF_EXISTS),
    ("DateLessThanIfExists", "when", NEW_YEAR, {"when": "2021-01-01"}, False, IF_EXISTS),
]

SEVERAL_VALUES: list[Row] = [
    # values of a policy are alternatives; for a negated operator none of them may match
    ("StringEquals", "tag", ["finance", "hr", "legal"], {"tag": "hr"}, True, SEVERAL),
    ("StringEquals", "tag", ["finance", "hr", "legal"], {"tag": "dev"}, False, SEVERAL),
    ("StringNotEquals", "tag", ["finance", "hr", "legal"], {"tag": "hr"}, False, SEVERAL),
    ("StringNotEquals", "tag", ["finance", "hr", "legal"], {"tag": "dev"}, True, SEVERAL),
    ("IpAddress", "ip", ["203.0.113.0/24", "2001:db8::/32"], {"ip": "2001:db8::1"}, True, IP),
    ("NotIpAddress", "ip", ["203.0.113.0/24", "198.51.100.0/24"], {"ip": "198.51.100.1"}, False, SEVERAL),
    ("NumericLessThan", "n", ["few", "10"], {"n": "9"}, True, SEVERAL),
    # values of a request: all of them, or any of them
    ("ForAllValues:StringEquals", "keys", ["a", "b"], {"keys": ("a", "b")}, True, SETS),
    ("ForAllValues:StringEquals", "keys", ["a", "b"], {"keys": ("a",)}, True, SETS),
    ("ForAllValues:StringEquals", "keys", ["a", "b"], {"keys": ("a", "c")}, False, SETS),
    ("ForAllValues:StringEquals", "keys", ["a", "b"], {"keys": ()}, True, SETS),
    ("ForAllValues:StringEquals", "keys", ["a", "b"], {"keys": ("",)}, True, SETS),
    ("ForAllValues:StringEquals", "keys", ["a", "b"], {"keys": ""}, True, SETS),
    ("ForAllValues:StringLike", "keys", ["a*", "b"], {"keys": ("abc", "b")}, True, STRING),
    ("ForAllValues:StringNotEquals", "keys", ["a", "b"], {"keys": ("c", "d")}, True, STRING),
    ("ForAllValues:StringNotEquals", "keys", ["a", "b"], {"keys": ("a", "c")}, False, STRING),
    ("ForAllValues:StringNotLike", "keys", ["a*"], {"keys": ("b", "abc")}, False, STRING),
    ("ForAllValues:ArnLike", "arns", "arn:aws:x::1:d/*", {"arns": ("arn:aws:x::1:d/a", "arn:aws:x::1:d/b")}, True, ARN),
    (
        "ForAllValues:ArnLike",
        "arns",
        "arn:aws:x::1:d/*",
        {"arns": ("arn:aws:x::1:d/a", "arn:aws:x::2:d/b")},
        False,
        ARN,
    ),
    ("ForAllValues:Bool", "truths", "true", {"truths": ("true", "false")}, False, BOOL),
    ("ForAnyValue:StringEquals", "keys", ["a", "b"], {"keys": ("b", "c")}, True, SETS),
    ("ForAnyValue:StringEquals", "keys", ["a", "b"], {"keys": ("c", "d")}, False, SETS),
    ("ForAnyValue:StringEquals", "keys", "environment", {"keys": ("Environment",)}, False, STRING),
    ("ForAnyValue:StringEquals", "keys", ["a", "b"], {"keys": ()}, False, SETS),
    ("ForAnyValue:StringNotEquals", "keys", ["a", "b"], {"keys": ("a", "c")}, True, STRING),
    ("ForAnyValue:StringNotEquals", "keys", ["a", "b"], {"keys": ("a", "b")}, False, STRING),
    ("ForAnyValue:Bool", "truths", "true", {"truths": ("true", "false")}, True, BOOL),
    ("foranyvalue:stringequalsifexists", "keys", "a", {"keys": ("b", "a")}, True, SETS),
    # AWS asks for a qualifier here and does not say what happens without: any may match, none for a negated operator
    ("StringEquals", "keys", "a", {"keys": ("a", "b")}, True, SETS),
    ("StringNotEquals", "keys", "a", {"keys": ("a", "b")}, False, SETS),
]

WITH_VARIABLES: list[Row] = [
    (
        "StringLike",
        "prefix",
        ["home/", "home/${aws:username}/"],
        {"prefix": "home/", "aws:username": "bob"},
        True,
        STRING,
    ),
    ("StringLike", "prefix", "home/${aws:username}/*", {"prefix": "home/bob/a", "aws:username": "bob"}, True, STRING),
    ("StringLike", "prefix", "home/${aws:username}/*", {"prefix": "home/eve/a", "aws:username": "bob"}, False, STRING),
    ("StringEquals", "tag", "${AWS:UserName}", {"tag": "bob", "aws:username": "bob"}, True, VARIABLES),
    ("StringEqualsIgnoreCase", "tag", "${aws:username}", {"tag": "BOB", "aws:username": "bob"}, True, VARIABLES),
    (
        "ArnLike",
        "arn",
        "arn:aws:s3:::${aws:username}/*",
        {"arn": "arn:aws:s3:::bob/a", "aws:username": "bob"},
        True,
        ARN,
    ),
    ("Bool", "mfa", "${wanted}", {"mfa": "true", "wanted": "true"}, True, BOOL),
    # a variable without value equals nothing
    ("StringEquals", "tag", "${aws:username}", {"tag": ""}, False, VARIABLES),
    ("StringLike", "tag", "*${aws:username}*", {"tag": "anything"}, False, VARIABLES),
    ("StringNotEquals", "tag", "${aws:username}", {"tag": "anything"}, True, VARIABLES),
    ("StringNotLike", "tag", "*${aws:username}*", {"tag": "anything"}, True, VARIABLES),
    ("StringEquals", "tag", ["${aws:username}", "bob"], {"tag": "bob"}, True, VARIABLES),
    ("StringEquals", "tag", "${}", {"tag": ""}, False, VARIABLES),
    # a key with several values is no variable
    ("StringEquals", "tag", "${keys}", {"tag": "a", "keys": ("a",)}, False, SETS),
    # defaults
    ("StringEquals", "tag", "${team, 'company-wide'}", {"tag": "company-wide"}, True, VARIABLES),
    ("StringEquals", "tag", "${team, 'company-wide'}", {"tag": "yellow", "team": "yellow"}, True, VARIABLES),
    ("StringEquals", "tag", "${team, 'company-wide'}", {"tag": "company-wide", "team": "yellow"}, False, VARIABLES),
    ("StringEquals", "tag", "is ${team, ''}", {"tag": "is "}, True, VARIABLES),
    # characters that stand for themselves
    ("StringLike", "tag", "a${*}*", {"tag": "a*bc"}, True, VARIABLES),
    ("StringLike", "tag", "a${*}*", {"tag": "abc"}, False, VARIABLES),
    ("StringLike", "tag", "a${?}", {"tag": "a?"}, True, VARIABLES),
    ("StringLike", "tag", "a${?}", {"tag": "ab"}, False, VARIABLES),
    ("StringEquals", "tag", "${*}${?}${$}", {"tag": "*?$"}, True, VARIABLES),
    ("StringLike", "tag", "${$}{aws:username}", {"tag": "${aws:username}", "aws:username": "bob"}, True, VARIABLES),
    # what a request brings is no pattern, and no variable
    ("StringLike", "prefix", "${aws:username}/*", {"prefix": "bob/a", "aws:username": "*"}, False, VARIABLES),
    ("StringLike", "prefix", "${aws:username}/*", {"prefix": "*/a", "aws:username": "*"}, True, VARIABLES),
    ("StringLike", "prefix", "${aws:username}", {"prefix": "bob", "aws:username": "b?b"}, False, VARIABLES),
    ("StringEquals", "tag", "${a}", {"tag": "b?*", "a": "b?*"}, True, VARIABLES),
    ("StringEquals", "tag", "${a}", {"tag": "bob", "a": "${aws:username}", "aws:username": "bob"}, False, VARIABLES),
    ("StringLike", "prefix", "home", {"prefix": "h*"}, False, STRING),
    ("ArnLike", "arn", "arn:aws:s3:::${user}", {"arn": "arn:aws:s3:::bob", "user": "*"}, False, VARIABLES),
    # these operators know no variables
    ("NumericEquals", "n", "${limit}", {"n": "1", "limit": "1"}, False, NUMERIC),
    ("DateEquals", "when", "${then}", {"when": NEW_YEAR, "then": NEW_YEAR}, False, DATE),
    ("IpAddress", "ip", "${here}", {"ip": "203.0.113.1", "here": "203.0.113.1"}, False, IP),
    ("BinaryEquals", "key", "${bytes}", {"key": "AAAA", "bytes": "AAAA"}, False, BINARY),
]


ROWS = [*STRINGS, *NUMBERS, *DATES, *OTHERS, *MISSING_KEYS, *SEVERAL_VALUES, *WITH_VARIABLES]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[2]} {row[3]}"[:100])
def test_a_condition_holds_as_the_page_says(row: Row) -> None:
    operator, key, values, context, expected, page = row
    assert Condition.parse(operator, key, as_tuple(values)).holds(context) is expected, page


VALUES = st.text() | st.text("0123456789-+.:/eTZ") | st.datetimes().map(str) | st.ip_addresses().map(str)


@given(st.sampled_from(POSITIVE), VALUES, VALUES)
def test_any_value_can_be_compared_with_any(operator: str, actual: str, expected: str) -> None:
    assert Condition.parse(operator, "key", (expected,)).holds({"key": actual}) in {True, False}


@given(
    st.sampled_from(["StringEquals", "StringLike"]), st.text("a*?$\\{}.", max_size=6), st.text("a*?$\\{}.", max_size=6)
)
def test_a_variable_matches_its_own_value_and_nothing_else(operator: str, value: str, other: str) -> None:
    condition = Condition.parse(operator, "key", ("${aws:username}",))
    assert condition.holds({"key": value, "aws:username": value})
    assert condition.holds({"key": other, "aws:username": value}) is (other == value)


def _matches(pattern: str, text: str) -> bool:
    """What a pattern means, said plainly and slowly."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(_matches(pattern[1:], text[i:]) for i in range(len(text) + 1))
    return bool(text) and pattern[0] in {"?", text[0]} and _matches(pattern[1:], text[1:])


@given(st.lists(st.text("ab*?", max_size=8), min_size=1, max_size=3), st.text("ab", max_size=10))
def test_patterns_mean_what_they_say(patterns: list[str], text: str) -> None:
    assert bool(wildcard(*patterns)(text)) is any(_matches(p, text) for p in patterns)


@given(st.text())
def test_every_pattern_matches_its_example(pattern: str) -> None:
    assert wildcard(pattern)(example(pattern))
