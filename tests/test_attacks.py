"""Ways by which an incident looked contained and was not, or harmed the wrong one: each was found by an attack."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from conftest import Site
from organization_site import organized
from unleak.aws.client import Client
from unleak.engine import watch
from unleak.engine.local import open_incident, run
from unleak.model.alert import Ground
from unleak.model.credential import CredentialKind, Credentials, SecretKey, SessionToken
from unleak.model.entry import Approved, Requested
from unleak.model.errors import CouldNotLook, Misuse
from unleak.model.incident import Incident
from unleak.model.plan import Mode, OutcomeKind, Plan, Step, Target, TargetKind
from unleak.playbook import playbook, why_not_restore
from unleak.respond import World, respond, restore, undo
from unleak.standin.server import Standin

QUARANTINE = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def _iam(site: Site) -> Any:
    return site.stage.admin.client(site.stage.account, "iam")


def _document(effect: str, *actions: str) -> str:
    statement = {"Effect": effect, "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _responder_may_not(site: Site, *actions: str) -> None:
    _iam(site).put_user_policy(UserName="unleak-responder", PolicyName="no", PolicyDocument=_document("Deny", *actions))


def _responder_may(site: Site) -> None:
    _iam(site).delete_user_policy(UserName="unleak-responder", PolicyName="no")


def _user(site: Site) -> Target:
    return Target(TargetKind.USER, f"arn:aws:iam::{site.stage.account}:user/aws-victim", site.stage.account)


def _key(site: Site) -> Target:
    return Target(TargetKind.KEY, site.stage.victim.key_id, site.stage.account)


def _contain(
    site: Site, mode: Mode = Mode.DISABLE, key_id: str = "", world: World | None = None
) -> tuple[World, Incident, Plan]:
    here = world or site.world(with_secret=False)
    incident, plan = run(here, open_incident(here, site.alert(Ground.PERSON, key_id), mode, "a test").id)
    return here, incident, plan


def _decide(world: World, incident: Incident, step: Step, **options: str) -> tuple[Incident, Plan]:
    """Asked for, shown and approved."""
    now = world.clock.now()
    world.record.append(incident.id, incident.seq, [(now, Requested(step, "sam", "it is needed", options))])
    incident, plan = run(world, incident.id)
    pending = next((p for p in plan.pending if p.step == step), None)
    if pending is None or pending.change is None:
        return incident, plan
    yes = Approved(step, pending.change.digest(step), "sam", "go", world.clock.now() + timedelta(hours=1))
    world.record.append(incident.id, incident.seq, [(world.clock.now(), yes)])
    return run(world, incident.id)


def _later(site: Site, world: World, incident: Incident, hours: float) -> tuple[Incident, Plan]:
    site.standin.gate.clock.advance(hours * 3600)
    return run(world, incident.id)


def _session(made: dict[str, Any]) -> Credentials:
    c = made["Credentials"]
    return Credentials(c["AccessKeyId"], SecretKey(c["SecretAccessKey"]), SessionToken(c["SessionToken"]))


def _works(site: Site, credentials: Credentials, service: str = "ec2", call: str = "describe_instances") -> bool:
    try:
        getattr(site.stage.admin.leaked(credentials, service), call)()
    except CouldNotLook:
        return False
    return True


def test_whom_they_let_in_by_a_role_of_their_own_can_do_nothing_however_late_they_come(
    make_site: Callable[[], Site],
) -> None:
    site, elsewhere = make_site(), make_site()
    _iam(site).attach_user_policy(UserName="aws-victim", PolicyArn=ADMINISTRATOR)
    site.standin.gate.clock.advance(3600)
    theirs = site.stage.admin.leaked(site.stage.victim, "iam")
    trusts = {"AWS": f"arn:aws:iam::{elsewhere.stage.account}:root"}
    statement = {"Effect": "Allow", "Principal": trusts, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = theirs.create_role(RoleName="support", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    theirs.attach_role_policy(RoleName="support", PolicyArn=ADMINISTRATOR)
    _, incident, _ = _contain(site, Mode.LOCKDOWN)
    _iam(elsewhere).attach_user_policy(UserName="aws-victim", PolicyArn=ADMINISTRATOR)
    sts = elsewhere.stage.admin.leaked(elsewhere.stage.victim, "sts")
    came = sts.assume_role(RoleArn=role, RoleSessionName="late")
    assert not _works(site, _session(came), "iam", "list_users")
    assert incident.holds(Step("deny_all", Target(TargetKind.ROLE, role, site.stage.account)))


def test_a_renamed_user_with_a_decoy_under_its_old_name_is_found_again(site: Site) -> None:
    world, incident, _ = _contain(site, Mode.OBSERVE)
    _iam(site).update_user(UserName="aws-victim", NewUserName="innocent")
    _iam(site).create_user(UserName="aws-victim")
    _, incident, plan = _contain(site, Mode.DISABLE, world=world)
    assert not _works(site, site.stage.victim)
    assert incident.owner is not None
    assert incident.owner.user_arn == f"arn:aws:iam::{site.stage.account}:user/innocent"
    assert plan.contained, plan.by_hand


def test_a_user_that_was_renamed_before_it_is_deleted_is_not_called_gone(site: Site) -> None:
    world, incident, _ = _contain(site, Mode.QUARANTINE)
    now = world.clock.now()
    gone = Step("delete_user", _user(site))
    world.record.append(incident.id, incident.seq, [(now, Requested(gone, "sam", "left"))])
    incident, _ = run(world, incident.id)
    state = incident.action(gone)
    assert state is not None
    assert state.proposal is not None
    yes = Approved(gone, state.proposal.digest(gone), "sam", "go", now + timedelta(hours=1))
    world.record.append(incident.id, incident.seq, [(now, yes)])
    _iam(site).update_user(UserName="aws-victim", NewUserName="innocent")
    _, plan = run(world, incident.id)
    assert _works(site, site.stage.victim)
    assert not plan.contained


def test_a_user_called_root_is_a_user(site: Site) -> None:
    _iam(site).create_user(UserName="root")
    made = _iam(site).create_access_key(UserName="root")["AccessKey"]
    _, incident, plan = _contain(site, key_id=made["AccessKeyId"])
    assert incident.owner is not None
    assert incident.owner.kind is CredentialKind.USER_KEY
    assert plan.contained, plan.by_hand
    assert [k["Status"] for k in _iam(site).list_access_keys(UserName="root")["AccessKeyMetadata"]] == ["Inactive"]


def test_a_root_key_is_not_contained_because_nobody_may_ask_for_the_organisation(site: Site) -> None:
    made = site.standin.gate.add_root_key(site.stage.account)
    _responder_may_not(site, "organizations:*")
    leaked = Credentials(made.key_id, SecretKey(made.secret))
    world = site.world()
    world.vault.put(leaked)
    _, _, plan = _contain(site, Mode.LOCKDOWN, made.key_id, world)
    assert not plan.contained
    assert "root_key" in {p.step.unit for p in plan.pending}


def test_a_deleted_key_is_not_taken_for_roots_where_the_trail_names_its_user(site: Site) -> None:
    site.standin.gate.add_root_key(site.stage.account)
    session = _session(site.stage.admin.leaked(site.stage.victim, "sts").get_session_token())
    _iam(site).delete_access_key(UserName="aws-victim", AccessKeyId=site.stage.victim.key_id)
    _, incident, plan = _contain(site)
    assert incident.owner is not None
    assert incident.owner.user_arn == _user(site).id
    assert not _works(site, session)
    assert "root_key" not in {p.step.unit for p in plan.pending}


def test_a_session_from_while_the_glass_was_broken_does_not_outlive_it(site: Site) -> None:
    world, incident, _ = _contain(site)
    site.standin.gate.clock.advance(3600)
    fence = {"allow": "s3:ListAllMyBuckets", "from": "127.0.0.1/32", "hours": "2"}
    incident, _ = _decide(world, incident, Step("break_glass", _key(site)), **fence)
    session = _session(site.stage.admin.leaked(site.stage.victim, "sts").get_session_token())
    incident, plan = _later(site, world, incident, 2.1)
    assert not _works(site, site.stage.victim)
    assert not _works(site, session)
    assert plan.contained, plan.by_hand
    assert plan.may_restore_at is not None
    assert plan.may_restore_at > world.clock.now() + timedelta(hours=34), "sessions from then live as long"


def test_glass_is_taken_back_whatever_switch_is_on_and_may_be_broken_again(site: Site) -> None:
    world, incident, _ = _contain(site)
    fence = {"allow": "s3:ListAllMyBuckets", "from": "127.0.0.1/32", "hours": "1"}
    incident, _ = _decide(world, incident, Step("break_glass", _key(site)), **fence)
    stopped = replace(world, config=replace(world.config, stop=True))
    _later(site, stopped, incident, 1.1)
    assert not _works(site, site.stage.victim, "s3", "list_buckets")
    incident = world.record.incident(incident.id)
    _decide(world, incident, Step("break_glass", _key(site), 2), **fence)
    assert _works(site, site.stage.victim, "s3", "list_buckets")


def test_glass_that_could_not_be_taken_back_is_not_green(site: Site) -> None:
    world, incident, _ = _contain(site)
    fence = {"allow": "s3:ListAllMyBuckets", "from": "127.0.0.1/32", "hours": "1"}
    incident, _ = _decide(world, incident, Step("break_glass", _key(site)), **fence)
    _responder_may_not(site, "iam:UpdateAccessKey")
    incident, plan = _later(site, world, incident, 1.1)
    assert _works(site, site.stage.victim, "s3", "list_buckets")
    assert not plan.contained
    assert why_not_restore(incident, world.clock.now())


def test_glass_that_could_not_be_broken_leaves_the_quarantine_on(site: Site) -> None:
    _iam(site).attach_user_policy(UserName="aws-victim", PolicyArn=QUARANTINE)
    world, incident, _ = _contain(site)
    _responder_may_not(site, "iam:UpdateAccessKey")
    fence = {"allow": "s3:ListAllMyBuckets", "from": "127.0.0.1/32"}
    _decide(world, incident, Step("break_glass", _key(site)), **fence)
    attached = _iam(site).list_attached_user_policies(UserName="aws-victim")["AttachedPolicies"]
    assert "AWSCompromisedKeyQuarantineV2" in {p["PolicyName"] for p in attached}


def test_a_later_change_does_not_hide_a_call_that_was_accepted_after_containment(site: Site) -> None:
    role_session = _session(
        site.stage.admin.leaked(site.stage.victim, "sts").assume_role(
            RoleArn=site.stage.reader_arn, RoleSessionName="at"
        )
    )
    world, incident, _ = _contain(site)
    held = max(a.verdict.since for a in incident.actions.values() if a.verdict and a.verdict.since)
    read = incident.calls[site.stage.victim.key_id]
    late = replace(read, last_accepted_at=held + timedelta(minutes=1))
    incident = replace(incident, calls={**incident.calls, read.key_id: late})
    assert not playbook(incident, world.clock.now()).contained
    deleted = replace(incident.actions[f"deactivate_key:{read.key_id}"], step=Step("delete_key", _key(site)))
    looked = replace(deleted, looks=replace(deleted.looks, in_place_since=held + timedelta(hours=2)))
    actions = {**incident.actions, looked.step.id: looked}
    assert not playbook(replace(incident, actions=actions), world.clock.now()).contained
    assert role_session.key_id in incident.credentials


def test_a_backdoor_that_is_named_like_ours_is_named(site: Site) -> None:
    _iam(site).attach_user_policy(UserName="aws-victim", PolicyArn=ADMINISTRATOR)
    _iam(site).create_user(UserName="sleeper")
    site.stage.admin.leaked(site.stage.victim, "iam").put_user_policy(
        UserName="sleeper", PolicyName="unleak-inc-x", PolicyDocument=_document("Allow", "*")
    )
    _, _, plan = _contain(site)
    assert not plan.contained
    assert any("PutUserPolicy sleeper" in line for line in plan.by_hand)


@pytest.mark.parametrize("public", [True, None])
def test_a_claim_moves_no_bound(site: Site, *, public: bool | None) -> None:
    """Anybody can claim that a key leaked just now, or in public, or a month ago."""
    world = site.world(with_secret=False)
    person = open_incident(world, site.alert(Ground.PERSON), Mode.QUARANTINE, "a test")
    before = (person.suspect_since, person.is_known_public)
    now = world.clock.now()
    for leaked_at in (now, now - timedelta(days=30)):
        claim = replace(site.alert(Ground.CLAIM), leaked_at=leaked_at, public=public, who="a stranger")
        told = open_incident(world, claim, None, "a stranger")
        assert (told.suspect_since, told.is_known_public) == before


def test_nobody_can_make_what_we_make_before_we_do(site: Site) -> None:
    """The names derive from the key id, which is public, and from what nobody knows."""
    first, second = (
        open_incident(replace(site.world(), record=w.record), site.alert(), Mode.OBSERVE, "a test")
        for w in (site.world(), _fresh(site))
    )
    assert first.id == second.id
    assert first.name_of("deny-all") != second.name_of("deny-all")
    assert first.name_of("deny-all")[-8:] != first.name_of("quarantine")[-8:]


def _fresh(site: Site) -> World:
    return replace(site, config=replace(site.config, home=site.config.home / "other")).world()


def test_denies_go_last_when_a_user_is_deleted(site: Site) -> None:
    _iam(site).create_group(GroupName="staff")
    _iam(site).add_user_to_group(GroupName="staff", UserName="aws-victim")
    session = _session(site.stage.admin.leaked(site.stage.victim, "sts").get_session_token())
    world, incident, _ = _contain(site)
    _responder_may_not(site, "iam:RemoveUserFromGroup")
    incident, plan = _decide(world, incident, Step("delete_user", _user(site)))
    assert not _works(site, session)
    assert any("delete_user" in line for line in plan.by_hand)


def test_a_user_whose_return_was_interrupted_gets_the_rest(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    world, incident, _ = _contain(site)
    gone = Step("delete_user", _user(site))
    incident, _ = _decide(world, incident, gone)
    original = Client.__getattr__

    class Crash(BaseException):
        pass

    def dies(self: Client, method: str) -> Callable[..., Any]:
        if method == "attach_user_policy":
            raise Crash
        return original(self, method)

    monkeypatch.setattr(Client, "__getattr__", dies)
    with pytest.raises(Crash):
        undo(world, incident.id, gone.id, who="sam", why="it is needed")
    monkeypatch.undo()
    _, outcome = undo(world, incident.id, gone.id, who="sam", why="it is needed")
    assert outcome.kind is OutcomeKind.DONE
    attached = _iam(site).list_attached_user_policies(UserName="aws-victim")["AttachedPolicies"]
    assert "aws-victim" in {p["PolicyName"] for p in attached}


def test_nothing_is_restored_on_the_word_of_a_silent_trail(site: Site) -> None:
    _responder_may_not(site, "cloudtrail:LookupEvents")
    world, incident, _ = _contain(site)
    incident, _ = _decide(world, incident, Step("delete_key", _key(site)))
    incident, _ = _later(site, world, incident, 40)
    with pytest.raises(Misuse, match="trail"):
        restore(world, incident.id, who="sam", why="over")


def test_a_restore_that_failed_once_can_be_finished(site: Site) -> None:
    world, incident, _ = _contain(site)
    incident, _ = _decide(world, incident, Step("delete_key", _key(site)))
    end = world.clock.now() + timedelta(hours=38)
    incident, _ = run(world, incident.id, goes_on=lambda _: world.clock.now() < end)
    _responder_may_not(site, "iam:DeleteUserPolicy")
    incident, outcomes = restore(world, incident.id, who="sam", why="over")
    assert {o.kind for _, o in outcomes} > {OutcomeKind.DONE}
    assert not playbook(incident, world.clock.now()).contained
    _responder_may(site)
    _, outcomes = restore(world, incident.id, who="sam", why="over")
    assert [o.kind for _, o in outcomes] == [OutcomeKind.DONE]
    assert _iam(site).list_user_policies(UserName="aws-victim")["PolicyNames"] == []


def test_a_roles_deny_stays_while_a_machine_still_holds_the_role(site: Site) -> None:
    _responder_may_not(site, "ec2:StopInstances")
    ec2 = site.stage.admin.leaked(site.stage.victim, "ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, IamInstanceProfile={"Name": "ops-admin"})
    world, incident, _ = _contain(site, Mode.LOCKDOWN)
    for _ in range(3):
        incident, plan = _later(site, world, incident, 14)
    assert incident.name_of("deny-all") in _iam(site).list_role_policies(RoleName="ops-admin")["PolicyNames"]
    assert not plan.contained


def test_two_incidents_each_lift_their_own(site: Site) -> None:
    second = _iam(site).create_access_key(UserName="aws-victim")["AccessKey"]["AccessKeyId"]
    world, first, _ = _contain(site)
    _, other, _ = _contain(site, key_id=second, world=world)
    step = Step("revoke_user_sessions", _user(site))
    for incident in (first, other):
        _, outcome = undo(world, incident.id, step.id, who="sam", why="over")
        assert outcome.kind is OutcomeKind.DONE
    assert _iam(site).list_user_policies(UserName="aws-victim")["PolicyNames"] == []


def test_what_was_handed_over_and_lifted_does_not_come_back(site: Site) -> None:
    second = _iam(site).create_access_key(UserName="aws-victim")["AccessKey"]["AccessKeyId"]
    world, first, _ = _contain(site, Mode.QUARANTINE)
    _, heir, _ = _contain(site, Mode.QUARANTINE, second, world)
    step = Step("attach_quarantine", _user(site))
    undo(world, first.id, step.id, who="sam", why="over")
    undo(world, heir.id, step.id, who="sam", why="over")
    for incident in (first, heir):
        _later(site, world, incident, 1.1)
    attached = _iam(site).list_attached_user_policies(UserName="aws-victim")["AttachedPolicies"]
    assert [p["PolicyName"] for p in attached] == ["aws-victim"]


def test_all_that_was_made_for_one_step_is_taken_back(site: Site) -> None:
    """First by a policy; then the slots were full, and it went by a group."""
    world, incident, _ = _contain(site, Mode.QUARANTINE)
    iam = _iam(site)
    attached = iam.list_attached_user_policies(UserName="aws-victim")["AttachedPolicies"]
    quarantine = next(p["PolicyArn"] for p in attached if "Quarantine" in p["PolicyName"])
    iam.detach_user_policy(UserName="aws-victim", PolicyArn=quarantine)
    for n in range(9):
        arn = iam.create_policy(PolicyName=f"filler-{n}", PolicyDocument=_document("Allow", "sqs:ListQueues"))
        iam.attach_user_policy(UserName="aws-victim", PolicyArn=arn["Policy"]["Arn"])
    incident, plan = _later(site, world, incident, 1.1)
    assert plan.contained or incident.action(Step("attach_quarantine", _user(site))) is not None
    assert iam.list_groups_for_user(UserName="aws-victim")["Groups"]
    undo(world, incident.id, Step("attach_quarantine", _user(site)).id, who="sam", why="over")
    assert iam.list_groups_for_user(UserName="aws-victim")["Groups"] == []


def test_a_leaked_role_session_that_mints_another_after_the_cut_off_is_cut_again(
    site: Site, lagging: Callable[[float, float], None]
) -> None:
    _iam(site).attach_role_policy(RoleName="data-reader", PolicyArn=ADMINISTRATOR)

    def assume(by: Credentials) -> Credentials:
        sts = site.stage.admin.leaked(by, "sts")
        return _session(sts.assume_role(RoleArn=site.stage.reader_arn, RoleSessionName="attacker"))

    leaked = assume(site.stage.victim)
    assert _works(site, leaked, "iam", "list_users")
    site.standin.gate.clock.advance(600)
    lagging(75.0, 75.0)
    world = site.world(with_secret=False)
    opened = open_incident(world, site.alert(Ground.PERSON, leaked.key_id), Mode.DISABLE, "a test")
    run(world, opened.id, until=world.clock.now() + timedelta(seconds=3))
    site.standin.gate.clock.advance(63)
    younger = assume(leaked)
    incident, plan = run(world, opened.id)
    for _ in range(4):
        incident, plan = _later(site, world, incident, 0.3)
    assert younger.key_id in incident.credentials
    assert not _works(site, younger, "iam", "list_users")
    assert plan.contained, plan.by_hand


def test_no_worker_spins_on_what_it_may_not_do(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    _responder_may_not(site, "iam:PutUserPolicy")
    world, incident, _ = _contain(site, Mode.LOCKDOWN)
    site.standin.gate.clock.advance(40 * 3600)
    asked = iter(range(1000))
    original = respond

    class Enough(BaseException):
        pass

    class Clock:
        """Time goes by only in waits, and ends after an hour of them."""

        ends = site.standin.gate.clock.now() + timedelta(hours=1)

        def now(self) -> Any:
            return site.standin.gate.clock.now()

        def sleep_until(self, when: Any) -> None:
            if self.now() > self.ends:
                raise Enough
            site.standin.gate.clock.advance(max(1.0, (when - self.now()).total_seconds()))

    def counted(*arguments: Any) -> Any:
        if next(asked) > 60:
            pytest.fail("it spins")
        return original(*arguments)

    monkeypatch.setattr(watch, "respond", counted)
    with pytest.raises(Enough):
        watch.Watch(replace(world, clock=Clock())).run()
    assert incident.id in world.record.incident_ids()


def test_a_role_that_is_deleted_takes_its_sessions_with_it_and_settles(site: Site) -> None:
    sts = site.stage.admin.leaked(site.stage.victim, "sts")
    sts.assume_role(RoleArn=site.stage.reader_arn, RoleSessionName="attacker")
    world, incident, _ = _contain(site, Mode.LOCKDOWN)
    for name in _iam(site).list_role_policies(RoleName="data-reader")["PolicyNames"]:
        _iam(site).delete_role_policy(RoleName="data-reader", PolicyName=name)
    _iam(site).delete_role(RoleName="data-reader")
    incident, plan = _later(site, world, incident, 2)
    assert plan.contained, plan.by_hand
    before = incident.seq
    incident, plan = _later(site, world, incident, 60)
    assert plan.contained, plan.by_hand
    assert incident.seq - before < 60


def test_a_lock_is_wanted_only_where_it_can_be_looked_for(standin: Standin, tmp_path: Path) -> None:
    site = organized(standin, tmp_path)
    _responder_may_not(site, "organizations:*")
    _, _, plan = _contain(site, Mode.LOCKDOWN)
    assert not plan.contained
    assert any("find_organization" in line for line in plan.by_hand)


def test_responding_again_at_once_does_nothing_new(site: Site) -> None:
    world, incident, _ = _contain(site)
    again, _ = respond(world, incident.id)
    assert again.seq == incident.seq
