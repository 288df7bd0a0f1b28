"""What people decide beside the table: breaking glass, restoring, holding, asking; and what they may not."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from conftest import Site
from unleak.drill.stage import bucket_of
from unleak.engine import decisions
from unleak.engine.local import open_incident, run
from unleak.model.alert import Ground
from unleak.model.credential import CredentialKind
from unleak.model.entry import Approved, HoldSet, Requested
from unleak.model.errors import AccessDenied, CredentialRefused, Misuse
from unleak.model.incident import Incident
from unleak.model.plan import Mode, OutcomeKind, Plan, Step, Target, TargetKind
from unleak.playbook import playbook
from unleak.respond import World, restore, undo
from unleak.web.overview import state_of

OFFICE = "127.0.0.1"


def _key(site: Site) -> Target:
    return Target(TargetKind.KEY, site.stage.victim.key_id, site.stage.account)


def _user(site: Site) -> Target:
    return Target(TargetKind.USER, f"arn:aws:iam::{site.stage.account}:user/aws-victim", site.stage.account)


def _contained(site: Site, mode: Mode = Mode.DISABLE, **alert: Any) -> tuple[World, Incident, Plan]:
    world = site.world(with_secret=False)
    told = replace(site.alert(Ground.PERSON), **alert)
    incident, plan = run(world, open_incident(world, told, mode, "a test").id)
    return world, incident, plan


def _request(world: World, incident: Incident, step: Step, **options: str) -> tuple[Incident, Plan]:
    event = Requested(step, "sam", "it is needed", options)
    world.record.append(incident.id, incident.seq, [(world.clock.now(), event)])
    return run(world, incident.id)


def _approve(world: World, incident: Incident, step: Step) -> tuple[Incident, Plan]:
    now = world.clock.now()
    pending = next(p for p in playbook(incident, now).pending if p.step == step)
    assert pending.change is not None
    yes = Approved(step, pending.change.digest(step), "sam", "go", now + timedelta(hours=1))
    world.record.append(incident.id, incident.seq, [(now, yes)])
    return run(world, incident.id)


def test_what_is_declined_waits_no_longer_and_proves_nothing(site: Site) -> None:
    world, incident, plan = _contained(site, Mode.OBSERVE)
    first, *others = plan.pending
    with pytest.raises(Misuse, match="wait for a decision"):
        decisions.close(world, incident, who="sam", why="enough")
    decisions.decline(world, incident, first.step.id, who="sam", why="it breaks the shop")
    incident, plan = run(world, incident.id)
    assert ([p.step for p in plan.pending], [p.step for p in plan.declined]) == (
        [p.step for p in others],
        [first.step],
    )
    assert "sam declined attach_quarantine on aws-victim: it breaks the shop" in plan.by_hand
    for waits in others:
        incident = world.record.incident(incident.id)
        decisions.decline(world, incident, waits.step.id, who="sam", why="no")
    decisions.close(world, world.record.incident(incident.id), who="sam", why="an exercise")
    incident, plan = run(world, incident.id)
    assert (state_of(incident, plan), plan.contained) == ("closed", False)
    decisions.approve(world, incident, first.step.id, who="kim", why="go", hours=1)
    incident, plan = run(world, incident.id)
    assert incident.actions[first.step.id].is_applied
    assert not plan.contained


def test_a_new_alert_opens_what_was_closed(site: Site) -> None:
    world, incident, plan = _contained(site, Mode.LOCKDOWN)
    for waits in plan.pending:
        decisions.decline(world, world.record.incident(incident.id), waits.step.id, who="sam", why="no")
    decisions.close(world, world.record.incident(incident.id), who="sam", why="over")
    incident, plan = run(world, incident.id)
    assert state_of(incident, plan) == "closed"
    open_incident(world, replace(site.alert(Ground.PERSON), source="another"), Mode.LOCKDOWN, "a test")
    incident, plan = run(world, incident.id)
    assert state_of(incident, plan) == "contained"


def _through(world: World, incident: Incident, hours: float) -> tuple[Incident, Plan]:
    late = world.clock.now() + timedelta(hours=hours)
    return run(world, incident.id, goes_on=lambda _: world.clock.now() < late)


def _statuses(site: Site) -> list[str]:
    iam = site.stage.admin.client(site.stage.account, "iam")
    return [k["Status"] for k in iam.list_access_keys(UserName="aws-victim")["AccessKeyMetadata"]]


def _application_worked(site: Site) -> None:
    """Yesterday, as the trail tells."""
    site.stage.admin.leaked(site.stage.victim, "s3").list_buckets()
    site.stage.admin.leaked(site.stage.victim, "ec2").describe_instances()
    site.standin.gate.clock.advance(timedelta(days=9).total_seconds())


def test_broken_glass_lets_the_application_work_within_the_fence_and_is_taken_back(site: Site) -> None:
    _application_worked(site)
    world, incident, _ = _contained(site)
    glass = Step("break_glass", _key(site))
    incident, plan = _request(world, incident, glass, hours="1", allow="s3:PutObject")
    assert glass in [p.step for p in plan.pending]
    assert _statuses(site) == ["Inactive"]
    incident, plan = _approve(world, incident, glass)
    assert not plan.contained
    assert any("the glass is broken" in line for line in plan.by_hand)
    s3 = site.stage.admin.leaked(site.stage.victim, "s3")
    s3.list_buckets()
    s3.put_object(Bucket=bucket_of(site.stage.account), Key="orders/2.json", Body=b"{}")
    with pytest.raises(AccessDenied):  # it may; the application never did
        site.stage.admin.leaked(site.stage.victim, "iam").list_users()
    with pytest.raises(AccessDenied):  # the application's own action, from where it never was
        _elsewhere(site).list_buckets()
    incident, plan = _through(world, incident, 1.2)
    assert _statuses(site) == ["Inactive"]
    with pytest.raises(CredentialRefused):
        s3.list_buckets()
    assert plan.contained, plan.by_hand
    attached = site.stage.admin.client(site.stage.account, "iam").list_attached_user_policies(UserName="aws-victim")
    assert any("Quarantine" in p["PolicyName"] for p in attached["AttachedPolicies"])


def _elsewhere(site: Site) -> Any:
    from unleak.aws.accounts import Accounts  # noqa: PLC0415  only here

    far = {"X-Forwarded-For": "203.0.113.66"}
    return Accounts(site.config, endpoint=site.standin.url, identity=site.stage.victim, headers=far).client(
        site.stage.account, "s3"
    )


def test_a_fence_that_somebody_removes_ends_the_exception_at_once(site: Site) -> None:
    _application_worked(site)
    world, incident, _ = _contained(site)
    glass = Step("break_glass", _key(site))
    incident, _ = _request(world, incident, glass, hours="2")
    incident, _ = _approve(world, incident, glass)
    assert _statuses(site) == ["Active"]
    iam = site.stage.admin.client(site.stage.account, "iam")
    iam.delete_user_policy(UserName="aws-victim", PolicyName=incident.name_of("fence"))
    _through(world, incident, 1.1)
    assert _statuses(site) == ["Inactive"]


def test_glass_is_not_broken_where_no_fence_can_be_drawn(site: Site) -> None:
    world, incident, _ = _contained(site)
    _, plan = _request(world, incident, Step("break_glass", _key(site)))
    assert not plan.pending
    assert any("no fence can be drawn" in line for line in plan.by_hand)
    assert _statuses(site) == ["Inactive"]


def test_restoring_waits_for_the_key_and_for_its_sessions_and_then_lifts_all(site: Site) -> None:
    world, incident, _ = _contained(site)
    with pytest.raises(Misuse, match="delete"):
        restore(world, incident.id, who="sam", why="over")
    delete = Step("delete_key", _key(site))
    incident, _ = _request(world, incident, delete)
    incident, _ = _approve(world, incident, delete)
    assert _statuses(site) == []
    with pytest.raises(Misuse, match="may live until"):
        restore(world, incident.id, who="sam", why="over")
    incident, _ = _through(world, incident, 37)
    incident, outcomes = restore(world, incident.id, who="sam", why="over")
    assert {s.split(":")[0] for s, _ in outcomes} == {"attach_quarantine", "revoke_user_sessions"}
    assert all(o.kind is OutcomeKind.DONE for _, o in outcomes)
    _, plan = run(world, incident.id)
    assert plan.contained, plan.by_hand
    iam = site.stage.admin.client(site.stage.account, "iam")
    assert iam.list_user_policies(UserName="aws-victim")["PolicyNames"] == []
    attached = iam.list_attached_user_policies(UserName="aws-victim")["AttachedPolicies"]
    assert [p["PolicyName"] for p in attached] == ["aws-victim"]


def test_a_hold_keeps_what_was_approved_from_being_deleted(site: Site) -> None:
    world, incident, _ = _contained(site)
    delete = Step("delete_key", _key(site))
    incident, _ = _request(world, incident, delete)
    world.record.append(incident.id, incident.seq, [(world.clock.now(), HoldSet(on=True, who="law", why="a court"))])
    incident = world.record.incident(incident.id)
    incident, plan = _approve(world, incident, delete)
    assert _statuses(site) == ["Inactive"]
    assert any("legal hold" in line for line in plan.by_hand)


def test_a_deleted_user_is_made_again_without_the_leaked_key(site: Site) -> None:
    iam = site.stage.admin.client(site.stage.account, "iam")
    iam.create_group(GroupName="staff")
    iam.add_user_to_group(GroupName="staff", UserName="aws-victim")
    iam.tag_user(UserName="aws-victim", Tags=[{"Key": "team", "Value": "shop"}])
    world, incident, _ = _contained(site)
    gone = Step("delete_user", _user(site))
    incident, _ = _request(world, incident, gone)
    incident, plan = _approve(world, incident, gone)
    assert "aws-victim" not in {u["UserName"] for u in iam.list_users()["Users"]}
    assert plan.contained, plan.by_hand
    incident, outcome = undo(world, incident.id, gone.id, who="sam", why="it is needed")
    assert outcome.kind is OutcomeKind.DONE
    assert [g["GroupName"] for g in iam.list_groups_for_user(UserName="aws-victim")["Groups"]] == ["staff"]
    assert iam.list_user_tags(UserName="aws-victim")["Tags"] == [{"Key": "team", "Value": "shop"}]
    assert _statuses(site) == []


@pytest.mark.parametrize(("public", "first"), [(False, True), (None, False)], ids=["private", "public"])
def test_where_strangers_could_not_read_it_an_application_gets_a_new_key_first(
    site: Site, *, public: bool | None, first: bool
) -> None:
    _application_worked(site)
    _, incident, plan = _contained(site, public=public)
    deactivate = Step("deactivate_key", _key(site))
    assert (deactivate in [p.step for p in plan.pending]) == first
    assert _statuses(site) == ["Active" if first else "Inactive"]
    if first:
        needs = next(p.needs for p in plan.pending if p.step == deactivate)
        assert "an application used it until" in needs
        assert incident.owner is not None
        assert incident.owner.kind is CredentialKind.USER_KEY


def test_where_the_trail_shows_a_stranger_nobody_waits_for_a_new_key(site: Site) -> None:
    _application_worked(site)
    _elsewhere(site).list_buckets()
    _contained(site, public=False)
    assert _statuses(site) == ["Inactive"]


def test_an_attacker_who_fills_the_inline_quota_does_not_keep_the_sessions(site: Site) -> None:
    iam = site.stage.admin.client(site.stage.account, "iam")
    grant = {"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "arn:aws:sqs:us-east-1:1:" + "q" * 1850}
    text = json.dumps({"Version": "2012-10-17", "Statement": [grant]})
    iam.put_user_policy(UserName="aws-victim", PolicyName="filler", PolicyDocument=text)
    _, incident, plan = _contained(site)
    assert plan.contained, plan.by_hand
    attached = iam.list_attached_user_policies(UserName="aws-victim")["AttachedPolicies"]
    assert incident.name_of("revoke-sessions") in {p["PolicyName"] for p in attached}
