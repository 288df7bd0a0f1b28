"""The decision table, as a security engineer reads it: what is known, what is done next."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from unleak.model.alert import Alert, Ground
from unleak.model.credential import CredentialKind, Origin
from unleak.model.entry import Approved, Checked, Concluded, Entry, Event, Intended, Looked, Opened, Proposed, Requested
from unleak.model.evidence import (
    CallsRead,
    CredentialFound,
    Exhibit,
    KeyOwner,
    KeyStatus,
    KeyTried,
    ResourceFound,
    UseBefore,
)
from unleak.model.fold import fold
from unleak.model.incident import Incident
from unleak.model.plan import Change, Look, Mode, Outcome, OutcomeKind, Plan, Step, Target, TargetKind, Task, Tri
from unleak.playbook import may_undo, playbook, rotation

ACCOUNT = "111122223333"
KEY = "AKIA" + "RTX3GSDSABCDEFGH"
USER = Target(TargetKind.USER, f"arn:aws:iam::{ACCOUNT}:user/victim", ACCOUNT)
KEY_TARGET = Target(TargetKind.KEY, KEY, ACCOUNT)
ROLE = Target(TargetKind.ROLE, f"arn:aws:iam::{ACCOUNT}:role/ops", ACCOUNT)
INSTANCE = Target(TargetKind.INSTANCE, f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-1", ACCOUNT)
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
OWNER = KeyOwner(KEY, ACCOUNT, KeyStatus.ACTIVE, USER.id, last_used_at=NOW)
TRIED = KeyTried(KEY, accepted=True)
NOTHING_SEEN = CallsRead(KEY, Exhibit("", 0, 0), 0, 0)
CHANGE = Change("change it", "somebody", "change it back", {"was": 1}, {"is": 2})
SESSION = CredentialFound("ASIA" + "RTX3GSDSABCDEFGH", KEY, Origin.MINTED, "AssumeRole", ROLE.id, ACCOUNT, NOW, "e1")
MACHINE = ResourceFound(INSTANCE, KEY, "RunInstances", NOW, "e2")


def opened(mode: Mode, ground: Ground) -> Event:
    return Opened(Alert(KEY, ground, "a test", NOW), mode)


def checked(unit: str, target: Target, *evidence: object, unknown: str = "") -> Event:
    return Checked(Step(unit, target), evidence, unknown)  # type: ignore[arg-type]


LOOKED_INTO: list[Event] = [
    checked("find_owner", Target(TargetKind.KEY, KEY, ""), OWNER),
    checked("try_credential", KEY_TARGET, TRIED),
    checked("save_principal", USER),
    checked("read_permissions", USER),
    checked("calls_of_key", KEY_TARGET, NOTHING_SEEN),
]


def incident(*events: Event) -> Incident:
    return fold(Incident(), [Entry("inc-1", n, NOW, e) for n, e in enumerate(events, 1)])


def done(unit: str, target: Target, *looks: Look, round_: int = 1) -> list[Event]:
    step = Step(unit, target, round_)
    applied: list[Event] = [Intended(step, CHANGE), Concluded(step, Outcome(OutcomeKind.DONE))]
    return [*applied, *(Looked(step, look) for look in looks)]


def acts(plan: Plan) -> list[str]:
    return [p.step.id for p in plan.steps if p.task is Task.ACT]


def units(plan: Plan, task: Task) -> list[str]:
    return [p.step.unit for p in plan.steps if p.task is task]


ALL = ["attach_quarantine", "revoke_user_sessions", "deactivate_key", "revoke_service_credentials"]
MODES: list[tuple[Mode, Ground, list[str]]] = [
    (Mode.OBSERVE, Ground.PERSON, []),
    (Mode.QUARANTINE, Ground.PERSON, ALL[:1]),
    (Mode.DISABLE, Ground.PERSON, ALL),
    (Mode.LOCKDOWN, Ground.PERSON, [*ALL, "deny_all"]),
    (Mode.DISABLE, Ground.AWS, ALL),
    (Mode.DISABLE, Ground.GITHUB, ALL),
    (Mode.DISABLE, Ground.ABUSE, ALL),
    (Mode.DISABLE, Ground.FOUND_SECRET, ALL),
    (Mode.DISABLE, Ground.CLAIM, []),
]


@pytest.mark.parametrize(("mode", "ground", "expected"), MODES)
def test_what_a_mode_and_a_ground_allow(mode: Mode, ground: Ground, expected: list[str]) -> None:
    plan = playbook(incident(opened(mode, ground), *LOOKED_INTO), NOW)
    assert units(plan, Task.ACT) == expected
    assert units(plan, Task.PROPOSE) == [u for u in ALL if u not in expected]
    assert not plan.contained


def test_the_owner_comes_first() -> None:
    plan = playbook(incident(opened(Mode.DISABLE, Ground.PERSON)), NOW)
    assert [p.step.unit for p in plan.steps] == ["find_owner"]


def test_deny_before_deactivate_and_learn_afterwards() -> None:
    plan = playbook(incident(opened(Mode.DISABLE, Ground.PERSON), LOOKED_INTO[0]), NOW)
    order = [p.step.unit for p in plan.steps]
    assert order == ["try_credential", "save_principal", "read_permissions", *ALL, "calls_of_key", "descent"]


@pytest.mark.parametrize("tried", [replace(TRIED, accepted=False), None])
def test_a_secret_that_aws_does_not_accept_is_no_ground(tried: KeyTried | None) -> None:
    events = [opened(Mode.DISABLE, Ground.FOUND_SECRET), LOOKED_INTO[0]]
    if tried:
        events.append(checked("try_credential", KEY_TARGET, tried))
    assert acts(playbook(incident(*events), NOW)) == []


def test_a_session_of_a_role_brings_the_role_in() -> None:
    plan = playbook(incident(opened(Mode.DISABLE, Ground.PERSON), *LOOKED_INTO,
                             checked("calls_of_key", KEY_TARGET, SESSION, NOTHING_SEEN)), NOW)  # fmt: skip
    assert f"revoke_role_sessions:{ROLE.id}" in acts(plan)
    assert f"calls_of_key:{SESSION.key_id}" in [p.step.id for p in plan.steps]


def test_a_machine_is_stopped_and_its_role_found() -> None:
    plan = playbook(incident(opened(Mode.DISABLE, Ground.PERSON), *LOOKED_INTO,
                             checked("calls_of_key", KEY_TARGET, MACHINE)), NOW)  # fmt: skip
    assert f"stop_instance:{INSTANCE.id}" in acts(plan)
    assert "instance_role" in units(plan, Task.CHECK)


def test_an_open_intent_is_finished_whatever_the_mode() -> None:
    step = Step("attach_quarantine", USER)
    plan = playbook(incident(opened(Mode.OBSERVE, Ground.CLAIM), *LOOKED_INTO, Intended(step, CHANGE)), NOW)
    assert acts(plan) == [step.id]


def test_sessions_are_denied_again_once_the_key_is_proved_dead() -> None:
    held = [Look(Tri.YES, Tri.YES), Look(Tri.YES, Tri.YES)]
    events = [opened(Mode.DISABLE, Ground.PERSON), *LOOKED_INTO]
    entries = [Entry("inc-1", n, NOW, e) for n, e in enumerate([*events, *done("deactivate_key", KEY_TARGET)], 1)]
    step = Step("deactivate_key", KEY_TARGET)
    looks = [
        Entry("inc-1", len(entries) + n, NOW + timedelta(seconds=5 * n), Looked(step, look))
        for n, look in enumerate(held, 1)
    ]
    before = playbook(fold(Incident(), entries), NOW)
    after = playbook(fold(Incident(), [*entries, *looks]), NOW + timedelta(seconds=11))
    renewal = f"revoke_user_sessions:{USER.id}#2"
    assert renewal not in acts(before)
    assert renewal in acts(after)


@pytest.mark.parametrize(
    ("kind", "again"),
    [(OutcomeKind.FAILED, True), (OutcomeKind.REFUSED, False), (OutcomeKind.ASK, False)],
)
def test_a_failure_is_tried_again_and_a_refusal_is_a_persons(kind: OutcomeKind, again: bool) -> None:  # noqa: FBT001
    step = Step("attach_quarantine", USER)
    events = [
        opened(Mode.QUARANTINE, Ground.PERSON),
        *LOOKED_INTO,
        Intended(step, CHANGE),
        Concluded(step, Outcome(kind)),
    ]
    plan = playbook(incident(*events), NOW + timedelta(minutes=1))
    assert (step.id in acts(plan)) == again
    assert any("attach_quarantine" in line for line in plan.by_hand) != again
    assert not plan.contained


def test_three_failures_are_enough() -> None:
    step = Step("attach_quarantine", USER)
    failed: list[Event] = [Intended(step, CHANGE), Concluded(step, Outcome(OutcomeKind.FAILED, "busy"))]
    plan = playbook(
        incident(opened(Mode.QUARANTINE, Ground.PERSON), *LOOKED_INTO, *failed * 3), NOW + timedelta(hours=1)
    )
    assert step.id not in acts(plan)
    assert any("tried 3 times" in line for line in plan.by_hand)


def at(*timed: tuple[float, list[Event]]) -> Incident:
    """Seconds after NOW, and what was entered then."""
    dated = [(NOW + timedelta(seconds=s), event) for s, events in timed for event in events]
    return fold(Incident(), [Entry("inc-1", n, when, e) for n, (when, e) in enumerate(dated, 1)])


DETACHED = Look(Tri.NO, detail="detached")
REFUSED = Look(Tri.YES, Tri.YES)


@pytest.mark.parametrize(("attempts", "pause"), [(1, 1), (3, 4), (19, 30), (20, 120), (1000, 120)])
def test_what_was_taken_away_is_put_back_for_as_long_as_somebody_does_it(attempts: int, pause: int) -> None:
    """An attacker must not be able to tire us out; the pauses grow, since it may be a team's own automation."""
    gone = done("attach_quarantine", USER, Look(Tri.YES), DETACHED) * attempts
    found = incident(opened(Mode.QUARANTINE, Ground.PERSON), *LOOKED_INTO, *gone)
    assert acts(playbook(found, NOW + timedelta(seconds=pause - 1))) == []
    assert playbook(found, NOW).settles_at == NOW + timedelta(seconds=pause), "a command that waits goes on too"
    plan = playbook(found, NOW + timedelta(seconds=pause))
    assert acts(plan) == [f"attach_quarantine:{USER.id}"]
    told = [line for line in plan.by_hand if "attach_quarantine" in line]
    assert len(told) == 1
    assert "was removed" in told[0]
    assert ("if it is yours" in told[0]) == (attempts >= 20)


