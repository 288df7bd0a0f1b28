"""The mould of the evictions: attribution is required, and what somebody else wrote since is not written over."""

import json

import pytest

from conftest import Site
from deeds_world import ADMIN, STRANGER, did, iam, named, trust
from unit_world import TARGETS, bench_of
from unleak.evict.snapshot_disks import told
from unleak.evict.stop_instance import is_one_time
from unleak.iam.shut_out import without
from unleak.model.errors import NotPossible
from unleak.model.plan import OutcomeKind, TargetKind, Tri
from unleak.respond import ACTIONS


def test_what_the_incident_did_not_touch_is_not_touched(site: Site) -> None:
    role = named(site, TargetKind.ROLE, "iam", "role/ops-admin")
    for unit in ("restore_principal", "restore_trust", "delete_role"):
        with pytest.raises(NotPossible, match="nothing that this incident did"):
            ACTIONS[unit].propose(bench_of(site).context, role)


def test_undo_asks_where_somebody_has_written_since(site: Site) -> None:
    target = TARGETS["restore_trust"](site)
    bench, action = bench_of(site), ACTIONS["restore_trust"]
    change = action.propose(bench.context, target)
    assert change is not None
    action.apply(bench.context, target, change)
    theirs = json.loads(trust(f"arn:aws:iam::{site.stage.account}:user/aws-victim"))
    iam(site).update_assume_role_policy(RoleName=target.name, PolicyDocument=json.dumps(theirs))
    assert action.undo(bench.context, target, change).kind is OutcomeKind.ASK
    assert iam(site).get_role(RoleName=target.name)["Role"]["AssumeRolePolicyDocument"] == theirs


def test_our_own_denies_are_not_the_attackers_work(site: Site) -> None:
    bench = bench_of(site)
    user = named(site, TargetKind.USER, "iam", "user/aws-victim")
    ours = bench.context.incident.name_of("deny-all")
    did(site, user, "IAM::User", "changed", f"inline|{ours}|gone", action="iam:DeleteUserPolicy")
    quarantine = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"
    did(site, user, "IAM::User", "changed", f"policy|{quarantine}|gone", action="iam:DetachUserPolicy")
    with pytest.raises(NotPossible):
        ACTIONS["restore_principal"].propose(bench_of(site).context, user)


def test_a_group_is_seen_whatever_the_case_that_it_was_written_in(site: Site) -> None:
    user = named(site, TargetKind.USER, "iam", "user/aws-victim")
    iam(site).create_group(GroupName="admins")
    iam(site).add_user_to_group(GroupName="admins", UserName=user.name)
    did(site, user, "IAM::User", "changed", "group|ADMINS", action="iam:AddUserToGroup")
    change = ACTIONS["restore_principal"].propose(bench_of(site).context, user)
    assert change is not None
    assert change.before == {"group|ADMINS": True}


def test_a_thing_that_vanished_meanwhile_is_gone(site: Site) -> None:
    user = named(site, TargetKind.USER, "iam", "user/nobody")
    did(site, user, "IAM::User", "changed", f"policy|{ADMIN}", action="iam:AttachUserPolicy")
    assert ACTIONS["restore_principal"].propose(bench_of(site).context, user) is None


OWN = "arn:aws:iam::111122223333:root"


@pytest.mark.parametrize(
    ("principals", "outsiders", "left"),
    [
        ([OWN, STRANGER], (STRANGER,), OWN),
        ([OWN, "999988887777"], (STRANGER,), OWN),
        ([OWN], (STRANGER,), [OWN]),
    ],
)
def test_a_trust_without_its_outsiders(principals: list[str], outsiders: tuple[str, ...], left: object) -> None:
    cleaned = without(json.loads(trust(*principals)), outsiders)
    assert cleaned is not None
    assert cleaned["Statement"][0]["Principal"]["AWS"] == left


def test_a_trust_that_names_nobody_else_is_nobodys() -> None:
    assert without(json.loads(trust(STRANGER)), (STRANGER,)) is None


def test_what_nobody_knows_is_left_to_a_person(site: Site) -> None:
    role = named(site, TargetKind.ROLE, "iam", "role/data-reader")
    did(site, role, "IAM::Role", "changed", "trust", action="iam:UpdateAssumeRolePolicy")
    with pytest.raises(NotPossible):
        ACTIONS["restore_trust"].propose(bench_of(site).context, role)


SPOT = {"InstanceLifecycle": "spot", "SpotInstanceRequestId": "sir-1"}


@pytest.mark.parametrize(
    ("instance", "requests", "cannot"),
    [
        ({}, [], False),
        (SPOT, [{"Type": "one-time"}], True),
        (SPOT, [{}], True),
        (SPOT, [], True),
        (SPOT, [{"Type": "persistent"}], False),
        ({"InstanceLifecycle": "capacity-block"}, [], False),
    ],
)
def test_what_was_asked_for_once_cannot_be_stopped(
    instance: dict[str, str], requests: list[dict[str, str]], *, cannot: bool
) -> None:
    assert is_one_time(instance, requests) is cannot


@pytest.mark.parametrize(
    ("states", "seen"),
    [
        ({}, Tri.NO),
        ({"vol-1": ["completed"], "vol-2": ["completed", "error"]}, Tri.YES),
        ({"vol-1": ["completed"], "vol-2": ["pending"]}, Tri.COULD_NOT_LOOK),
        ({"vol-1": ["completed"], "vol-2": []}, Tri.NO),
        ({"vol-1": ["pending"], "vol-2": ["error"]}, Tri.NO),
    ],
)
def test_a_disk_is_kept_when_its_snapshot_is_complete(states: dict[str, list[str]], seen: Tri) -> None:
    assert told("i-1", {v: [{"State": s} for s in each] for v, each in states.items()}).in_place is seen
