"""Certificates that SNS signs with, each fetched once; and what was signed with one of them.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

from unleak.intake.notice import Reason, Refused
from unleak.model.errors import CouldNotLook

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_MOST_ASKED = 5
_PAUSE = timedelta(minutes=1)
_MOST_KEPT = 32
_WITHOUT = "signatures cannot be checked without cryptography"


class Certificates:
    """By their address. Addresses are not signed: whoever makes them up makes us ask AWS five times a minute."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}
        self._asked: list[datetime] = []
        self._lock = Lock()

    def pem(self, url: str, at: datetime, fetch: Callable[[str], bytes]) -> bytes:
        """Raises Refused."""
        with self._lock:
            if url not in self._kept:
                self._asked = [t for t in self._asked if abs(at - t) < _PAUSE]
                if len(self._asked) >= _MOST_ASKED:
                    raise Refused(
                        Reason.KEYS_UNREACHABLE, "too many certificates were asked for", "send it again later"
                    )
                self._asked.append(at)
                found = _fetched(url, fetch)
                if len(self._kept) >= _MOST_KEPT:
                    self._kept.pop(next(iter(self._kept)))
                self._kept[url] = found
            return self._kept[url]


def _fetched(url: str, fetch: Callable[[str], bytes]) -> bytes:
    try:
        return fetch(url)
    except CouldNotLook:
        raise Refused(
            Reason.KEYS_UNREACHABLE, "the certificate of SNS cannot be had now", "send it again later"
        ) from None


def check_rsa(signed: bytes, signature: str, pem: bytes, version: str, at: datetime) -> None:
    """PKCS #1 1.5, with SHA-1 in version 1 and SHA-256 in version 2. Raises Refused."""
    try:
        from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415  only a service does
        from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415  see above
        from cryptography.hazmat.primitives.hashes import SHA1, SHA256  # noqa: PLC0415  see above
    except ImportError:
        raise Refused(Reason.NOT_CONFIGURED, _WITHOUT, "pip install 'unleak[server]'") from None
    certificate = _certificate(pem)
    key = certificate.public_key() if certificate else None
    if certificate is None or not isinstance(key, rsa.RSAPublicKey):
        raise Refused(Reason.UNKNOWN_KEY, "the certificate of SNS is damaged, or none of RSA")
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise Refused(Reason.UNKNOWN_KEY, "the certificate of SNS is not valid at this time")
    # AWS's choice, not ours: topics sign with version 1 unless they are told otherwise.
    chosen = {"1": SHA1, "2": SHA256}.get(version)
    if chosen is None:
        raise Refused(Reason.NOT_UNDERSTOOD, "the message is signed in a version that is not known")
    try:
        key.verify(base64.b64decode(signature, validate=True), signed, padding.PKCS1v15(), chosen())
    except UnsupportedAlgorithm:
        raise Refused(Reason.NOT_CONFIGURED, "SHA-1 is not to be had here", "set SignatureVersion 2") from None
    except (InvalidSignature, ValueError):
        raise Refused(Reason.BAD_SIGNATURE, "the signature is not of this message with this certificate") from None


def _certificate(pem: bytes) -> "Certificate | None":
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415  see above
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415  see above

    try:
        found = load_pem_x509_certificate(pem)
        found.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return found
