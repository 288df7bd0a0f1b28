"""What looks add up to, as a table."""

from datetime import UTC, datetime, timedelta

import pytest

from unleak.model.plan import Look, Proof, Tri, VerdictKind
from unleak.model.verdict import Looks, next_look_at, verdict

APPLIED = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
IN_PLACE, GONE, BLIND = Look(Tri.YES), Look(Tri.NO), Look(Tri.COULD_NOT_LOOK)
REFUSED, ACCEPTED = Look(Tri.YES, Tri.YES), Look(Tri.YES, Tri.NO)
MOOT = Look(Tri.YES, moot=True)
STOPPED = Look(Tri.YES, immediate=True)
HOLDS, FAILS, UNKNOWN = VerdictKind.HOLDS, VerdictKind.FAILS, VerdictKind.UNKNOWN

TABLE: list[tuple[str, list[tuple[int, Look]], VerdictKind, Proof | None]] = [
    ("nobody has looked", [], UNKNOWN, None),
    ("in place for a moment proves nothing", [(0, IN_PLACE)], UNKNOWN, None),
    ("in place and stable, but too early", [(0, IN_PLACE), (13, IN_PLACE)], UNKNOWN, None),
    ("in place after five minutes, seen once", [(301, IN_PLACE)], UNKNOWN, None),
    ("in place, stable, five minutes", [(0, IN_PLACE), (301, IN_PLACE)], HOLDS, Proof.STATE),
    ("a gap starts the run again", [(0, IN_PLACE), (290, BLIND), (301, IN_PLACE)], UNKNOWN, None),
    ("could not look", [(0, BLIND)], UNKNOWN, None),
    ("held, then nobody could look", [(0, IN_PLACE), (301, IN_PLACE), (400, BLIND)], UNKNOWN, None),
    ("not in place", [(0, GONE)], FAILS, None),
    ("held, then taken away", [(0, IN_PLACE), (301, IN_PLACE), (400, GONE)], FAILS, None),
    ("still accepted, early", [(1, ACCEPTED)], UNKNOWN, None),
    ("still accepted, late", [(301, ACCEPTED)], FAILS, None),
    ("refused once", [(1, REFUSED)], UNKNOWN, None),
    ("refused, and refused again", [(1, REFUSED), (4, REFUSED)], HOLDS, Proof.TRIAL),
    ("refused twice, then what was tried is dead", [(1, REFUSED), (4, REFUSED), (34, MOOT)], HOLDS, Proof.TRIAL),
    ("refused once, then what was tried is dead", [(1, REFUSED), (4, MOOT)], UNKNOWN, None),
    ("refused twice, then nobody could look", [(1, REFUSED), (4, REFUSED), (34, BLIND)], UNKNOWN, None),
    ("refused twice, then blind, then in place", [(1, REFUSED), (4, REFUSED), (34, BLIND), (64, MOOT)], UNKNOWN, None),
    ("refused twice, then accepted", [(1, REFUSED), (4, REFUSED), (34, ACCEPTED)], UNKNOWN, None),
    ("refused twice, then taken away", [(1, REFUSED), (4, REFUSED), (34, GONE)], FAILS, None),
    ("refused, accepted by another node, refused", [(1, REFUSED), (2, ACCEPTED), (4, REFUSED)], UNKNOWN, None),
    ("still accepted, then no trial to be had", [(0, ACCEPTED), (290, ACCEPTED), (301, IN_PLACE)], UNKNOWN, None),
    ("still accepted, then what was tried is dead", [(0, ACCEPTED), (5, MOOT), (301, MOOT)], HOLDS, Proof.STATE),
    ("a stopped machine is stopped", [(1, STOPPED)], HOLDS, Proof.STATE),
]


def _looks(seen: list[tuple[int, Look]]) -> Looks:
    looks = Looks()
    for seconds, look in seen:
        looks = looks.add(APPLIED + timedelta(seconds=seconds), look)
    return looks


@pytest.mark.parametrize(("seen", "kind", "proof"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_verdict(seen: list[tuple[int, Look]], kind: VerdictKind, proof: Proof | None) -> None:
    found = verdict(_looks(seen), APPLIED)
    assert (found.kind, found.proof) == (kind, proof)
    assert (found.since is not None) == (kind is HOLDS)


@pytest.mark.parametrize("seen", [row[1] for row in TABLE], ids=[row[0] for row in TABLE])
def test_there_is_always_a_later_look_until_it_was_watched_long_enough(seen: list[tuple[int, Look]]) -> None:
    looks = _looks(seen)
    when = next_look_at(looks, APPLIED)
    assert when is not None
    assert looks.last_at is None or when > looks.last_at


def test_looking_again_and_again_ends_in_a_verdict_by_state() -> None:
    looks, now = Looks(), APPLIED
    for _ in range(20):
        looks = looks.add(now, IN_PLACE)
        if verdict(looks, APPLIED).holds:
            break
        now = next_look_at(looks, APPLIED) or now
    assert verdict(looks, APPLIED).holds
    assert looks.count <= 6


def test_watching_ends_after_the_longest_session() -> None:
    looks = _looks([(0, IN_PLACE), (301, IN_PLACE), (37 * 3600, IN_PLACE)])
    assert next_look_at(looks, APPLIED) is None
