"""One attempt at signing in, from the click to the way back: sealed, in the browser that began it."""

import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from unleak.oidc_settings import OidcSettings

LASTS = timedelta(minutes=10)
_SEALED = {"alg": "dir", "enc": "A256GCM"}
_BYTES = 32


@dataclass(frozen=True, slots=True)
class Transaction:
    """`state` binds the way back to this browser, `nonce` the ID token and `verifier` the code to this attempt. `back`
    is our own address as the provider was given it; `place` where the person goes on.
    """

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    back: str
    place: str
    ends: float

    @classmethod
    def begun(cls, back: str, place: str, now: datetime) -> "Transaction":
        state, nonce, verifier = (secrets.token_urlsafe(_BYTES) for _ in range(3))
        return cls(state, nonce, verifier, back, place, (now + LASTS).timestamp())


def sealed(transaction: Transaction, settings: OidcSettings) -> str:
    """For a cookie: neither read nor altered without the client's secret."""
    return jwe.encrypt_compact(_SEALED, json.dumps(asdict(transaction)), _key(settings), list(_SEALED.values()))


def unsealed(word: str, settings: OidcSettings, now: datetime) -> Transaction | None:
    """None where it is none of ours, or over."""
    try:
        held = jwe.decrypt_compact(word, _key(settings), list(_SEALED.values())).plaintext
        transaction = Transaction(**json.loads(held or b""))
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return transaction if now.timestamp() < transaction.ends else None


def _key(settings: OidcSettings) -> OctKey:
    """Of this client at this issuer: what was begun for another is not taken."""
    purpose = f"unleak sign-in 1\0{settings.issuer}\0{settings.client_id}"
    return OctKey.import_key(hmac.digest(settings.client_secret.encode(), purpose.encode(), hashlib.sha256))
