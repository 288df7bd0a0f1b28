"""Deletes a group of users that the attacker made, emptied of its members and policies; saved before.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_groups_manage_delete.html
"""

import json
from contextlib import suppress
from typing import Any

from unleak.aws.client import Client
from unleak.evict.deleting import DeletingSaved
from unleak.model.errors import NotFound
from unleak.model.plan import Target
from unleak.unit import ByHand


class DeleteGroup(DeletingSaved):
    id = "delete_group"
    title = "Delete a group of users that the attacker made, saved so that it can be made again"
    permissions = (
        "iam:GetGroup", "iam:ListGroupPolicies", "iam:GetGroupPolicy", "iam:ListAttachedGroupPolicies",
        "iam:RemoveUserFromGroup", "iam:DeleteGroupPolicy", "iam:DetachGroupPolicy", "iam:DeleteGroup",
        "iam:CreateGroup", "iam:PutGroupPolicy", "iam:AttachGroupPolicy", "iam:AddUserToGroup",
    )  # fmt: skip
    type = "IAM::Group"
    noun = "group"
    breaks = "whoever has rights only by group {name}"
    back = "make the group again with its policies and members"
    undone_by = "making the group again with its policies and members"
    by_hand = ByHand(
        console="IAM > User groups > {name} > Delete",
        cli="aws iam delete-group --group-name {name}  # after its members and policies",
    )
    references = ("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_groups_manage_delete.html",)

    def image(self, iam: Client, target: Target) -> dict[str, Any]:
        return _image(iam, target.name)

    def take_apart(self, iam: Client, target: Target) -> None:
        _take_apart(iam, target.name)

    def make(self, iam: Client, target: Target, image: dict[str, Any]) -> None:
        _make(iam, target.name, image)


def _image(iam: Client, name: str) -> dict[str, Any]:
    members = sorted(u["UserName"] for u in iam.pages("get_group", "Users", GroupName=name))
    attached = iam.pages("list_attached_group_policies", "AttachedPolicies", GroupName=name)
    inline = sorted(iam.pages("list_group_policies", "PolicyNames", GroupName=name))
    return {
        "path": iam.get_group(GroupName=name)["Group"]["Path"],
        "members": members,
        "attached": sorted(p["PolicyArn"] for p in attached),
        "inline": {p: iam.get_group_policy(GroupName=name, PolicyName=p)["PolicyDocument"] for p in inline},
    }


def _take_apart(iam: Client, name: str) -> None:
    """Whatever hangs on it now, not only what was saved."""
    now = _image(iam, name)
    for user in now["members"]:
        with suppress(NotFound):
            iam.remove_user_from_group(GroupName=name, UserName=user)
    for arn in now["attached"]:
        with suppress(NotFound):
            iam.detach_group_policy(GroupName=name, PolicyArn=arn)
    for policy in now["inline"]:
        with suppress(NotFound):
            iam.delete_group_policy(GroupName=name, PolicyName=policy)
    iam.delete_group(GroupName=name)


def _make(iam: Client, name: str, image: dict[str, Any]) -> None:
    """Goes on where it was interrupted. Who is gone meanwhile is not put into it."""
    try:
        iam.get_group(GroupName=name)
    except NotFound:
        iam.create_group(GroupName=name, Path=image["path"])
    for policy, document in image["inline"].items():
        iam.put_group_policy(GroupName=name, PolicyName=policy, PolicyDocument=json.dumps(document))
    for arn in image["attached"]:
        iam.attach_group_policy(GroupName=name, PolicyArn=arn)
    for user in image["members"]:
        with suppress(NotFound):
            iam.add_user_to_group(GroupName=name, UserName=user)


ACTION = DeleteGroup()