def test_what_is_gone_at_every_first_look_is_told_too() -> None:
    gone = done("attach_quarantine", USER, DETACHED) * 20
    plan = playbook(incident(opened(Mode.QUARANTINE, Ground.PERSON), *LOOKED_INTO, *gone), NOW)
    assert any("attach_quarantine on victim was made 20 times" in line for line in plan.by_hand)


def test_a_renewal_that_found_the_deny_standing_is_put_back_too() -> None:
    """Each round of it writes the same policy: one finds what the other wrote, and then somebody removes it."""
    step = Step("revoke_user_sessions", USER)
    found_standing: list[Event] = [Concluded(step, Outcome(OutcomeKind.ALREADY)), Looked(step, DETACHED)]
    events = [opened(Mode.DISABLE, Ground.PERSON), *LOOKED_INTO, *done("revoke_user_sessions", USER, DETACHED) * 5]
    plan = playbook(incident(*events, *found_standing), NOW + timedelta(minutes=1))
    assert step.id in acts(plan)
    assert not any("was not possible" in line for line in plan.by_hand)


def test_what_was_never_ours_and_cannot_be_made_is_a_persons_after_three_times_and_looked_at_on() -> None:
    step = Step("attach_quarantine", USER)
    theirs: list[Event] = [Concluded(step, Outcome(OutcomeKind.ALREADY)), Looked(step, DETACHED)]
    found = incident(opened(Mode.QUARANTINE, Ground.PERSON), *LOOKED_INTO, *theirs * 3)
    plan = playbook(found, NOW + timedelta(minutes=59))
    assert step.id not in acts(plan)
    assert any("tried 3 times" in line for line in plan.by_hand)
    later = playbook(found, NOW + timedelta(hours=1))
    assert "attach_quarantine" in units(later, Task.VERIFY)


