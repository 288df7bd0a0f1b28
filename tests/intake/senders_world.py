"""Messages as senders sign them, with keys and certificates made here."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from unleak.intake.notice import Access, Heard, Message, Sender
from unleak.intake.senders import SENDERS
from unleak.model.errors import CouldNotLook

NOW = datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC)
SECRET, FORMER = "shared-" + "s" * 20, "former-" + "f" * 20
TOPIC = "arn:aws:sns:eu-central-1:111122223333:unleak"
CERT_URL = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
KEY_NAME = "c0ffee" * 10
BY_ID: Mapping[str, Sender] = {s.id: s for s in SENDERS}


class Web:
    """Files at addresses, and which were asked for."""

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        self.files = dict(files or {})
        self.asked: list[str] = []

    def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.files:
            raise CouldNotLook("nothing there")
        return self.files[url]


def access(web: Web | None = None, **settings: str) -> Access:
    return Access(settings, web or Web())


def hear(sender: str, message: Message, how: Access) -> Heard:
    return BY_ID[sender].hear(message, how)


def as_body(value: Any) -> bytes:
    return json.dumps(value).encode()


# --- a secret that is shared


def signed(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def of_github(event: str, value: Any, secret: str = SECRET) -> Message:
    body = value if isinstance(value, bytes) else as_body(value)
    return Message(body, {"x-github-event": event, "x-hub-signature-256": signed(body, secret)}, NOW)


def showing(value: Any, headers: Mapping[str, str] | None = None) -> Message:
    body = value if isinstance(value, bytes) else as_body(value)
    return Message(body, headers if headers is not None else {"authorization": f"Bearer {SECRET}"}, NOW)


# --- GitHub's partners


@cache
def partner_key(number: int = 1) -> ec.EllipticCurvePrivateKey:
    del number
    return ec.generate_private_key(ec.SECP256R1())


def public(key: ec.EllipticCurvePrivateKey) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def key_set(**keys: str) -> bytes:
    rows = [{"key_identifier": name, "key": pem, "is_current": True} for name, pem in keys.items()]
    return as_body({"public_keys": rows})


def of_partner(value: Any, name: str = KEY_NAME, key: ec.EllipticCurvePrivateKey | None = None) -> Message:
    body = value if isinstance(value, bytes) else as_body(value)
    signature = (key or partner_key()).sign(body, ec.ECDSA(hashes.SHA256()))
    return with_signature(body, name, base64.b64encode(signature).decode())


def with_signature(body: bytes, name: str, signature: str, at: datetime = NOW) -> Message:
    headers = {"github-public-key-identifier": name, "github-public-key-signature": signature}
    return Message(body, headers, at)


# --- SNS


@cache
def sns_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(since: datetime = NOW - timedelta(days=1), until: datetime = NOW + timedelta(days=1)) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = (
        x509.CertificateBuilder(name, name, sns_key().public_key(), x509.random_serial_number(), since, until)
        .sign(sns_key(), hashes.SHA256())
    )  # fmt: skip
    return made.public_bytes(serialization.Encoding.PEM)


_SIGNED_FIELDS = ("Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


def sns_envelope(message: str, version: str = "2", cert_url: str = CERT_URL, **fields: str) -> dict[str, str]:
    """As AWS documents it: the names in the order of the alphabet, each followed by its value."""
    said = {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Message": message,
        "Timestamp": "2026-11-23T04:00:00.123Z",
        **fields,
    }
    text = "".join(f"{name}\n{said[name]}\n" for name in _SIGNED_FIELDS if name in said)
    chosen = hashes.SHA1() if version == "1" else hashes.SHA256()  # noqa: S303  as AWS signs by default
    signature = sns_key().sign(text.encode(), padding.PKCS1v15(), chosen)
    return {
        **said,
        "SignatureVersion": version,
        "Signature": base64.b64encode(signature).decode(),
        "SigningCertURL": cert_url,
        "UnsubscribeURL": "https://sns.eu-central-1.amazonaws.com/?Action=Unsubscribe",
    }


def of_sns(value: Any, at: datetime = NOW) -> Message:
    body = value if isinstance(value, bytes) else as_body(value)
    return Message(body, {"x-amz-sns-message-type": "Notification"}, at)


def confirmation(**fields: str) -> dict[str, str]:
    token = "2336412f37fb687f5d51e6e241d09c80"
    host = "https://sns.eu-central-1.amazonaws.com"
    said = {
        "Type": "SubscriptionConfirmation",
        "Token": token,
        "SubscribeURL": f"{host}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token={token}",
    }
    return sns_envelope("You have chosen to subscribe to the topic.", **{**said, **fields})
