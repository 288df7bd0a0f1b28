"""What techniques declare is there: ATT&CK's names, our rules and actions, operations of AWS, rows of the page."""

import re
from pathlib import Path

import pytest

from unleak.drill import techniques
from unleak.drill.attack import ATTACK
from unleak.drill.technique import Technique
from unleak.drill.techniques import TECHNIQUES
from unleak.investigate.sigma.rules import OURS
from unleak.respond import ACTIONS

_PAGE = (Path(__file__).parents[2] / "docs" / "drill.md").read_text()
_ALL = pytest.mark.parametrize("technique", TECHNIQUES, ids=lambda t: t.id)


def test_each_file_is_in_the_tuple_once() -> None:
    files = {p.stem for p in Path(techniques.__file__).parent.glob("*.py")} - {"__init__"}
    assert sorted(t.id for t in TECHNIQUES) == sorted(files)
    assert len({t.title for t in TECHNIQUES}) == len(TECHNIQUES)


def test_attacks_names_are_those_that_are_used() -> None:
    assert {number for t in TECHNIQUES for number in t.attack} == set(ATTACK)
    assert all(re.fullmatch(r"T\d{4}(\.\d{3})?", number) for number in ATTACK)
    assert list(ATTACK) == sorted(ATTACK)


@_ALL
def test_what_it_declares_is_there(technique: Technique) -> None:
    rules = {path.stem for path in OURS.glob("*.yml")}
    assert technique.seen.rules
    assert set(technique.seen.rules) <= rules
    assert technique.stopped_by
    assert set(technique.stopped_by) <= set(ACTIONS)
    assert any(move.wanted for move in technique.moves)
    for move in technique.moves:
        assert re.match(r"[a-z0-9-]+:[A-Z]\w+( |$)", move.action), move.action
        assert move.wanted or move.note or technique.is_told, f"{move.action}: why is it there?"


@_ALL
def test_what_leaves_something_is_not_played_in_an_account(technique: Technique) -> None:
    cleared = technique.id == "key_deletion_is_not_enough"  # tearing the stage down stops its machine
    assert technique.only_standin or cleared or not (technique.leaves or technique.lost)


@_ALL
def test_it_has_its_row(technique: Technique) -> None:
    row = f"| `{technique.id}` | {technique.title} | {', '.join(technique.attack)} |"
    assert row in _PAGE, f"docs/drill.md lacks: {row}"


def test_the_page_has_them_in_order() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", _PAGE, re.MULTILINE)
    assert [one for one in rows if one in {t.id for t in TECHNIQUES}] == [t.id for t in TECHNIQUES]
