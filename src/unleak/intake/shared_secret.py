"""A secret that we share with a sender: it shows it, or signs with it. Compared in constant time."""

import base64
import binascii
import hmac
from collections.abc import Mapping

from unleak.intake.notice import Access, Reason, Refused

FEWEST = 16
NEEDS = {"secret": f"what it shares with the sender, {FEWEST} characters at least"}
TAKES = {"former_secret": "the secret before this one, good until you take it out: so that it can be changed"}


def secrets_of(access: Access) -> list[bytes]:
    """Raises Refused where there is none, or one that can be guessed."""
    named = [access.settings.get(name, "") for name in (*NEEDS, *TAKES)]
    if not named[0]:
        raise Refused(Reason.NOT_CONFIGURED, "this sender has no secret", "set `secret` in its section")
    if any(s and len(s) < FEWEST for s in named):
        raise Refused(Reason.NOT_CONFIGURED, "the secret of this sender is too short", f"use {FEWEST} characters")
    return [_bytes(s) for s in named if s]


def check_signed(body: bytes, signature: str, access: Access) -> None:
    """`sha256=` and the HMAC of the raw body in hexadecimal, with any of the secrets. Raises Refused."""
    secrets = secrets_of(access)
    if not signature:
        raise Refused(Reason.NOT_SIGNED, "the message is not signed", "set the secret at the sender too")
    shown = _bytes(signature)
    fits = [hmac.compare_digest(shown, b"sha256=" + hmac.digest(s, body, "sha256").hex().encode()) for s in secrets]
    if not any(fits):
        raise Refused(Reason.BAD_SIGNATURE, "the signature is not of this body with this secret")


def check_shown(headers: Mapping[str, str], access: Access) -> None:
    """As `Authorization: Bearer`, as its password of `Authorization: Basic`, or as `x-api-key`. Raises Refused."""
    secrets = secrets_of(access)
    shown = _shown(headers)
    if not shown:
        raise Refused(Reason.NOT_SIGNED, "the message shows no secret", "send it as a bearer token or as x-api-key")
    fits = [hmac.compare_digest(shown, s) for s in secrets]
    if not any(fits):
        raise Refused(Reason.BAD_SIGNATURE, "the secret that the message shows is another one")


def _shown(headers: Mapping[str, str]) -> bytes:
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _bytes(rest.strip())
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(_bytes(rest.strip()), validate=True).partition(b":")[2]
        except binascii.Error:
            return b""
    return _bytes(headers.get("x-api-key", ""))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
