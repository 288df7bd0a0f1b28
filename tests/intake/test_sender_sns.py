"""SNS: whose topic, how old, signed with what; and a queue, which has no signatures."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import senders_world as world
from events_world import health_of_metadata
from reports_world import a_pair
from senders_world import CERT_URL, NOW, TOPIC, Web, access, certificate, confirmation, of_sns, sns_envelope

from unleak.intake.certificates import Certificates
from unleak.intake.notice import Access, Heard, Message, Reason, Refused, Subscription
from unleak.intake.queue_message import from_queue
from unleak.intake.senders.sns import _Sns
from unleak.model.alert import Ground

A = a_pair()
EVENT = json.dumps(health_of_metadata(A.key_id))


def how(web: Web | None = None, topics: str = TOPIC) -> Access:
    return access(web or Web({CERT_URL: certificate()}), topics=topics)


def hear(value: Any, settings: Access | None = None) -> Heard:
    return _Sns(Certificates()).hear(of_sns(value), settings or how())


def refused(message: Message, settings: Access | None = None) -> Reason:
    with pytest.raises(Refused) as caught:
        _Sns(Certificates()).hear(message, settings or how())
    return caught.value.reason


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("subject", [{}, {"Subject": "a\nsubject"}])
def test_an_event_through_a_topic(version: str, subject: dict[str, str]) -> None:
    heard = hear(sns_envelope(EVENT, version, **subject))
    (found,) = heard.reports
    assert (found.key_id, heard.ground_of(found)) == (A.key_id, Ground.AWS)
    assert (heard.id, found.tool) == ("sns:22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", "AWS Health by SNS")


@pytest.mark.parametrize("field", ["Message", "MessageId", "Timestamp", "TopicArn", "Subject", "Type"])
def test_whatever_is_signed_cannot_be_changed(field: str) -> None:
    envelope = sns_envelope(EVENT, Subject="a subject")
    other = {"TopicArn": TOPIC + "2", "Timestamp": "2026-11-23T04:01:00.123Z", "Type": "UnsubscribeConfirmation"}
    changed = {**envelope, field: other.get(field, envelope[field] + "x"), "SubscribeURL": "x", "Token": "y"}
    assert refused(of_sns(changed), how(topics=f"{TOPIC} {TOPIC}2")) is Reason.BAD_SIGNATURE


def test_a_subject_cannot_be_taken_out_or_put_in() -> None:
    envelope = sns_envelope(EVENT, Subject="a subject")
    del envelope["Subject"]
    assert refused(of_sns(envelope)) is Reason.BAD_SIGNATURE
    assert refused(of_sns({**sns_envelope(EVENT), "Subject": "x"})) is Reason.BAD_SIGNATURE
    assert hear({**sns_envelope(EVENT), "Subject": None}).reports


@pytest.mark.parametrize(
    "url",
    [
        CERT_URL.replace("https", "http"),
        CERT_URL.replace("eu-central-1", "us-east-1"),
        CERT_URL.replace("amazonaws.com", "amazonaws.com.evil.example"),
        CERT_URL.replace("sns.eu-central-1", "evil@sns.eu-central-1"),
        "https://evil.example/" + CERT_URL,
        "https://evil.s3.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
        CERT_URL + "?x=1", CERT_URL + "#x", CERT_URL.replace("/Simple", "/../Simple"),
        CERT_URL.replace(".com/", ".com:8443/"), CERT_URL.replace("/Simple", "/x/Simple"),
        "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription",
    ],
)  # fmt: skip
def test_a_certificate_lies_with_sns_or_nothing_is_fetched(url: str) -> None:
    web = Web({url: certificate()})
    assert refused(of_sns(sns_envelope(EVENT, cert_url=url)), how(web)) is Reason.BAD_SIGNATURE
    assert web.asked == []


def test_who_is_refused() -> None:
    good = of_sns(sns_envelope(EVENT))
    assert refused(good, how(topics=" ")) is Reason.NOT_CONFIGURED
    assert refused(good, how(topics=TOPIC + "2")) is Reason.UNKNOWN_KEY
    assert refused(good, how(Web())) is Reason.KEYS_UNREACHABLE
    assert refused(good, how(Web({CERT_URL: b"no certificate"}))) is Reason.UNKNOWN_KEY
    old = certificate(NOW - timedelta(days=9), NOW - timedelta(days=1))
    assert refused(good, how(Web({CERT_URL: old}))) is Reason.UNKNOWN_KEY
    assert refused(replace(good, headers={"x-amz-sns-rawdelivery": "true"})) is Reason.NOT_SIGNED
    assert refused(of_sns({**sns_envelope(EVENT), "Signature": ""})) is Reason.NOT_SIGNED
    assert refused(of_sns({**sns_envelope(EVENT), "Signature": "no base64"})) is Reason.BAD_SIGNATURE
    assert refused(of_sns({**sns_envelope(EVENT), "SignatureVersion": "3"})) is Reason.NOT_UNDERSTOOD
    assert refused(of_sns({**sns_envelope(EVENT), "Message": 5})) is Reason.NOT_UNDERSTOOD
    assert refused(of_sns({**sns_envelope(EVENT), "Timestamp": "now"})) is Reason.NOT_UNDERSTOOD
    assert refused(of_sns({**sns_envelope(EVENT), "MessageId": "x\0"})) is Reason.NOT_UNDERSTOOD
    assert refused(of_sns({"Type": []})) is Reason.NOT_UNDERSTOOD
    assert refused(of_sns(b"{")) is Reason.NOT_JSON


@pytest.mark.parametrize(
    ("minutes", "taken"), [(0, True), (70, True), (80, False), (-14, True), (-20, False)]
)  # fmt: skip
def test_how_old_a_message_may_be(minutes: int, taken: bool) -> None:  # noqa: FBT001
    message = of_sns(sns_envelope(EVENT, Timestamp="2026-11-23T04:05:06Z"), at=NOW + timedelta(minutes=minutes))
    if taken:
        assert _Sns(Certificates()).hear(message, how()).reports
    else:
        assert refused(message) is Reason.TOO_OLD


def test_a_certificate_is_fetched_once_and_made_up_ones_a_few_times_a_minute() -> None:
    sender, web = _Sns(Certificates()), Web({CERT_URL: certificate()})
    for _ in range(3):
        sender.hear(of_sns(sns_envelope(EVENT)), how(web))
    assert web.asked == [CERT_URL]
    for number in range(20):
        url = CERT_URL.replace("0123", f"{number:04}")
        with pytest.raises(Refused):
            sender.hear(of_sns(sns_envelope(EVENT, cert_url=url)), how(web))
    assert len(web.asked) == 5
    assert sender.hear(of_sns(sns_envelope(EVENT)), how(web)).reports


# --- what is no event


def test_a_topic_that_asks_is_to_be_answered() -> None:
    heard = hear(confirmation())
    token = confirmation()["Token"]
    url = f"https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token={token}"
    assert heard.errands == (Subscription(TOPIC, url),)


@pytest.mark.parametrize(
    "fields",
    [
        {"SubscribeURL": "https://evil.example/?Action=ConfirmSubscription"},
        {"SubscribeURL": "https://sns.eu-central-1.amazonaws.com.evil.example/"},
        {"SubscribeURL": "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription"},
        {"Token": "x&Action=DeleteTopic" + "x" * 20},
        {"Token": ""},
    ],
)
def test_a_confirmation_leads_to_sns_or_nowhere(fields: dict[str, str]) -> None:
    assert refused(of_sns(confirmation(**fields))) is Reason.NOT_UNDERSTOOD


def test_a_topic_of_china() -> None:
    topic = "arn:aws-cn:sns:cn-north-1:111122223333:unleak"
    url = CERT_URL.replace("eu-central-1.amazonaws.com", "cn-north-1.amazonaws.com.cn")
    envelope = sns_envelope(EVENT, cert_url=url, TopicArn=topic)
    assert hear(envelope, how(Web({url: certificate()}), topics=topic)).reports


def test_a_topic_that_sends_no_more_is_told() -> None:
    (why,) = hear(confirmation(Type="UnsubscribeConfirmation")).passed_over
    assert why == f"the topic {TOPIC} sends no more: subscribe again if that was not meant"


@pytest.mark.parametrize("text", ["text", "", "[" * 5000, "{}", "[]", "5", '"x"', "\ud800"])
def test_a_message_that_carries_no_event(text: str) -> None:
    envelope = sns_envelope("x")
    if text != "\ud800":
        envelope = sns_envelope(text)
        assert hear(envelope).passed_over == ("the event: it is no event of EventBridge",)
    else:
        assert refused(of_sns({**envelope, "Message": text})) is Reason.BAD_SIGNATURE


# --- a queue


def test_a_queue_holds_events_or_what_a_topic_put_there() -> None:
    raw = from_queue(EVENT.encode(), [])
    assert [(r.key_id, r.tool) for r in raw.reports] == [(A.key_id, "AWS Health by SQS")]
    body = world.as_body(sns_envelope(EVENT))
    wrapped = from_queue(body, [TOPIC])
    assert [(r.key_id, r.tool) for r in wrapped.reports] == [(A.key_id, "AWS Health by SNS and SQS")]
    assert wrapped.id == hear(sns_envelope(EVENT)).id
    assert (raw.id, wrapped.id) == (from_queue(EVENT.encode(), []).id, from_queue(body, [TOPIC]).id)
    assert raw.ground is wrapped.ground is Ground.AWS


def test_a_queue_takes_messages_of_configured_topics_only() -> None:
    with pytest.raises(Refused) as caught:
        from_queue(world.as_body(sns_envelope(EVENT)), [TOPIC + "2"])
    assert caught.value.reason is Reason.UNKNOWN_KEY
    with pytest.raises(Refused):
        from_queue(b"\xff", [])
    assert from_queue(world.as_body(confirmation()), [TOPIC]).reports == ()
