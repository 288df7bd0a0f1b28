"""Codes of a virtual MFA device. https://datatracker.ietf.org/doc/html/rfc6238"""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime, timedelta

_STEP, _DIGITS = 30, 6


def code_at(seed: str, when: datetime) -> str:
    """`seed` in base32. Raises ValueError where it is none."""
    padded = seed.upper() + "=" * (-len(seed) % 8)
    counter = int(when.timestamp()) // _STEP
    digest = hmac.new(base64.b32decode(padded), counter.to_bytes(8, "big"), hashlib.sha1).digest()
    at = digest[-1] & 15
    return str((int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF) % 10**_DIGITS).zfill(_DIGITS)


def is_code_of(seed: str, code: str, when: datetime) -> bool:
    """Of now, or of the step before or after."""
    try:
        near = [code_at(seed, datetime.fromtimestamp(when.timestamp() + shift, when.tzinfo)) for shift in (-30, 0, 30)]
    except binascii.Error:
        return False
    return code in near


def consecutive_codes(seed: str, when: datetime) -> list[tuple[str, str]]:
    """Two in a row, of this minute or so, as a device is made somebody's own with them."""
    step = timedelta(seconds=_STEP)
    return [(code_at(seed, when + n * step), code_at(seed, when + (n + 1) * step)) for n in (-2, -1, 0)]
