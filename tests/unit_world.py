"""For every unit a target in a site, and what its context must hold."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from conftest import Site
from deeds_of_data import (
    DATA_OTHERWISE,
    lost_table,
    moved_tag,
    overwritten_function,
    overwritten_objects,
    overwritten_parameter,
    overwritten_secret,
    put_back_asked,
)
from deeds_of_guards import GUARDS_OTHERWISE, SPOILT_GUARDS
from deeds_of_identities import IDENTITIES_OTHERWISE, SPOILT_IDENTITIES
from deeds_of_machines import MACHINES_OTHERWISE, SPOILT_MACHINES
from deeds_of_resources import RESOURCES_OTHERWISE, SPOILT_RESOURCES
from deeds_world import SPOILT, deeds_in
from organization_site import management_of
from unleak.drill.stage import RESPONDER
from unleak.engine.permissions import rotation_policy
from unleak.model.entry import Requested
from unleak.model.evidence import CallsRead, DescentRead, Exhibit, KeyOwner, KeyStatus, OrganizationFound, UseBefore
from unleak.model.incident import Incident
from unleak.model.plan import Mode, Step, Target, TargetKind
from unleak.respond import ACTIONS, CHECKS
from unleak.rotate.asked import options_of
from unleak.unit import Context


def _user(site: Site) -> Target:
    return Target(TargetKind.USER, f"arn:aws:iam::{site.stage.account}:user/aws-victim", site.stage.account)


def _role(site: Site) -> Target:
    return Target(TargetKind.ROLE, site.stage.reader_arn, site.stage.account)


def _key(site: Site) -> Target:
    return Target(TargetKind.KEY, site.stage.victim.key_id, site.stage.account)


def _instance(site: Site) -> Target:
    ec2 = site.stage.admin.client(site.stage.account, "ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    profile = {"Name": "ops-admin"}
    made = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, IamInstanceProfile=profile)["Instances"][0]
    arn = f"arn:aws:ec2:us-east-1:{site.stage.account}:instance/{made['InstanceId']}"
    return Target(TargetKind.INSTANCE, arn, site.stage.account)


def _protected_instance(site: Site) -> Target:
    target = _instance(site)
    ec2 = site.stage.admin.client(site.stage.account, "ec2")
    ec2.modify_instance_attribute(InstanceId=target.name, DisableApiStop={"Value": True})
    return target


def _account(site: Site) -> Target:
    return Target(TargetKind.ACCOUNT, site.stage.account, site.stage.account)


def _with_service_credential(site: Site) -> Target:
    """In lockdown all of them are meant; one that is older than the leak may come back."""
    iam, user = site.stage.admin.client(site.stage.account, "iam"), _user(site)
    iam.create_service_specific_credential(UserName=user.name, ServiceName="codecommit.amazonaws.com")
    site.standin.gate.clock.advance(timedelta(days=8).total_seconds())
    return user


def _with_password(site: Site) -> Target:
    iam, user = site.stage.admin.client(site.stage.account, "iam"), _user(site)
    iam.create_login_profile(UserName=user.name, Password="Correct-horse-7")
    return user


def _with_root_key(site: Site) -> Target:
    site.standin.gate.add_root_key(site.stage.account)
    return _account(site)


def _inactive_key(site: Site) -> Target:
    iam, key = site.stage.admin.client(site.stage.account, "iam"), _key(site)
    iam.update_access_key(UserName="aws-victim", AccessKeyId=key.id, Status="Inactive")
    return key


def _quarantined(site: Site) -> Target:
    iam, user = site.stage.admin.client(site.stage.account, "iam"), _user(site)
    arn = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"
    iam.attach_user_policy(UserName=user.name, PolicyArn=arn)
    return user


def let_rotate(site: Site, lacks: str = "") -> None:
    """The responder gets what `unleak rotate` needs beside the responder's policy."""
    iam, policy = site.stage.admin.client(site.stage.account, "iam"), rotation_policy()
    if "rotates" in iam.list_user_policies(UserName=RESPONDER)["PolicyNames"]:
        return
    for statement in policy["Statement"]:
        statement["Action"] = [a for a in statement["Action"] if a != lacks]
    iam.put_user_policy(UserName=RESPONDER, PolicyName="rotates", PolicyDocument=json.dumps(policy))


PAIR = "/app/pair"


def _key_in_a_parameter(site: Site) -> Target:
    let_rotate(site)
    ssm, victim = site.stage.admin.client(site.stage.account, "ssm"), site.stage.victim
    held = {"AWS_ACCESS_KEY_ID": victim.key_id, "AWS_SECRET_ACCESS_KEY": victim.secret.reveal(), "other": "kept"}
    ssm.put_parameter(Name=PAIR, Value=json.dumps(held), Type="SecureString", Overwrite=True)
    return _key(site)