def test_what_holds_is_looked_at_until_our_last_change_is_obeyed_everywhere() -> None:
    """Whoever is obeyed for half a minute more can take away what was seen to hold after two seconds."""
    step = Step("attach_quarantine", USER)
    base = (0.0, [opened(Mode.DISABLE, Ground.PERSON), *LOOKED_INTO, *done("attach_quarantine", USER)])
    refused: list[Event] = [Looked(step, REFUSED)]
    held = [(1.0, refused), (4.0, refused)]
    other = (60.0, done("deactivate_key", KEY_TARGET))
    found = at(base, *held)
    assert found.holds(step)
    assert step.id not in _looks(playbook(found, NOW + timedelta(seconds=33)))
    assert step.id in _looks(playbook(found, NOW + timedelta(seconds=34)))
    assert step.id in _looks(playbook(at(base, *held, other), NOW + timedelta(seconds=60))), "nothing puts it off"
    not_yet = at(base, *held, other, (359.0, refused))
    assert step.id in _looks(playbook(not_yet, NOW + timedelta(seconds=360)))
    last = at(base, *held, other, (360.0, refused))
    assert step.id not in _looks(playbook(last, NOW + timedelta(minutes=30)))


@pytest.mark.parametrize("look", [REFUSED, Look(Tri.YES)], ids=["holds", "is not known to hold yet"])
@pytest.mark.parametrize(("is_fought_over", "pause"), [(False, 100), (True, 30)])
def test_where_denies_are_taken_away_what_stands_is_looked_at_every_half_minute(
    is_fought_over: bool,  # noqa: FBT001
    pause: int,
    look: Look,
) -> None:
    step = Step("attach_quarantine", USER)
    gone = done("revoke_user_sessions", USER, Look(Tri.YES), *[DETACHED] * is_fought_over)
    found = at(
        (0, [opened(Mode.DISABLE, Ground.PERSON), *LOOKED_INTO, *done("attach_quarantine", USER)]),
        (85, [Looked(step, look), *gone]),
        (100, [Looked(step, look)]),
    )
    assert step.id not in _looks(playbook(found, NOW + timedelta(seconds=99 + pause)))
    assert step.id in _looks(playbook(found, NOW + timedelta(seconds=100 + pause)))


