"""The small parts of a review: why something was not seen, dates, policies, key ids in texts, gaps, traffic."""

import base64
import gzip
from datetime import UTC, datetime

import pytest
from review_world import reviewed

from unleak.aws.client import Client
from unleak.aws.traffic import Traffic
from unleak.aws.within import within
from unleak.model.errors import AccessDenied, AwsError, CouldNotLook, NotFound, Unreachable
from unleak.model.review import Review, Thing, Unseen, Weight
from unleak.report.review import to_text
from unleak.report.review.gaps import gaps
from unleak.review.check import Missed, Place
from unleak.review.documents import federations, gives_everything, lets_in
from unleak.review.needle import held, user_data
from unleak.review.refusals import NotThere, not_there, why
from unleak.review.times import moment
from unleak.standin.server import Standin

ACCOUNT, OTHER = "111122223333", "999988887777"
LEAKED, ANOTHER = "AKIA" + "LEAKED22" * 2, "ASIA" + "ANOTHER2" * 2
EVERYBODY, STRANGER = (Weight.HIGH, "lets in everybody"), (Weight.MEDIUM, f"lets in account {OTHER}")
NOW = datetime(2026, 11, 23, tzinfo=UTC)
NO_HOST = Unreachable("braket:SearchDevices: no answer from AWS (EndpointConnectionError)")
UNKNOWN = AwsError(
    "braket:SearchDevices: no such operation (UnknownOperationException)", code="UnknownOperationException"
)
NO_SUBSCRIPTION = AwsError("x:Y: subscribe (SubscriptionRequiredException)", code="SubscriptionRequiredException")


@pytest.mark.parametrize(
    ("error", "service", "region", "expected"),
    [
        (NO_SUBSCRIPTION, "shield", "us-east-1", True),
        (NO_HOST, "apprunner", "sa-east-1", True),  # botocore knows its regions, and that it is not there
        (NO_HOST, "apprunner", "us-east-1", False),
        (NO_HOST, "lambda", "eu-west-1", False),
        (UNKNOWN, "lambda", "eu-west-1", False),
        (NO_HOST, "lambda", "xx-nowhere-1", False),  # a region that nobody knows
        (AccessDenied("lambda:ListFunctions: denied", code="AccessDenied"), "apprunner", "sa-east-1", False),
        (CouldNotLook("who knows"), "apprunner", "sa-east-1", False),
    ],
)
def test_only_what_is_known_not_to_be_there_is_not_there(
    error: CouldNotLook, service: str, region: str, expected: object
) -> None:
    assert isinstance(not_there(error, service, region), NotThere) is expected


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            AccessDenied(
                "ec2:DescribeVpcs: with an explicit deny in a service control policy (AccessDenied)", code="x"
            ),
            "a service control policy denies ec2:DescribeVpcs",
        ),
        (
            AccessDenied("ec2:DescribeVpcs: no identity-based policy allows it", code="x"),
            "ec2:DescribeVpcs is not permitted",
        ),
        (Unreachable("ec2:DescribeVpcs: busy"), "ec2:DescribeVpcs: no answer, or AWS was busy"),
        (AwsError("ec2:DescribeVpcs: odd (Odd)", code="Odd"), "ec2:DescribeVpcs failed: Odd"),
    ],
)
def test_the_same_reason_has_the_same_words(error: CouldNotLook, said: str) -> None:
    assert why(error) == said


def _place() -> Place:
    return Place(ACCOUNT, "eu-west-1", "aws", NOW, LEAKED, lambda _service, _region: None)


def _raises(error: Exception) -> None:
    raise error


def test_a_thing_that_vanishes_or_denies_is_noted_and_what_is_none_is_not() -> None:
    place = _place()
    assert place.ask("gone", lambda: _raises(NotFound("s3:GetX: gone", code="NoSuchBucket"))) is None
    assert place.ask("closed", lambda: _raises(AccessDenied("s3:GetX: no", code="AccessDenied"))) is None
    assert place.ask("bare", lambda: _raises(NotFound("s3:GetX: none", code="NoPolicy")), none=("NoPolicy",)) == {}
    assert place.missed == [
        Missed("it vanished while it was looked at", "gone"),
        Missed("s3:GetX is not permitted", "closed"),
    ]
    with pytest.raises(NotThere):
        place.ask("nowhere", lambda: _raises(NotThere("it is not offered")))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (NOW, NOW),
        (datetime(2026, 11, 23), NOW),  # noqa: DTZ001  as some services give it
        ("2026-11-23T00:00:00.000+0000", NOW),
        ("2026-11-23T00:00:00Z", NOW),
        (1795392000, NOW),
        (1795392000000, NOW),
        ("1795392000", NOW),
        ("", None),
        ("soon", None),
        (None, None),
        (True, None),
        (1e300, None),
    ],
)
def test_a_moment_is_read_however_it_is_written(written: object, read: datetime | None) -> None:
    assert moment(written) == read


