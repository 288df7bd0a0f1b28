"""What of an attacker's work is taken out, by whom it is agreed to, and what is left to a person."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from test_playbook import ACCOUNT, KEY, KEY_TARGET, LOOKED_INTO, NOW, USER, acts, checked, done, incident, opened, units
from unleak.model.alert import Ground
from unleak.model.entry import Event, Requested
from unleak.model.evidence import CallsRead, DescentRead, Exhibit, Fact, LastingCall
from unleak.model.plan import Look, Mode, Step, Target, TargetKind, Task, Tri
from unleak.playbook import may_restore, may_undo, playbook
from unleak.playbook.eviction import EVICTS

_IAM = f"arn:aws:iam::{ACCOUNT}"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
NOTHING = Exhibit("", 0, 0)


def fact(arn: str, type_: str, deed: str, part: str = "", *, by: str = KEY, event: str = "e9") -> Fact:
    return Fact(f"{_IAM}:{arn}", f"AWS::IAM::{type_}", deed, "", by, NOW, event, part=part)


MADE_ROLE = fact("role/support", "Role", "created")
RIGHTS_OF_ROLE = fact("role/support", "Role", "changed", f"policy|{ADMIN}")
RIGHTS = fact("user/alice", "User", "changed", f"policy|{ADMIN}")
ATTACHED = replace(RIGHTS, action="iam:AttachUserPolicy")
TRUST = fact("role/ci", "Role", "changed", "trust")
UNKNOWN_TYPE = fact("thing/x", "Thing", "created")


def descent(*facts: Fact, ended: tuple[str, ...] = (), made: tuple[str, ...] = ()) -> Event:
    read = DescentRead(KEY, NOTHING, 1, 1, standing=facts, ended=ended, made=made)
    return checked("descent", KEY_TARGET, read)


def events(mode: Mode, *more: Event) -> Iterator[Event]:
    yield from (opened(mode, Ground.PERSON), *LOOKED_INTO, *more)


TABLE: list[tuple[Mode, Fact, list[str], list[str]]] = [
    (Mode.LOCKDOWN, RIGHTS, ["restore_principal"], []),
    (Mode.LOCKDOWN, TRUST, ["restore_trust"], []),
    (Mode.LOCKDOWN, MADE_ROLE, [], ["delete_role"]),
    (Mode.DISABLE, RIGHTS, [], ["restore_principal"]),
    (Mode.QUARANTINE, TRUST, [], ["restore_trust"]),
    (Mode.LOCKDOWN, replace(RIGHTS, by="ASIA" + "SOMEBODYELSES111"), [], ["restore_principal"]),
    (Mode.LOCKDOWN, UNKNOWN_TYPE, [], []),
    (Mode.LOCKDOWN, replace(ATTACHED, former={}), ["restore_principal"], []),
    (Mode.LOCKDOWN, ATTACHED, [], ["restore_principal"]),
    (Mode.LOCKDOWN, replace(ATTACHED, former={"policyArn": ADMIN}), [], []),
    (Mode.LOCKDOWN, fact("user/alice", "LoginProfile", "created", "login"), [], ["block_console"]),
    (Mode.LOCKDOWN, fact("user/mallory", "User", "created"), [], ["delete_user"]),
    (Mode.LOCKDOWN, fact("policy/all", "ManagedPolicy", "created"), [], ["delete_policy"]),
    (
        Mode.LOCKDOWN,
        fact("policy/deploy", "ManagedPolicy", "changed", "version|v2"),
        ["restore_policy"],
        [],
    ),
]


@pytest.mark.parametrize(("mode", "found", "done_alone", "asked"), TABLE)
def test_what_is_taken_out_alone_and_what_is_asked(
    mode: Mode, found: Fact, done_alone: list[str], asked: list[str]
) -> None:
    plan = playbook(incident(*events(mode, descent(found))), NOW)
    assert [u for u in units(plan, Task.ACT) if u in EVICTS] == done_alone
    assert [u for u in units(plan, Task.PROPOSE) if (u in EVICTS and u != "block_console") or u in asked] == asked


@pytest.mark.parametrize(
    ("mode", "by", "denied"),
    [(Mode.LOCKDOWN, KEY, True), (Mode.DISABLE, KEY, False), (Mode.LOCKDOWN, "ASIA" + "SOMEBODYELSES111", False)],
)
def test_a_role_that_they_made_is_denied_all_before_anybody_comes_by_it(mode: Mode, by: str, *, denied: bool) -> None:
    plan = playbook(incident(*events(mode, descent(replace(MADE_ROLE, by=by)))), NOW)
    assert (f"deny_all:{MADE_ROLE.arn}" in acts(plan)) is denied


def test_what_hangs_on_a_thing_that_goes_needs_no_step_of_its_own() -> None:
    plan = playbook(incident(*events(Mode.LOCKDOWN, descent(MADE_ROLE, RIGHTS_OF_ROLE))), NOW)
    assert not [s for s in acts(plan) if "support" in s and s.startswith("restore")]
    assert "delete_role" in units(plan, Task.PROPOSE)


def test_a_key_that_the_attacker_made_is_deleted_by_itself() -> None:
    made = "AKIA" + "RTX3GSDSMADEBYTHEM"[:16]
    key = fact("user/alice", "AccessKey", "created", f"key|{made}")
    plan = playbook(incident(*events(Mode.LOCKDOWN, descent(key))), NOW)
    assert f"delete_key:{made}" in [p.step.id for p in plan.steps]


def test_what_was_taken_out_once_is_put_back_out_whatever_the_trail_says_later() -> None:
    target = Target(TargetKind.USER, RIGHTS.arn, ACCOUNT)
    gone, back = Look(Tri.YES), Look(Tri.NO)
    acted = done("restore_principal", target, gone, back)
    plan = playbook(incident(*events(Mode.LOCKDOWN, descent(RIGHTS), *acted, descent(ended=("e9",)))), NOW)
    assert "restore_principal" in {p.step.unit for p in plan.steps} or plan.wake_at is not None


def test_what_no_action_takes_out_is_told() -> None:
    plan = playbook(incident(*events(Mode.LOCKDOWN, descent(UNKNOWN_TYPE))), NOW)
    assert any("thing/x" in line for line in plan.by_hand)


def test_a_role_of_a_service_is_told_with_the_way_that_lets_it_go() -> None:
    role = fact("role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot", "Role", "created")
    plan = playbook(incident(*events(Mode.LOCKDOWN, descent(role))), NOW)
    assert "delete_role" not in {p.step.unit for p in plan.steps}
    assert any("delete-service-linked-role --role-name AWSServiceRoleForEC2Spot" in line for line in plan.by_hand)


def test_a_machine_whose_disks_are_to_be_kept_is_not_terminated_before() -> None:
    machine = Target(TargetKind.INSTANCE, f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-1", ACCOUNT)
    made = replace(MADE_ROLE, arn=machine.id, type="AWS::EC2::Instance", action="ec2:RunInstances")
    stopped = done("stop_instance", machine)
    kept = Step("snapshot_disks", machine)
    asked, taken = Requested(kept, "sam", "evidence"), done("snapshot_disks", machine, Look(Tri.YES, immediate=True))
    plans = [
        playbook(incident(*events(Mode.LOCKDOWN, descent(made), *stopped, *more)), NOW)
        for more in ((), (asked,), (asked, *taken))
    ]
    assert ["terminate_instance" in units(plan, Task.PROPOSE) for plan in plans] == [True, False, True]
    assert kept.id in [p.step.id for p in plans[1].steps]


def test_a_way_back_is_open_until_it_was_taken_out() -> None:
    call = LastingCall("iam:AttachUserPolicy", "alice", NOW, "e9")
    read = checked("calls_of_key", KEY_TARGET, CallsRead(KEY, NOTHING, 1, 0, lasting=(call,)))
    open_ = playbook(incident(*events(Mode.LOCKDOWN, read, descent(RIGHTS))), NOW)
    ended = playbook(incident(*events(Mode.LOCKDOWN, read, descent(ended=("e9",)))), NOW)
    half = playbook(incident(*events(Mode.LOCKDOWN, read, descent(RIGHTS, TRUST, ended=("e9",)))), NOW)
    told = [any("may let them back in" in line for line in plan.by_hand) for plan in (open_, ended, half)]
    assert told == [True, False, True]


def test_a_deleted_user_is_not_looked_after_any_more() -> None:
    deleted = done("delete_user", USER)
    plan = playbook(incident(*events(Mode.LOCKDOWN, *deleted)), NOW)
    assert not [p.step.id for p in plan.steps if p.step.target == USER and p.step.unit != "delete_user"]


def test_a_created_principal_keeps_its_denies() -> None:
    made = Target(TargetKind.USER, f"{_IAM}:user/mallory", ACCOUNT)
    state = incident(*events(Mode.LOCKDOWN, descent(made=(made.id,)), *done("deny_all", made)))
    denied = state.actions[Step("deny_all", made).id]
    assert may_restore(state, denied)
    assert not may_undo(state, denied)