def test_nobody_puts_off_that_the_trail_is_read_by_taking_denies_away() -> None:
    removed = [(30.0 * n, done("attach_quarantine", USER, Look(Tri.YES), DETACHED)) for n in range(1, 13)]
    found = at((0, [opened(Mode.QUARANTINE, Ground.PERSON), *LOOKED_INTO]), *removed)
    assert "calls_of_key" not in units(playbook(found, NOW + timedelta(seconds=359)), Task.CHECK)
    assert {"calls_of_key", "descent"} <= set(units(playbook(found, NOW + timedelta(seconds=360)), Task.CHECK))
    again = at((0, [opened(Mode.QUARANTINE, Ground.PERSON), *LOOKED_INTO]), *removed, (361, [LOOKED_INTO[-1]]))
    plan = playbook(again, NOW + timedelta(seconds=719))
    assert "calls_of_key" not in units(plan, Task.CHECK)
    assert not plan.contained
    assert "calls_of_key" in units(playbook(again, NOW + timedelta(seconds=720)), Task.CHECK), "after the last change"


def test_the_look_that_is_overdue_for_longest_comes_first() -> None:
    """Where a look takes longer than the pause, the first lines of the table must not starve the others."""
    first, second = Step("attach_quarantine", USER), Step("revoke_user_sessions", USER)
    accepted = Look(Tri.YES, Tri.NO)
    found = at(
        (0, [opened(Mode.DISABLE, Ground.PERSON), *LOOKED_INTO]),
        (1, [*done("attach_quarantine", USER), *done("revoke_user_sessions", USER)]),
        (2, [Looked(first, accepted)]),
    )
    assert _looks(playbook(found, NOW + timedelta(seconds=10))) == [second.id, first.id]


