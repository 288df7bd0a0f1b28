"""Which secret belongs to which id: the nearest that fits, each used once; ids stand before their secrets, or after."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise

from unleak.model.finding import Confidence
from unleak.model.value import Value, replace
from unleak.scan.detector import Candidate
from unleak.scan.detectors import BY_ID, PARTS

NEAR_LINES = 5
_FAR_LINES = 30
_MOST_BETWEEN = 50
_MOST_PLACES = 100
_MOST_ROUNDS = 10
_WRONG_SIDE = 0.5
_UNLABELLED = 2.0
_UNLABELLED_BESIDE = 0.9
_BYTES_A_LINE = 10_000
_STRANGERS = 10.0
_SOMEBODYS = 4.0
_FEWEST_IN_LISTS = 2

_Couple = tuple[float, Candidate, Candidate]
_Cost = Callable[[Candidate, Candidate], float | None]


class Pair(Value):
    """Parts of one credential in a text; None where a part is missing. `other` is a value of another kind, with the id
    that it belongs to, if any. `again`: where else the part that matters most stands, on other lines.
    """

    key_id: Candidate | None
    secret: Candidate | None
    token: Candidate | None
    confidence: Confidence
    other: Candidate | None = None
    again: tuple[Candidate, ...] = ()

    @property
    def parts(self) -> list[Candidate]:
        return [p for p in (self.key_id, self.secret, self.token, self.other) if p]

    @property
    def main(self) -> Candidate:
        """The part that matters most."""
        main = self.secret or self.other or self.key_id or self.token
        assert main  # noqa: S101  a pair of nothing is not made
        return main

    @property
    def allowed(self) -> bool:
        return any(p.allowed for p in self.parts)

    def moved(self, start: int, end: int, line: int, step: str) -> "Pair":
        """As it is seen from the text in which it was encoded, between `start` and `end`."""

        def move(part: Candidate | None) -> Candidate | None:
            if part is None:
                return None
            at = min(start + part.start, end - 1)
            return replace(part, start=at, end=end, line=line, via=(step, *part.via))

        return replace(
            self, key_id=move(self.key_id), secret=move(self.secret), token=move(self.token), other=move(self.other)
        )


def pair(candidates: list[Candidate]) -> Iterator[Pair]:
    """Each id, secret and token of a text once, however often it stands there. Candidates come in order of place."""
    places: dict[tuple[str, bytes], dict[int, Candidate]] = {}
    for c in candidates:
        lines = places.setdefault((c.detector, c.value), {})
        if len(lines) < _MOST_PLACES:
            lines.setdefault(c.line, c)
    for made in _paired(candidates):
        others = places[made.main.detector, made.main.value]
        yield replace(made, again=tuple(c for line, c in others.items() if line != made.main.line))


def _paired(candidates: list[Candidate]) -> Iterator[Pair]:
    candidates = list(_apart(candidates))
    ids, secrets, tokens = ([c for c in candidates if c.detector == d] for d in PARTS)
    to_secret = _assign(ids, secrets)
    to_token = _assign([i for i in ids if i.value.startswith(b"ASIA")], tokens)
    taken, starts = set(), [i.start for i in ids]
    for other in _distinct([c for c in candidates if c.detector not in PARTS]).values():
        beside = _beside(other, ids, starts) if BY_ID[other.detector].beside_id else None
        taken.add(beside.value if beside else b"")
        yield Pair(beside, None, None, Confidence.HIGH if other.labelled else Confidence.MEDIUM, other)
    for name, first in _distinct(ids).items():
        key_id, secret = to_secret.get(name, (first, None))
        token = to_token[name][1] if name in to_token else None
        if secret or token or name not in taken:
            yield Pair(key_id, secret, token, _confidence(key_id, secret))
    for secret in _left_over([s for s in secrets if s.labelled], to_secret):
        yield Pair(None, secret, None, Confidence.MEDIUM)
    for token in _left_over(tokens, to_token):
        yield Pair(None, None, token, Confidence.HIGH)


def _apart(candidates: list[Candidate]) -> Iterator[Candidate]:
    """Without the ids and tokens of which a longer value is made: that of Bedrock is a signed address."""
    end = 0
    for candidate in sorted(candidates, key=lambda c: (c.start, c.detector in PARTS)):
        if candidate.detector in PARTS:
            if candidate.start >= end:
                yield candidate
            continue
        if candidate.end - candidate.start == len(candidate.value):
            end = max(end, candidate.end)
        yield candidate


def _beside(other: Candidate, ids: list[Candidate], starts: list[int]) -> Candidate | None:
    at = bisect_right(starts, other.start)
    around = ids[max(0, at - _MOST_BETWEEN) : at + _MOST_BETWEEN]
    near = [i for i in around if abs(i.line - other.line) <= NEAR_LINES]
    return min(near, key=lambda i: (abs(i.line - other.line), abs(i.start - other.start)), default=None)


def _distinct(candidates: list[Candidate]) -> dict[bytes, Candidate]:
    """By value, the first place of each, in order."""
    return dict(reversed({c.value: c for c in reversed(candidates)}.items()))


def _left_over(candidates: list[Candidate], taken: dict[bytes, tuple[Candidate, Candidate]]) -> list[Candidate]:
    used = {other.value for _, other in taken.values()}
    return [c for value, c in _distinct(candidates).items() if value not in used]


def _assign(ids: list[Candidate], others: list[Candidate]) -> dict[bytes, tuple[Candidate, Candidate]]:
    """By id. First what is named alike, then lists; of the rest, a text keeps to one order: ids before their secrets or
    after them, the nearest or the next, whichever makes most couples and fits best as a whole.
    """
    named = _named_alike(ids, others)
    ids = [i for i in ids if i.value not in named]
    used = {other.value for _, other in named.values()}
    others = [o for o in others if o.value not in used]
    in_lists = _lists(ids, others)
    if in_lists:
        return named | in_lists
    costs = [partial(_cost, id_first=first) for first in (True, False)]
    taken = [_cheapest(ids, others, cost) for cost in costs]
    taken += [_in_turn(ids, others, costs[0]), _in_turn(ids[::-1], others[::-1], costs[1])]
    best = min(taken, key=lambda couples: (-len(couples), sum(c[0] for c in couples.values())))
    return named | {value: (key_id, other) for value, (_, key_id, other) in best.items()}


def _named_alike(ids: list[Candidate], others: list[Candidate]) -> dict[bytes, tuple[Candidate, Candidate]]:
    """`STAGING_KEY_ID` and `STAGING_SECRET`, however far apart, where there is one of each."""
    by_name: dict[bytes, tuple[dict[bytes, Candidate], dict[bytes, Candidate]]] = {}
    for index, candidates in enumerate((ids, others)):
        for c in candidates:
            if c.whose:
                by_name.setdefault(c.whose, ({}, {}))[index].setdefault(c.value, c)
    couples = [(i, o) for i, o in by_name.values() if len(i) == 1 and len(o) == 1]
    alike = {}
    for id_of, other_of in couples:
        ((value, key_id),), ((_, other),) = id_of.items(), other_of.items()
        if key_id.labelled and other.labelled:
            alike[value] = key_id, other
    return alike if len({o.value for _, o in alike.values()}) == len(alike) else {}


def _in_turn(ids: list[Candidate], others: list[Candidate], cost: _Cost) -> dict[bytes, _Couple]:
    """Each to the last id before it that has none yet."""
    taken: dict[bytes, _Couple] = {}
    used: set[bytes] = set()
    forward = not ids or ids[0].start <= ids[-1].start
    waiting = sorted([*ids, *others], key=lambda c: c.start, reverse=not forward)
    last: Candidate | None = None
    for one in waiting:
        if one.detector == PARTS[0]:
            last = one if one.value not in taken else None
        elif last is not None and one.value not in used and (price := cost(last, one)) is not None:
            taken[last.value] = price, last, one
            used.add(one.value)
            last = None
    return taken


def _lists(ids: list[Candidate], others: list[Candidate]) -> dict[bytes, tuple[Candidate, Candidate]]:
    """All ids in one block and as many others in another: the first belongs to the first, and so on."""
    first, second = sorted((list(_distinct(ids).values()), list(_distinct(others).values())), key=_place)
    apart = len(first) >= _FEWEST_IN_LISTS and len(first) == len(second) and first[-1].start < second[0].start
    alike = all(len({c.whose for c in block}) <= 1 for block in (first, second))
    if not apart or not alike or second[0].line - first[-1].line > _FAR_LINES:
        return {}
    return {i.value: (i, o) for i, o in zip(_distinct(ids).values(), _distinct(others).values(), strict=True)}


def _place(candidates: list[Candidate]) -> int:
    return candidates[0].start if candidates else 0


def _cheapest(ids: list[Candidate], others: list[Candidate], cost: _Cost) -> dict[bytes, _Couple]:
    taken: dict[bytes, _Couple] = {}
    used: set[bytes] = set()
    for couple in sorted(_couples(ids, others, cost), key=lambda c: (c[0], c[1].start, c[2].start)):
        key_id, other = couple[1].value, couple[2].value
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


def _cost(key_id: Candidate, other: Candidate, *, id_first: bool) -> float | None:
    """Lines, then bytes, between the two; more on the wrong side and without a label."""
    labelled = other.labelled or other.detector == PARTS[2]
    distance = abs(other.line - key_id.line)
    if distance > (_FAR_LINES if labelled else NEAR_LINES):
        return None
    gap = min(abs(other.start - key_id.start) / _BYTES_A_LINE, _WRONG_SIDE / 2)
    side = _WRONG_SIDE if (key_id.start < other.start) is not id_first else 0
    strange = _STRANGERS if key_id.whose and other.whose and key_id.whose != other.whose else 0
    if other.whose and not key_id.whose and key_id.labelled and other.detector == PARTS[1]:
        # The id is plainly AWS's; the secret has a name of somebody's.
        strange += _SOMEBODYS
    unnamed = 0 if labelled else _UNLABELLED if distance else _UNLABELLED_BESIDE
    return distance + gap + side + strange + unnamed


def _confidence(key_id: Candidate, secret: Candidate | None) -> Confidence:
    if secret is None:
        return Confidence.HIGH
    near = abs(secret.line - key_id.line) <= NEAR_LINES
    strange = secret.whose and secret.whose != key_id.whose
    return Confidence.HIGH if near and secret.labelled and not strange else Confidence.MEDIUM
