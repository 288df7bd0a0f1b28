"""An organisation with the template in its management account, and the members' in a member."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from deployed_world import EXTERNAL_ID, RUNNER, deploy, runner_in, world_as

from conftest import Site, next_account
from unleak.aws.accounts import Accounts
from unleak.config import AccountAccess, Config, OrganizationAccess
from unleak.drill.stage import build
from unleak.engine.local import incident_id_of, open_incident, run
from unleak.model.alert import Ground
from unleak.model.credential import Credentials, SecretKey
from unleak.model.plan import Mode
from unleak.respond import World
from unleak.service_config import Listening
from unleak.setup.asked import Asked
from unleak.setup.cloudformation import cloudformation
from unleak.setup.template import template_of
from unleak.standin.server import Standin
from unleak.standin.worlds import make_world
from unleak.store.inbox import Inbox
from unleak.web.make import make_service
from unleak.web.queue import _read_once


@pytest.fixture
def place(standin: Standin, tmp_path: Path) -> Iterator[tuple[Site, World, str]]:
    """The member's site, whoever runs unleak in the management account, and that account's number."""
    management, member = next_account(), next_account()
    world = {"accounts": {management: {}, member: {}},
             "organization": {"management": management, "members": [member]}}  # fmt: skip
    plain = Config(home=tmp_path / member, regions=("us-east-1",), lookups_a_second=0)
    admins = {n: Accounts(plain, endpoint=standin.url, identity=Credentials(r.key_id, SecretKey(r.secret)))
              for n, r in make_world(standin.gate, standin.url, world).roots.items()}  # fmt: skip
    site = Site(standin, build(admins[member]), plain)
    runner = runner_in(admins[management], management)
    asked = Asked((f"arn:aws:iam::{management}:user/{RUNNER}",), EXTERNAL_ID, organization=True)
    template = cloudformation(template_of(asked))
    given = {"OrganizationId": "o-exampleorgid", "Units": "r-abcd", "Regions": "us-east-1,us-west-2"}
    deploy(admins[management], management, template, **given)
    body = json.loads(template["Resources"]["Members"]["Properties"]["TemplateBody"])
    for region in ("us-east-1", "us-west-2"):
        deploy(admins[member], member, body, region, Hub=management)
    role = f"arn:aws:iam::{management}:role/unleak-organization"
    config = replace(
        plain,
        organization=OrganizationAccess("unleak-responder", management, EXTERNAL_ID),
        accounts={management: AccountAccess(role_arn=role, external_id=EXTERNAL_ID)},
    )
    made = world_as(site, runner, config)
    yield site, made, management
    made.record.close()


def test_a_members_key_is_contained_and_locked_from_above(place: tuple[Site, World, str]) -> None:
    site, world, management = place
    incident, _ = run(world, open_incident(world, site.alert(Ground.PERSON), Mode.LOCKDOWN, "a test").id)
    done = {state.step.unit for state in incident.actions.values() if state.is_applied}
    assert {"attach_quarantine", "deactivate_key", "lock_with_scp"} <= done
    accounts = {site.stage.account, management}
    records = [e.record for e in site.standin.gate.trail._events if e.account in accounts]
    ours = [r for r in records if "assumed-role/unleak-" in str(r["userIdentity"].get("arn"))]
    assert {r["recipientAccountId"] for r in ours} == accounts
    assert [r["eventName"] for r in ours if str(r.get("errorCode", "")).startswith("AccessDenied")] == []


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2"])
def test_a_members_event_reaches_the_queue_of_the_management_account(
    place: tuple[Site, World, str], region: str
) -> None:
    site, world, management = place
    key_id = site.stage.victim.key_id
    detail = {"type": "UnauthorizedAccess:IAMUser/TorIPCaller", "accountId": site.stage.account, "service": {},
              "resource": {"accessKeyDetails": {"accessKeyId": key_id}}}  # fmt: skip
    entry = {"Source": "aws.guardduty", "DetailType": "GuardDuty Finding", "Detail": json.dumps(detail)}
    site.stage.admin.client(site.stage.account, "events", region).put_events(Entries=[entry])
    url = f"https://sqs.us-east-1.amazonaws.com/{management}/unleak"
    config = replace(world.config, listening=Listening(hooks={"queue": {"url": url}}))
    _read_once(make_service(replace(world, config=config), Inbox(world.record)), url)
    [alert] = world.record.incident(incident_id_of(key_id)).alerts
    assert alert.ground is Ground.ABUSE
