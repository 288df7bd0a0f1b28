"""What a change is shown as: all of it, whatever somebody has named with malice, and at once."""

import json
import time

import pytest

from unleak.model.plan import Change
from unleak.web.pages.difference import Row, difference


def changed(before: str, after: str) -> tuple[Row, ...]:
    return difference(Change("a change", "", "", {"document": before}, {"document": after}))


def test_a_policy_that_repeats_itself_takes_no_time() -> None:
    one = [x for n in range(2000) for x in ("*", str(n))]
    other = [x for n in range(2000) for x in (str(-n - 1), "*")]
    begun = time.monotonic()
    rows = changed(json.dumps({"a": "same", "z": one}), json.dumps({"a": "same", "z": other}))
    assert time.monotonic() - begun < 5
    assert any(row.text.strip() == '"a": "same",' and row.sign == " " for row in rows)


@pytest.mark.parametrize("depth", [60, 300, 990, 100_000])
def test_what_is_nested_without_end_is_shown_as_it_is(depth: int) -> None:
    rows = changed("{}", "[" * depth + "]" * depth)
    assert len(rows) < 200
    assert "".join(row.text for row in rows if row.sign == "+").count("[") == depth


def test_a_name_that_stands_twice_hides_nothing() -> None:
    text = "".join(row.text for row in changed("{}", '{"Effect": "Deny", "Effect": "Allow"}'))
    assert "Deny" in text
    assert "Allow" in text


def test_what_is_left_out_is_said_and_can_be_seen() -> None:
    change = Change("a change", "", "", {}, {"actions": [str(n) for n in range(3000)]})
    assert difference(change)[-1].sign == "…"
    assert {row.sign for row in difference(change, None)} == {"+"}
