"""An attacker who removes denies, makes keys and mints sessions while we contain: it ends holding, and is told truly.

`make race` runs a hundred seeds.
"""

from pathlib import Path

import pytest

from race_world import race
from unleak.standin.server import Standin


@pytest.mark.parametrize("seed", [3, 11])
def test_containment_wins_the_race_and_tells_it_truly(standin: Standin, tmp_path: Path, seed: int) -> None:
    run = race(standin, tmp_path, seed)
    did = run.attacker.did
    assert did["key made"] + did["session made"] + did["role assumed"], "an attacker who does nothing proves nothing"
    assert run.open_measures() == []
    assert run.untrue == (), "what was taken away after it was seen to hold is seen to be gone"
    assert run.attacker.is_out() == []
    seen_gone = sum(len(a.removed_at) for a in run.incident.actions.values())
    assert seen_gone <= did["deny removed"] + did["quarantine removed"] + did["key reactivated"], "it tells no more"
    fought = [a for a in run.incident.actions.values() if a.removed_at]
    told = [line for line in run.plan.by_hand if "was removed" in line]
    assert len(told) == len(fought)
    held = {c.key_id for c in run.attacker.held}
    assert held <= set(run.incident.credentials) | {run.incident.key_id}, "every credential that it won is found"
