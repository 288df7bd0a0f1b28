"""AWS's events: which keys each names, on what ground, and what is passed over."""

from typing import Any

import events_world as events
import pytest
from events_world import ACCOUNT, OF_SOMEBODY, TOR, URL
from reports_world import Fakes, a_pair

from unleak.intake.aws_events import heard_of
from unleak.intake.notice import Heard
from unleak.model.alert import Ground

A, B = a_pair().key_id, a_pair(2).key_id
SESSION = Fakes(3).key_id("ASIA")
EXFILTRATED = "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS"


def hear(event: Any) -> Heard:
    return heard_of(event, "an id", "EventBridge")


_TABLE: list[tuple[str, Any, list[str], Ground, str]] = [
    ("health, entities", events.health_of_entities(A, B), [A, B], Ground.AWS, "AWS_RISK_CREDENTIALS_EXPOSED"),
    ("health, metadata", events.health_of_metadata(A), [A], Ground.AWS, "AWS_RISK_CREDENTIALS_EXPOSED, user test-1"),
    *(
        (f"health, {code}", events.health_of_entities(A, code=code), [A], Ground.AWS, code)
        for code in (
            "AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED", "AWS_RISK_CREDENTIALS_COMPROMISED",
            "AWS_RISK_CREDENTIALS_COMPROMISE_SUSPECTED", "AWS_RISK_IAM_QUARANTINE",
        )
    ),
    ("guardduty", events.guardduty(A), [A], Ground.ABUSE, f"{TOR}, account {ACCOUNT}"),
    ("guardduty, a session", events.guardduty(SESSION, EXFILTRATED), [SESSION], Ground.ABUSE,
     f"{EXFILTRATED}, account {ACCOUNT}"),
    ("guardduty, a sequence", events.attack_sequence(A, SESSION), [A, SESSION], Ground.ABUSE,
     f"AttackSequence:IAM/CompromisedCredentials, account {ACCOUNT}"),
    *(
        (f"guardduty, {kind}", events.guardduty(A, kind), [A], Ground.CLAIM, f"{kind}, account {ACCOUNT}")
        for kind in (
            "Policy:IAMUser/RootCredentialUsage", "Discovery:IAMUser/AnomalousBehavior",
            "Stealth:IAMUser/CloudTrailLoggingDisabled", "UnauthorizedAccess:IAMUser/ConsoleLoginSuccess.B",
        )
    ),
    ("asff", events.asff(A), [A], Ground.ABUSE, "A call"),
    ("asff, a session", events.asff(SESSION, kind=EXFILTRATED), [SESSION], Ground.ABUSE, "A call"),
    ("asff, not abuse", events.asff(A, kind="Policy:IAMUser/RootCredentialUsage"), [A], Ground.CLAIM, "A call"),
    ("asff of somebody", events.asff(A, OF_SOMEBODY), [A], Ground.CLAIM, "A call"),
    ("asff of a liar", events.asff(A, f"arn:aws:securityhub:us-east-1:{ACCOUNT}:product/aws/guardduty"), [A],
     Ground.CLAIM, "A call"),
    ("ocsf", events.ocsf(A), [A], Ground.ABUSE, "A call"),
    ("ocsf of somebody", events.ocsf(A, OF_SOMEBODY), [A], Ground.CLAIM, "A call"),
    ("quarantine", events.quarantine(A), [A], Ground.AWS,
     f"AWSCompromisedKeyQuarantineV3 attached to user test-1 of account {ACCOUNT}"),
]  # fmt: skip


@pytest.mark.parametrize(("event", "keys", "ground", "reason"), [r[1:] for r in _TABLE], ids=[r[0] for r in _TABLE])
def test_every_kind(event: Any, keys: list[str], ground: Ground, reason: str) -> None:
    heard = hear(event)
    assert [r.key_id for r in heard.reports] == keys
    assert (heard.ground, heard.reason, heard.passed_over, heard.leaked_at) == (ground, reason, (), None)
    assert heard.who.endswith(f", account {ACCOUNT}, us-east-1")


def test_where_aws_saw_it() -> None:
    (found,) = hear(events.health_of_metadata(A)).reports
    assert ([p.path for p in found.places], found.public, found.tool) == ([URL], True, "AWS Health by EventBridge")
    (found,) = hear(events.health_of_entities(A, code="AWS_RISK_CREDENTIALS_COMPROMISED")).reports
    assert (found.places, found.public) == ((), None)


_EXPOSED = "AWS_RISK_CREDENTIALS_EXPOSED"
_LOCKED = f"AWSCompromisedKeyQuarantineV3 attached to user test-1 of account {ACCOUNT}"


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (events.health_of_entities(A, code="AWS_EC2_ISSUE"), "the event: AWS Health tells of something else"),
        (events.health_of_entities("AKIAXXXXXXXXXX"),
         f"{_EXPOSED}: it names a key that is none of AWS's form"),
        (events.health_of_entities("test-1"),
         f"{_EXPOSED}: it names no key: look at the account's AWS Health and support cases"),
        (events.guardduty(A, additionalInfo={"sample": True}), "the finding: it is a sample of GuardDuty"),
        (events.guardduty(A, archived=True), "the finding: it is archived at GuardDuty"),
        (events.guardduty(""), "the finding: it names no key"),
        (events.guardduty("GeneratedFindingAccessKeyId"), "the finding: it names a key that is none of AWS's form"),
        (events.asff("GeneratedFindingAccessKeyId"), "finding 1: it is a sample"),
        (events.asff(A, RecordState="ARCHIVED"), "finding 1: it is archived at Security Hub"),
        (events.asff(A, Workflow={"Status": "SUPPRESSED"}), "finding 1: it is suppressed at Security Hub"),
        (events.asff(A, Resources=[]), "finding 1: it names no key"),
        (events.quarantine(""), f"{_LOCKED}: which of its keys leaked is not said: respond with --user"),
        (events.quarantine(A, inside=False), f"{_LOCKED}: somebody did so, not AWS"),
        (events.quarantine(A, of="admin"), f"{_LOCKED}: somebody did so, not AWS"),
        (events.event("my.app", "AWS Health Event", events.health_of_metadata(A)["detail"]),
         "the event: AWS Health Event of my.app is none that names a leaked key"),
        ({"Records": []}, "the event: it is no event of EventBridge"),
        (None, "the event: it is no event of EventBridge"),
    ],
)  # fmt: skip
def test_what_is_passed_over(event: Any, why: str) -> None:
    heard = hear(event)
    assert (heard.reports, heard.passed_over) == ((), (why,))


def test_findings_that_differ_are_worth_the_least_of_them() -> None:
    event = events.asff(A)
    event["detail"]["findings"] += events.asff(B, OF_SOMEBODY)["detail"]["findings"]
    heard = hear(event)
    assert ([r.key_id for r in heard.reports], heard.ground) == ([A, B], Ground.CLAIM)


def test_a_masked_id_does_not_hide_another() -> None:
    heard = hear(events.health_of_entities("AKIA************", A))
    assert [r.key_id for r in heard.reports] == [A]
    assert heard.passed_over == ("AWS_RISK_CREDENTIALS_EXPOSED: it names a key that is none of AWS's form",)


def test_bait_is_passed_over_whoever_names_it() -> None:
    bait = Fakes(4).key_id_of("052310077262")
    heard = hear(events.guardduty(bait))
    assert heard.reports == ()
    assert heard.passed_over == (f"somewhere:1: {bait} is bait, and nobody's real key",)
