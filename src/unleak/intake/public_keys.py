"""Sets of public keys, as GitHub publishes its own, and what was signed with one of them."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

from unleak.intake.body import json_of
from unleak.intake.notice import Reason, Refused
from unleak.intake.scanner_reports.fields import rows_at, text_at
from unleak.model.errors import CouldNotLook

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

_AGED = timedelta(days=1)
"""A key that its owner has taken back is good for no longer."""
_PAUSE = timedelta(minutes=1)
_WITHOUT = "signatures cannot be checked without cryptography"


@dataclass(slots=True)
class _Set:
    asked_at: datetime
    fetched_at: datetime | None
    keys: dict[str, str]


class KeySets:
    """By their address. A set is fetched when it is a day old, or lacks an id; but whoever makes up ids makes us ask
    no more than once a minute.
    """

    def __init__(self) -> None:
        self._sets: dict[str, _Set] = {}
        self._lock = Lock()

    def key(self, url: str, key_id: str, at: datetime, fetch: Callable[[str], bytes]) -> str:
        """PEM. Raises Refused."""
        with self._lock:
            known = self._sets.get(url)
            fresh = known is not None and known.fetched_at is not None and abs(at - known.fetched_at) < _AGED
            if known is None or ((not fresh or key_id not in known.keys) and abs(at - known.asked_at) >= _PAUSE):
                known = self._sets[url] = self._asked(url, at, fetch, known if fresh else None)
                fresh = known.fetched_at is not None
        if fresh and key_id in known.keys:
            return known.keys[key_id]
        if not fresh or known.fetched_at != known.asked_at:
            raise Refused(Reason.KEYS_UNREACHABLE, "the sender's public keys cannot be had now", "send it again later")
        raise Refused(Reason.UNKNOWN_KEY, "the sender's set of public keys has no key of this id")

    @staticmethod
    def _asked(url: str, at: datetime, fetch: Callable[[str], bytes], known: _Set | None) -> _Set:
        try:
            rows = rows_at(json_of(fetch(url)), "public_keys")
        except (CouldNotLook, Refused):
            rows = []
        keys = {text_at(r, "key_identifier"): text_at(r, "key") for r in rows}
        if keys:
            return _Set(at, at, keys)
        return _Set(at, known.fetched_at if known else None, known.keys if known else {})


def check_ecdsa(body: bytes, signature: str, pem: str) -> None:
    """P-256 and SHA-256 over the raw body, DER in base64. Raises Refused."""
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  only a service needs it
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA  # noqa: PLC0415  see above
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415  see above
    except ImportError:
        raise Refused(Reason.NOT_CONFIGURED, _WITHOUT, "pip install 'unleak[server]'") from None
    key = _p256(pem)
    if key is None:
        raise Refused(Reason.UNKNOWN_KEY, "the sender's key of this id is none of P-256")
    try:
        key.verify(base64.b64decode(signature, validate=True), body, ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        raise Refused(Reason.BAD_SIGNATURE, "the signature is not of this body with this key") from None


def _p256(pem: str) -> "EllipticCurvePublicKey | None":
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415  see above
    from cryptography.hazmat.primitives.asymmetric.ec import (  # noqa: PLC0415  see above
        SECP256R1,
        EllipticCurvePublicKey,
    )
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415  see above

    try:
        key = load_pem_public_key(pem.encode("utf-8", "replace"))
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1) else None
