"""Which two variables or fields hold the pair: as named, or by what they are called everywhere."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from unleak.model.errors import NotPossible

_KEY_ID = re.compile(r"(?i)(?P<before>.*?)access_?key(_?id)?")
_SECRET = re.compile(r"(?i)(?P<before>.*?)secret(_?access)?(_?key)?")


@dataclass(frozen=True, slots=True)
class Fields:
    key_id: str
    secret: str


def fields_among(names: Iterable[str], named: Fields | None, what: str) -> Fields:
    """Raises NotPossible where nothing was named and they cannot be told: the wrong variable must not be overwritten.

    `AWS_ACCESS_KEY_ID` belongs to `AWS_SECRET_ACCESS_KEY`, `s3AccessKey` to `s3SecretKey`: what stands before is the
    same.
    """
    if named is not None:
        return named
    known = sorted(names)
    secrets = {m["before"].lower(): n for n in known if (m := _SECRET.fullmatch(n))}
    ids = [(n, m["before"].lower()) for n in known if n not in secrets.values() and (m := _KEY_ID.fullmatch(n))]
    pairs = [Fields(name, secrets[before]) for name, before in ids if before in secrets]
    if len(pairs) == 1:
        return pairs[0]
    how = "there are several pairs" if pairs else "no two of its names look like a pair"
    raise NotPossible(f"{what}: which of its fields hold the key cannot be told, {how}", "name both of them")


def named_fields(names: tuple[str, str] | None) -> Fields | None:
    return Fields(*names) if names else None