@pytest.mark.parametrize("rounds", [3, 12])
def test_each_cut_is_looked_at_and_after_twelve_a_person_is_asked(rounds: int) -> None:
    def cut(round_: int, until: datetime) -> list[Event]:
        step = Step("revoke_role_sessions", ROLE, round_)
        change = replace(CHANGE, after={"cutoff": f"{until:%Y-%m-%dT%H:%M:%SZ}"})
        return [Intended(step, change), Concluded(step, Outcome(OutcomeKind.DONE))]

    events = [opened(Mode.DISABLE, Ground.PERSON), *LOOKED_INTO, checked("calls_of_key", KEY_TARGET, SESSION)]
    made = [e for n in range(1, rounds + 1) for e in cut(n, NOW + timedelta(minutes=n))]
    plan = playbook(incident(*events, *made), NOW)
    assert f"revoke_role_sessions:{ROLE.id}#{rounds}" in _looks(plan)
    younger = replace(SESSION, key_id=f"{SESSION.key_id[:-1]}Z", at=NOW + timedelta(hours=1))
    plan = playbook(incident(*events, *made, checked("calls_of_key", KEY_TARGET, younger)), NOW)
    renewal = f"revoke_role_sessions:{ROLE.id}#{rounds + 1}"
    assert (renewal in acts(plan)) == (rounds < 12)
    assert (renewal in [p.step.id for p in plan.steps if p.task is Task.PROPOSE]) == (rounds == 12)


def _looks(plan: Plan) -> list[str]:
    return [p.step.id for p in plan.steps if p.task is Task.VERIFY]


def test_an_unknown_never_counts_as_contained() -> None:
    events = [opened(Mode.QUARANTINE, Ground.PERSON), *LOOKED_INTO, *done("attach_quarantine", USER, Look(Tri.YES))]
    assert not playbook(incident(*events), NOW).contained


def test_an_approval_is_good_for_the_shown_change_and_for_its_time() -> None:
    step = Step("attach_quarantine", USER)
    base = [opened(Mode.OBSERVE, Ground.PERSON), *LOOKED_INTO, Proposed(step, CHANGE)]
    later = NOW + timedelta(hours=1)
    right = Approved(step, CHANGE.digest(step), "sam", "yes", later)
    other = Approved(step, "0" * 16, "sam", "yes", later)
    assert step.id in [p.step.id for p in playbook(incident(*base), NOW).pending]
    assert acts(playbook(incident(*base, right), NOW)) == [step.id]
    assert acts(playbook(incident(*base, right), later)) == []
    assert acts(playbook(incident(*base, other), NOW)) == []


def test_a_key_that_is_gone_still_has_its_sessions_denied() -> None:
    gone = replace(OWNER, status=KeyStatus.ABSENT)
    plan = playbook(incident(opened(Mode.DISABLE, Ground.PERSON),
                             checked("find_owner", Target(TargetKind.KEY, KEY, ""), gone)), NOW)  # fmt: skip
    assert units(plan, Task.ACT) == ["attach_quarantine", "revoke_user_sessions", "revoke_service_credentials"]
    assert any("does not exist any more" in line for line in plan.by_hand)


def test_a_root_key_is_never_handled_as_a_users() -> None:
    root = KeyOwner(KEY, ACCOUNT, KeyStatus.ACTIVE, kind=CredentialKind.ROOT_KEY)
    plan = playbook(incident(opened(Mode.LOCKDOWN, Ground.PERSON),
                             checked("find_owner", Target(TargetKind.KEY, KEY, ""), root)), NOW)  # fmt: skip
    assert acts(plan) == []
    assert not plan.contained
    assert any("root" in line for line in plan.by_hand)


def test_no_restore_re_enables_a_leaked_credential() -> None:
    state = incident(opened(Mode.DISABLE, Ground.PERSON), *done("deactivate_key", KEY_TARGET)).actions
    found = incident(opened(Mode.DISABLE, Ground.PERSON))
    assert may_undo(found, next(iter(state.values())))


