"""What a person says for the record must hold no secret: the record keeps it for ever."""

import re

from unleak.model.errors import Misuse
from unleak.scan.detectors import aws_secret, aws_session_token

_OUR_TOKEN = re.compile(r"unleak_[A-Za-z0-9_-]{40,}")


def without_secret(words: str) -> str:
    """The same words. Raises Misuse where they hold what may be a secret."""
    detectors = (aws_secret.DETECTOR, aws_session_token.DETECTOR)
    of_aws = any(d.confirm(m.group(1)) for d in detectors for m in d.pattern.finditer(words.encode()))
    if of_aws or _OUR_TOKEN.search(words):
        raise Misuse("your words hold what looks like a secret: they go into the record", "say it without")
    return words
