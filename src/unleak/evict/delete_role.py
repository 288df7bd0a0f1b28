"""Deletes a role that the attacker made, with all that hangs on it; saved before, so that it can be made again.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage_delete.html
"""

import json
from contextlib import suppress
from typing import Any

from unleak.aws.client import Client
from unleak.evict.deleting import DeletingSaved
from unleak.model.errors import NotFound
from unleak.model.plan import Target
from unleak.unit import ByHand


class DeleteRole(DeletingSaved):
    id = "delete_role"
    title = "Delete a role that the attacker made, saved so that it can be made again"
    permissions = (
        "iam:GetRole", "iam:GetRolePolicy", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies",
        "iam:ListInstanceProfilesForRole", "iam:DetachRolePolicy", "iam:DeleteRolePolicy", "iam:DeleteRole",
        "iam:RemoveRoleFromInstanceProfile", "iam:CreateRole", "iam:TagRole", "iam:AttachRolePolicy",
        "iam:PutRolePolicy", "iam:AddRoleToInstanceProfile", "iam:PassRole",
    )  # fmt: skip
    type = "IAM::Role"
    noun = "role"
    breaks = "whatever was given role {name} since"
    back = "make the role again with its policies; it gets another unique id"
    undone_by = "making the role again with its policies; it gets another unique id"
    by_hand = ByHand(
        console="IAM > Roles > {name} > Delete",
        cli="aws iam delete-role --role-name {name}  # after its policies and instance profiles",
    )
    references = ("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage_delete.html",)

    def image(self, iam: Client, target: Target) -> dict[str, Any]:
        return _image(iam, target.name)

    def take_apart(self, iam: Client, target: Target) -> None:
        _take_apart(iam, target.name)

    def make(self, iam: Client, target: Target, image: dict[str, Any]) -> None:
        _make(iam, target.name, image)


def _image(iam: Client, name: str) -> dict[str, Any]:
    role = iam.get_role(RoleName=name)["Role"]
    inline = sorted(iam.pages("list_role_policies", "PolicyNames", RoleName=name))
    attached = iam.pages("list_attached_role_policies", "AttachedPolicies", RoleName=name)
    profiles = iam.pages("list_instance_profiles_for_role", "InstanceProfiles", RoleName=name)
    return {
        "path": role["Path"],
        "trust": role["AssumeRolePolicyDocument"],
        "description": role.get("Description", ""),
        "longest": role.get("MaxSessionDuration", 3600),
        "boundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
        "tags": {t["Key"]: t["Value"] for t in role.get("Tags", ())},
        "inline": {p: iam.get_role_policy(RoleName=name, PolicyName=p)["PolicyDocument"] for p in inline},
        "attached": sorted(p["PolicyArn"] for p in attached),
        "profiles": sorted(p["InstanceProfileName"] for p in profiles),
    }


def _take_apart(iam: Client, name: str) -> None:
    """Whatever hangs on it now, not only what was saved."""
    now = _image(iam, name)
    for profile in now["profiles"]:
        with suppress(NotFound):
            iam.remove_role_from_instance_profile(InstanceProfileName=profile, RoleName=name)
    for arn in now["attached"]:
        with suppress(NotFound):
            iam.detach_role_policy(RoleName=name, PolicyArn=arn)
    for policy in now["inline"]:
        with suppress(NotFound):
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)


def _make(iam: Client, name: str, image: dict[str, Any]) -> None:
    """Goes on where it was interrupted."""
    try:
        iam.get_role(RoleName=name)
    except NotFound:
        tags = [{"Key": k, "Value": v} for k, v in image["tags"].items()]
        more = {"PermissionsBoundary": image["boundary"]} if image["boundary"] else {}
        iam.create_role(
            RoleName=name, Path=image["path"], AssumeRolePolicyDocument=json.dumps(image["trust"]),
            Description=image["description"], MaxSessionDuration=image["longest"], Tags=tags, **more,
        )  # fmt: skip
    for arn in image["attached"]:
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    for policy, document in image["inline"].items():
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))
    for profile in image["profiles"]:
        iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName=name)


ACTION = DeleteRole()
