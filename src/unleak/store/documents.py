"""Documents of an entry that lie beside it, as evidence does: once per content, however many entries hold them.

The investigation is repeated, and what stood before the attacker's deeds (policies, of some kilobytes each) is in each
of its entries again. Entries are read whole: who reads one finds them where they were.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from unleak.store.schema import EXHIBITS

_LARGE = 400
"""Characters from which on a document lies apart."""
_HERE, _APART = "former", "former_apart"
_AT_ONCE, _TRIES = 500, 3


def take_apart(plain: Mapping[str, Any]) -> dict[str, bytes]:
    """Takes large documents out of an entry's JSON, and returns them by their hash."""
    found: dict[str, bytes] = {}
    for fact in _facts(plain):
        text = json.dumps(fact.get(_HERE), separators=(",", ":"), sort_keys=True).encode()
        if len(text) > _LARGE:
            name = hashlib.sha256(text).hexdigest()
            found[name] = text
            fact[_HERE], fact[_APART] = None, name
    return found


def put_together(db: sa.Connection, entries: Iterable[Mapping[str, Any]]) -> None:
    """Puts them back. One that is gone or altered is as one that nobody knows: then a person is asked what it was."""
    lacking = [fact for plain in entries for fact in _facts(plain) if _APART in fact]
    held = dict(_held(db, {str(fact[_APART]) for fact in lacking}))
    for fact in lacking:
        text = held.get(str(fact.pop(_APART)), b"null")
        fact[_HERE] = json.loads(text)


def keep(writing: Callable[[], AbstractContextManager[sa.Connection]], documents: Mapping[str, bytes]) -> None:
    """Those that are not held already."""
    for tries_left in reversed(range(_TRIES)):
        try:
            with writing() as db:
                known = {name for name, _ in _held(db, documents)}
                new = [{"sha256": n, "content": text} for n, text in documents.items() if n not in known]
                if new:
                    db.execute(EXHIBITS.insert(), new)
        except IntegrityError:  # somebody else kept the same just now
            if not tries_left:
                raise
        else:
            return


def _held(db: sa.Connection, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    wanted = sorted(names)
    for start in range(0, len(wanted), _AT_ONCE):
        query = sa.select(EXHIBITS).where(EXHIBITS.c.sha256.in_(wanted[start : start + _AT_ONCE]))
        for name, content in db.execute(query):
            if hashlib.sha256(content).hexdigest() == name:
                yield name, bytes(content)


def _facts(plain: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Of what the investigation found: only there do documents lie."""
    for evidence in plain.get("evidence") or ():
        if evidence.get("type") == "DescentRead":
            yield from evidence.get("standing") or ()
