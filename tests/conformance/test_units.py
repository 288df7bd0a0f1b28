"""Every check and action keeps the promises of its shape. A new unit needs a target here, or this fails."""

import inspect
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import botocore.session
import pytest

from conftest import Site
from organization_site import organized
from unit_world import ACTION_LIST, CHECK_LIST, NEEDS, ORGANIZED, TARGETS, bench_of, needed
from unleak.aws.accounts import LISTS_MEMBERS
from unleak.engine.permissions import (
    LONGEST_MANAGED,
    evictor_policies,
    organization_policy,
    responder_policy,
    rotation_policy,
)
from unleak.inspect.authorization import PERMISSIONS as OF_REACH
from unleak.model.clock import stamp
from unleak.model.plan import Change, OutcomeKind, Tri
from unleak.respond import ACTIONS, CHECKS
from unleak.rotate.copies import PERMISSIONS as OF_COPIES
from unleak.standin.server import Standin
from unleak.unit import Action, Check

NO_CALL = {"iam:PassRole"}
"""A permission for what a call of another service hands on; no call has its name.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""


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
    otherwise_named = {p for needed in NEEDS.values() for p in needed}
    for permission in set(unit.permissions) - {"iam:PassRole"}:  # needed by other calls; nobody calls it
        service, operation = permission.split(":")
        if permission in NO_CALL:
            continue
        model = botocore.session.get_session().get_service_model(service)
        assert operation in model.operation_names or permission in otherwise_named, permission


@pytest.mark.parametrize("action", ACTION_LIST, ids=lambda a: a.id)
def test_an_action_tells_how_to_do_it_by_hand(action: Action) -> None:
    names = set(re.findall(r"(?<!\{)\{(\w+)\}", action.by_hand.cli + action.by_hand.console))
    assert names <= {"name", "key_id", "user", "region"}
    filled = action.by_hand.cli.format(name="NAME", key_id="KEY", user="USER", region="REGION")
    assert filled.startswith("aws ")
    assert all(r.startswith("https://docs.aws.amazon.com/") for r in action.references)
    assert action.references
    assert action.reversible or action.undone_by.startswith("nothing: ")


@pytest.mark.parametrize("check", CHECK_LIST, ids=lambda c: c.id)
def test_a_check_calls_only_what_it_declares_and_never_writes(check: Check, site: Site) -> None:
    bench, target = bench_of(site), TARGETS[check.id](site)
    assert list(check.run(bench.context, target))
    assert needed(bench.called) <= set(check.permissions)
    assert all(p.split(":")[1].startswith(("Get", "List", "Describe", "Lookup")) for p in check.permissions)


@pytest.fixture
def site_of(standin: Standin, tmp_path: Path, make_site: Callable[[], Site]) -> Callable[[Action], Site]:
    return lambda action: organized(standin, tmp_path) if action.id in ORGANIZED else make_site()


UNDOABLE = [a for a in ACTION_LIST if a.reversible]


OVERWRITES = {"rotate_key"}
"""It takes nothing away for good: the old key stays, and only who holds it changes."""


@pytest.mark.parametrize("action", [a for a in ACTION_LIST if not a.reversible], ids=lambda a: a.id)
def test_what_cannot_be_taken_back_says_so_and_asks(action: Action, site_of: Callable[[Action], Site]) -> None:
    site = site_of(action)
    target = TARGETS[action.id](site)
    bench = bench_of(site)
    first = action.propose(bench.context, target)
    assert first is not None
    assert first.undo.startswith("never")
    assert action.deletes or action.id in OVERWRITES
    assert action.verify(bench.context, target, first).in_place is Tri.NO
    for _ in range(2):
        assert action.apply(bench.context, target, first).kind is OutcomeKind.DONE
    assert action.verify(bench.context, target, first).in_place is Tri.YES
    assert action.propose(bench.context, target) is None
    assert action.undo(bench.context, target, first).kind is OutcomeKind.ASK
    assert needed(bench.called) <= set(action.permissions)


@pytest.mark.parametrize("action", UNDOABLE, ids=lambda a: a.id)
def test_an_action_comes_back_to_where_it_began(action: Action, site_of: Callable[[Action], Site]) -> None:
    site = site_of(action)
    target = TARGETS[action.id](site)
    bench = bench_of(site)
    context = bench.context
    first = action.propose(context, target)
    assert first is not None
    assert first.summary
    assert first.breaks
    assert first.undo
    assert action.verify(context, target, first).in_place is not Tri.YES
    assert action.apply(context, target, first).kind is OutcomeKind.DONE
    assert action.verify(context, target, first).in_place is Tri.YES
    if action.id != "break_glass":  # it is refused for a key that works
        assert action.propose(context, target) is None
    assert action.undo(context, target, first).kind is OutcomeKind.DONE
    assert action.verify(context, target, first).in_place is Tri.NO
    assert action.undo(context, target, first).kind is OutcomeKind.ALREADY
    again = action.propose(context, target)
    assert again is not None
    assert _bound(again) == _bound(first)
    assert needed(bench.called) <= set(action.permissions)


NEVER_BACK = {"keys", "password", "present"}


def _bound(change: Change) -> tuple[object, object]:
    """A deleted user's credentials must not come back with it, and a parameter's version has a new number each time."""
    return {k: v for k, v in change.before.items() if k not in NEVER_BACK}, {
        k: v for k, v in change.after.items() if k not in change.moving
    }


@pytest.mark.parametrize("action", UNDOABLE, ids=lambda a: a.id)
def test_applying_twice_is_applying_once(action: Action, site_of: Callable[[Action], Site]) -> None:
    site = site_of(action)
    target = TARGETS[action.id](site)
    bench = bench_of(site)
    change = action.propose(bench.context, target)
    assert change is not None
    for _ in range(2):
        assert action.apply(bench.context, target, change).kind is OutcomeKind.DONE
    assert action.verify(bench.context, target, change).in_place is Tri.YES
    action.undo(bench.context, target, change)
    assert action.verify(bench.context, target, change).in_place is Tri.NO


def test_a_renewed_deny_reaches_further(site: Site) -> None:
    bench, target = bench_of(site), TARGETS["save_principal"](site)
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
    granted, evicting, rotating, above = (
        {a for policy in policies for s in policy["Statement"] for a in s["Action"]}
        for policies in ((responder_policy(),), evictor_policies(), (rotation_policy(),), (organization_policy(),))
    )
    assert granted | evicting | rotating | above == declared | {*OF_REACH, *OF_COPIES, LISTS_MEMBERS}
    assert len(granted | evicting | above) == len(granted) + len(evicting) + len(above)
    assert not granted & rotating, "what makes keys is granted apart"
    assert not any("*" in a for a in granted | evicting | rotating)


def test_each_policy_fits_into_a_managed_one() -> None:
    for policy in (responder_policy(), *evictor_policies(), rotation_policy(), organization_policy()):
        assert len(json.dumps(policy, separators=(",", ":"))) <= LONGEST_MANAGED
