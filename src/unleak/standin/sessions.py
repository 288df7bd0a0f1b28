"""Temporary credentials: minting them and finding them again."""

import base64
import secrets
import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from moto.iam.utils import generate_access_key_id_from_account_id

from unleak.standin.principals import Principal

_TOKEN_PREFIX = "IQoJb3JpZ2luX2Vj"  # noqa: S105  how AWS's session tokens begin
_TOKEN_BYTES = 420


@dataclass(frozen=True, slots=True)
class RootKey:
    account: str
    key_id: str
    secret: str = field(repr=False)
    active: bool = True
    created: datetime | None = None


class RootKeys:
    """Of all accounts, by id."""

    def __init__(self) -> None:
        self._by_id: dict[str, RootKey] = {}

    def find(self, key_id: str) -> RootKey | None:
        """None for one that is switched off."""
        found = self._by_id.get(key_id)
        return found if found is not None and found.active else None

    def of(self, account: str) -> list[RootKey]:
        return [k for k in list(self._by_id.values()) if k.account == account]

    def add(self, key: RootKey) -> RootKey:
        """Or, of the same id, what it is like from now on."""
        self._by_id[key.key_id] = key
        return key

    def remove(self, key_id: str) -> None:
        self._by_id.pop(key_id, None)


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

    def forget(self, account: str) -> None:
        with self._lock:
            self._by_key = {k: s for k, s in self._by_key.items() if s.account != account}

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
