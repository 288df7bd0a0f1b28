"""The policy, attached to the user: as AWS does it."""

from collections.abc import Mapping
from typing import Any

from unleak.contain.quarantine.policies import is_quarantine
from unleak.contain.quarantine.way import Patient
from unleak.model.plan import Change


class ByPolicy:
    id = "policy"
    permissions = ("iam:ListAttachedUserPolicies", "iam:AttachUserPolicy", "iam:DetachUserPolicy")

    def propose(self, patient: Patient) -> Change | None:
        if patient.quarantine is None or not patient.has_room(len(patient.attached), "AttachedPoliciesPerUserQuota"):
            return None
        return Change(
            summary=f"attach {patient.quarantine.name} to user {patient.target.name}",
            breaks="",
            undo="detach it",
            before={"attached": patient.attached},
            after={"policy_arn": patient.quarantine.arn},
        )

    def apply(self, patient: Patient, after: Mapping[str, Any]) -> None:
        patient.client.attach_user_policy(UserName=patient.target.name, PolicyArn=after["policy_arn"])

    def seen(self, patient: Patient, after: Mapping[str, Any]) -> str:
        del after
        mine = next((arn for arn in patient.attached if is_quarantine(arn)), None)
        return f"{mine.rsplit('/', 1)[-1]} is attached" if mine else ""

    def undo(self, patient: Patient, change: Change) -> bool:
        arn = change.after["policy_arn"]
        if arn not in patient.attached:
            return False
        patient.client.detach_user_policy(UserName=patient.target.name, PolicyArn=arn)
        return True


WAY = ByPolicy()
