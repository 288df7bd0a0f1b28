"""When a channel is told: once, or again until it works; many things in one message."""

from dataclasses import replace

import pytest

from notify_world import (
    ABUSED,
    ACCOUNT,
    CHANNEL,
    KNOWN,
    MINUTE,
    NOW,
    QUARANTINE,
    SHOWN,
    SWITCH,
    done,
    incident,
    kinds,
    messages,
    opened,
    told,
)
from unleak.model.entry import Entry, Event, Proposed
from unleak.model.fold import fold
from unleak.model.incident import Incident
from unleak.model.occasion import Kind
from unleak.model.plan import Step, Target, TargetKind
from unleak.notify.due import due
from unleak.playbook import playbook

EVENTS: list[Event] = [opened(), *KNOWN, *done(QUARANTINE), *SHOWN]


def _after(found: Incident, minutes: float, *events: Event) -> Incident:
    at = NOW + minutes * MINUTE
    return fold(found, [Entry(found.id, found.seq + n, at, e) for n, e in enumerate(events, 1)])


def _all_told(found: Incident, minutes: float = 0, *, ok: bool = True) -> Incident:
    for message in messages(found, NOW + minutes * MINUTE):
        found = _after(found, minutes, told("on-call", *(o.id for o in message.occasions), ok=ok))
    return found


def _waiting(number: int, first: int = 0) -> list[Event]:
    keys = [Target(TargetKind.ROLE, f"arn:aws:iam::{ACCOUNT}:role/r{n}", ACCOUNT) for n in range(first, first + number)]
    return [Proposed(Step("deny_all", key), SWITCH) for key in keys]


def test_the_first_message_takes_along_what_was_done_and_what_waits() -> None:
    (message,) = messages(incident(*EVENTS))
    assert message.kind is Kind.OPENED
    assert [o.kind for o in message.occasions] == [Kind.OPENED, Kind.ACTED, Kind.WAITS]


def test_what_was_told_is_not_told_again_whatever_is_looked_at_since() -> None:
    found, quiet = _all_told(incident(*EVENTS)), replace(CHANNEL, escalate=())
    assert [messages(found, NOW + minutes * MINUTE, quiet) for minutes in (0, 6, 90, 1000)] == [()] * 4
    assert kinds(_after(found, 6, ABUSED), NOW + 6 * MINUTE) == [Kind.ABUSE]


def test_a_crash_before_it_was_written_down_sends_the_same_again_with_the_same_mark() -> None:
    found = incident(*EVENTS)
    assert messages(found, NOW) == messages(found, NOW + MINUTE)
    assert messages(found)[0].mark != messages(found, setting=replace(CHANNEL, name="other"))[0].mark
    more = incident(*EVENTS, *done(Step("deny_all", QUARANTINE.target)))
    assert messages(found)[0].mark != messages(more)[0].mark


def test_what_failed_is_tried_again_at_growing_intervals_and_for_about_a_day() -> None:
    found, minute, tries = incident(*EVENTS), 0.0, [0.0]
    found = _all_told(found, ok=False)
    while True:
        _, again = due(found, playbook(found, NOW + minute * MINUTE), CHANNEL, NOW + minute * MINUTE)
        if again is None or Kind.ESCALATED in kinds(found, NOW + minute * MINUTE):
            break
        minute = (again - NOW) / MINUTE
        if messages(found, again):
            tries.append(minute)
            found = _all_told(found, minute, ok=False)
    assert tries[:4] == [0, 1, 3, 8]


def test_nobody_is_written_to_for_ever() -> None:
    quiet = replace(CHANNEL, escalate=())
    found, minutes = incident(*EVENTS), 0.0
    for _ in range(30):
        now = NOW + minutes * MINUTE
        ready, _ = due(found, playbook(found, now), quiet, now)
        assert ready, minutes
        found = _after(found, minutes, told("on-call", *(o.id for o in ready[0].occasions), ok=False))
        minutes += 60
    now = NOW + minutes * MINUTE
    assert due(found, playbook(found, now), quiet, now) == ((), None)
    assert 24 <= minutes / 60 <= 36


def test_one_channel_that_fails_does_not_silence_another() -> None:
    found = _all_told(incident(*EVENTS), ok=False)
    assert kinds(found) == []
    assert kinds(found, setting=replace(CHANNEL, name="other")) == [Kind.OPENED]


def test_fifty_things_that_wait_are_one_message() -> None:
    found = _all_told(incident(opened(), *KNOWN))
    found = _after(found, 1, *SHOWN)
    from unleak.model.plan import Pending  # noqa: PLC0415  only here

    plan = replace(
        playbook(found, NOW),
        pending=tuple(Pending(e.step, "an approval", SWITCH) for e in _waiting(50) if isinstance(e, Proposed)),
    )
    ready, _ = due(_after(found, 1, *_waiting(50)), plan, CHANNEL, NOW + 2 * MINUTE)
    assert [(m.kind, len(m.occasions)) for m in ready] == [(Kind.WAITS, 50)]


def test_what_drips_goes_together_after_a_while_and_at_once_where_nobody_comes_back() -> None:
    found = _all_told(incident(opened(), *KNOWN, *done(QUARANTINE)))
    found = _after(found, 1, *done(Step("deny_all", QUARANTINE.target)))
    found = _all_told(found, 1)
    found = _after(found, 2, *done(Step("deny_all", QUARANTINE.target, 2)))
    assert kinds(found, NOW + 2 * MINUTE) == []
    assert [m.kind for m in messages(found, NOW + 2 * MINUTE, at_once=True)] == [Kind.ACTED]
    ready, again = due(found, playbook(found, NOW + 2 * MINUTE), CHANNEL, NOW + 2 * MINUTE)
    assert ready == ()
    assert again is not None
    assert again <= NOW + 6 * MINUTE
    assert kinds(found, NOW + 6 * MINUTE) == [Kind.ACTED]


def test_the_next_escalation_is_known_beforehand() -> None:
    found = _all_told(incident(*EVENTS))
    assert due(found, playbook(found, NOW), CHANNEL, NOW) == ((), NOW + 15 * MINUTE)
    assert kinds(found, NOW + 15 * MINUTE) == [Kind.ESCALATED]
    found = _all_told(found, 15)
    assert due(found, playbook(found, NOW), CHANNEL, NOW + 16 * MINUTE) == ((), NOW + 60 * MINUTE)


def test_a_channel_hears_what_it_wants_and_no_more() -> None:
    pager = replace(CHANNEL, occasions=frozenset({Kind.ESCALATED}))
    assert kinds(incident(*EVENTS), setting=pager) == []
    assert kinds(incident(*EVENTS), NOW + 20 * MINUTE, pager) == [Kind.ESCALATED]


@pytest.mark.parametrize(("hours", "said"), [(47, [Kind.OPENED]), (49, [Kind.WAITS])])
def test_a_new_channel_hears_of_old_incidents_what_is_open_only(hours: int, said: list[Kind]) -> None:
    never = replace(CHANNEL, escalate=())
    assert kinds(incident(*EVENTS), NOW + hours * 60 * MINUTE, never) == said
