"""The template, deployed: what stands then is enough to contain a key, and no more."""

import json
from dataclasses import replace
from typing import Any

import pytest
from deployed_world import asked_for, deploy, deployed, resolved, runner_of, world_as

from conftest import Site
from unleak.config import AccountAccess
from unleak.engine.local import incident_id_of, open_incident, run
from unleak.engine.readiness import look_at_readiness
from unleak.model.alert import Ground
from unleak.model.errors import AccessDenied, AwsError
from unleak.model.plan import Mode, Tri
from unleak.service_config import Listening
from unleak.setup.cloudformation import cloudformation
from unleak.setup.template import template_of
from unleak.store.inbox import Inbox
from unleak.web.make import make_service
from unleak.web.queue import _read_once


def calls_of_role(site: Site) -> list[dict[str, Any]]:
    records = [e.record for e in site.standin.gate.trail._events if e.account == site.stage.account]
    return [r for r in records if "assumed-role/unleak-responder/" in str(r["userIdentity"].get("arn"))]


def refused(site: Site) -> list[str]:
    refusals = ("AccessDenied", "Client.UnauthorizedOperation")
    return [r["eventName"] for r in calls_of_role(site) if str(r.get("errorCode", "")).startswith(refusals)]


def test_a_key_is_contained_with_nothing_but_the_role_of_the_template(site: Site) -> None:
    world = deployed(site)
    _, plan = run(world, open_incident(world, site.alert(Ground.PERSON), Mode.DISABLE, "a test").id)
    assert plan.contained, plan.by_hand
    assert {"AttachUserPolicy", "UpdateAccessKey", "PutUserPolicy"} <= {r["eventName"] for r in calls_of_role(site)}
    assert refused(site) == []
    world.record.close()


def test_the_check_before_the_night_has_nothing_to_say_against_it(site: Site) -> None:
    world = deployed(site)
    # Other tests move the clock that all of this process share.
    found = look_at_readiness(world)
    assert {f.what for f in found} >= {"access", "permissions", "trail"}
    assert [f"{f.what}: {f.detail}" for f in found if f.verdict is not Tri.YES and f.what != "clock"] == []
    world.record.close()


def test_the_role_is_no_ones_who_does_not_name_the_external_id(site: Site) -> None:
    world = deployed(site)
    arn = f"arn:aws:iam::{site.stage.account}:role/unleak-responder"
    identity = world.aws._identity
    assert identity is not None
    for external_id in ("", "acme-8"):
        config = replace(
            site.config, accounts={site.stage.account: AccountAccess(role_arn=arn, external_id=external_id)}
        )
        with pytest.raises(AwsError):
            world_as(site, identity, config).aws.caller_in(site.stage.account)
    world.record.close()


def test_the_role_writes_to_users_and_not_to_itself(site: Site) -> None:
    world = deployed(site)
    iam = world.aws.client(site.stage.account, "iam")
    document = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    iam.put_user_policy(UserName="aws-victim", PolicyName="x", PolicyDocument=document)
    own = f"arn:aws:iam::{site.stage.account}:policy/unleak-responder-contains"
    with pytest.raises(AccessDenied):
        iam.put_role_policy(RoleName="unleak-responder", PolicyName="x", PolicyDocument=document)
    with pytest.raises(AccessDenied):
        iam.create_policy_version(PolicyArn=own, PolicyDocument=document, SetAsDefault=True)
    world.record.close()


def test_a_session_of_the_role_that_has_ended_is_assumed_anew(site: Site) -> None:
    world = deployed(site)
    iam = world.aws.client(site.stage.account, "iam")
    iam.list_access_keys(UserName="aws-victim")
    site.standin.gate.clock.advance(7200)
    shown = world.aws._session(site.stage.account).get_credentials()
    shown._time_fetcher = site.standin.gate.clock.now  # other tests have moved it on
    assert iam.list_access_keys(UserName="aws-victim")["AccessKeyMetadata"]
    world.record.close()


def exposed(key_id: str) -> dict[str, Any]:
    entities = [{"entityValue": key_id}]
    return {"eventTypeCode": "AWS_RISK_CREDENTIALS_EXPOSED", "service": "RISK", "affectedEntities": entities}


def put(site: Site, source: str, kind: str, detail: dict[str, Any], region: str) -> None:
    """As AWS does: nobody else may put events of its sources."""
    events = site.stage.admin.client(site.stage.account, "events", region)
    events.put_events(Entries=[{"Source": source, "DetailType": kind, "Detail": json.dumps(detail)}])


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2"])
def test_an_event_reaches_the_service_through_the_queue(site: Site, region: str) -> None:
    world = deployed(site)
    template = cloudformation(template_of(asked_for(site)))
    assert deploy(site.stage.admin, site.stage.account, template, "us-west-2") == ["AWS::Events::Rule"] * 2
    put(site, "aws.health", "AWS Health Event", exposed(site.stage.victim.key_id), region)
    put(site, "aws.health", "AWS Health Event", {"eventTypeCode": "AWS_EC2_OPERATIONAL_ISSUE"}, region)
    url = f"https://sqs.us-east-1.amazonaws.com/{site.stage.account}/unleak"
    listening = Listening(hooks={"queue": {"url": url}})
    service = make_service(replace(world, config=replace(world.config, listening=listening)), Inbox(world.record))
    _read_once(service, url)
    [alert] = world.record.incident(incident_id_of(site.stage.victim.key_id)).alerts
    assert alert.ground is Ground.AWS
    assert len(world.record.incident_ids()) == 1
    assert refused(site) == []
    world.record.close()


def test_nobody_but_the_rules_puts_anything_into_the_queues(site: Site) -> None:
    """Not even the account's own root, whose permissions are all there are."""
    runner_of(site)
    template = cloudformation(template_of(asked_for(site)))
    deploy(site.stage.admin, site.stage.account, template)
    sqs = site.stage.admin.client(site.stage.account, "sqs")
    for name, logical in (("unleak", "QueuePolicy"), ("unleak-dead-letters", "DeadLettersPolicy")):
        text = json.dumps(resolved(template["Resources"][logical]["Properties"]["PolicyDocument"], site.stage.account))
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="before")
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": text})
        with pytest.raises(AccessDenied):
            sqs.send_message(QueueUrl=url, MessageBody="after")
