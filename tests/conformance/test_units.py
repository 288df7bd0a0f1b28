"""Every check and action keeps the promises of its shape. A new unit needs a target here, or this fails."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import botocore.session
import pytest

from conftest import Site
from unleak.engine.permissions import responder_policy
from unleak.model.clock import stamp
from unleak.model.evidence import KeyOwner, KeyStatus
from unleak.model.incident import Incident
from unleak.model.plan import Change, Mode, OutcomeKind, Target, TargetKind, Tri
from unleak.respond import ACTIONS, CHECKS
from unleak.unit import Action, Check, Context


def _user(site: Site) -> Target:
    return Target(TargetKind.USER, f"arn:aws:iam::{site.stage.account}:user/aws-victim", site.stage.account)


def _role(site: Site) -> Target:
    return Target(TargetKind.ROLE, site.stage.reader_arn, site.stage.account)


def _key(site: Site) -> Target:
    return Target(TargetKind.KEY, site.stage.victim.key_id, site.stage.account)


def _instance(site: Site) -> Target:
    ec2 = site.stage.admin.client(site.stage.account, "ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    profile = {"Name": "ops-admin"}
    made = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, IamInstanceProfile=profile)["Instances"][0]
    arn = f"arn:aws:ec2:us-east-1:{site.stage.account}:instance/{made['InstanceId']}"
    return Target(TargetKind.INSTANCE, arn, site.stage.account)


TARGETS: dict[str, Callable[[Site], Target]] = {
    "find_owner": _key,
    "try_credential": _key,
    "save_principal": _user,
    "read_permissions": _user,
    "calls_of_key": _key,
    "instance_role": _instance,
    "attach_quarantine": _user,
    "revoke_user_sessions": _user,
    "revoke_role_sessions": _role,
    "deactivate_key": _key,
    "stop_instance": _instance,
}
# What a call needs where its name is not its permission.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
FREE = {"sts:GetCallerIdentity"}
CHECK_LIST, ACTION_LIST = list(CHECKS.values()), list(ACTIONS.values())


@dataclass(slots=True)
class Bench:
    """A unit's context, and the AWS actions that it called."""

    context: Context
    called: set[str]


def _bench(site: Site) -> Bench:
    called: set[str] = set()
    world = site.world(watcher=called.add)
    victim = site.stage.victim.key_id
    owner = KeyOwner(victim, site.stage.account, KeyStatus.ACTIVE, _user(site).id)
    now = site.standin.gate.clock.now()
    incident = Incident(id="inc-conformance", key_id=victim, opened_at=now, owners={victim: owner}, mode=Mode.DISABLE,
                        alerts=(site.alert(),))  # fmt: skip
    return Bench(Context(world.aws, world.clock, incident, world.vault, world.record.keep), called)


def test_every_unit_has_a_target_here() -> None:
    assert set(TARGETS) == set(CHECKS) | set(ACTIONS)


@pytest.mark.parametrize("unit", [*CHECK_LIST, *ACTION_LIST], ids=lambda u: u.id)
def test_a_unit_is_named_as_its_file_and_titled(unit: Check | Action) -> None:
    module = inspect.getmodule(type(unit))
    assert module is not None
    assert module.__name__.rsplit(".", 1)[-1] == unit.id
    assert unit.title[0].isupper()
    assert not unit.title.endswith(".")
    assert module.__doc__


@pytest.mark.parametrize("unit", [*CHECK_LIST, *ACTION_LIST], ids=lambda u: u.id)
def test_permissions_are_real_actions(unit: Check | Action) -> None:
    for permission in unit.permissions:
        service, operation = permission.split(":")
        model = botocore.session.get_session().get_service_model(service)
        assert operation in model.operation_names, permission


@pytest.mark.parametrize("action", ACTION_LIST, ids=lambda a: a.id)
def test_an_action_tells_how_to_do_it_by_hand(action: Action) -> None:
    names = set(re.findall(r"(?<!\{)\{(\w+)\}", action.by_hand.cli + action.by_hand.console))
    assert names <= {"name", "key_id", "user", "region"}
    filled = action.by_hand.cli.format(name="NAME", key_id="KEY", user="USER", region="REGION")
    assert filled.startswith("aws ")
    assert all(r.startswith("https://docs.aws.amazon.com/") for r in action.references)
    assert action.references


@pytest.mark.parametrize("check", CHECK_LIST, ids=lambda c: c.id)
def test_a_check_calls_only_what_it_declares_and_never_writes(check: Check, site: Site) -> None:
    bench, target = _bench(site), TARGETS[check.id](site)
    assert list(check.run(bench.context, target))
    assert bench.called - FREE <= set(check.permissions)
    assert all(p.split(":")[1].startswith(("Get", "List", "Describe", "Lookup")) for p in check.permissions)


@pytest.mark.parametrize("action", ACTION_LIST, ids=lambda a: a.id)
def test_an_action_comes_back_to_where_it_began(action: Action, site: Site) -> None:
    bench, target = _bench(site), TARGETS[action.id](site)
    context = bench.context
    first = action.propose(context, target)
    assert first is not None
    assert first.summary
    assert first.breaks
    assert first.undo
    assert action.verify(context, target, first).in_place is not Tri.YES
    assert action.apply(context, target, first).kind is OutcomeKind.DONE
    assert action.verify(context, target, first).in_place is Tri.YES
    assert action.propose(context, target) is None
    assert action.undo(context, target, first).kind is OutcomeKind.DONE
    assert action.verify(context, target, first).in_place is Tri.NO
    assert action.undo(context, target, first).kind is OutcomeKind.ALREADY
    again = action.propose(context, target)
    assert again is not None
    assert _bound(again) == _bound(first)
    assert bench.called - FREE <= set(action.permissions)


def _bound(change: Change) -> tuple[object, object]:
    return dict(change.before), {k: v for k, v in change.after.items() if k not in change.moving}


@pytest.mark.parametrize("action", ACTION_LIST, ids=lambda a: a.id)
def test_applying_twice_is_applying_once(action: Action, site: Site) -> None:
    bench, target = _bench(site), TARGETS[action.id](site)
    change = action.propose(bench.context, target)
    assert change is not None
    for _ in range(2):
        assert action.apply(bench.context, target, change).kind is OutcomeKind.DONE
    assert action.verify(bench.context, target, change).in_place is Tri.YES
    action.undo(bench.context, target, change)
    assert action.verify(bench.context, target, change).in_place is Tri.NO


def test_a_renewed_deny_reaches_further(site: Site) -> None:
    bench, target = _bench(site), _user(site)
    action = ACTIONS["revoke_user_sessions"]
    first = action.propose(bench.context, target)
    assert first is not None
    action.apply(bench.context, target, first)
    site.standin.gate.clock.advance(120)
    later = replace(bench.context.incident, opened_at=bench.context.clock.now())
    renewed = action.propose(replace(bench.context, incident=later), target)
    assert renewed is not None
    assert renewed.after["cutoff"] > first.after["cutoff"] > stamp(bench.context.incident.opened_at or later.opened_at)  # type: ignore[arg-type]


def test_the_responders_policy_is_every_declaration_and_no_more() -> None:
    declared = {p for c in CHECK_LIST for p in c.permissions} | {p for a in ACTION_LIST for p in a.permissions}
    granted = {a for s in responder_policy()["Statement"] for a in s["Action"]}
    assert granted == declared
    assert not any("*" in a for a in granted)
