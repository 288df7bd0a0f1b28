"""What is out of the usual, and what is not."""

from datetime import timedelta

import pytest
from bill_series import DAY, LEAK, Series, bursts, flat, growing, monthly, noisy, spending, weekly
from hypothesis import given, settings
from hypothesis import strategies as st

from unleak.model.bill import Anomaly, Kind, Spending
from unleak.model.errors import CouldNotLook, Misuse
from unleak.model.investigation import Remaining
from unleak.report.bill import from_json, to_json, to_text
from unleak.review.bill import Deeds, anomalies, bill

EC2, S3 = "Amazon Elastic Compute Cloud - Compute", "Amazon Simple Storage Service"
ACCOUNT = "700000000001"
NOW = LEAK + timedelta(days=5)


def _found(told: Spending) -> list[Anomaly]:
    return list(anomalies(told, LEAK))


QUIET = {
    "steady": spending(EC2, "us-east-1", flat(40), 6),
    "steady and dear": spending(EC2, "us-east-1", flat(9000), 6),
    "growing": spending(EC2, "us-east-1", growing(40, 0.02), 14),
    "declining": spending(EC2, "us-east-1", growing(400, -0.01), 6),
    "weekly": spending(EC2, "us-east-1", weekly(80, 5), 14),
    "weekly, growing": spending(EC2, "us-east-1", lambda d: weekly(80, 5)(d) * growing(1, 0.01)(d), 14),
    "only at weekends": spending(EC2, "us-east-1", weekly(0, 30), 14),
    "once a month": spending("Amazon Route 53", "global", monthly(50.5), 14),
    "once a month in a service in use": spending(S3, "us-east-1", lambda d: 3 + monthly(200)(d), 14),
    "gone": spending(EC2, "us-east-1", flat(40), [0, 0, 0]),
    "a part of today": spending(EC2, "us-east-1", flat(40), [40, 40, 3]),
    "a credit": spending(EC2, "us-east-1", flat(40), [40, -400, 40]),
    "a credit every month": spending(EC2, "us-east-1", lambda d: 40 - monthly(900)(d), 14),
    "our own questions": spending("AWS Cost Explorer", "us-east-1", flat(0), [0.02, 0.01]),
    "cents": spending("AmazonCloudWatch", "us-east-1", flat(0.02), [0.02, 0.4, 0.02]),
    "one day astray before": spending(EC2, "us-east-1", lambda d: 900 if d == DAY - timedelta(days=9) else 40, 6),
}


@pytest.mark.parametrize("told", QUIET.values(), ids=QUIET)
def test_the_usual_raises_no_alarm(told: Spending) -> None:
    assert _found(told) == []


LOUD = {
    "a new region, cheap": (spending(EC2, "ap-south-1", flat(0), [0.06, 0.28, 0.28]), Kind.NEW, 0, 0.62),
    "a new region, a fraction of a cent": (spending(S3, "sa-east-1", flat(0), [0, 0.0004]), Kind.NEW, 1, 0.0004),
    "a spike": (spending(EC2, "us-east-1", flat(40), [40, 900, 41]), Kind.RISEN, 1, 861),
    "doubled": (spending(EC2, "us-east-1", noisy(1, flat(40), 0.05), [80, 80, 80]), Kind.RISEN, 0, 120),
    "a weekend as a working day": (
        spending(EC2, "us-east-1", weekly(80, 5), [80, 80, 80, 80, 80, 80, 80]), Kind.RISEN, 5, 150,
    ),
    "asleep for weeks": (
        spending(EC2, "eu-west-3", lambda d: 0.01 if (DAY - d).days > 40 else 0.0, [0.3, 0.3]), Kind.NEW, 0, 0.6,
    ),
    "no history": (spending(EC2, "us-east-1", flat(0), [12, 12], first=3), Kind.NEW, 0, 24),
    "more than once a month": (spending("Amazon Route 53", "global", monthly(5), [9, 9, 9]), Kind.RISEN, 0, 27),
    "the higher than growth": (spending(EC2, "us-east-1", growing(40, 0.01), [200, 210]), Kind.RISEN, 0, 279),
}  # fmt: skip


@pytest.mark.parametrize("name", LOUD)
def test_what_is_out_of_the_usual_is_told(name: str) -> None:
    told, kind, after, above = LOUD[name]
    (found,) = _found(told)
    assert found.kind is kind
    assert found.since == DAY + timedelta(days=after)
    assert found.above == pytest.approx(above, rel=0.12)


NOISE: dict[str, list[Series]] = {
    "mild": [noisy(n, flat(40), 0.1) for n in range(300)],
    "wild": [noisy(n, flat(40), 0.5) for n in range(300)],
    "weekly": [noisy(n, weekly(80, 20), 0.2) for n in range(300)],
    "growing": [noisy(n, growing(30, 0.01), 0.15) for n in range(300)],
    "in bursts": [bursts(n, 30, 0.3) for n in range(300)],
}
ALARMS_ALLOWED = 0.02


