"""Crash anywhere, run it again: the same account, nothing done twice, nothing lost. On both databases.

`make crash` tries every boundary and every change; here it is one of 37, others for each playbook.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from crash_world import CASES, crashes, differences, ended_before, play
from database_world import postgres_fixture, record_url_fixture  # noqa: F401  fixtures
from unleak.standin.server import Standin

EVERY = 37


@pytest.mark.parametrize("name", CASES)
def test_a_crash_changes_nothing_in_the_end(standin: Standin, tmp_path: Path, name: str) -> None:
    case = CASES[name]
    whole = play(standin, tmp_path / "whole", case)
    assert whole.done
    tried = 0
    for n, crash in enumerate(crashes(whole, EVERY, first=2 * list(CASES).index(name))):
        again = play(standin, tmp_path / str(n), case, crash=crash)
        assert crash.died or ended_before(crash, again)
        assert differences(whole, again) == [], crash
        tried += crash.died
    assert tried


def test_a_crash_changes_nothing_where_the_record_is_in_postgresql(
    standin: Standin, tmp_path: Path, postgres: Callable[[], str]
) -> None:
    case = CASES["disable"]
    whole = play(standin, tmp_path / "whole", case)
    for n, crash in enumerate(crashes(whole, 2 * EVERY, first=4)):
        again = play(standin, tmp_path / str(n), case, postgres(), crash)
        assert crash.died or ended_before(crash, again)
        assert differences(whole, again) == [], crash