def test_looking_again_never_holds_up_the_next_change() -> None:
    applied = done("attach_quarantine", USER) + done("revoke_user_sessions", USER)
    plan = playbook(incident(opened(Mode.DISABLE, Ground.PERSON), *LOOKED_INTO, *applied), NOW + timedelta(seconds=30))
    assert [p.task for p in plan.steps] == [Task.ACT, Task.ACT, Task.VERIFY, Task.VERIFY]


@pytest.mark.parametrize("found", [MACHINE, SESSION, replace(SESSION, origin=Origin.CREATED)], ids=lambda f: f.how)
def test_what_the_key_made_before_it_leaked_is_left_alone_and_listed(found: CredentialFound | ResourceFound) -> None:
    old = replace(found, at=NOW - timedelta(days=30))
    plan = playbook(
        incident(opened(Mode.DISABLE, Ground.PERSON), *LOOKED_INTO, checked("calls_of_key", KEY_TARGET, old)), NOW
    )
    assert units(plan, Task.ACT) == ALL
    assert any("left alone" in line for line in plan.by_hand)


def test_a_key_that_still_works_is_not_called_inactive() -> None:
    plan = playbook(incident(opened(Mode.OBSERVE, Ground.PERSON), *LOOKED_INTO), NOW)
    assert not any("Inactive" in line for line in plan.by_hand)


@pytest.mark.parametrize(("may_retry", "expected"), [(True, ["try_credential"]), (False, [])])
def test_a_trial_that_got_no_answer_is_tried_again(may_retry: bool, expected: list[str]) -> None:  # noqa: FBT001
    unclear = Checked(Step("try_credential", KEY_TARGET), (), "no answer", may_retry)
    found = incident(opened(Mode.DISABLE, Ground.FOUND_SECRET), LOOKED_INTO[0], unclear)
    plan = playbook(found, NOW + timedelta(minutes=1))
    assert [u for u in units(plan, Task.CHECK) if u == "try_credential"] == expected


def test_a_region_that_cannot_be_read_does_not_end_the_reading() -> None:
    """The others are read again when what was called until the last change has been delivered."""
    unread = Checked(Step("calls_of_key", KEY_TARGET), (NOTHING_SEEN,), "not everywhere: me-south-1: denied")
    applied = done("deactivate_key", KEY_TARGET)
    case = incident(opened(Mode.DISABLE, Ground.PERSON), *LOOKED_INTO[:-1], unread, *applied)
    early, late = playbook(case, NOW), playbook(case, NOW + timedelta(minutes=7))
    step = f"calls_of_key:{KEY}"
    assert step not in [p.step.id for p in early.steps]
    assert step in [p.step.id for p in late.steps]
    assert all("me-south-1" in " ".join(plan.by_hand) for plan in (early, late))


ROTATION = Step("rotate_key", KEY_TARGET)
SEEN = Look(Tri.YES, detail="they have it")
GRACE, DELIVERED, PROVED = timedelta(hours=1), timedelta(minutes=6), timedelta(minutes=5)
USED_BEFORE = replace(NOTHING_SEEN, before=UseBefore(3, NOW - timedelta(days=8)))


def rotated(*after: Entry, public: bool = False, at: datetime = NOW) -> Incident:
    """An application used the key; a person had it rotated; that holds since five minutes after `at`."""
    alert = Alert(KEY, Ground.PERSON, "a test", NOW, public=public)
    checks = [e for e in LOOKED_INTO if not (isinstance(e, Checked) and e.step.unit == "calls_of_key")]
    events: list[tuple[datetime, Event]] = [
        (NOW, Opened(alert, Mode.DISABLE)), *((NOW, e) for e in checks),
        (NOW, checked("calls_of_key", KEY_TARGET, USED_BEFORE)), (NOW, Requested(ROTATION, "sam", "yearly")),
        (at, Intended(ROTATION, CHANGE)), (at, Concluded(ROTATION, Outcome(OutcomeKind.DONE))),
        *((at + s * PROVED / 5, Looked(ROTATION, SEEN)) for s in range(6)),
    ]  # fmt: skip
    entries = [Entry("inc-1", n, when, e) for n, (when, e) in enumerate(events, 1)]
    return fold(Incident(), [*entries, *(replace(e, seq=len(entries) + n) for n, e in enumerate(after, 1))])


