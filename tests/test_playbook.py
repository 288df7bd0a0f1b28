"""The decision table, as a security engineer reads it: what is known, what is done next."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from unleak.model.alert import Alert, Ground
from unleak.model.credential import CredentialKind, Origin
from unleak.model.entry import Approved, Checked, Concluded, Entry, Event, Intended, Looked, Opened, Proposed
from unleak.model.evidence import CallsRead, CredentialFound, Exhibit, KeyOwner, KeyStatus, KeyTried, ResourceFound
from unleak.model.incident import Incident, fold
from unleak.model.plan import Change, Look, Mode, Outcome, OutcomeKind, Plan, Step, Target, TargetKind, Task, Tri
from unleak.playbook import may_undo, playbook

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


def test_what_was_taken_away_is_put_back_twenty_times_then_a_person_is_asked() -> None:
    events = [opened(Mode.QUARANTINE, Ground.PERSON), *LOOKED_INTO]
    for attempt in (1, 3, 19, 20, 21):
        gone = done("attach_quarantine", USER, Look(Tri.NO, detail="detached")) * attempt
        plan = playbook(incident(*events, *gone), NOW + timedelta(hours=1))
        assert bool(acts(plan)) == (attempt < 20)


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
