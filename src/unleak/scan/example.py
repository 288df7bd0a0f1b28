"""A detector's examples as they may be shown: in a page or on a terminal, a scanner would find them as they are."""

from unleak.scan.decode.escapes import Plain
from unleak.scan.detector import Detector
from unleak.scan.formats.masking import MASK

_SHOWN = 4


def shown(detector: Detector, example: str) -> str:
    """With all but the first characters of every value masked."""
    text = example.encode()
    plain = Plain(text, 0, len(text))
    for match in reversed(list(detector.pattern.finditer(plain.data))):
        start, end = plain.at(match.start(1)), plain.at(match.end(1))
        text = text[: start + _SHOWN] + MASK.encode() + text[end:]
    return text.decode()
