"""Tokens of the API, and sessions of people at the pages: whose, for what, until when. Only a hash of each is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from unleak.model.errors import Misuse
from unleak.model.role import Role
from unleak.store.record import Record
from unleak.store.schema import TOKENS

__all__ = ["Kind", "Role", "Token", "Tokens", "by_token"]

PREFIX = "unleak_"
_BYTES = 32


MOST_SESSIONS = 50
"""That one token has opened: of more, the oldest ends."""


class Kind(StrEnum):
    """What a program bears in a header, and a person's browser in a cookie: neither is good for the other."""

    TOKEN = "token"  # noqa: S105  a kind, no password
    SESSION = "session"


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
    kind: Kind = Kind.TOKEN

    def is_good(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.expires_at


_SESSIONS = TOKENS.c.kind == Kind.SESSION.value


class Tokens:
    def __init__(self, record: Record) -> None:
        self._record = record

    def make(
        self, name: str, role: Role, accounts: tuple[str, ...], now: datetime, expires_at: datetime, made_by: str,
        kind: Kind = Kind.TOKEN,
    ) -> tuple[Token, str]:  # fmt: skip
        """The token, and what its bearer shows: told once, here, and never again. Raises Misuse on an empty name, and
        where a session is made by a token that has been ended meanwhile.
        """
        if not name.strip():
            raise Misuse("a token needs a name", "say who or what will bear it")
        word = PREFIX + secrets.token_urlsafe(_BYTES)
        whose = name.strip()[:80]
        token = Token(secrets.token_hex(4), whose, role, accounts, now, made_by[:80], expires_at, kind=kind)
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
            "kind": kind.value,
        }
        with self._record.writing() as db:
            db.execute(TOKENS.insert().values(**row))
            if kind is Kind.SESSION:
                _check_not_ended(db, made_by)
                _end_oldest(db, made_by, now)
        return token, word

    def of(self, word: str, kind: Kind = Kind.TOKEN) -> Token | None:
        """Whose word this is, good or not; None where it is nobody's."""
        mine = sa.and_(TOKENS.c.digest == _digest(word), TOKENS.c.kind == kind.value)
        with self._record.engine.connect() as db:
            row = db.execute(sa.select(TOKENS).where(mine)).mappings().first()
        return _token(row) if row else None

    def all(self, kind: Kind = Kind.TOKEN) -> list[Token]:
        """The oldest first, whether still good or not."""
        of_kind = sa.select(TOKENS).where(TOKENS.c.kind == kind.value).order_by(TOKENS.c.made_at)
        with self._record.engine.connect() as db:
            return [_token(row) for row in db.execute(of_kind).mappings()]

    def end(self, token_id: str, now: datetime) -> None:
        """From now on it is refused, and every session that was opened with it. Raises Misuse where there is none."""
        live = sa.and_(TOKENS.c.id == token_id, TOKENS.c.ended_at.is_(None))
        opened = sa.and_(_SESSIONS, TOKENS.c.made_by == by_token(token_id), TOKENS.c.ended_at.is_(None))
        with self._record.writing() as db:
            ended = db.execute(TOKENS.update().where(live).values(ended_at=now.isoformat())).rowcount
            if ended:
                db.execute(TOKENS.update().where(opened).values(ended_at=now.isoformat()))
        if not ended:
            raise Misuse(f"there is no token {token_id} that is still good", "`unleak token list` shows them")


def by_token(token_id: str) -> str:
    """Who made a session that was opened with a token."""
    return f"token {token_id}"


def _check_not_ended(db: sa.Connection, made_by: str) -> None:
    """After the session is written, in its transaction: whoever ends the token waits for it, or is waited for."""
    parent = sa.select(TOKENS.c.ended_at).where(TOKENS.c.id == made_by.removeprefix(by_token("")))
    if db.execute(parent.with_for_update(read=True)).scalar():
        raise Misuse("that token has been ended", "ask for another one")


def _end_oldest(db: sa.Connection, made_by: str, now: datetime) -> None:
    """What is over is forgotten, and of one token only so many are open: nobody fills the store by signing in."""
    mine = sa.and_(_SESSIONS, TOKENS.c.made_by == made_by)
    db.execute(TOKENS.delete().where(mine, TOKENS.c.expires_at < now.isoformat()))
    opened = sa.select(TOKENS.c.id).where(mine).order_by(TOKENS.c.made_at.desc(), TOKENS.c.id)
    if too_many := db.execute(opened.offset(MOST_SESSIONS)).scalars().all():
        db.execute(TOKENS.delete().where(TOKENS.c.id.in_(too_many)))


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
        Kind(row["kind"]),
    )
