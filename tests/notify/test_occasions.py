"""What there is to tell, as a table: what is known, which kinds of message come of it, and once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from notify_world import (
    ABUSED,
    CHANGE,
    CHANNEL,
    DEACTIVATE,
    GONE,
    IN_PLACE,
    KEY_TARGET,
    KNOWN,
    MINUTE,
    NOW,
    QUARANTINE,
    SHOWN,
    SWITCH,
    USER,
    checked,
    done,
    incident,
    opened,
)
from unleak.model.entry import Concluded, Event, Proposed, UndoConcluded, UndoIntended
from unleak.model.incident import Incident
from unleak.model.occasion import Kind, Occasion
from unleak.model.plan import Look, Mode, Outcome, OutcomeKind, Step
from unleak.notify.occasions import occasions
from unleak.playbook import playbook

REFUSED = Outcome(OutcomeKind.REFUSED, "AWS does not let us")
HELD = [*done(QUARANTINE, CHANGE, IN_PLACE), *done(DEACTIVATE, SWITCH, IN_PLACE)]


def _told(found: Incident, minutes: float = 0) -> list[Occasion]:
    now = NOW + minutes * MINUTE
    all_ = occasions(found, playbook(found, now), CHANNEL.escalate, now)
    return [o for o in all_ if o.at <= now]


def _others(step: Step, kind: OutcomeKind) -> list[Event]:
    return [Concluded(step, Outcome(kind, "nothing to do"))]


TABLE: dict[str, tuple[list[Event], float, set[Kind]]] = {
    "a key id, and nothing known": ([], 0, {Kind.OPENED}),
    "a change was made": (done(QUARANTINE), 0, {Kind.OPENED, Kind.ACTED}),
    "it stood so before us: we did nothing": (_others(QUARANTINE, OutcomeKind.ALREADY), 0, {Kind.OPENED}),
    "a change waits": (SHOWN, 0, {Kind.OPENED, Kind.WAITS}),
    "there is nothing to change": ([Proposed(DEACTIVATE, None)], 0, {Kind.OPENED}),
    "it waits, not long enough": (SHOWN, 14, {Kind.OPENED, Kind.WAITS}),
    "it waits, long enough": (SHOWN, 15, {Kind.OPENED, Kind.WAITS, Kind.ESCALATED}),
    "only a person can do it": (
        [*done(QUARANTINE, outcome=Outcome(OutcomeKind.ASKED, "sign in as root"))],
        0,
        {Kind.OPENED, Kind.WAITS},
    ),
    "refused": ([Concluded(QUARANTINE, REFUSED)], 0, {Kind.OPENED, Kind.FAILED}),
    "failed once, and is tried again": (
        done(QUARANTINE, outcome=Outcome(OutcomeKind.FAILED, "a time-out")),
        0,
        {Kind.OPENED},
    ),
    "failed three times": (
        done(QUARANTINE, outcome=Outcome(OutcomeKind.FAILED, "a time-out")) * 3,
        60,
        {Kind.OPENED, Kind.FAILED},
    ),
    "put off by a limit of ours": (_others(QUARANTINE, OutcomeKind.POSTPONED), 0, {Kind.OPENED}),
    "somebody took it away": (done(QUARANTINE, CHANGE, IN_PLACE, GONE), 0, {Kind.OPENED, Kind.ACTED, Kind.FAILED}),
    "nobody can look": (
        [checked("calls_of_key", KEY_TARGET, unknown="access denied")],
        0,
        {Kind.OPENED, Kind.FAILED},
    ),
    "what only informs could not be looked at": (
        [checked("read_permissions", USER, unknown="access denied")],
        0,
        {Kind.OPENED},
    ),
    "somebody else": ([ABUSED], 0, {Kind.OPENED, Kind.ABUSE}),
    "a person took it back": (
        [*done(QUARANTINE, CHANGE, IN_PLACE), UndoIntended(QUARANTINE, "sam", "x")],
        0,
        {Kind.OPENED},
    ),
    "restored": (
        [
            *done(QUARANTINE, CHANGE, IN_PLACE),
            UndoIntended(QUARANTINE, "sam", "it is over", restoring=True),
            UndoConcluded(QUARANTINE, Outcome(OutcomeKind.DONE)),
        ],
        0,
        {Kind.OPENED, Kind.RESTORED},
    ),
    "restored in part": (
        [*HELD, UndoIntended(QUARANTINE, "sam", "it is over", restoring=True)],
        0,
        {Kind.OPENED, Kind.ACTED},
    ),
}


@pytest.mark.parametrize(("events", "minutes", "kinds"), TABLE.values(), ids=TABLE)
def test_what_is_told(events: list[Event], minutes: float, kinds: set[Kind]) -> None:
    told = _told(incident(opened(), *KNOWN, *events), minutes)
    assert {o.kind for o in told} == kinds, [o.id for o in told]
    assert len({o.id for o in told}) == len(told)
    assert all(o.id.partition("/")[0] == o.kind for o in told)


def test_contained_is_told_again_where_more_was_done_since() -> None:
    found = incident(opened(), *KNOWN, *HELD)
    plan = replace(playbook(found, NOW), contained=True)
    more = incident(opened(), *KNOWN, *HELD, *done(Step("deny_all", USER), CHANGE, IN_PLACE))

    def ids(of: Incident) -> set[str]:
        return {o.id for o in occasions(of, plan, (), NOW) if o.kind is Kind.CONTAINED}

    assert len(ids(found)) == 1
    assert ids(found) == ids(incident(opened(), *KNOWN, *HELD, ABUSED))
    assert ids(found) != ids(more)


def test_what_waits_after_containment_wakes_nobody() -> None:
    found = incident(opened(), *KNOWN, *SHOWN)
    plan = replace(playbook(found, NOW), contained=True)
    assert Kind.ESCALATED not in {o.kind for o in occasions(found, plan, CHANNEL.escalate, NOW + 99 * MINUTE)}


def test_of_two_times_that_have_passed_the_later_is_told() -> None:
    ids = [o.id for o in _told(incident(opened(), *KNOWN, *SHOWN), 61) if o.kind is Kind.ESCALATED]
    assert len(ids) == 1
    assert ids[0].startswith("escalated/2/deactivate_key")


def test_another_change_to_the_same_thing_is_another_question() -> None:
    other = replace(SWITCH, after={"is": 3})
    one = _told(incident(opened(), *KNOWN, *SHOWN))
    two = _told(incident(opened(), *KNOWN, *SHOWN, Proposed(DEACTIVATE, other)))
    assert {o.id for o in one} ^ {o.id for o in two}
    assert {o.id for o in one} == {o.id for o in _told(incident(opened(), *KNOWN, *SHOWN, *SHOWN))}


def test_who_takes_a_deny_away_a_hundred_times_is_told_of_seven_times() -> None:
    looks: list[Look] = []
    seen = set()
    for _ in range(100):
        looks += [IN_PLACE, GONE]
        found = incident(opened(), *KNOWN, *done(QUARANTINE, CHANGE, *looks))
        seen |= {o.id for o in _told(found) if o.kind is Kind.FAILED}
    assert len(seen) == 7


def test_a_key_of_somebody_elses_account_waits_for_a_person() -> None:
    found = incident(opened(Mode.DISABLE))
    plan = replace(playbook(found, NOW), escaped=("it belongs to account 1, which is not reached",))
    told = {o.kind for o in occasions(found, plan, (timedelta(minutes=1),), NOW + 2 * MINUTE)}
    assert {Kind.WAITS, Kind.ESCALATED} <= told
