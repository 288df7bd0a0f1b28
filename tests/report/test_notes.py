"""What was noted on an incident is shown, and what is due or overdue in words."""

from datetime import UTC, datetime, timedelta

import pytest

from unleak.cli.incident_reply import deadline
from unleak.model.alert import Alert, Ground
from unleak.model.entry import Entry, Event, Noted, Opened
from unleak.model.fold import fold
from unleak.model.incident import Incident
from unleak.model.plan import Mode, Plan
from unleak.report import render
from unleak.report.notes import how_soon
from unleak.report.story import Story, tell
from unleak.report.text import to_text
from unleak.report.words import sentence

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
CASE = Noted("sam", "answer the case", NOW + timedelta(days=4))


def _told(now: datetime, *notes: Noted) -> Story:
    events: list[Event] = [Opened(Alert("AKIA...", Ground.PERSON, "a person", NOW), Mode.OBSERVE), *notes]
    incident = fold(Incident(), [Entry("inc-1", n, NOW, event) for n, event in enumerate(events, 1)])
    return tell(incident, Plan(), (), {}, now)


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (timedelta(0), "due in 4 days"),
        (timedelta(days=3, hours=1), "due in 23 hours"),
        (timedelta(days=4, hours=-1, minutes=1), "due in 59 minutes"),
        (timedelta(days=4), "OVERDUE by 0 minutes"),
        (timedelta(days=4, hours=1), "OVERDUE by 1 hour"),
        (timedelta(days=6), "OVERDUE by 2 days"),
    ],
)
def test_how_soon_it_is_due(after: timedelta, said: str) -> None:
    assert how_soon(NOW + timedelta(days=4), NOW + after) == said


@pytest.mark.parametrize("form", [to_text, render.to_markdown, render.to_html, render.to_json])
def test_every_report_shows_what_is_overdue(form: object) -> None:
    text = form(_told(NOW + timedelta(days=5), Noted("kim", "told the owner"), CASE))  # type: ignore[operator]
    assert "told the owner" in text
    assert "OVERDUE by 1 day" in text
    assert text.index("answer the case") < text.index("told the owner")


def test_the_same_words_take_the_place_of_the_former() -> None:
    assert [(n.text, n.due) for n in _told(NOW, CASE, Noted("sam", CASE.text)).notes] == [(CASE.text, None)]


def test_the_reply_says_until_when() -> None:
    assert "due in 4 days (2026-11-27 04:00 UTC): answer the case" in deadline(_told(NOW, CASE), "AKIA...")
    assert "unleak incident note AKIA..." in deadline(_told(NOW, Noted("sam", "no date")), "AKIA...")


def test_the_log_tells_it() -> None:
    assert sentence(CASE) == "sam notes: answer the case, due 2026-11-27 04:00 UTC"
