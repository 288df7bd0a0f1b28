"""Every kind of credential, leaked and contained over a real connection: it works before, and is refused after."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from conftest import Site
from organization_site import organized
from unleak.aws.accounts import Accounts
from unleak.engine.local import open_incident, run
from unleak.engine.watch import Watch
from unleak.model.alert import Ground
from unleak.model.credential import CredentialKind, Credentials, SecretKey, SessionToken, Vault
from unleak.model.entry import Approved
from unleak.model.errors import AccessDenied, AwsError, CredentialRefused
from unleak.model.incident import Incident
from unleak.model.plan import Mode, OutcomeKind, Plan, Proof, Step, Target, TargetKind
from unleak.playbook import playbook
from unleak.respond import World
from unleak.standin.server import Standin


def _session(made: dict[str, Any]) -> Credentials:
    token = SessionToken(made["SessionToken"])
    return Credentials(made["AccessKeyId"], SecretKey(made["SecretAccessKey"]), token)


def _contain(
    site: Site, leaked: Credentials, mode: Mode = Mode.DISABLE, *, in_hand: bool = True, world: World | None = None
) -> tuple[World, Incident, Plan]:
    vault = Vault(leaked) if in_hand else Vault()
    here = replace(world or site.world(), vault=vault)
    ground = Ground.FOUND_SECRET if in_hand else Ground.PERSON
    incident = open_incident(here, site.alert(ground, leaked.key_id), mode, "a test")
    incident, plan = run(here, incident.id)
    return here, incident, plan


def _approve(world: World, incident: Incident, unit: str) -> tuple[Incident, Plan]:
    now = world.clock.now()
    pending = next(p for p in playbook(incident, now).pending if p.step.unit == unit)
    assert pending.change is not None
    yes = Approved(pending.step, pending.change.digest(pending.step), "sam", "go", now + timedelta(hours=1))
    world.record.append(incident.id, incident.seq, [(now, yes)])
    return run(world, incident.id)


def _may(accounts: Accounts, credentials: Credentials, service: str = "ec2", call: str = "describe_instances") -> bool:
    try:
        getattr(accounts.leaked(credentials, service), call)()
    except (AccessDenied, CredentialRefused):
        return False
    return True


def _proofs(incident: Incident, unit: str) -> set[Proof | None]:
    return {a.verdict.proof for a in incident.actions.values() if a.step.unit == unit and a.verdict}


def _mint_user_session(site: Site) -> Credentials:
    return _session(site.stage.admin.leaked(site.stage.victim, "sts").get_session_token()["Credentials"])


def _mint_federated(site: Site) -> Credentials:
    iam = site.stage.admin.client(site.stage.account, "iam")
    grant = {"Effect": "Allow", "Action": "sts:GetFederationToken", "Resource": "*"}
    iam.put_user_policy(UserName="aws-victim", PolicyName="federates", PolicyDocument=_document(grant))
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    sts = site.stage.admin.leaked(site.stage.victim, "sts")
    made = _session(sts.get_federation_token(Name="visitor", Policy=_document(everything))["Credentials"])
    site.stage.admin.leaked(made, "ec2").describe_instances()  # the trail tells whose session it is
    return made


def _mint_role_session(site: Site) -> Credentials:
    iam = site.stage.admin.client(site.stage.account, "iam")
    grant = {"Effect": "Allow", "Action": ["ec2:Describe*"], "Resource": "*"}
    iam.put_role_policy(RoleName="data-reader", PolicyName="sees", PolicyDocument=_document(grant))
    sts = site.stage.admin.leaked(site.stage.victim, "sts")
    return _session(sts.assume_role(RoleArn=site.stage.reader_arn, RoleSessionName="ci-job")["Credentials"])


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


SESSIONS: list[tuple[Callable[[Site], Credentials], CredentialKind, str]] = [
    (_mint_user_session, CredentialKind.USER_SESSION, "revoke_user_sessions"),
    (_mint_federated, CredentialKind.FEDERATED_SESSION, "revoke_user_sessions"),
    (_mint_role_session, CredentialKind.ROLE_SESSION, "revoke_role_sessions"),
]


@pytest.mark.parametrize("in_hand", [True, False], ids=["in hand", "by its id"])
@pytest.mark.parametrize(("mint", "kind", "unit"), SESSIONS, ids=[s[1].value for s in SESSIONS])
def test_a_leaked_session_is_refused_afterwards(
    site: Site, mint: Callable[[Site], Credentials], kind: CredentialKind, unit: str, *, in_hand: bool
) -> None:
    leaked = mint(site)
    assert _may(site.stage.admin, leaked)
    if kind is CredentialKind.ROLE_SESSION or not in_hand:
        site.stage.admin.leaked(leaked, "ec2").describe_instances()
    _, incident, plan = _contain(site, leaked, in_hand=in_hand)
    assert incident.owner is not None
    assert incident.owner.kind is kind
    assert plan.contained, plan.by_hand
    assert not _may(site.stage.admin, leaked)
    if in_hand and kind is not CredentialKind.FEDERATED_SESSION:
        assert Proof.TRIAL in _proofs(incident, unit)
    keys = site.stage.admin.client(site.stage.account, "iam").list_access_keys(UserName="aws-victim")
    assert [k["Status"] for k in keys["AccessKeyMetadata"]] == ["Active"], "the session leaked, not the key"


def test_a_session_of_which_nobody_knows_whose_it_is_is_never_called_contained(site: Site) -> None:
    leaked = _mint_user_session(site)
    _, incident, plan = _contain(site, leaked, in_hand=False)
    assert incident.owner is not None
    assert incident.owner.kind is CredentialKind.UNKNOWN_SESSION
    assert not plan.contained
    assert any("whose session" in line for line in plan.by_hand)


def _root_key(site: Site) -> Credentials:
    made = site.standin.gate.add_root_key(site.stage.account)
    return Credentials(made.key_id, SecretKey(made.secret))


def test_a_members_root_key_is_removed_through_the_organisation(standin: Standin, tmp_path: Path) -> None:
    site = organized(standin, tmp_path)
    leaked = _root_key(site)
    world, incident, plan = _contain(site, leaked, Mode.LOCKDOWN)
    assert {p.step.unit for p in plan.pending} == {"root_key", "lock_with_scp"}
    assert not plan.contained
    incident, _ = _approve(world, incident, "lock_with_scp")
    assert not _may(site.stage.admin, leaked, "iam", "list_users"), "the policy of the organisation denies root"
    incident, plan = _approve(world, incident, "root_key")
    assert plan.contained, plan.by_hand
    assert not _may(site.stage.admin, leaked, "sts", "get_caller_identity")
    assert _proofs(incident, "root_key") == {Proof.TRIAL}


def test_a_root_key_that_only_a_person_can_remove_is_asked_for_and_looked_at(site: Site) -> None:
    leaked = _root_key(site)
    world, incident, plan = _contain(site, leaked, Mode.LOCKDOWN)
    assert incident.calls[leaked.key_id].accepted == 0, "who asked AWS whose it is were we"
    incident, plan = _approve(world, incident, "root_key")
    state = next(a for a in incident.actions.values() if a.step.unit == "root_key")
    assert state.outcome is not None
    assert state.outcome.kind is OutcomeKind.ASKED
    assert not plan.contained
    assert any("sign in at" in line for line in plan.by_hand)
    site.standin.gate.clock.advance(3600)
    _remove_root_keys(site, leaked)
    site.standin.gate.clock.advance(600)
    incident, plan = run(world, incident.id)
    assert plan.contained, plan.by_hand


def _remove_root_keys(site: Site, leaked: Credentials) -> None:
    root = site.stage.admin.leaked(leaked, "iam")
    keys = [k["AccessKeyId"] for k in root.list_access_keys()["AccessKeyMetadata"]]
    for key in sorted(keys, key=lambda k: k == leaked.key_id):  # its own last
        root.delete_access_key(AccessKeyId=key)


def test_a_root_session_ends_by_itself_and_is_not_called_contained_before(site: Site) -> None:
    key = _root_key(site)
    leaked = _session(site.stage.admin.leaked(key, "sts").get_session_token()["Credentials"])
    world, incident, plan = _contain(site, leaked)
    assert incident.owner is not None
    assert incident.owner.kind is CredentialKind.ROOT_SESSION
    assert not plan.contained
    site.standin.gate.clock.advance(3700)
    assert not _may(site.stage.admin, leaked, "iam", "list_users")
    incident, plan = run(world, incident.id)
    assert not plan.contained, "root has a key, and mints again"
    _remove_root_keys(site, key)
    _, plan = _approve(world, incident, "root_key")
    assert plan.contained, plan.by_hand


def test_a_credential_for_one_service_is_switched_off_and_the_users_key_is_not(site: Site) -> None:
    iam = site.stage.admin.client(site.stage.account, "iam")
    older = iam.create_service_specific_credential(UserName="aws-victim", ServiceName="codecommit.amazonaws.com")
    site.standin.gate.clock.advance(timedelta(days=9).total_seconds())
    made = iam.create_service_specific_credential(UserName="aws-victim", ServiceName="bedrock.amazonaws.com")
    leaked = made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
    _, incident, plan = _contain(site, Credentials(leaked, SecretKey("x" * 40)), in_hand=False)
    assert incident.owner is not None
    assert incident.owner.kind is CredentialKind.SERVICE_CREDENTIAL
    assert plan.contained, plan.by_hand
    found = iam.list_service_specific_credentials(UserName="aws-victim")["ServiceSpecificCredentials"]
    states = {c["ServiceSpecificCredentialId"]: c["Status"] for c in found}
    assert states == {leaked: "Inactive", older["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]: "Active"}
    keys = iam.list_access_keys(UserName="aws-victim")["AccessKeyMetadata"]
    assert [k["Status"] for k in keys] == ["Active"]


def test_a_key_of_somebody_elses_account_is_not_touched_and_not_called_contained(
    site: Site, make_site: Callable[[], Site]
) -> None:
    theirs = make_site().stage.victim
    _, incident, plan = _contain(site, theirs)
    assert incident.owner is not None
    assert incident.owner.kind is CredentialKind.FOREIGN
    assert not incident.actions
    assert not plan.contained
    assert any("name a role for it in unleak.toml" in line for line in plan.by_hand)


def test_lockdown_denies_everything_and_lifts_it_when_no_session_can_live(site: Site) -> None:
    session = _mint_user_session(site)
    user = Target(TargetKind.USER, f"arn:aws:iam::{site.stage.account}:user/aws-victim", site.stage.account)
    world, incident, plan = _contain(site, site.stage.victim, Mode.LOCKDOWN)
    assert plan.contained, plan.by_hand
    assert incident.holds(Step("deny_all", user))
    assert not _may(site.stage.admin, session)
    early = world.clock.now() + timedelta(hours=34)
    incident, _ = run(world, incident.id, goes_on=lambda _: world.clock.now() < early)
    assert not incident.is_lifted(Step("deny_all", user)), "sessions can still live"
    late = early + timedelta(hours=4)
    incident, plan = run(world, incident.id, goes_on=lambda _: world.clock.now() < late)
    lifted = incident.action(Step("deny_all", user))
    assert lifted is not None
    assert lifted.undo is not None
    assert lifted.undo.who == "unleak"
    names = list(site.stage.admin.client(site.stage.account, "iam").pages("list_user_policies", "PolicyNames",
                                                                           UserName="aws-victim"))  # fmt: skip
    assert not any(n.endswith("deny-all") for n in names)
    assert plan.contained, plan.by_hand


def test_a_timer_of_36_hours_is_kept_by_a_process_that_starts_later(site: Site) -> None:
    """Nothing but the record knows of it."""
    world, incident, _ = _contain(site, site.stage.victim, Mode.LOCKDOWN)
    world.record.close()
    site.standin.gate.clock.advance(37 * 3600)
    restarted = site.world(with_secret=False)
    for _ in range(3):
        Watch(restarted).run(wait=False)
        site.standin.gate.clock.advance(60)
    names = site.stage.admin.client(site.stage.account, "iam").list_user_policies(UserName="aws-victim")["PolicyNames"]
    assert incident.name_of("deny-all") not in names
    assert incident.name_of("revoke-sessions") in names, "that one is a person's to lift"


def test_a_deny_is_not_lifted_where_the_trail_cannot_be_read(site: Site) -> None:
    world, incident, _ = _contain(site, site.stage.victim, Mode.LOCKDOWN)
    iam = site.stage.admin.client(site.stage.account, "iam")
    deny = {"Effect": "Deny", "Action": "cloudtrail:LookupEvents", "Resource": "*"}
    iam.put_user_policy(UserName="unleak-responder", PolicyName="no", PolicyDocument=_document(deny))
    late = world.clock.now() + timedelta(hours=40)
    incident, plan = run(world, incident.id, goes_on=lambda _: world.clock.now() < late)
    user = Target(TargetKind.USER, f"arn:aws:iam::{site.stage.account}:user/aws-victim", site.stage.account)
    assert not incident.is_lifted(Step("deny_all", user))
    assert not plan.contained


def test_a_lock_of_the_organisation_cannot_be_undone_from_inside(standin: Standin, tmp_path: Path) -> None:
    site = organized(standin, tmp_path)
    _, incident, plan = _contain(site, site.stage.victim, Mode.LOCKDOWN)
    assert plan.contained, plan.by_hand
    inside = site.stage.admin.client(site.stage.account, "iam")  # root of the account: the most that there is inside
    with pytest.raises(AccessDenied):
        inside.delete_user_policy(UserName="aws-victim", PolicyName=incident.name_of("deny-all"))
    with pytest.raises(AccessDenied):
        inside.create_access_key(UserName="aws-victim")


FULL: list[tuple[str, int, int, bool]] = [
    ("policy", 0, 0, False),
    ("group", 9, 0, False),
    ("boundary", 9, 10, False),
    ("inline", 9, 10, True),
]


@pytest.mark.parametrize(("way", "policies", "groups", "brim"), FULL, ids=[f[0] for f in FULL])
def test_the_quarantine_finds_a_way_whatever_is_full(
    site: Site, way: str, policies: int, groups: int, *, brim: bool
) -> None:
    iam = site.stage.admin.client(site.stage.account, "iam")
    grant = {"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}
    for n in range(policies):
        arn = iam.create_policy(PolicyName=f"filler-{n}", PolicyDocument=_document(grant))["Policy"]["Arn"]
        iam.attach_user_policy(UserName="aws-victim", PolicyArn=arn)
    for n in range(groups):
        iam.create_group(GroupName=f"filler-{n}")
        iam.add_user_to_group(GroupName=f"filler-{n}", UserName="aws-victim")
    if brim:  # a boundary that has no room for the denies
        queues = [f"arn:aws:sqs:us-east-1:{site.stage.account}:queue-{n:03}" for n in range(90)]
        wide = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        arn = iam.create_policy(PolicyName="brim", PolicyDocument=_document(wide, {**grant, "Resource": queues}))
        iam.put_user_permissions_boundary(UserName="aws-victim", PermissionsBoundary=arn["Policy"]["Arn"])
    assert _may(site.stage.admin, site.stage.victim, "iam", "list_users")
    _, incident, plan = _contain(site, site.stage.victim, Mode.QUARANTINE)
    state = next(a for a in incident.actions.values() if a.step.unit == "attach_quarantine")
    assert state.change is not None
    assert state.change.after["way"] == way
    assert state.holds, plan.by_hand
    with pytest.raises(AwsError):
        site.stage.admin.leaked(site.stage.victim, "ec2").run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)
