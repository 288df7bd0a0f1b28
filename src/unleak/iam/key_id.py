"""What a key id tells by itself, offline.

Prefixes: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
Account: the sixteen characters after the prefix are base32; of the first 48 bits, the top one says that the rest
carries an account number, which stands in the 40 bits after it. Older ids (fifth character A to P) carry none.
"""

import base64
import binascii
import re
from enum import StrEnum

_PREFIX, _CODED = 4, 16
_CARRIES_ACCOUNT = 0x800000000000
_ACCOUNT_BITS = 0x7FFFFFFFFF80
_LARGEST_ACCOUNT = 999_999_999_999
_SHAPE = re.compile(r"[A-Z][A-Z0-9]{3}[A-Z0-9]{12,124}")


class KeyKind(StrEnum):
    """What kind of credential an id names. NOT_A_KEY: users, roles, groups and the like have ids of the same shape."""

    LONG_TERM = "long-term access key"
    TEMPORARY = "temporary access key"
    BEARER = "bearer token of a service"
    CONTEXT = "context-specific credential"
    NOT_A_KEY = "not a key"
    UNKNOWN = "unknown"


_KINDS = {
    "AKIA": KeyKind.LONG_TERM,
    "ASIA": KeyKind.TEMPORARY,
    "ABIA": KeyKind.BEARER,
    "ACCA": KeyKind.CONTEXT,
    **dict.fromkeys(
        ("AGPA", "AIDA", "AIPA", "ANPA", "ANVA", "APKA", "AROA", "ASCA"),
        KeyKind.NOT_A_KEY,
    ),
}


def kind_of(key_id: str) -> KeyKind:
    return _KINDS.get(key_id[:_PREFIX], KeyKind.UNKNOWN) if _SHAPE.fullmatch(key_id) else KeyKind.UNKNOWN


def account_of(key_id: str) -> str | None:
    """The 12-digit account that the id was issued in; None where the id does not say. Never a guess."""
    coded = key_id[_PREFIX : _PREFIX + _CODED]
    if len(coded) != _CODED or kind_of(key_id) is KeyKind.UNKNOWN:
        return None
    try:
        bits = int.from_bytes(base64.b32decode(coded)[:6], "big")
    except binascii.Error:
        return None
    account = (bits & _ACCOUNT_BITS) >> 7
    if not bits & _CARRIES_ACCOUNT or account > _LARGEST_ACCOUNT:
        return None
    return f"{account:012d}"
