"""A detector's examples as they may be shown: in a page or on a terminal, a scanner would find them as they are."""

import re

from unleak.scan.decode.escapes import Plain
from unleak.scan.detector import Detector
from unleak.scan.detectors import BY_ID
from unleak.scan.formats.masking import MASK

# A key's first line, a password's user, or some characters.
_HEAD = re.compile(rb"-----[A-Z ]+-----|[^:\s]+:|.{4}", re.DOTALL)


def shown(detector: Detector, example: str) -> str:
    """With all but the beginning of every value masked, and of every key id too."""
    text = example.encode()
    for each in (detector, BY_ID["aws_access_key_id"]):
        plain = Plain(text, 0, len(text))
        for match in reversed(list(each.pattern.finditer(plain.data))):
            start = plain.at(match.start(1) + _beginning(each, match.group(1)))
            text = text[:start] + MASK.encode() + text[plain.at(match.end(1)) :]
    return text.decode()


def _beginning(detector: Detector, value: bytes) -> int:
    """How much of it may be shown."""
    head = _HEAD.match(value)
    prefixes = [len(p) for p in detector.prefixes if value.startswith(p)]
    return max([head.end() if head else 0, *prefixes])
