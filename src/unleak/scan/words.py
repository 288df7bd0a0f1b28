"""What a person says for the record must hold no secret: the record keeps it for ever."""

from unleak.model.errors import Misuse
from unleak.scan.detectors import aws_secret, aws_session_token


def without_secret(words: str) -> str:
    """The same words. Raises Misuse where they hold what may be a secret."""
    for detector in (aws_secret.DETECTOR, aws_session_token.DETECTOR):
        if any(detector.confirm(m.group(1)) for m in detector.pattern.finditer(words.encode())):
            raise Misuse("your words hold what looks like a secret: they go into the record", "say it without")
    return words
