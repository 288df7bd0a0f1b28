"""An attacker's words, harmless wherever they are shown.

One text goes to mail, Slack, Teams and to whatever else a URL can name, and each of them has a markup of its own.
Escaping for one is rubbish in another: so what could be markup in any of them is replaced by what only looks like it.
"""

import re

from unleak.report.investigation.words import clean, clipped

_LOOKS_LIKE = str.maketrans(
    {
        "<": "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}",
        ">": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
        "&": "\N{FULLWIDTH AMPERSAND}",
        "`": "'",
        "*": "\N{ASTERISK OPERATOR}",
        "[": "(",
        "]": ")",
        "|": "\N{BROKEN BAR}",
        "~": "-",
        "\\": "/",
    }
)
_LINK = re.compile(r"://|www\.|(?i:mailto|javascript|data):")
_CALL = re.compile(r"(?<![A-Za-z0-9])[@#!](?=\w)")
"""@everyone, #channel, !here: a name that begins so. In the middle of a word, as in an address, it calls nobody."""
_QUOTABLE = re.compile(r"[A-Za-z0-9:/_.,=+@#-]+")
_MOST = 300


class Exact(str):
    """Words of our own, shown as they stand: a command to be copied."""

    __slots__ = ()


def safe(value: object, most: int = _MOST) -> str:
    """One line, no markup, no link, nobody called."""
    if isinstance(value, Exact):
        return str(value)
    plain = clipped(clean(str(value)[: 4 * most]), most).translate(_LOOKS_LIKE)
    unlinked = _LINK.sub(lambda m: m.group().replace(":", ": ").replace(".", " ."), plain)
    return _CALL.sub(lambda m: {"@": "(at)", "#": "no. ", "!": ""}[m.group()], unlinked)


def quoted(text: str) -> Exact | None:
    """For a command line; None where it holds what might be markup or end the quotation: then it is looked up."""
    if not _QUOTABLE.fullmatch(text) or _CALL.search(text) or _LINK.search(text):
        return None
    return Exact(f"'{text}'")
