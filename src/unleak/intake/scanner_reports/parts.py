"""Which ids, secrets and tokens a text may hold, by our own detectors' patterns and whatever stands beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from unleak.model.credential import SecretKey, SessionToken
from unleak.scan.detector import Detector
from unleak.scan.detectors import aws_access_key_id, aws_secret, aws_session_token


@dataclass(frozen=True, slots=True)
class Parts:
    ids: frozenset[str] = frozenset()
    secrets: frozenset[SecretKey] = frozenset()
    tokens: frozenset[SessionToken] = frozenset()

    @property
    def any(self) -> bool:
        return bool(self.ids or self.secrets or self.tokens)

    @property
    def one_pair(self) -> bool:
        """Nothing in it can be mistaken for something else's."""
        return len(self.ids) <= 1 and len(self.secrets) <= 1

    @classmethod
    def together(cls, all_of: Sequence["Parts"]) -> "Parts":
        return cls(
            frozenset().union(*(p.ids for p in all_of)),
            frozenset().union(*(p.secrets for p in all_of)),
            frozenset().union(*(p.tokens for p in all_of)),
        )


def parts_of(text: str) -> Parts:
    data = as_bytes(text)
    return Parts(
        frozenset(_values(aws_access_key_id.DETECTOR, data)),
        frozenset(map(SecretKey, _values(aws_secret.DETECTOR, data))),
        frozenset(map(SessionToken, _values(aws_session_token.DETECTOR, data))),
    )


def as_bytes(text: str) -> bytes:
    """JSON can say characters that no encoding has."""
    return text.encode("utf-8", "replace")


def _values(detector: Detector, data: bytes) -> Iterator[str]:
    for match in detector.pattern.finditer(data):
        if detector.confirm(match.group(1)):
            yield match.group(1).decode("ascii")
