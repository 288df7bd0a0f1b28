"""The responder's policies are enough, and no permission of them is too much: each is missed when it is taken away."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import Site, next_account
from least_privilege_world import IN_ORGANIZATION, SCENARIOS, scenarios_for
from organization_site import organized
from unit_world import let_rotate
from unleak.aws.accounts import Accounts
from unleak.config import Config
from unleak.drill.stage import build
from unleak.drill.technique import Loot, make
from unleak.drill.techniques.key_deletion_is_not_enough import TECHNIQUE
from unleak.engine.local import open_incident, run
from unleak.engine.permissions import organization_policy, responder_policies, rotation_policy
from unleak.model.alert import Ground
from unleak.model.credential import Credentials, SecretKey
from unleak.model.errors import UnleakError
from unleak.model.plan import Mode, OutcomeKind, Tri
from unleak.respond import undo
from unleak.standin.server import Standin


def _permissions() -> list[str]:
    policies = (*responder_policies(), organization_policy(), rotation_policy())
    return sorted({action for p in policies for s in p["Statement"] for action in s["Action"]})


def _without(policy: dict[str, Any], permission: str) -> dict[str, Any]:
    policy = copy.deepcopy(policy)
    for statement in policy["Statement"]:
        statement["Action"] = [a for a in statement["Action"] if a != permission]
    return {**policy, "Statement": [s for s in policy["Statement"] if s["Action"]]}


def _site(standin: Standin, folder: Path, permission: str, *, in_organization: bool) -> Site:
    """With a responder who lacks one permission. Its regions are asked for where that is what is tried."""
    if in_organization:
        return organized(standin, folder, lacks=permission)
    account = next_account()
    config = Config(home=folder / account, regions=() if permission == "ec2:DescribeRegions" else ("us-east-1",))
    root = standin.gate.add_account(account)
    admin = Accounts(config, endpoint=standin.url, identity=Credentials(root.key_id, SecretKey(root.secret)))
    site = Site(standin, build(admin, *(_without(p, permission) for p in responder_policies())), config)
    let_rotate(site, permission)
    return site


def _refused(site: Site) -> list[str]:
    """What the responder asked for and was denied, as the trail has it."""
    who = site.stage.responder.key_id
    accounts = {site.stage.account, *site.config.accounts}
    records = [e.record for e in site.standin.gate.trail._events if e.account in accounts]
    return [
        str(r["eventName"])
        for r in records
        if (r["userIdentity"].get("accessKeyId") == who or "unleak" in str(r["userIdentity"].get("arn")))
        and str(r.get("errorCode", "")).startswith(("AccessDenied", "Client.UnauthorizedOperation"))
    ]


def _went(standin: Standin, folder: Path, scenario: str, permission: str = "") -> Iterator[str]:
    """What did not go as it should: nothing, with the whole policy."""
    site = _site(standin, folder, permission, in_organization=scenario in IN_ORGANIZATION)
    try:
        SCENARIOS[scenario](site)
    except UnleakError as error:
        yield f"{type(error).__name__}: {error}"
    yield from _refused(site)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_declared_policy_is_enough(standin: Standin, tmp_path: Path, scenario: str) -> None:
    assert list(_went(standin, tmp_path, scenario)) == []


@pytest.mark.parametrize("permission", _permissions())
def test_every_declared_permission_is_missed(standin: Standin, tmp_path: Path, permission: str) -> None:
    missed = (list(_went(standin, tmp_path, s, permission)) for s in scenarios_for(permission))
    assert any(missed), f"{permission} is declared, and nothing needs it"


def test_a_whole_containment_needs_no_more(site: Site) -> None:
    loot = Loot(site.stage.admin, site.stage, {"key": site.stage.victim})
    for move in TECHNIQUE.moves:
        assert make(move, loot).accepted is Tri.YES or not move.wanted
    world = site.world()
    incident, plan = run(world, open_incident(world, site.alert(Ground.PERSON), Mode.LOCKDOWN, "a test").id)
    assert plan.contained, plan.by_hand
    # Rounds of one change are taken back together.
    first = {(s.step.unit, s.step.target.id): s for s in reversed(list(incident.actions.values()))}
    for state in first.values():
        if state.step.unit != "deactivate_key" and state.intended_at is not None:
            _, outcome = undo(world, incident.id, state.step.id, who="a test", why="a test")
            assert outcome.kind is OutcomeKind.DONE, state.step.id
    assert _refused(site) == []
