"""Tokens of the API: whose, for what, until when. Of the token itself only a hash is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from unleak.model.errors import Misuse
from unleak.store.record import Record
from unleak.store.schema import TOKENS

PREFIX = "unleak_"
_BYTES = 32


class Role(StrEnum):
    """Each may what those before it may."""

    VIEWER = "viewer"
    RESPONDER = "responder"
    APPROVER = "approver"
    ADMIN = "admin"

    def may(self, least: "Role") -> bool:
        order = list(Role)
        return order.index(self) >= order.index(least)


@dataclass(frozen=True, slots=True)
class Token:
    """`accounts`: those that it may see and touch; none means every one."""

    id: str
    name: str
    role: Role
    accounts: tuple[str, ...]
    made_at: datetime
    made_by: str
    expires_at: datetime
    ended_at: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.expires_at


class Tokens:
    def __init__(self, record: Record) -> None:
        self._record = record

    def make(
        self, name: str, role: Role, accounts: tuple[str, ...], now: datetime, expires_at: datetime, made_by: str
    ) -> tuple[Token, str]:
        """The token, and what its bearer shows: told once, here, and never again. Raises Misuse on an empty name."""
        if not name.strip():
            raise Misuse("a token needs a name", "say who or what will bear it")
        word = PREFIX + secrets.token_urlsafe(_BYTES)
        token = Token(secrets.token_hex(4), name.strip()[:80], role, accounts, now, made_by[:80], expires_at)
        row = {
            "id": token.id,
            "digest": _digest(word),
            "name": token.name,
            "role": role.value,
            "accounts": ",".join(accounts),
            "made_at": now.isoformat(),
            "made_by": token.made_by,
            "expires_at": expires_at.isoformat(),
            "ended_at": None,
        }
        with self._record.engine.begin() as db:
            db.execute(TOKENS.insert().values(**row))
        return token, word

    def of(self, word: str) -> Token | None:
        """Whose word this is, good or not; None where it is nobody's."""
        with self._record.engine.connect() as db:
            row = db.execute(sa.select(TOKENS).where(TOKENS.c.digest == _digest(word))).mappings().first()
        return _token(row) if row else None

    def all(self) -> list[Token]:
        with self._record.engine.connect() as db:
            return [_token(row) for row in db.execute(sa.select(TOKENS).order_by(TOKENS.c.made_at)).mappings()]

    def end(self, token_id: str, now: datetime) -> None:
        """From now on it is refused. Raises Misuse where there is no such token."""
        live = sa.and_(TOKENS.c.id == token_id, TOKENS.c.ended_at.is_(None))
        with self._record.engine.begin() as db:
            ended = db.execute(TOKENS.update().where(live).values(ended_at=now.isoformat())).rowcount
        if not ended:
            raise Misuse(f"there is no token {token_id} that is still good", "`unleak token list` shows them")


def _digest(word: str) -> str:
    """256 random bits need no slow hash."""
    return hashlib.sha256(word.encode()).hexdigest()


def _token(row: sa.RowMapping) -> Token:
    ended = row["ended_at"]
    return Token(
        row["id"],
        row["name"],
        Role(row["role"]),
        tuple(filter(None, row["accounts"].split(","))),
        datetime.fromisoformat(row["made_at"]),
        row["made_by"],
        datetime.fromisoformat(row["expires_at"]),
        datetime.fromisoformat(ended) if ended else None,
    )
