"""What an attacker has left in a site, for each action that takes it out; and how the incident knows of it."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from conftest import Site
from unleak.model.evidence import Fact
from unleak.model.plan import Target, TargetKind

_LAID: dict[str, list[Fact]] = {}
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
STRANGER = "arn:aws:iam::999988887777:root"
_ALLOW = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}


def deeds_in(account: str) -> tuple[Fact, ...]:
    """What the incident of this account knows that was done to it."""
    return tuple(_LAID.get(account, ()))


def did(
    site: Site,
    target: Target,
    type_: str,
    deed: str,
    part: str = "",
    *,
    action: str = "",
    grants: tuple[str, ...] = (),
    former: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """The incident knows of it from now on."""
    now = at or site.standin.gate.clock.now()
    by = site.stage.victim.key_id
    fact = Fact(target.id, f"AWS::{type_}", deed, "", by, now, "e-1", grants=grants, action=action, part=part,
                former=former)  # fmt: skip
    _LAID.setdefault(site.stage.account, []).append(fact)


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(*principals: str) -> str:
    return document({"Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": "sts:AssumeRole"})


def iam(site: Site) -> Any:
    return site.stage.admin.client(site.stage.account, "iam")


def named(site: Site, kind: TargetKind, service: str, name: str, region: str = "") -> Target:
    return Target(kind, f"arn:aws:{service}:{region}:{site.stage.account}:{name}", site.stage.account)


def _spoilt_user(site: Site) -> Target:
    user = named(site, TargetKind.USER, "iam", "user/bystander")
    iam(site).create_user(UserName=user.name)
    iam(site).attach_user_policy(UserName=user.name, PolicyArn=ADMIN)
    iam(site).put_user_policy(UserName=user.name, PolicyName="backup", PolicyDocument=document(_ALLOW))
    iam(site).create_group(GroupName="admins")
    iam(site).add_user_to_group(GroupName="admins", UserName=user.name)
    did(site, user, "IAM::User", "changed", f"policy|{ADMIN}", action="iam:AttachUserPolicy")
    did(site, user, "IAM::User", "changed", "inline|backup", action="iam:PutUserPolicy")
    did(site, user, "IAM::User", "changed", "inline|lost|gone", action="iam:DeleteUserPolicy",
        former={"policyDocument": document(_ALLOW)})  # fmt: skip
    did(site, user, "IAM::User", "changed", "group|admins", action="iam:AddUserToGroup")
    did(site, user, "IAM::User", "changed", "boundary|gone", action="iam:DeleteUserPermissionsBoundary",
        former={"permissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"})  # fmt: skip
    return user


def _spoilt_trust(site: Site) -> Target:
    role = Target(TargetKind.ROLE, site.stage.reader_arn, site.stage.account)
    before = trust(f"arn:aws:iam::{site.stage.account}:root")
    both = trust(f"arn:aws:iam::{site.stage.account}:root", STRANGER)
    iam(site).update_assume_role_policy(RoleName=role.name, PolicyDocument=both)
    did(site, role, "IAM::Role", "changed", "trust", action="iam:UpdateAssumeRolePolicy", grants=(STRANGER,),
        former={"policyDocument": before})  # fmt: skip
    return role


def _made_role(site: Site) -> Target:
    role = named(site, TargetKind.ROLE, "iam", "role/support")
    iam(site).create_role(
        RoleName=role.name, AssumeRolePolicyDocument=trust(STRANGER), Tags=[{"Key": "a", "Value": "b"}]
    )
    iam(site).attach_role_policy(RoleName=role.name, PolicyArn=ADMIN)
    iam(site).put_role_policy(RoleName=role.name, PolicyName="own", PolicyDocument=document(_ALLOW))
    iam(site).create_instance_profile(InstanceProfileName="support")
    iam(site).add_role_to_instance_profile(InstanceProfileName="support", RoleName=role.name)
    did(site, role, "IAM::Role", "created", action="iam:CreateRole")
    return role


def _made_policy(site: Site) -> Target:
    policy = named(site, TargetKind.RESOURCE, "iam", "policy/all")
    iam(site).create_policy(PolicyName=policy.name, PolicyDocument=document({**_ALLOW, "Action": "ec2:*"}))
    iam(site).create_policy_version(PolicyArn=policy.id, PolicyDocument=document(_ALLOW), SetAsDefault=True)
    iam(site).create_group(GroupName="staff")
    iam(site).attach_user_policy(UserName="aws-victim", PolicyArn=policy.id)
    iam(site).attach_role_policy(RoleName="data-reader", PolicyArn=policy.id)
    iam(site).attach_group_policy(GroupName="staff", PolicyArn=policy.id)
    did(site, policy, "IAM::ManagedPolicy", "created", action="iam:CreatePolicy")
    return policy


def _spoilt_policy(site: Site) -> Target:
    policy = named(site, TargetKind.RESOURCE, "iam", "policy/deploy")
    iam(site).create_policy(PolicyName=policy.name, PolicyDocument=document({**_ALLOW, "Action": "s3:GetObject"}))
    iam(site).create_policy_version(PolicyArn=policy.id, PolicyDocument=document(_ALLOW), SetAsDefault=True)
    did(site, policy, "IAM::ManagedPolicy", "changed", "version|v2", action="iam:CreatePolicyVersion")
    return policy


SPOILT: dict[str, Callable[[Site], Target]] = {
    "restore_principal": _spoilt_user,
    "restore_trust": _spoilt_trust,
    "restore_policy": _spoilt_policy,
    "delete_role": _made_role,
    "delete_policy": _made_policy,
}
