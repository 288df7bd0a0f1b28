"""Reports: an attacker writes part of what they show, and must not steer who reads them."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from unleak.model.alert import Alert, Ground
from unleak.model.call import Call
from unleak.model.entry import Entry, Opened
from unleak.model.fold import fold
from unleak.model.incident import Incident
from unleak.model.plan import Mode, Plan
from unleak.report import render
from unleak.report.story import Story, tell
from unleak.report.text import to_text

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script> | [x](javascript:1) ![i](http://x) `a` \x1b[31m\n# head"
CALL = Call(
    "e1", "r1", NOW, "us-east-1", "s3:ListBuckets", "AKIA...", "arn:aws:iam::1:user/x", "1", "203.0.113.66", "x"
)


def _story(*calls: Call) -> Story:
    alert = Alert("AKIA...", Ground.PERSON, "a person", NOW, reason="x")
    incident = fold(Incident(), [Entry("inc-1", 1, NOW, Opened(alert, Mode.OBSERVE))])
    return tell(incident, Plan(by_hand=("look at it",)), calls, {})


def _hostile() -> Story:
    return _story(replace(CALL, address=HOSTILE, agent=HOSTILE, error=HOSTILE, request={"userName": HOSTILE}))


def test_html_runs_nothing() -> None:
    page = render.to_html(_hostile())
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_markdown_stays_in_its_cell() -> None:
    text = render.to_markdown(_hostile())
    row = next(line for line in text.splitlines() if "ListBuckets" in line)
    assert "<script" not in text
    assert "\\[x\\]" in row
    assert "\\!\\[i" in row
    assert len([c for i, c in enumerate(row) if c == "|" and row[i - 1] != "\\"]) == 7
    assert "# head" not in [line.strip() for line in text.splitlines()]


def test_the_terminal_is_not_steered() -> None:
    assert "\x1b" not in to_text(_hostile())


@pytest.mark.parametrize("form", [render.to_html, render.to_markdown, render.to_json, to_text])
def test_nothing_known_is_no_green(form: object) -> None:
    text = form(_story())  # type: ignore[operator]
    assert "not contained" in text.lower()


def test_json_is_versioned_and_whole() -> None:
    document = json.loads(render.to_json(_story(CALL)))
    assert document["schema"] == "unleak.incident/1"
    assert document["calls"][0]["action"] == "s3:ListBuckets"
