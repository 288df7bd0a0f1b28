"""What others say, without the secret that they were given."""

import re
from base64 import b64encode
from urllib.parse import quote

from unleak.model.credential import Credentials

_PIECE = 8
_NO_LETTER = re.compile(r"[^0-9A-Za-z]")


def scrubbed(text: str, pair: Credentials) -> str:
    """The secret as it is, and as it may be written otherwise. Where pieces of it are left (broken over lines, in
    hexadecimal, reversed), nothing of the text is shown.
    """
    secret = pair.secret.reveal()
    encoded = b64encode(secret.encode()).decode()
    for form in (secret, quote(secret, safe=""), encoded, encoded.rstrip("=")):
        text = text.replace(form, "****")
    said = _NO_LETTER.sub("", text).lower()
    forms = (_NO_LETTER.sub("", f).lower() for f in (secret, secret[::-1], encoded, secret.encode().hex()))
    pieces = (form[n : n + _PIECE] for form in forms for n in range(len(form) - _PIECE + 1))
    return "(not shown: it may hold the secret)" if any(piece in said for piece in pieces) else text
