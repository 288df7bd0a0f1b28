"""A group that carries the policy, where the user's own slots are full."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from unleak.contain.quarantine.policies import is_quarantine
from unleak.contain.quarantine.way import Patient
from unleak.model.errors import AwsError, NotFound
from unleak.model.plan import Change

_EXISTS = {"EntityAlreadyExists", "EntityAlreadyExistsException"}


class ByGroup:
    id = "group"
    permissions = (
        "iam:ListGroupsForUser",
        "iam:GetAccountSummary",
        "iam:CreateGroup",
        "iam:AttachGroupPolicy",
        "iam:AddUserToGroup",
        "iam:ListAttachedGroupPolicies",
        "iam:RemoveUserFromGroup",
        "iam:DetachGroupPolicy",
        "iam:DeleteGroup",
    )

    def propose(self, patient: Patient) -> Change | None:
        if patient.quarantine is None or not patient.has_room(len(patient.groups), "GroupsPerUserQuota"):
            return None
        return Change(
            summary=f"put user {patient.target.name} into a new group {patient.name} that carries "
            f"{patient.quarantine.name}: the user's own {len(patient.attached)} policy slots are full",
            breaks="",
            undo="take the user out of the group, and delete it",
            before={"groups": patient.groups},
            after={"group": patient.name, "policy_arn": patient.quarantine.arn},
        )

    def apply(self, patient: Patient, after: Mapping[str, Any]) -> None:
        try:
            patient.client.create_group(GroupName=after["group"])
        except AwsError as error:
            if error.code not in _EXISTS:
                raise
        patient.client.attach_group_policy(GroupName=after["group"], PolicyArn=after["policy_arn"])
        patient.client.add_user_to_group(GroupName=after["group"], UserName=patient.target.name)

    def seen(self, patient: Patient, after: Mapping[str, Any]) -> str:
        del after
        if patient.name not in patient.groups:
            return ""
        held = patient.client.pages("list_attached_group_policies", "AttachedPolicies", GroupName=patient.name)
        mine = next((p["PolicyName"] for p in held if is_quarantine(p["PolicyArn"])), "")
        return f"the group {patient.name} carries {mine}" if mine else ""

    def undo(self, patient: Patient, change: Change) -> bool:
        group, was_in = change.after["group"], patient.name in patient.groups
        if was_in:
            patient.client.remove_user_from_group(GroupName=group, UserName=patient.target.name)
        with suppress(NotFound):
            patient.client.detach_group_policy(GroupName=group, PolicyArn=change.after["policy_arn"])
        with suppress(NotFound):
            patient.client.delete_group(GroupName=group)
        return was_in


WAY = ByGroup()