TARGETS: dict[str, Callable[[Site], Target]] = {
    "find_owner": _key,
    "try_credential": _key,
    "save_principal": _user,
    "read_permissions": _user,
    "calls_of_key": _key,
    "descent": _key,
    "instance_role": _instance,
    "attach_quarantine": _user,
    "revoke_user_sessions": _user,
    "revoke_role_sessions": _role,
    "deactivate_key": _key,
    "stop_instance": _protected_instance,
    "find_organization": _account,
    "revoke_service_credentials": _with_service_credential,
    "deny_all": _role,
    "lock_with_scp": _user,
    "block_console": _with_password,
    "root_key": _with_root_key,
    "delete_key": _inactive_key,
    "delete_user": _with_password,
    "break_glass": _inactive_key,
    "lift_aws_quarantine": _quarantined,
    **SPOILT,
    **SPOILT_RESOURCES,
    **SPOILT_MACHINES,
    **SPOILT_IDENTITIES,
    **SPOILT_GUARDS,
    "put_back_object": overwritten_objects,
    "put_back_parameter": overwritten_parameter,
    "put_back_secret": overwritten_secret,
    "put_back_function": overwritten_function,
    "put_back_table": lost_table,
    "put_back_image": moved_tag,
    "rotate_key": _key_in_a_parameter,
}
OTHERWISE = {**RESOURCES_OTHERWISE, **MACHINES_OTHERWISE, **IDENTITIES_OTHERWISE, **GUARDS_OTHERWISE,
             **DATA_OTHERWISE}  # fmt: skip
"""Of actions that are above already, what they do in another case: `unit, in words`."""
ORGANIZED = {"lock_with_scp", "root_key"}
"""They need an organisation around the account."""
FREE = {"sts:GetCallerIdentity", "sts:AssumeRole"}
# What a call needs where its name is not its permission.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
NEEDS = {
    "s3:GetPublicAccessBlock": {"s3:GetBucketPublicAccessBlock"},
    "s3:PutPublicAccessBlock": {"s3:PutBucketPublicAccessBlock"},
    "s3:DeletePublicAccessBlock": {"s3:PutBucketPublicAccessBlock"},
    "s3:GetBucketReplication": {"s3:GetReplicationConfiguration"},
    "s3:PutBucketReplication": {"s3:PutReplicationConfiguration"},
    "s3:DeleteBucketReplication": {"s3:PutReplicationConfiguration"},
    "s3:GetBucketLifecycleConfiguration": {"s3:GetLifecycleConfiguration"},
    "s3:PutBucketLifecycleConfiguration": {"s3:PutLifecycleConfiguration"},
    "s3:DeleteBucketLifecycle": {"s3:PutLifecycleConfiguration"},
    "s3:ListObjectVersions": {"s3:ListBucketVersions"},
    "s3:HeadObject": {"s3:GetObjectVersion"},
    "s3:CopyObject": {"s3:GetObjectVersion", "s3:GetObjectVersionTagging", "s3:PutObject", "s3:PutObjectTagging"},
    "s3:DeleteObject": {"s3:DeleteObjectVersion"},
}
CHECK_LIST, ACTION_LIST = list(CHECKS.values()), list(ACTIONS.values())


def needed(called: set[str]) -> set[str]:
    """The permissions that these calls need."""
    return {p for call in called - FREE for p in NEEDS.get(call, {call})}


@dataclass(slots=True)
class Bench:
    """A unit's context, and the AWS actions that it called."""

    context: Context
    called: set[str]


def bench_of(site: Site) -> Bench:
    called: set[str] = set()
    world = site.world(watcher=called.add)
    victim = site.stage.victim.key_id
    owner = KeyOwner(victim, site.stage.account, KeyStatus.ACTIVE, _user(site).id)
    now = site.standin.gate.clock.now()
    glass, rotation = Step("break_glass", _key(site)), Step("rotate_key", _key(site))
    consumers = options_of((f"ssm:{PAIR}",), "")
    before = UseBefore(1, now, ("s3:GetObject",), ("192.0.2.7",))
    asked = put_back_asked(site)
    incident = Incident(
        id="inc-conformance", key_id=victim, opened_at=now, owners={victim: owner}, mode=Mode.LOCKDOWN,
        alerts=(site.alert(),),
        requested={
            glass.id: Requested(glass, "sam", "a test"),
            rotation.id: Requested(rotation, "sam", "a test", consumers),
            asked.step.id: asked,
        },
        calls={victim: CallsRead(victim, Exhibit("", 0, 0), 1, 0, before=before)},
        organizations={site.stage.account: OrganizationFound(site.stage.account, management_of(site))}
        if site.config.accounts else {},
        descent=DescentRead(victim, Exhibit("", 0, 0), 1, 1, standing=deeds_in(site.stage.account)),
    )  # fmt: skip
    return Bench(Context(world.aws, world.clock, incident, world.vault, world.record.keep, config=world.config), called)
