"""Temporary credentials: minting them and finding them again."""

import base64
import secrets
import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from moto.iam.utils import generate_access_key_id_from_account_id

from unleak.standin.principals import Principal

_TOKEN_PREFIX = "IQoJb3JpZ2luX2Vj"  # noqa: S105  how AWS's session tokens begin
_TOKEN_BYTES = 420


@dataclass(frozen=True, slots=True)
class RootKey:
    account: str
    key_id: str
    secret: str


def new_key_id(account: str, prefix: str) -> str:
    """An id that carries its account, as AWS's do."""
    return str(generate_access_key_id_from_account_id(account, prefix=prefix, total_length=20))


def new_secret() -> str:
    return base64.b64encode(secrets.token_bytes(30)).decode()


class Sessions:
    """Every session that was minted, by key id. They end by time and by policy only, as on AWS."""

    def __init__(self) -> None:
        self._by_key: dict[str, Principal] = {}
        self._lock = threading.Lock()

    def find(self, key_id: str) -> Principal | None:
        return self._by_key.get(key_id)

    def mint(self, like: Principal, now: datetime, seconds: int) -> Principal:
        """A session with the identity of `like` and credentials of its own."""
        session = replace(
            like,
            key_id=new_key_id(like.account, "ASIA"),
            secret=new_secret(),
            token=_TOKEN_PREFIX + base64.b64encode(secrets.token_bytes(_TOKEN_BYTES)).decode(),
            issued_at=now,
            expires_at=now + timedelta(seconds=seconds),
        )
        with self._lock:
            self._by_key[session.key_id] = session
        return session
