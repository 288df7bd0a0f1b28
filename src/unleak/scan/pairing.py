"""Which secret belongs to which id: the nearest that fits, each used once; ids stand before their secrets, or after."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from unleak.model.finding import Confidence
from unleak.scan.detector import Candidate

_FAR_LINES = 30
_NEAR_LINES = 5
_MOST_BETWEEN = 50
_MOST_ROUNDS = 10
_WRONG_SIDE = 0.5
_UNLABELLED = 2.0
_BYTES_A_LINE = 10_000

_Couple = tuple[float, Candidate, Candidate]
_Cost = Callable[[Candidate, Candidate], float | None]


@dataclass(frozen=True, slots=True)
class Pair:
    """Parts of one credential in a blob; None where a part is missing. `line` is that of the part that matters most."""

    key_id: Candidate | None
    secret: Candidate | None
    token: Candidate | None
    line: int
    confidence: Confidence


class Text:
    """What candidates of a blob say, and on which line, counted from 1."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._starts = [0]
        at = data.find(b"\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = data.find(b"\n", at + 1)

    def line(self, candidate: Candidate) -> int:
        return bisect_right(self._starts, candidate.start)

    def value(self, candidate: Candidate) -> bytes:
        return self._data[candidate.start : candidate.end]


def pair(data: bytes, candidates: list[Candidate]) -> Iterator[Pair]:
    """Each id, secret and token of the blob once, however often it stands there."""
    text = Text(data)
    ids = [c for c in candidates if c.detector == "aws_access_key_id"]
    secrets = [c for c in candidates if c.detector == "aws_secret"]
    tokens = [c for c in candidates if c.detector == "aws_session_token"]
    to_secret = _assign(text, ids, secrets)
    to_token = _assign(text, [i for i in ids if text.value(i).startswith(b"ASIA")], tokens)
    for name, first in _distinct(text, ids).items():
        key_id, secret = to_secret.get(name, (first, None))
        token = to_token[name][1] if name in to_token else None
        yield Pair(key_id, secret, token, text.line(secret or key_id), _confidence(text, key_id, secret))
    for secret in _left_over(text, [s for s in secrets if s.labelled], to_secret):
        yield Pair(None, secret, None, text.line(secret), Confidence.MEDIUM)
    for token in _left_over(text, tokens, to_token):
        yield Pair(None, None, token, text.line(token), Confidence.HIGH)


def _distinct(text: Text, candidates: list[Candidate]) -> dict[bytes, Candidate]:
    """By value, the first place of each."""
    return {text.value(c): c for c in reversed(candidates)}


def _left_over(
    text: Text, candidates: list[Candidate], taken: dict[bytes, tuple[Candidate, Candidate]]
) -> list[Candidate]:
    used = {text.value(other) for _, other in taken.values()}
    return [c for value, c in _distinct(text, candidates).items() if value not in used]


def _assign(text: Text, ids: list[Candidate], others: list[Candidate]) -> dict[bytes, tuple[Candidate, Candidate]]:
    """By id. A blob keeps to one order: ids before their secrets or after them, whichever fits it better as a whole."""
    taken = [_cheapest(text, ids, others, partial(_cost, text, id_first=first)) for first in (True, False)]
    best = min(taken, key=lambda couples: (-len(couples), sum(c[0] for c in couples.values())))
    return {value: (key_id, other) for value, (_, key_id, other) in best.items()}


def _cheapest(text: Text, ids: list[Candidate], others: list[Candidate], cost: _Cost) -> dict[bytes, _Couple]:
    taken: dict[bytes, _Couple] = {}
    used: set[bytes] = set()
    for couple in sorted(_couples(ids, others, cost), key=lambda c: (c[0], c[1].start, c[2].start)):
        key_id, other = text.value(couple[1]), text.value(couple[2])
        if key_id not in taken and other not in used:
            taken[key_id] = couple
            used.add(other)
    for _ in range(_MOST_ROUNDS):
        if not _uncross(taken, cost):
            break
    return taken


def _couples(ids: list[Candidate], others: list[Candidate], cost: _Cost) -> Iterator[_Couple]:
    """Those within reach: behind `_MOST_BETWEEN` other values, or too many lines away, a value belongs to nobody."""
    starts = [o.start for o in others]
    for key_id in ids:
        at = bisect_right(starts, key_id.start)
        for other in others[max(0, at - _MOST_BETWEEN) : at + _MOST_BETWEEN]:
            price = cost(key_id, other)
            if price is not None:
                yield price, key_id, other


def _uncross(taken: dict[bytes, _Couple], cost: _Cost) -> bool:
    """Neighbours change partners where that costs nothing: of two ids, the first has the first secret."""
    changed = False
    for one, two in pairwise(sorted(taken, key=lambda value: taken[value][1].start)):
        (price, first, far), (other_price, second, near) = taken[one], taken[two]
        straight, other_straight = cost(first, near), cost(second, far)
        if near.start > far.start or straight is None or other_straight is None:
            continue
        if straight + other_straight <= price + other_price + _WRONG_SIDE / 2:
            taken[one], taken[two] = (straight, first, near), (other_straight, second, far)
            changed = True
    return changed


def _cost(text: Text, key_id: Candidate, other: Candidate, *, id_first: bool) -> float | None:
    """Lines, then bytes, between the two; more on the wrong side and without a label."""
    labelled = other.labelled or other.detector == "aws_session_token"
    distance = abs(text.line(other) - text.line(key_id))
    if distance > (_FAR_LINES if labelled else _NEAR_LINES):
        return None
    gap = min(abs(other.start - key_id.start) / _BYTES_A_LINE, _WRONG_SIDE / 2)
    side = _WRONG_SIDE if (key_id.start < other.start) is not id_first else 0
    return distance + gap + side + (0 if labelled else _UNLABELLED)


def _confidence(text: Text, key_id: Candidate, secret: Candidate | None) -> Confidence:
    if secret is None:
        return Confidence.HIGH
    near = abs(text.line(secret) - text.line(key_id)) <= _NEAR_LINES
    return Confidence.HIGH if near and secret.labelled else Confidence.MEDIUM