@pytest.mark.parametrize(
    ("principal", "condition", "said"),
    [
        ("*", None, [EVERYBODY]),
        ({"AWS": "*"}, None, [EVERYBODY]),
        ({"AWS": ["*", OTHER]}, None, [EVERYBODY, STRANGER]),
        ("*", {"StringEquals": {"aws:SourceAccount": ACCOUNT}}, [(Weight.LOW, "lets in whom its conditions name")]),
        ("*", {"Bool": {"aws:SecureTransport": "true"}},
         [(Weight.HIGH, "lets in everybody, under conditions that name nobody")]),
        ({"AWS": f"arn:aws:iam::{OTHER}:role/x"}, None, [STRANGER]),
        ({"AWS": OTHER}, {"StringEquals": {"sts:ExternalId": "x"}}, [(Weight.LOW, f"lets in account {OTHER}")]),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, None, []),
        ({"Service": "ec2.amazonaws.com"}, None, []),
    ],
)  # fmt: skip
def test_a_policy_tells_whom_it_lets_in(principal: object, condition: object, said: list[tuple[Weight, str]]) -> None:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "*"}
    document = {"Statement": [statement | ({"Condition": condition} if condition else {})]}
    assert [(c.weight, c.said) for c in lets_in(document, ACCOUNT)] == said
    assert lets_in({"Statement": [statement | {"Effect": "Deny"}]}, ACCOUNT) == ()


def test_odd_documents_are_told_or_empty() -> None:
    assert lets_in(None, ACCOUNT) == lets_in("", ACCOUNT) == lets_in({"Statement": "x"}, ACCOUNT) == ()
    assert [c.said for c in lets_in("{", ACCOUNT)] == ["its policy cannot be read"]
    assert gives_everything({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    assert not gives_everything({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}})
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::1:saml-provider/x"}}]}
    assert federations(trust) == ("arn:aws:iam::1:saml-provider/x",)


def test_key_ids_are_told_by_place_and_never_by_value() -> None:
    texts = [("variable A", f"x{LEAKED}y {LEAKED}"), ("variable B", f"id={ANOTHER}"), ("variable C", "AKIAexample")]
    found = held(LEAKED, texts)
    assert [(c.weight, c.said) for c in found] == [
        (Weight.HIGH, "holds the leaked key's id in variable A"),
        (Weight.MEDIUM, "holds another key's id in variable B"),
    ]
    assert not any(LEAKED in c.said or ANOTHER in c.said for c in found)
    assert held("", [("x", LEAKED)])[0].weight is Weight.MEDIUM


@pytest.mark.parametrize("times", [0, 1, 2])
def test_user_data_is_read_however_it_is_packed(times: int) -> None:
    data = gzip.compress(LEAKED.encode()) if times else LEAKED.encode() + b" !"
    for _ in range(times):
        data = base64.b64encode(data)
    assert LEAKED in user_data(data.decode("latin-1"))
    assert user_data(None) == ""


def test_what_lies_within_an_answer() -> None:
    answer = {"A": [{"B": [1, 2]}, {"B": 3}, {}], "C": {"D": ["x"]}}
    assert list(within(answer, "A[].B")) == [1, 2, 3]
    assert list(within(answer, "C.D")) == ["x"]
    assert list(within(answer, "E.F")) == []


def test_the_same_reason_is_told_once() -> None:
    unseen = [
        Unseen("kms", a, r, f"kms:{action} is not permitted")
        for a in (ACCOUNT, OTHER) for r in ("us-east-1", "eu-west-1") for action in ("ListKeys", "ListGrants")
    ]  # fmt: skip
    (gap,) = gaps(unseen)
    told = "is not permitted: kms:ListKeys, kms:ListGrants; kms in us-east-1, eu-west-1"
    assert gap.told(of_many=False) == told
    assert gap.told(of_many=True) == f"{told} of {ACCOUNT}, {OTHER}"


def test_what_an_attacker_named_does_not_steer_the_terminal() -> None:
    thing = Thing(ACCOUNT, "us-east-1", "arn", "AWS::X::Y", "a\x1b[2Jb\u202e", detail="\x07", concerns=("c\x1b",))
    from unleak.model.review import Age, Judged  # noqa: PLC0415  beside its use

    text = to_text(Review((ACCOUNT,), NOW, (Judged(thing, Age.SINCE_LEAK),)))
    assert not {"\x1b", "\u202e", "\x07"} & set(text)


def test_traffic_counts_what_was_turned_away() -> None:
    traffic = Traffic()
    traffic.attempted(response=(None, {"ResponseMetadata": {"HTTPStatusCode": 200}}))
    traffic.attempted(response=(None, {"Error": {"Code": "RequestLimitExceeded"}}))
    traffic.attempted(response=(None, {"ResponseMetadata": {"HTTPStatusCode": 429}}))
    traffic.attempted(response=None, caught_exception=OSError())
    assert (traffic.calls, traffic.throttled) == (4, 2)


def test_every_page_is_counted_and_read(standin: Standin, tmp_path_factory: pytest.TempPathFactory) -> None:
    site = reviewed(standin, tmp_path_factory.mktemp("pages"))
    for number in range(3):
        site.client("iam").create_user(UserName=f"user-{number}")
    iam: Client = site.reader.client(site.account, "iam")
    before = site.reader.traffic.calls
    asked = {"Filter": ["User"], "PaginationConfig": {"PageSize": 1}}
    found = [u["UserName"] for u in iam.items("get_account_authorization_details", "UserDetailList", **asked)]
    assert found == ["reader", "user-0", "user-1", "user-2"]
    assert site.reader.traffic.calls - before == len(found)
