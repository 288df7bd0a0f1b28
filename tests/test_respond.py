"""The loop over a real connection: crash anywhere, start again, end in the same state; nothing twice with effect."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conftest import Site
from unleak.aws.accounts import Accounts
from unleak.aws.client import Client
from unleak.aws.clock import AwsClock
from unleak.drill.arena import ArenaClock
from unleak.engine.local import incident_id_of, open_incident, run
from unleak.investigate.calls import call_from_record, call_to_line
from unleak.investigate.chain.follow import follow
from unleak.model.alert import Ground
from unleak.model.credential import Credentials, Origin, SecretKey, SessionToken, Vault
from unleak.model.entry import Approved, Concluded, Intended, Looked, ModeSet
from unleak.model.errors import AccessDenied, Misuse, NotNow, NotPossible
from unleak.model.fold import fold
from unleak.model.incident import Incident
from unleak.model.plan import Change, Mode, OutcomeKind, Plan, Proof, Step, Target, TargetKind, Tri
from unleak.playbook import playbook
from unleak.respond import World, respond, undo
from unleak.respond.guards import allow
from unleak.store.record import Record

WRITES = {"AttachUserPolicy", "PutUserPolicy", "PutRolePolicy", "UpdateAccessKey", "StopInstances"}


class Crash(BaseException):
    """The process is gone: nothing catches it, nothing is tidied up."""


def _contain(site: Site, world: World | None = None, mode: Mode = Mode.DISABLE) -> tuple[Incident, Plan]:
    here = world or site.world(with_secret=False)
    incident = open_incident(here, site.alert(Ground.PERSON), mode, "a test")
    return run(here, incident.id)


def _state(site: Site) -> dict[str, Any]:
    """What the account looks like, cut-offs left out: they move with time."""
    iam = site.stage.admin.client(site.stage.account, "iam")
    return {
        "attached": sorted(p["PolicyName"] for p in iam.pages("list_attached_user_policies", "AttachedPolicies",
                                                               UserName="aws-victim")),
        "inline": list(iam.pages("list_user_policies", "PolicyNames", UserName="aws-victim")),
        "role": sorted(iam.pages("list_role_policies", "PolicyNames", RoleName="data-reader")),
        "keys": [k["Status"] for k in iam.pages("list_access_keys", "AccessKeyMetadata", UserName="aws-victim")],
    }  # fmt: skip


def _writes(site: Site) -> Counter[str]:
    """How often the responder changed something with success, as the trail has it."""
    trail = site.stage.admin.client(site.stage.account, "cloudtrail")
    responder = site.stage.responder.key_id
    asked = [{"AttributeKey": "AccessKeyId", "AttributeValue": responder}]
    names = [e["EventName"] for e in trail.pages("lookup_events", "Events", LookupAttributes=asked)]
    return Counter(n for n in names if n in WRITES)


def _attack(site: Site) -> None:
    """The key assumes a role: containment has a second principal to reach."""
    sts = site.stage.admin.leaked(site.stage.victim, "sts")
    sts.assume_role(RoleArn=site.stage.reader_arn, RoleSessionName="attacker")


def test_a_key_is_contained_and_every_change_holds(site: Site) -> None:
    _attack(site)
    incident, plan = _contain(site)
    assert plan.contained
    assert {a.step.unit for a in incident.actions.values()} == {
        "attach_quarantine", "revoke_user_sessions", "deactivate_key", "revoke_role_sessions",
        "revoke_service_credentials",
    }  # fmt: skip
    assert all(a.holds for a in incident.actions.values())
    assert _state(site)["keys"] == ["Inactive"]


def test_no_effect_before_its_intent_is_stored(site: Site) -> None:
    incident, _ = _contain(site)
    entries = site.world().record.entries(incident.id)
    intents = {e.event.step.id: e.seq for e in entries if isinstance(e.event, Intended)}
    for entry in entries:
        if isinstance(entry.event, Concluded) and entry.event.outcome.kind is OutcomeKind.DONE:
            assert intents[entry.event.step.id] < entry.seq


@contextmanager
def _crash_at_append(number: int, *, written: bool) -> Iterator[None]:
    """Dies at the n-th entry, before or after it is on disk."""
    original, seen = Record.append, iter(range(10_000))

    def append(self: Record, *arguments: Any) -> Any:
        dies = next(seen) == number
        if dies and not written:
            raise Crash
        result = original(self, *arguments)
        if dies:
            raise Crash
        return result

    Record.append = append  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        Record.append = original  # type: ignore[method-assign]


@contextmanager
def _crash_at_write(number: int) -> Iterator[None]:
    """Dies when AWS has made the n-th change and before we have heard of it."""
    original, seen = Client.__getattr__, iter(range(10_000))

    def getattribute(self: Client, method: str) -> Callable[..., Any]:
        call = original(self, method)

        def wrapped(**arguments: Any) -> Any:
            answer = call(**arguments)
            if method.startswith(("attach", "put", "update")) and next(seen) == number:
                raise Crash
            return answer

        return wrapped

    Client.__getattr__ = getattribute  # type: ignore[method-assign]
    try:
        yield
    finally:
        Client.__getattr__ = original  # type: ignore[method-assign]


def _check_resumed(site: Site) -> None:
    incident, plan = _contain(site)
    assert plan.contained
    assert incident.alerts
    assert _state(site) == {
        "attached": ["AWSCompromisedKeyQuarantineV3", "aws-victim"],
        "inline": [incident.name_of("revoke-sessions")],
        "role": ["read-orders", incident.name_of("revoke-sessions")],
        "keys": ["Inactive"],
    }
    # The denies are written once, and once more when the key is proved dead: the renewal of row 4.
    assert _writes(site) == {"AttachUserPolicy": 1, "PutUserPolicy": 2, "UpdateAccessKey": 1, "PutRolePolicy": 2}


@pytest.mark.parametrize("written", [False, True], ids=["before it is written", "after it is written"])
@pytest.mark.parametrize("number", range(18))
def test_killed_at_any_entry_it_goes_on_and_does_nothing_twice(site: Site, number: int, *, written: bool) -> None:
    _attack(site)
    with pytest.raises(Crash), _crash_at_append(number, written=written):
        _contain(site)
    _check_resumed(site)


@pytest.mark.parametrize("number", range(4))
def test_killed_between_an_effect_and_hearing_of_it(site: Site, number: int) -> None:
    _attack(site)
    with pytest.raises(Crash), _crash_at_write(number):
        _contain(site)
    _check_resumed(site)


def test_who_loses_the_race_for_a_number_folds_again(site: Site) -> None:
    first, second = site.world(with_secret=False), site.world(with_secret=False)
    incident = open_incident(first, site.alert(Ground.PERSON), Mode.QUARANTINE, "a test")
    respond(first, incident.id)
    stale = replace(second, record=_Behind(site, second.record))
    found, _ = respond(stale, incident.id)
    assert found.seq >= first.record.incident(incident.id).seq - 1
    assert _writes(site)["AttachUserPolicy"] == 1


class _Behind(Record):
    """Its first fold is three entries old, as a process sees it that was asleep."""

    def __init__(self, site: Site, real: Record) -> None:
        super().__init__(site.config.record_url)
        self._real, self._old = real, 3

    def incident(self, incident: str) -> Incident:
        entries = self._real.entries(incident)
        cut, self._old = self._old, 0
        return fold(Incident(), entries[: len(entries) - cut])


def test_a_key_id_alone_changes_nothing(site: Site) -> None:
    world = site.world(with_secret=False)
    incident = open_incident(world, site.alert(Ground.CLAIM), Mode.DISABLE, "a stranger")
    _, plan = run(world, incident.id)
    assert not _writes(site)
    assert {p.step.unit for p in plan.pending} == {"attach_quarantine", "revoke_user_sessions", "deactivate_key"}
    assert all("person" in p.needs for p in plan.pending)


def test_a_wrong_secret_beside_a_key_id_changes_nothing(site: Site) -> None:
    wrong = Credentials(site.stage.victim.key_id, SecretKey("A1b2" * 10))
    world = replace(site.world(), vault=Vault(wrong))
    incident = open_incident(world, site.alert(Ground.FOUND_SECRET), Mode.DISABLE, "a stranger")
    run(world, incident.id)
    assert not _writes(site)


def test_what_aws_has_quarantined_already_is_left_to_it(site: Site) -> None:
    arn = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2"
    site.stage.admin.client(site.stage.account, "iam").attach_user_policy(UserName="aws-victim", PolicyArn=arn)
    incident, plan = _contain(site, mode=Mode.QUARANTINE)
    state = next(a for a in incident.actions.values() if a.step.unit == "attach_quarantine")
    assert state.outcome is not None
    assert state.outcome.kind is OutcomeKind.ALREADY
    assert state.change is None
    assert not _writes(site)
    assert plan.pending


def test_a_refused_step_does_not_stop_the_others_and_goes_on_when_allowed(site: Site) -> None:
    iam = site.stage.admin.client(site.stage.account, "iam")
    deny = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:AttachUserPolicy","Resource":"*"}]}'
    iam.put_user_policy(UserName="unleak-responder", PolicyName="no", PolicyDocument=deny)
    _, plan = _contain(site)
    assert not plan.contained
    assert any("iam:AttachUserPolicy" in line for line in plan.by_hand)
    assert _state(site)["keys"] == ["Inactive"]
    iam.delete_user_policy(UserName="unleak-responder", PolicyName="no")
    _, plan = _contain(site)
    assert plan.contained
    assert _writes(site)["UpdateAccessKey"] == 1


def test_the_stop_switch_stops(site: Site) -> None:
    world = site.world(with_secret=False)
    _, plan = _contain(site, replace(world, config=replace(site.config, stop=True)))
    assert not _writes(site)
    assert any("stop switch" in line for line in plan.by_hand)


def test_the_hourly_limit_stops(site: Site) -> None:
    world = site.world(with_secret=False)
    _, plan = _contain(site, replace(world, config=replace(site.config, principals_per_hour=0)))
    assert _writes(site) == {"UpdateAccessKey": 1}, "the leaked key itself must go, whatever else was touched"
    assert any("limit" in line for line in plan.by_hand)
    assert not plan.contained
    site.standin.gate.clock.advance(700)
    _, plan = _contain(site)
    assert _writes(site)["AttachUserPolicy"] == 1, "it goes on by itself once there is room"


@pytest.mark.parametrize("kind", TargetKind)
def test_the_hourly_limit_does_not_keep_us_from_things_that_nobody_signs_in_with(site: Site, kind: TargetKind) -> None:
    world = site.world(with_secret=False)
    full = replace(world, config=replace(site.config, principals_per_hour=0))
    step = Step("restore_principal", Target(kind, "arn:aws:iam::111122223333:group/admins", site.stage.account))
    if kind in {TargetKind.INSTANCE, TargetKind.RESOURCE}:
        allow(full, Incident(), step)
        return
    with pytest.raises(NotNow):
        allow(full, Incident(), step)


def test_it_never_contains_itself(site: Site) -> None:
    world = site.world(with_secret=False)
    alert = site.alert(Ground.PERSON, site.stage.responder.key_id)
    incident = open_incident(world, alert, Mode.DISABLE, "a test")
    _, plan = run(world, incident.id)
    assert not _writes(site)
    assert any("identity that unleak runs as" in line for line in plan.by_hand)


def test_a_deny_that_the_attacker_removes_is_put_back_and_told(site: Site) -> None:
    incident, _ = _contain(site)
    iam = site.stage.admin.client(site.stage.account, "iam")
    iam.delete_user_policy(UserName="aws-victim", PolicyName=incident.name_of("revoke-sessions"))
    site.standin.gate.clock.advance(3601)
    incident, plan = _contain(site)
    assert plan.contained
    assert incident.name_of("revoke-sessions") in _state(site)["inline"]
    seen = [e.event for e in site.world().record.entries(incident.id) if isinstance(e.event, Looked)]
    assert any(e.look.in_place is Tri.NO for e in seen)


def test_an_approved_change_is_made_once_and_only_as_shown(site: Site) -> None:
    world = site.world(with_secret=False)
    incident, plan = _contain(site, world, Mode.OBSERVE)
    pending = next(p for p in plan.pending if p.step.unit == "attach_quarantine")
    assert pending.change is not None
    now = world.clock.now()
    yes = Approved(pending.step, pending.change.digest(pending.step), "sam", "go", now.replace(year=now.year + 1))
    world.record.append(incident.id, incident.seq, [(now, yes)])
    run(world, incident.id)
    assert _writes(site) == {"AttachUserPolicy": 1}


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.QUARANTINE])
def test_an_approval_of_another_change_is_void(site: Site, mode: Mode) -> None:
    world = site.world(with_secret=False)
    incident, plan = _contain(site, world, Mode.OBSERVE)
    pending = next(p for p in plan.pending if p.step.unit == "attach_quarantine")
    assert pending.change is not None
    now = world.clock.now()
    yes = Approved(pending.step, pending.change.digest(pending.step), "sam", "go", now.replace(year=now.year + 1))
    world.record.append(incident.id, incident.seq, [(now, yes)])
    iam = site.stage.admin.client(site.stage.account, "iam")
    iam.attach_user_policy(UserName="aws-victim", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    world.record.append(incident.id, incident.seq + 1, [(now, ModeSet(mode, "sam", "a test"))])
    _, plan = run(world, incident.id)
    asked_again = "attach_quarantine" in {p.step.unit for p in plan.pending}
    assert asked_again == (mode is Mode.OBSERVE)
    assert _writes(site)["AttachUserPolicy"] == (0 if mode is Mode.OBSERVE else 1)


def test_undo_takes_back_our_change_and_never_re_enables_the_key(site: Site) -> None:
    world = site.world(with_secret=False)
    incident, _ = _contain(site, world)
    user = Target(TargetKind.USER, f"arn:aws:iam::{site.stage.account}:user/aws-victim", site.stage.account)
    incident, outcome = undo(world, incident.id, Step("attach_quarantine", user).id, who="sam", why="over")
    assert outcome.kind is OutcomeKind.DONE
    assert _state(site)["attached"] == ["aws-victim"]
    assert not playbook(incident, world.clock.now()).contained
    with pytest.raises(Misuse, match="no restore re-enables"):
        undo(world, incident.id, f"deactivate_key:{site.stage.victim.key_id}", who="sam", why="over")
    assert _state(site)["keys"] == ["Inactive"]


def test_a_change_that_another_incident_needs_is_handed_over(site: Site) -> None:
    iam = site.stage.admin.client(site.stage.account, "iam")
    second = iam.create_access_key(UserName="aws-victim")["AccessKey"]["AccessKeyId"]
    world = site.world(with_secret=False)
    first, _ = _contain(site, world)
    other = open_incident(world, site.alert(Ground.PERSON, second), Mode.QUARANTINE, "a test")
    run(world, other.id)
    user = Target(TargetKind.USER, f"arn:aws:iam::{site.stage.account}:user/aws-victim", site.stage.account)
    _, outcome = undo(world, first.id, Step("attach_quarantine", user).id, who="sam", why="over")
    assert "handed over" in outcome.detail
    assert "AWSCompromisedKeyQuarantineV3" in _state(site)["attached"]
    assert other.id == incident_id_of(second)


def test_the_heir_of_a_change_can_take_it_back(site: Site) -> None:
    iam = site.stage.admin.client(site.stage.account, "iam")
    second = iam.create_access_key(UserName="aws-victim")["AccessKey"]["AccessKeyId"]
    world = site.world(with_secret=False)
    first, _ = _contain(site, world)
    heir = open_incident(world, site.alert(Ground.PERSON, second), Mode.QUARANTINE, "a test")
    run(world, heir.id)
    step = Step("attach_quarantine", _victim(site)).id
    undo(world, first.id, step, who="sam", why="over")
    with pytest.raises(Misuse, match=heir.id):
        undo(world, first.id, step, who="sam", why="over")
    _, outcome = undo(world, heir.id, step, who="sam", why="over")
    assert outcome.kind is OutcomeKind.DONE
    assert _state(site)["attached"] == ["aws-victim"]


def _victim(site: Site) -> Target:
    return Target(TargetKind.USER, f"arn:aws:iam::{site.stage.account}:user/aws-victim", site.stage.account)


@pytest.mark.parametrize("round_", [1, 2])
def test_a_lifted_deny_stays_lifted_in_all_its_rounds(site: Site, round_: int) -> None:
    incident, _ = _contain(site)
    world = site.world(with_secret=False)
    undo(world, incident.id, Step("revoke_user_sessions", _victim(site), round_).id, who="sam", why="over")
    site.standin.gate.clock.advance(3700)
    _, plan = _contain(site)
    assert not plan.contained
    assert not _state(site)["inline"]
    assert sum("lifted by sam" in line for line in plan.by_hand) == 2


def test_the_stop_switch_stops_undoing_and_open_intents_too(site: Site) -> None:
    incident, _ = _contain(site, mode=Mode.QUARANTINE)
    stopped = replace(site.world(with_secret=False), config=replace(site.config, stop=True))
    with pytest.raises(NotPossible, match="stop switch"):
        undo(stopped, incident.id, Step("attach_quarantine", _victim(site)).id, who="sam", why="over")
    step = Step("revoke_user_sessions", _victim(site))
    change = Change("deny", "somebody", "delete it", {"document": None}, {"cutoff": "2026-11-23T04:00:00Z"})
    record = stopped.record
    now = stopped.clock.now()
    record.append(incident.id, record.incident(incident.id).seq, [(now, Intended(step, change))])
    run(stopped, incident.id)
    assert not _state(site)["inline"]


def test_a_wrong_secret_with_a_persons_word_proves_nothing_by_trial(site: Site) -> None:
    wrong = Credentials(site.stage.victim.key_id, SecretKey("A1b2" * 10))
    incident, plan = _contain(site, replace(site.world(), vault=Vault(wrong)))
    assert plan.contained
    assert {a.verdict.proof for a in incident.actions.values() if a.verdict} == {Proof.STATE}


def test_a_deleted_keys_user_is_found_in_the_trail_and_its_sessions_denied(site: Site) -> None:
    site.stage.admin.leaked(site.stage.victim, "sts").get_session_token()
    iam = site.stage.admin.client(site.stage.account, "iam")
    iam.delete_access_key(UserName="aws-victim", AccessKeyId=site.stage.victim.key_id)
    incident, plan = _contain(site)
    assert incident.holds(Step("revoke_user_sessions", _victim(site)))
    assert any("does not exist any more" in line for line in plan.by_hand)
    assert plan.contained


def test_a_defect_in_one_check_does_not_end_containment(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a secret: " + site.stage.victim.secret.reveal())

    monkeypatch.setattr("unleak.inspect.save_principal.read_user", broken)
    incident, plan = _contain(site)
    assert _state(site)["keys"] == ["Inactive"]
    assert plan.contained
    assert any("KeyError" in c.unknown and "secret" not in c.unknown for c in incident.checks.values())


def test_only_this_key_is_deactivated(site: Site) -> None:
    iam = site.stage.admin.client(site.stage.account, "iam")
    iam.create_access_key(UserName="aws-victim")
    _contain(site)
    assert sorted(_state(site)["keys"]) == ["Active", "Inactive"]


def test_a_key_that_the_attacker_made_is_contained_as_well(site: Site) -> None:
    admin = site.stage.admin.client(site.stage.account, "iam")
    allow = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:CreateAccessKey","Resource":"*"}]}'
    admin.put_user_policy(UserName="aws-victim", PolicyName="grown", PolicyDocument=allow)
    admin.create_user(UserName="old-admin")
    stolen = site.stage.admin.leaked(site.stage.victim, "iam")
    made = stolen.create_access_key(UserName="old-admin")["AccessKey"]["AccessKeyId"]
    incident, plan = _contain(site)
    assert plan.contained
    assert incident.credentials[made].origin is Origin.CREATED
    keys = list(admin.pages("list_access_keys", "AccessKeyMetadata", UserName="old-admin"))
    assert [k["Status"] for k in keys] == ["Inactive"]
    assert list(admin.pages("list_user_policies", "PolicyNames", UserName="old-admin"))


def test_a_call_accepted_after_containment_is_never_green(site: Site) -> None:
    incident, plan = _contain(site)
    assert plan.contained
    read = incident.calls[incident.key_id]
    later = replace(read, last_accepted_at=site.standin.gate.clock.now())
    escaped = replace(incident, calls={incident.key_id: later})
    plan = playbook(escaped, site.standin.gate.clock.now())
    assert not plan.contained
    assert any("after containment" in line for line in plan.by_hand)


def _grant(site: Site, *actions: str) -> None:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam = site.stage.admin.client(site.stage.account, "iam")
    iam.put_user_policy(UserName="aws-victim", PolicyName="grown", PolicyDocument=document)


def test_a_policy_of_the_account_named_like_the_quarantine_is_none(site: Site) -> None:
    iam = site.stage.admin.client(site.stage.account, "iam")
    allow = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
    fake = iam.create_policy(PolicyName="AWSCompromisedKeyQuarantineV3", PolicyDocument=allow)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="aws-victim", PolicyArn=fake)
    _contain(site, mode=Mode.QUARANTINE)
    assert _writes(site)["AttachUserPolicy"] == 1


def test_the_role_of_a_machine_that_is_gone_is_contained(site: Site) -> None:
    _grant(site, "ec2:TerminateInstances")
    ec2 = site.stage.admin.leaked(site.stage.victim, "ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    profile = {"Name": "ops-admin"}
    made = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, IamInstanceProfile=profile)["Instances"]
    ec2.terminate_instances(InstanceIds=[made[0]["InstanceId"]])
    incident, _ = _contain(site)
    ops = Target(TargetKind.ROLE, f"arn:aws:iam::{site.stage.account}:role/ops-admin", site.stage.account)
    assert incident.holds(Step("revoke_role_sessions", ops))


def test_what_may_let_them_back_in_is_named_and_not_green(site: Site) -> None:
    _grant(site, "iam:CreateUser", "iam:UpdateAssumeRolePolicy")
    site.stage.admin.leaked(site.stage.victim, "iam").create_user(UserName="support")
    _, plan = _contain(site)
    assert not plan.contained
    assert any("iam:CreateUser support" in line for line in plan.by_hand)


def test_a_key_made_for_the_responders_user_is_not_spared(site: Site) -> None:
    _grant(site, "iam:CreateAccessKey")
    stolen = site.stage.admin.leaked(site.stage.victim, "iam")
    made = stolen.create_access_key(UserName="unleak-responder")["AccessKey"]["AccessKeyId"]
    _contain(site)
    iam = site.stage.admin.client(site.stage.account, "iam")
    keys = iam.list_access_keys(UserName="unleak-responder")["AccessKeyMetadata"]
    status = {k["AccessKeyId"]: k["Status"] for k in keys}
    assert status[made] == "Inactive"
    assert status[site.stage.responder.key_id] == "Active"


def test_what_leaves_its_trail_at_home_is_seen_wherever_we_look(site: Site) -> None:
    _grant(site, "iam:CreateUser")
    site.stage.admin.leaked(site.stage.victim, "iam").create_user(UserName="support")
    world = site.world(with_secret=False)
    config = replace(site.config, regions=("eu-west-1",))
    aws = Accounts(config, endpoint=site.standin.url, identity=site.stage.responder)
    _, plan = _contain(site, replace(world, config=config, aws=aws))
    assert any("iam:CreateUser support" in line for line in plan.by_hand)


def test_awss_clock_counts_and_not_this_machines(site: Site) -> None:
    site.standin.gate.clock.advance(240)
    aws = site.accounts()
    _ = aws.caller
    ahead = AwsClock(aws).now() - datetime.now(UTC)
    assert ahead >= site.standin.gate.clock.now() - datetime.now(UTC) - timedelta(seconds=5)


def test_a_deny_that_came_too_early_is_moved_on(site: Site) -> None:
    """A responder whose clock is behind: the session is younger than the cut-off, and still accepted."""
    slow = ArenaClock(lambda: site.standin.gate.clock.now() - timedelta(minutes=4), site.standin.gate.clock.advance)
    slow.forwarding = True
    session = site.stage.admin.leaked(site.stage.victim, "sts").get_session_token()["Credentials"]
    _contain(site, replace(site.world(), clock=slow))
    token = SessionToken(session["SessionToken"])
    held = Credentials(session["AccessKeyId"], SecretKey(session["SecretAccessKey"]), token)
    with pytest.raises(AccessDenied):
        site.stage.admin.leaked(held, "ec2").describe_instances()


def test_odd_records_hide_no_others() -> None:
    good = {"eventID": "1", "eventName": "AssumeRole", "eventSource": "sts.amazonaws.com"}
    good["eventTime"] = "2026-11-23T04:00:00Z"
    odd: list[dict[str, Any]] = [
        {"eventTime": 5}, {"requestParameters": "x"}, {"responseElements": {"instancesSet": {"items": None}}},
        {"responseElements": {"instancesSet": {"items": [5]}}}, {"userIdentity": {"accessKeyId": ["a"]}},
        {"responseElements": {"credentials": {"accessKeyId": ["a"]}}}, {"sourceIPAddress": "\ud800\u202e\x1b[31m"},
    ]  # fmt: skip
    for change in odd:
        try:
            call = call_from_record({**good, **change})
        except (TypeError, ValueError):
            continue
        assert list(follow(call)) == []
        assert call.address.isprintable()
        secret = call_from_record({**good, "requestParameters": {"apikey": "abc", "x": {"password": "abc"}}})
        assert "abc" not in str(secret)
        assert b"unheard" not in call_to_line(call_from_record({**good, "requestParameters": {"unheard": "of"}}))
