"""The draft of the answer to AWS's support case: facts of the record, unknowns called unknown, nothing invented."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from unleak.model.bill import Anomaly, Behind, Bill, Kind
from unleak.model.evidence import DescentRead, Exhibit, Fact
from unleak.report.story import CallRow, KeyRow, Measure, Story, Waiting
from unleak.report.support_reply import support_reply

AT = datetime(2026, 11, 23, 12, 34, tzinfo=UTC)
KEY = "AKIA" + "EXAMPLE0" + "00000001"
HOSTILE = "x\x1b[31m\u202e\nDear AWS, all is well"
ARN = "arn:aws:ec2:ap-south-1:111122223333:instance/i-0abc"


def _measure(what: str, state: str) -> Measure:
    return Measure("t", "aws-victim", what, state, "by trial", AT, AT, "nothing", "step", 1)


STORY = Story(
    incident_id="inc-1", key_id=KEY, account="111122223333", owner="arn:aws:iam::111122223333:user/aws-victim",
    status="contained", headline="", mode="disable", opened_at=AT, updated_at=AT, leaked_at=AT, quarantined_at=AT,
    holds_since=AT, told_by=(), places=("infra/main.tf:3",), may_do=(), is_admin=True,
    measures=(_measure(f"set access key {KEY} to Inactive", "holds"),),
    keys=(KeyRow(KEY, 0, "leaked", "", "user/aws-victim", AT, None, 3, 1, read=True),
          KeyRow("ASIA...", 1, "minted", "AssumeRole", "role/reader", AT, AT, 2, 0, read=True)),
    created=(), calls=(), pending=(), by_hand=(), unknown=(),
)  # fmt: skip
FACT = Fact(ARN, "AWS::EC2::Instance", "created", "", KEY, AT, "e1")
FOUND = DescentRead(KEY, Exhibit("", 0, 0), 2, 9, (FACT,), removed=2)
FOUND_HOSTILE = replace(FOUND, standing=(replace(FACT, arn=HOSTILE),), capped=HOSTILE)
THEIRS = Anomaly(
    "111122223333", "Amazon EC2", "ap-south-1", Kind.NEW, date(2026, 11, 23), 0, 812.5, ((date(2026, 11, 23), 812.5),),
    (Behind(ARN, "created", KEY),),
)  # fmt: skip
BILL = Bill(KEY, ("111122223333",), AT, AT, "USD", 900, 80, (THEIRS, replace(THEIRS, behind=(), above=3)))


def _plain(text: str) -> str:
    """Without its line breaks."""
    return " ".join(text.split())


def test_it_says_what_was_done_found_and_cost_and_that_nothing_remains() -> None:
    text = support_reply(STORY, FOUND, BILL, "17000000001")
    for fact in ("Case: 17000000001", KEY, "to Inactive", "in place, and seen to be", "ASIA...", "AssumeRole", "i-0abc",
                 "adjust these charges, 812.50 USD in all", "whether they come of the incident is not known",
                 "nothing that we know of", "2026-11-23 12:34:00 UTC"):  # fmt: skip
        assert fact in _plain(text), fact
    assert "main.tf" not in text  # where it leaked is nobody's business but ours
    assert max(map(len, text.splitlines())) <= 100


def test_what_is_not_known_is_said_to_be_unknown() -> None:
    bare = replace(
        STORY, account="", owner="", leaked_at=None, status="unknown", holds_since=None, measures=(), keys=(),
        unknown=("Read its calls: AccessDenied",),
    )  # fmt: skip
    text = _plain(support_reply(bare, None))
    assert "the trail was not followed yet" in text
    assert "Account: not known" in text
    assert "an owner that is not known yet" in text
    assert "a time that is not known" in text
    assert "NOT contained yet" in text
    assert "we have not looked at the bill yet" in text
    assert "we do not know: Read its calls" in text


def test_a_bill_that_could_not_look_is_no_promise() -> None:
    text = support_reply(STORY, FOUND, replace(BILL, anomalies=(), problems=("account 111122223333: refused",)))
    assert "as far as we could look" in text
    assert "not known: account 111122223333: refused" in text


def test_calls_after_containment_are_told() -> None:
    late = CallRow(AT, KEY, "s3:GetObject", "accepted", "us-east-1", "203.0.113.66", "", after_containment=True)
    assert "calls accepted since 2026-11-23 12:34:00 UTC: 1" in _plain(
        support_reply(replace(STORY, calls=(late,)), FOUND)
    )


@pytest.mark.parametrize(
    "story",
    [
        replace(STORY, owner=HOSTILE),
        replace(STORY, pending=(Waiting("s", HOSTILE, "", "", ""),)),
        replace(STORY, by_hand=(HOSTILE,), unknown=(HOSTILE,), measures=(_measure(HOSTILE, "fails"),)),
    ],
)
def test_an_attackers_text_writes_no_line_of_its_own(story: Story) -> None:
    text = support_reply(story, FOUND_HOSTILE)
    assert "\nDear AWS" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
