"""What others wrote, made fit to be said again: short, on one line, without a secret."""

import re

from unleak.scan.formats.masking import MASK, masked_text
from unleak.scan.formats.words import clean

_LONGEST = 200
# A secret that stands by itself, with nothing beside it that tells what it is.
_ALONE = re.compile(r"(?=[A-Za-z0-9/+]*[a-z])(?=[A-Za-z0-9/+]*[A-Z])(?=[A-Za-z0-9/+]*[0-9])[A-Za-z0-9/+]{40,}")
_ACCOUNT = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2}")


def said(text: object, longest: int = _LONGEST) -> str:
    """Empty where it is no text."""
    if not isinstance(text, str):
        return ""
    return _ALONE.sub(MASK, masked_text(clean(text[: 4 * longest])))[:longest]


def address(text: object) -> str:
    """An address of the web as it stands, or "" where it is none: too long, or with something else in it."""
    longest = 2000
    if not isinstance(text, str) or not text.isprintable() or " " in text or len(text) > longest:
        return ""
    return text if text.startswith(("https://", "http://")) else ""


def account(text: object) -> str:
    """Twelve digits, or ""."""
    return text if isinstance(text, str) and _ACCOUNT.fullmatch(text) else ""


def region(text: object) -> str:
    """One of AWS's shape, or ""."""
    return text if isinstance(text, str) and _REGION.fullmatch(text) else ""