@pytest.mark.parametrize("kind", NOISE)
def test_noise_as_before_raises_an_alarm_in_few_of_a_hundred_weeks(kind: str) -> None:
    alarms = sum(bool(_found(spending(EC2, "us-east-1", series, 7))) for series in NOISE[kind])
    assert alarms <= ALARMS_ALLOWED * len(NOISE[kind]), alarms


@given(st.integers(0, 6), st.floats(1e-6, 1e5), st.floats(0, 1e4), st.integers(0, 27))
@settings(max_examples=60, deadline=None)
def test_what_costs_anything_after_four_weeks_of_nothing_is_always_told(
    after: int, amount: float, once: float, long_ago: int
) -> None:
    """Unless it cost as much on a day before that."""
    day = DAY - timedelta(days=29 + long_ago)
    told = spending(EC2, "ap-south-1", lambda d: once if d == day else 0.0, [*[0.0] * after, amount])
    assert bool(_found(told)) == (amount > 1.25 * once)


@given(st.lists(st.floats(-1e3, 1e6), max_size=63), st.lists(st.floats(-1e3, 1e6), min_size=1, max_size=9))
@settings(max_examples=60, deadline=None)
def test_whatever_was_charged_the_sums_make_sense(before: list[float], since: list[float]) -> None:
    amounts = dict(zip((DAY - timedelta(days=n + 1) for n in range(63)), before, strict=False))
    found = bill("", LEAK, NOW, [spending(EC2, "us-east-1", lambda d: amounts.get(d, 0.0), since)])
    assert found.above >= 0
    assert found.spent >= 0
    assert all(a.since >= DAY and a.above > 0 for a in found.anomalies)


def _thing(arn: str, type_: str, state: str = "stands") -> Remaining:
    return Remaining(arn, type_, "created", "t3.micro", "AKIA...", LEAK, "e1", state)


MINER = _thing(f"arn:aws:ec2:ap-south-1:{ACCOUNT}:instance/i-0abc", "AWS::EC2::Instance", "removed")


def test_the_things_behind_a_cost_are_named_by_service_and_region() -> None:
    elsewhere = _thing(f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-0def", "AWS::EC2::Instance")
    user = _thing(f"arn:aws:iam::{ACCOUNT}:user/mallory", "AWS::IAM::User")
    told = spending(EC2, "ap-south-1", flat(0), [0.3])
    (found,) = anomalies(told, LEAK, Deeds((elsewhere, user, MINER)))
    assert [(b.name, b.state) for b in found.behind] == [(MINER.arn, "removed")]


def test_a_bill_sums_and_says_what_it_cannot_know() -> None:
    told = [spending(EC2, "ap-south-1", flat(0), [0.3, 0.3]), spending(S3, "us-east-1", flat(7), [7, 90])]
    found = bill("AKIA...", LEAK, NOW, told, Deeds((MINER,)))
    assert found.above_of_incident == pytest.approx(0.6)
    assert found.above == pytest.approx(83.6)
    assert found.spent == pytest.approx(97.6)
    assert found.usual == pytest.approx(14)
    assert [a.service for a in found.anomalies] == [EC2, S3]
    text = to_text(found)
    assert "2 COSTS OUT OF THE USUAL" in text
    assert MINER.arn in text
    assert "nothing that is known of the incident explains it" in text
    assert "nothing can be known yet of what was done after 2026-11-27 12:33:00" in text


def test_a_leak_of_today_is_no_clean_bill() -> None:
    found = bill("AKIA...", LEAK, LEAK + timedelta(hours=3), [spending(S3, "us-east-1", flat(7), [1])])
    assert found.problems
    assert "COULD NOT LOOK" in to_text(found)


def test_an_account_without_a_past_says_so() -> None:
    found = bill("AKIA...", LEAK, NOW, [spending(EC2, "us-east-1", flat(0), [12])])
    assert any("no costs before the leak" in limit for limit in found.limits)


def test_currencies_are_not_added() -> None:
    one = spending(EC2, "us-east-1", flat(1), 3)
    other = Spending("700000000002", "CNY", one.first, one.until, one.amounts)
    with pytest.raises(CouldNotLook):
        bill("AKIA...", LEAK, NOW, [one, other])


def test_json_is_read_again() -> None:
    found = bill("AKIA...", LEAK, NOW, [spending(EC2, "ap-south-1", flat(0), [0.3])], Deeds((MINER,)))
    assert from_json(to_json(found)) == found
    with pytest.raises(Misuse):
        from_json('{"schema": "unleak.incident/1"}')
