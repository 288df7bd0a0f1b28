"""What the responder does, in small pieces: together they need every permission that is declared."""

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from conftest import Site
from deeds_of_identities import certificate
from organization_site import management_of
from rotate_world import READABLE
from unit_world import ACTION_LIST, CHECK_LIST, ORGANIZED, OTHERWISE, PAIR, TARGETS, bench_of
from unleak.aws.accounts import LISTS_MEMBERS, Accounts
from unleak.config import OrganizationAccess
from unleak.drill.stage import VICTIM
from unleak.inspect import find_owner
from unleak.inspect.authorization import PERMISSIONS as OF_REACH
from unleak.inspect.look_at_reach import reach_online
from unleak.model.credential import Credentials, SecretKey, SessionToken, Vault
from unleak.model.entry import Requested
from unleak.model.errors import AccessDenied, AwsError, CouldNotLook
from unleak.model.plan import Step, Target, TargetKind
from unleak.respond import ACTIONS
from unleak.rotate.asked import options_of
from unleak.rotate.consumers.consumer import Place
from unleak.rotate.copies import PERMISSIONS as OF_COPIES
from unleak.rotate.copies import copies_of
from unleak.standin.totp import code_at
from unleak.unit import Action, Context

Scenario = Callable[[Site], None]
_ALLOW = {"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}
_WITHOUT_ACCOUNT = "AKIAI" + "234567ABCDEFGHI"
"""Of the older format: it does not say whose it is."""


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _iam(site: Site) -> Any:
    return site.stage.admin.client(site.stage.account, "iam")


def _check(unit: str) -> Scenario:
    def run(site: Site) -> None:
        target = TARGETS[unit](site)
        check = next(c for c in CHECK_LIST if c.id == unit)
        list(check.run(bench_of(site).context, target))

    return run


def _action(action: Action, prepare: Scenario = lambda _: None) -> Scenario:
    def run(site: Site) -> None:
        target = TARGETS[action.id](site)
        prepare(site)
        _there_and_back(action, bench_of(site).context, target)

    return run


def _otherwise(action: Action, lay: Callable[[Site], Target]) -> Scenario:
    def run(site: Site) -> None:
        target = lay(site)
        _there_and_back(action, bench_of(site).context, target)

    return run


def _there_and_back(action: Action, context: Context, target: Target) -> None:
    change = action.propose(context, target)
    assert change is not None
    action.verify(context, target, change)
    action.apply(context, target, change)
    action.verify(context, target, change)
    action.undo(context, target, change)


def _in_a_group(site: Site) -> None:
    iam = _iam(site)
    iam.create_group(GroupName="staff")
    iam.put_group_policy(GroupName="staff", PolicyName="own", PolicyDocument=_document(_ALLOW))
    iam.attach_group_policy(GroupName="staff", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    iam.add_user_to_group(GroupName="staff", UserName=VICTIM)
    iam.put_user_policy(UserName=VICTIM, PolicyName="own", PolicyDocument=_document(_ALLOW))


def _full_of_policies(site: Site) -> None:
    iam = _iam(site)
    for n in range(9):
        arn = iam.create_policy(PolicyName=f"filler-{n}", PolicyDocument=_document(_ALLOW))["Policy"]["Arn"]
        iam.attach_user_policy(UserName=VICTIM, PolicyArn=arn)


def _full_of_groups(site: Site) -> None:
    _full_of_policies(site)
    iam = _iam(site)
    for n in range(10):
        iam.create_group(GroupName=f"filler-{n}")
        iam.add_user_to_group(GroupName=f"filler-{n}", UserName=VICTIM)


def _bounded(site: Site) -> None:
    _full_of_groups(site)
    iam = _iam(site)
    arn = iam.create_policy(PolicyName="bound", PolicyDocument=_document(_ALLOW))["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName=VICTIM, PermissionsBoundary=arn)


def _inline_full(site: Site) -> None:
    """An attacker may fill the quota, so that no inline deny finds room."""
    iam, prefix = _iam(site), f"arn:aws:sqs:us-east-1:{site.stage.account}:"
    for put, whose in (("put_user_policy", {"UserName": VICTIM}), ("put_role_policy", {"RoleName": "data-reader"})):
        for room in (900, 200, 20):
            for n in itertools.count():
                text = _document({**_ALLOW, "Resource": prefix + "q" * room})
                try:
                    getattr(iam, put)(**whose, PolicyName=f"filler-{room}-{n}", PolicyDocument=text)
                except AwsError:
                    break


def _renewed(unit: str) -> Scenario:
    """Cut off twice, where only a managed policy had room."""

    def run(site: Site) -> None:
        action, target = ACTIONS[unit], TARGETS[unit](site)
        _inline_full(site)
        context = bench_of(site).context
        change = action.propose(context, target)
        assert change is not None
        action.apply(context, target, change)
        site.standin.gate.clock.advance(120)
        later = replace(context, incident=replace(context.incident, opened_at=context.clock.now()))
        renewed = action.propose(later, target)
        assert renewed is not None
        action.apply(later, target, renewed)
        action.verify(later, target, renewed)
        action.undo(later, target, renewed)

    return run


def _deny_all_on(unit: str) -> Scenario:
    """The same action, on the other kind of principal."""

    def run(site: Site) -> None:
        target = TARGETS[unit](site)
        _inline_full(site)
        _there_and_back(ACTIONS["deny_all"], bench_of(site).context, target)
        context = bench_of(site).context
        change = ACTIONS["deny_all"].propose(context, target)
        assert change is not None
        for _ in range(2):
            ACTIONS["deny_all"].apply(context, target, change)
        ACTIONS["deny_all"].undo(context, target, change)

    return run


def _whole_user(site: Site) -> None:
    iam = _iam(site)
    _in_a_group(site)
    arn = iam.create_policy(PolicyName="bound", PolicyDocument=_document(_ALLOW))["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName=VICTIM, PermissionsBoundary=arn)
    iam.tag_user(UserName=VICTIM, Tags=[{"Key": "team", "Value": "a"}])
    iam.create_service_specific_credential(UserName=VICTIM, ServiceName="codecommit.amazonaws.com")
    iam.upload_ssh_public_key(UserName=VICTIM, SSHPublicKeyBody="ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
    seed = device["Base32StringSeed"].decode()
    codes = [code_at(seed, site.standin.gate.clock.now() + timedelta(seconds=s)) for s in (-30, 0)]
    iam.enable_mfa_device(
        UserName=VICTIM, SerialNumber=device["SerialNumber"], AuthenticationCode1=codes[0], AuthenticationCode2=codes[1]
    )
    iam.upload_signing_certificate(UserName=VICTIM, CertificateBody=certificate())


def _owners(site: Site) -> None:
    """Of a session that is in hand, of a credential for a service, and of an id that tells no account."""
    bench = bench_of(site)
    sts = site.stage.admin.leaked(site.stage.victim, "sts")
    made = sts.assume_role(RoleArn=site.stage.reader_arn, RoleSessionName="visit")["Credentials"]
    session = Credentials(made["AccessKeyId"], SecretKey(made["SecretAccessKey"]), SessionToken(made["SessionToken"]))
    service = _iam(site).create_service_specific_credential(UserName=VICTIM, ServiceName="codecommit.amazonaws.com")
    context = replace(bench.context, vault=Vault(session))
    for key_id in (session.key_id, service["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]):
        list(find_owner.CHECK.run(context, Target(TargetKind.KEY, key_id, "")))
    try:
        list(find_owner.CHECK.run(context, Target(TargetKind.KEY, _WITHOUT_ACCOUNT, "")))
    except CouldNotLook as error:
        if isinstance(error, AccessDenied):
            raise  # that nobody knows the id is an answer; that it may not be asked is none


def _reach(site: Site) -> None:
    world = site.world()
    reach, unseen = reach_online(world.aws, f"arn:aws:iam::{site.stage.account}:user/{VICTIM}", site.stage.account)
    if reach is None:
        raise CouldNotLook(unseen)


def _members(site: Site) -> None:
    config = replace(site.config, organization=OrganizationAccess("any", management_of(site)))
    aws = Accounts(config, endpoint=site.standin.url, identity=site.stage.responder)
    assert site.stage.account in aws.members


def _copies(site: Site) -> None:
    held = {make(site) for make in READABLE.values()}
    context = bench_of(site).context
    found = copies_of(Place(context.aws, site.stage.account, context.clock), site.stage.victim.key_id, ["us-east-1"])
    if found.unseen:
        raise CouldNotLook("; ".join(found.unseen))
    plain = {"lambda:orders", "codebuild:nightly", "ecs:web/shop"}
    assert set(found.held) == {f"{text}@us-east-1" for text in (held & plain) | {"ssm:/app/id"}}


def _in_group_then(unit: str) -> Scenario:
    def run(site: Site) -> None:
        _in_a_group(site)
        _check(unit)(site)

    return run


def _secret_deleted(site: Site) -> None:
    site.stage.admin.client(site.stage.account, "secretsmanager").delete_secret(SecretId="app-secret")


def _rotated_to(make: Callable[[Site], str]) -> Scenario:
    def run(site: Site) -> None:
        target = TARGETS["rotate_key"](site)
        _there_and_back(ACTIONS["rotate_key"], _asked(site, options_of((make(site),), "")), target)

    return run


def _asked(site: Site, options: Mapping[str, str]) -> Context:
    context, step = bench_of(site).context, Step("rotate_key", TARGETS["deactivate_key"](site))
    asked = {**context.incident.requested, step.id: Requested(step, "sam", "a test", options)}
    return replace(context, incident=replace(context.incident, requested=asked))


def _taken_up_again(site: Site) -> None:
    """A try that was interrupted before anybody got the key."""
    action, target = ACTIONS["rotate_key"], TARGETS["rotate_key"](site)
    context = bench_of(site).context
    change = action.propose(context, target)
    assert change is not None
    _iam(site).create_access_key(UserName=VICTIM)
    action.apply(context, target, change)


def _with_an_idle_key(site: Site) -> None:
    action, target = ACTIONS["rotate_key"], TARGETS["rotate_key"](site)
    idle = _iam(site).create_access_key(UserName=VICTIM)["AccessKey"]["AccessKeyId"]
    _iam(site).update_access_key(UserName=VICTIM, AccessKeyId=idle, Status="Inactive")
    context = _asked(site, options_of((f"ssm:{PAIR}",), idle))
    change = action.propose(context, target)
    assert change is not None
    action.apply(context, target, change)


SCENARIOS: dict[str, Scenario] = {
    **{f"check {c.id}": _check(c.id) for c in CHECK_LIST},
    "check find_owner, other kinds": _owners,
    "check read_permissions, with a group": _in_group_then("read_permissions"),
    **{f"action {a.id}": _action(a) for a in ACTION_LIST},
    **{f"action {name}": _otherwise(ACTIONS[name.split(",")[0]], lay) for name, lay in OTHERWISE.items()},
    "reach of a principal": _reach,
    "members of an organisation": _members,
    "copies of a key": _copies,
    "action attach_quarantine, by a group": _action(ACTIONS["attach_quarantine"], _full_of_policies),
    "action attach_quarantine, by a boundary": _action(ACTIONS["attach_quarantine"], _full_of_groups),
    "action attach_quarantine, by a boundary on a boundary": _action(ACTIONS["attach_quarantine"], _bounded),
    "action revoke_user_sessions, renewed": _renewed("revoke_user_sessions"),
    "action revoke_role_sessions, renewed": _renewed("revoke_role_sessions"),
    "action deny_all, of a user": _deny_all_on("attach_quarantine"),
    "action deny_all, of a role": _deny_all_on("deny_all"),
    "action put_back_secret, deleted": _action(ACTIONS["put_back_secret"], _secret_deleted),
    "action delete_user, with all that hangs on it": _action(ACTIONS["delete_user"], _whole_user),
}
ROTATED_TO: dict[str, Scenario] = {
    f"action rotate_key, to {kind}": _rotated_to(make) for kind, make in READABLE.items() if kind != "ssm"
}
"""The plain scenario is that of a parameter."""
SCENARIOS |= {
    **ROTATED_TO,
    "action rotate_key, where one was left": _taken_up_again,
    "action rotate_key, with an idle key": _with_an_idle_key,
}
IN_ORGANIZATION = {*(f"action {unit}" for unit in ORGANIZED), "members of an organisation"}


def scenarios_for(permission: str) -> list[str]:
    """Those of the units that declare it, the plain ones first."""
    if permission in OF_REACH:
        return ["reach of a principal"]
    if permission in OF_COPIES and not any(permission in a.permissions for a in ACTION_LIST):
        return ["copies of a key"]
    if permission == LISTS_MEMBERS:
        return ["members of an organisation"]
    units = {c.id for c in CHECK_LIST if permission in c.permissions} | {
        a.id for a in ACTION_LIST if permission in a.permissions
    }
    return [name for name in SCENARIOS if name.split(",")[0].split(" ")[1] in units]
