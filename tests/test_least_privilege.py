"""The responder's policy is enough, and no permission of it is too much: each is missed when it is taken away.

The attack is that of the drill; then everything is contained, and taken back again.
"""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import Site, next_account
from unleak.aws.accounts import Accounts
from unleak.config import Config
from unleak.drill.stage import VICTIM, build
from unleak.drill.technique import Loot, make
from unleak.drill.techniques.key_deletion_is_not_enough import TECHNIQUE
from unleak.engine.local import open_incident, run
from unleak.engine.permissions import responder_policy
from unleak.inspect.look import look_at_key
from unleak.model.alert import Ground
from unleak.model.credential import Credentials, SecretKey
from unleak.model.errors import UnleakError
from unleak.model.plan import Mode, OutcomeKind, Tri
from unleak.respond import undo
from unleak.standin.server import Standin

_WITHOUT_ACCOUNT = "AKIAI" + "234567ABCDEFGHI"
"""Of the older format: it does not say whose it is."""


def _permissions() -> list[str]:
    return sorted({action for s in responder_policy()["Statement"] for action in s["Action"]})


def _policy_without(permission: str) -> dict[str, Any]:
    policy = copy.deepcopy(responder_policy())
    for statement in policy["Statement"]:
        statement["Action"] = [a for a in statement["Action"] if a != permission]
    return policy


def _site(standin: Standin, folder: Path, permission: str) -> Site:
    """With a responder who lacks one permission, and a victim who has some from a group."""
    account = next_account()
    regions = () if permission in {"", "ec2:DescribeRegions"} else ("us-east-1",)
    config = Config(home=folder / account, regions=regions)
    root = standin.gate.add_account(account)
    admin = Accounts(config, endpoint=standin.url, identity=Credentials(root.key_id, SecretKey(root.secret)))
    site = Site(standin, build(admin, _policy_without(permission)), config)
    iam = admin.client(account, "iam")
    iam.create_group(GroupName="staff")
    iam.put_group_policy(GroupName="staff", PolicyName="own", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}]}
    ))  # fmt: skip
    iam.add_user_to_group(GroupName="staff", UserName=VICTIM)
    return site


def _attack(site: Site) -> None:
    loot = Loot(site.stage.admin, site.stage, {"key": site.stage.victim})
    for move in TECHNIQUE.moves:
        assert make(move, loot).accepted is Tri.YES or not move.wanted


def _refused(site: Site) -> list[str]:
    """What the responder asked for and was denied, as the trail has it."""
    who = site.stage.responder.key_id
    records = [e.record for e in site.standin.gate.trail._events if e.account == site.stage.account]
    return [
        str(r["eventName"])
        for r in records
        if r["userIdentity"].get("accessKeyId") == who
        and str(r.get("errorCode", "")).startswith(("AccessDenied", "Client.UnauthorizedOperation"))
    ]


def _went(site: Site) -> Iterator[str]:
    """What did not go as it should: nothing, with the whole policy."""
    world = site.world()
    try:
        incident = open_incident(world, site.alert(Ground.PERSON), Mode.DISABLE, "a test")
        incident, plan = run(world, incident.id)
        if not plan.contained:
            yield "it is not contained"
        # Rounds of one change are taken back together.
        first = {(s.step.unit, s.step.target.id): s for s in reversed(list(incident.actions.values()))}
        for state in first.values():
            if state.step.unit != "deactivate_key" and state.is_applied:
                _, outcome = undo(world, incident.id, state.step.id, who="a test", why="a test")
                if outcome.kind is not OutcomeKind.DONE:
                    yield f"{state.step.id} was not taken back"
        look_at_key(world.aws, world.clock, _WITHOUT_ACCOUNT)
    except UnleakError as error:
        yield f"{type(error).__name__}: {error}"
    yield from _refused(site)


def test_the_declared_policy_is_enough(standin: Standin, tmp_path: Path) -> None:
    site = _site(standin, tmp_path, "")
    _attack(site)
    assert list(_went(site)) == []


@pytest.mark.parametrize("permission", _permissions())
def test_every_declared_permission_is_missed(standin: Standin, tmp_path: Path, permission: str) -> None:
    site = _site(standin, tmp_path, permission)
    _attack(site)
    assert list(_went(site)), f"{permission} is declared, and nothing needs it"
