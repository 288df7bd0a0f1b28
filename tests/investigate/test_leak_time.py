"""When a key leaked, guessed from its own use; and when the trail tells nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trail_world import delivered, record

from unleak.investigate.gaps import gaps
from unleak.investigate.leak_time import guessed
from unleak.investigate.trail.shelf import Shelf
from unleak.investigate.trail.table import Use, table_over

DAY = datetime(2026, 11, 1, tzinfo=UTC)
HOME, OFFICE, STRANGE = "192.0.2.1", "192.0.2.2", "203.0.113.66"


def _use(address: str, first: float, last: float) -> Use:
    """From day to day."""
    begin, end = DAY + timedelta(first), DAY + timedelta(last)
    return Use(
        key_id="k", arn="", kind="IAMUser", issuer_arn="", principal_id="", account="", from_console=False, since=None,
        address=address, agent="x", invoked_by="", first=begin, last=end, count=2, accepted=2,
    )  # fmt: skip


GUESSES: dict[str, tuple[list[Use], float | None]] = {
    "never used": ([], None),
    "used by a service only": ([_use("ec2.amazonaws.com", 0, 9), _use("AWS Internal", 0, 9), _use("", 0, 9)], None),
    "used once": ([_use(STRANGE, 3, 3)], 3),
    "a stranger after days": ([_use(HOME, 0, 9), _use(STRANGE, 5, 6)], 5),
    "two strangers": ([_use(STRANGE, 6, 7), _use(HOME, 0, 9), _use("198.51.100.1", 5, 6)], 5),
    "a second place on the first day": ([_use(HOME, 0, 9), _use(OFFICE, 0.5, 9), _use(STRANGE, 4, 4)], 4),
    "the same addresses for ever": ([_use(HOME, 0, 30), _use(OFFICE, 0.9, 30)], 0),
    "an afternoon of strangers": ([_use(STRANGE, 2, 2.1), _use("198.51.100.1", 2.05, 2.3)], 2),
    "a service is no stranger": ([_use(HOME, 0, 9), _use("ec2.amazonaws.com", 5, 6)], 0),
}


@pytest.mark.parametrize("name", GUESSES)
def test_a_guess(name: str) -> None:
    uses, days = GUESSES[name]
    assert guessed(uses) == (None if days is None else DAY + timedelta(days))


@given(st.lists(st.tuples(st.sampled_from([HOME, OFFICE, STRANGE]), st.floats(0, 30), st.floats(0, 30)), min_size=1))
def test_a_guess_is_the_first_call_from_somewhere(spans: list[tuple[str, float, float]]) -> None:
    uses = [_use(address, min(a, b), max(a, b)) for address, a, b in spans]
    assert guessed(uses) == guessed(uses[::-1])
    assert guessed(uses) in {u.first for u in uses}


def _gaps(folder: Path, minutes: list[int]) -> list[tuple[str, str]]:
    log = folder / "log.json"
    stamps = [f"{DAY + timedelta(minutes=m):%Y-%m-%dT%H:%M:%SZ}" for m in minutes]
    log.write_text(delivered(record(i, eventTime=at) for i, at in enumerate(stamps)))
    shelf = Shelf(folder / "shelf")
    shelf.update([log])
    with table_over(folder, shelf.paths) as table:
        return [(f"{a:%d %H:%M}", f"{b:%d %H:%M}") for a, b in gaps(table)]


_HOURS = [60 * h for h in range(240)]
GAPS = {
    "no call": ([], []),
    "one call": ([30], []),
    "a call an hour": (_HOURS, []),
    "two hours are nothing": ([m for m in _HOURS if m not in range(600, 720)], []),
    "a missing day": ([m for m in _HOURS if not 2 * 1440 <= m < 3 * 1440], [("03 00:00", "04 00:00")]),
    "two missing days, younger first": (
        [m for m in reversed(_HOURS) if m // 1440 not in {2, 5}], [("03 00:00", "04 00:00"), ("06 00:00", "07 00:00")],
    ),
    "quiet nights": ([m for m in _HOURS if 480 <= m % 1440 < 1080], []),
    "quiet nights and a missing week": (
        [m for m in range(0, 20 * 1440, 60) if 480 <= m % 1440 < 1080 and m // 1440 not in range(8, 15)],
        [("08 18:00", "16 08:00")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GAPS)
def test_times_without_a_call(name: str, tmp_path: Path) -> None:
    minutes, expected = GAPS[name]
    assert _gaps(tmp_path, minutes) == expected


def test_there_are_never_too_many_gaps_to_tell(tmp_path: Path) -> None:
    assert len(_gaps(tmp_path, [m for block in range(80) for m in (block * 1440, block * 1440 + 60)])) <= 50
