"""Crash anywhere, run it again: the same account, nothing done twice, nothing lost. On both databases.

Of what is contained without being asked; test_crashes_asked.py has what a person asks for.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from crash_world import CASES, EVERY, assert_harmless, crashes, differences, ended_before, play
from database_world import postgres_fixture, record_url_fixture  # noqa: F401  fixtures
from unleak.standin.server import Standin


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.asks])
def test_a_crash_changes_nothing_in_the_end(standin: Standin, tmp_path: Path, name: str) -> None:
    assert_harmless(standin, tmp_path, name)


def test_a_crash_changes_nothing_where_the_record_is_in_postgresql(
    standin: Standin, tmp_path: Path, postgres: Callable[[], str]
) -> None:
    case = CASES["disable"]
    whole = play(standin, tmp_path / "whole", case)
    for n, crash in enumerate(crashes(whole, 2 * EVERY, first=4)):
        again = play(standin, tmp_path / str(n), case, postgres(), crash)
        assert crash.died or ended_before(crash, again)
        assert differences(whole, again) == [], crash
