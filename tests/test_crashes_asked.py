"""As test_crashes.py, for what a person asks for beside the table."""

from pathlib import Path

import pytest

from crash_world import CASES, assert_harmless
from unleak.standin.server import Standin


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.asks])
def test_a_crash_changes_nothing_in_the_end(standin: Standin, tmp_path: Path, name: str) -> None:
    assert_harmless(standin, tmp_path, name)
