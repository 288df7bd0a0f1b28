"""Events of AWS that come through a topic of SNS. What each is worth, its kind says: `aws_events`.

SNS signs that a message is of the topic, not who put it there: whoever may publish to the topic can say anything in
AWS's name. So its policy must let nobody but EventBridge.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from unleak.intake.aws_events import heard_of
from unleak.intake.body import json_of
from unleak.intake.certificates import Certificates, check_rsa
from unleak.intake.notice import Access, Heard, Message, Reason, Refused, Sender, Subscription
from unleak.intake.sns_envelope import CONFIRM, UNSUBSCRIBED, Envelope, envelope_of, topics_in
from unleak.model.alert import Ground

_LATEST = timedelta(hours=1, minutes=15)
"""SNS tries for an hour at most; the rest is for clocks that differ.
https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
"""
_EARLY = timedelta(minutes=15)
_CERTIFICATE = re.compile(r"/SimpleNotificationService-[A-Za-z0-9]{8,64}\.pem")
_TOKEN = re.compile(r"[A-Za-z0-9]{16,2048}")


@dataclass(frozen=True, slots=True)
class _Sns:
    certificates: Certificates

    def hear(self, message: Message, access: Access) -> Heard:
        # 1. Of a topic that is ours, and not of long ago: whoever knows neither has us fetch nothing.
        topics = topics_in(access.settings.get("topics", ""))
        if not topics:
            raise Refused(Reason.NOT_CONFIGURED, "this sender has no topic", "name its ARN in `topics`")
        if message.headers.get("x-amz-sns-rawdelivery", "").lower() == "true":
            raise Refused(Reason.NOT_SIGNED, "SNS delivers the message raw, without its signature", "switch that off")
        envelope = envelope_of(json_of(message.body), topics)
        if not -_EARLY <= message.at - envelope.sent_at <= _LATEST:
            raise Refused(Reason.TOO_OLD, "the message is of another time", "check the clock of this machine")
        # 2. Signed by SNS, with a certificate that lies with SNS itself.
        self._check(envelope, message.at, access)
        # 3. What it says.
        return _said(envelope)

    def _check(self, envelope: Envelope, at: datetime, access: Access) -> None:
        signature, url = envelope.fields.get("Signature", ""), envelope.fields.get("SigningCertURL", "")
        if not signature or not url:
            raise Refused(Reason.NOT_SIGNED, "the message is not signed")
        if not _CERTIFICATE.fullmatch(url.removeprefix(f"https://{envelope.host}")):
            raise Refused(Reason.BAD_SIGNATURE, "the certificate does not lie with the SNS of the topic")
        pem = self.certificates.pem(url, at, access.fetch)
        check_rsa(envelope.signed, signature, pem, envelope.fields.get("SignatureVersion", ""), at)


def _said(envelope: Envelope) -> Heard:
    message_id = envelope.id
    if envelope.type == CONFIRM:
        return _confirm(envelope, message_id)
    if envelope.type == UNSUBSCRIBED:
        why = f"the topic {envelope.topic} sends no more: subscribe again if that was not meant"
        return Heard(message_id, "SNS", Ground.CLAIM, passed_over=(why,))
    return heard_of(event_in(envelope), message_id, "SNS")


def event_in(envelope: Envelope) -> Any:
    """What it carries; None where that is no JSON."""
    try:
        return json_of(envelope.fields["Message"].encode("utf-8", "surrogatepass"))
    except Refused:
        return None


def _confirm(envelope: Envelope, message_id: str) -> Heard:
    """The address is made of what was checked, not taken from the message."""
    token = envelope.fields["Token"]
    if not envelope.fields["SubscribeURL"].startswith(f"https://{envelope.host}/") or not _TOKEN.fullmatch(token):
        raise Refused(Reason.NOT_UNDERSTOOD, "the topic's confirmation does not lie with the SNS of the topic")
    url = f"https://{envelope.host}/?Action=ConfirmSubscription&TopicArn={envelope.topic}&Token={token}"
    return Heard(message_id, "SNS", Ground.CLAIM, errands=(Subscription(envelope.topic, url),))


SENDER = Sender(
    id="sns",
    title="AWS's events by a topic of SNS",
    needs={"topics": "the ARNs of the topics that are listened to, with commas between them"},
    takes={},
    references=(
        "https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html",
        "https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html",
    ),
    hear=_Sns(Certificates()).hear,
)