def read_again(
    at: datetime, used: datetime | None = None, called: datetime | None = None, unread: str = ""
) -> list[Entry]:
    """Last use and trail, as they are told at a time."""
    owner, calls = replace(OWNER, last_used_at=used), replace(USED_BEFORE, last_at=called)
    events = [
        checked("find_owner", Target(TargetKind.KEY, KEY, ""), owner),
        checked("calls_of_key", KEY_TARGET, calls, unknown=unread),
    ]
    return [Entry("inc-1", 0, at, e) for e in events]


LATE = NOW + GRACE + DELIVERED
SILENCE: list[tuple[str, list[Entry], bool]] = [
    ("nobody looked again", [], False),
    ("silent for an hour", read_again(LATE), True),
    ("looked too early for the trail", read_again(NOW + GRACE), False),
    ("used in the meantime, as IAM tells", read_again(LATE, used=NOW + timedelta(minutes=30)), False),
    ("used in the meantime, as the trail tells", read_again(LATE, called=NOW + timedelta(minutes=30)), False),
    ("used before the hand-over", read_again(LATE, used=NOW - timedelta(minutes=1)), True),
    ("the trail could not be read", read_again(LATE, unread="no"), False),
    ("used, then silent for an hour", [*read_again(LATE, used=NOW + timedelta(minutes=30)),
                                       *read_again(LATE + GRACE, used=NOW + timedelta(minutes=30))], True),
]  # fmt: skip


@pytest.mark.parametrize(("said", "after", "silent"), SILENCE, ids=[s[0] for s in SILENCE])
def test_a_rotated_key_is_switched_off_once_it_is_silent(said: str, after: list[Entry], silent: bool) -> None:  # noqa: FBT001
    del said
    plan = playbook(rotated(*after), max([NOW + PROVED, *(e.at for e in after)]))
    assert ("deactivate_key" in units(plan, Task.ACT)) == silent
    assert ("deactivate_key" in units(plan, Task.PROPOSE)) != silent


def test_the_old_key_is_looked_at_again_when_it_may_be_silent() -> None:
    assert rotation.silent_at(rotated(), OWNER) == NOW + GRACE
    due = [w for w in rotation.looks(rotated()) if w.step.unit == "find_owner"]
    assert [w.again_at for w in due] == [(NOW + GRACE,)]
    assert all(not w.part for w in rotation.looks(rotated()))
    assert list(rotation.looks(rotated(*read_again(LATE)))) == []


def test_a_rotation_that_does_not_hold_yet_silences_nothing() -> None:
    found = rotated(Entry("inc-1", 0, NOW + PROVED, Looked(ROTATION, Look(Tri.NO, detail="one has another key"))))
    assert rotation.silent_at(found, OWNER) is None
    assert not rotation.is_silent(found, OWNER)


def test_a_public_leak_waits_for_no_application() -> None:
    plan = playbook(rotated(public=True), NOW + PROVED)
    assert "deactivate_key" in units(plan, Task.ACT)


def test_who_asks_for_a_rotation_says_that_the_key_is_used() -> None:
    """Reads of objects are not in the trail."""
    alert = Alert(KEY, Ground.PERSON, "a test", NOW, public=False)
    asked = incident(Opened(alert, Mode.DISABLE), *LOOKED_INTO, Requested(ROTATION, "sam", "yearly"))
    assert "deactivate_key" in units(playbook(asked, NOW), Task.PROPOSE)
    assert units(playbook(asked, NOW), Task.PROPOSE).count("rotate_key") == 1


def test_asked_for_with_others_only_the_last_is_wanted() -> None:
    again = replace(ROTATION, round=2)
    asked = incident(opened(Mode.OBSERVE, Ground.PERSON), *LOOKED_INTO, Requested(ROTATION, "sam", "one"),
                     Requested(again, "sam", "two"))  # fmt: skip
    assert [p.step for p in playbook(asked, NOW).steps if p.step.unit == "rotate_key"] == [again]


def test_a_rotation_is_never_taken_back() -> None:
    found = rotated()
    assert may_undo(found, found.actions[ROTATION.id])
