"""The chain against incidents of known truth: every credential found, nobody blamed who is not the attacker.

`make incidents` plays a thousand of them; here are some.
"""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from incident_world import Generated, incident

from unleak.investigate.chain.descend import descend, leaked_credential
from unleak.investigate.chain.graph import Graph
from unleak.investigate.trail.shelf import Shelf
from unleak.investigate.trail.table import table_over

_SEEDS = int(os.environ.get("UNLEAK_TEST_SEEDS", "30"))


@dataclass(frozen=True, slots=True)
class Followed:
    """What the chain made of a generated incident."""

    seed: int
    truth: Generated
    graph: Graph

    @property
    def missed(self) -> set[str]:
        return set(self.truth.truth.credentials) - set(self.graph.held)

    @property
    def blamed(self) -> set[str]:
        return set(self.truth.truth.benign) & set(self.graph.held)

    @property
    def misplaced(self) -> set[str]:
        """Of another origin or parent than in truth, where the records can tell."""
        known = {k: t for k, t in self.truth.truth.credentials.items() if t.parent is not None}
        held = self.graph.held
        return {k for k, t in known.items() if k in held and (held[k].parent, held[k].origin) != (t.parent, t.origin)}

    @property
    def is_right(self) -> bool:
        return not self.missed and not self.blamed and not self.misplaced

    def __str__(self) -> str:
        missed = [(key, self.truth.truth.credentials[key].how) for key in self.missed]
        blamed = [(key, self.graph.held[key].why) for key in self.blamed]
        return f"seed {self.seed}: missed {missed}, blamed {blamed}, misplaced {self.misplaced}"


def followed(seed: int, folder: Path) -> Followed:
    generated = incident(seed)
    log = folder / f"{seed}.json"
    log.write_text(json.dumps({"Records": generated.records}, separators=(",", ":")))
    shelf = Shelf(folder / f"shelf-{seed}")
    shelf.update([log])
    leaked = leaked_credential(generated.leaked, generated.owner_arn, "", generated.leaked_at)
    with table_over(folder, shelf.paths) as table:
        return Followed(seed, generated, descend(table, leaked))


@pytest.mark.parametrize("seed", range(_SEEDS))
def test_every_credential_is_found_and_nobody_is_blamed(seed: int, tmp_path: Path) -> None:
    found = followed(seed, tmp_path)
    assert found.is_right, str(found)
    for held in found.graph.held.values():
        assert held.proof or held.parent is None


def test_a_cap_says_that_it_was_reached(tmp_path: Path) -> None:
    generated = next(g for g in map(incident, range(100)) if len(g.truth.credentials) > 20)
    log = tmp_path / "log.json"
    log.write_text(json.dumps({"Records": generated.records}))
    shelf = Shelf(tmp_path / "shelf")
    shelf.update([log])
    leaked = leaked_credential(generated.leaked, generated.owner_arn, "", generated.leaked_at)
    with table_over(tmp_path, shelf.paths) as table:
        graph = descend(table, leaked, most=10)
    assert len(graph.held) == 10
    assert "more than 10 credentials" in graph.capped


def main() -> int:
    """Prints the seeds that are not as they should be."""
    first, last = (int(a) for a in sys.argv[1:3]) if sys.argv[2:] else (0, 1000)
    wrong = credentials = 0
    for seed in range(first, last):
        with TemporaryDirectory() as folder:
            found = followed(seed, Path(folder))
        credentials += len(found.truth.truth.credentials)
        if not found.is_right:
            wrong += 1
            print(found, flush=True)  # noqa: T201
    print(f"{last - first - wrong} of {last - first} incidents right, {credentials} credentials")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
