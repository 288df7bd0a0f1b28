"""A permissions boundary that denies the same: it needs no slot.

It must deny explicitly: what a boundary merely does not allow, a policy of a resource that names the user still grants.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from unleak.contain.own_policy import LIMIT
from unleak.contain.quarantine.way import Patient
from unleak.iam.policy import as_tuple
from unleak.model.errors import AwsError, NotFound, NotPossible
from unleak.model.plan import Change

_LONGEST = 6144
"""Characters of a managed policy, spaces left out. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
_ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_EXISTS = {"EntityAlreadyExists", "EntityAlreadyExistsException"}


class ByBoundary:
    id = "boundary"
    permissions = (
        "iam:GetUser",
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
        "iam:CreatePolicy",
        "iam:PutUserPermissionsBoundary",
        "iam:DeleteUserPermissionsBoundary",
        "iam:DeletePolicy",
    )

    def propose(self, patient: Patient) -> Change | None:
        if patient.quarantine is None:
            return None
        present = _boundary(patient)
        document = _document(patient, present)
        if len("".join(str(document).split())) > _LONGEST:
            return None
        return Change(
            summary=f"set a permissions boundary {patient.name} on user {patient.target.name} that denies what "
            f"{patient.quarantine.name} denies: policy and group slots are full",
            breaks="",
            undo="put the boundary back that was there, and delete ours",
            before={"boundary": present},
            after={"policy": patient.name, "document": document},
        )

    def apply(self, patient: Patient, after: Mapping[str, Any]) -> None:

        try:
            patient.client.create_policy(PolicyName=after["policy"], PolicyDocument=json.dumps(after["document"]))
        except AwsError as error:
            if error.code in LIMIT:
                raise NotPossible(
                    "the account has room for no further policy", "delete one that is not needed"
                ) from error
            if error.code not in _EXISTS:
                raise
        patient.client.put_user_permissions_boundary(UserName=patient.target.name, PermissionsBoundary=_arn(patient))

    def seen(self, patient: Patient, after: Mapping[str, Any]) -> str:
        """Another incident's boundary, laid around ours, denies the same."""
        present = _boundary(patient)
        if ":policy/unleak-inc-" not in present or not after:
            return f"the boundary {patient.name} is set" if present == _arn(patient) else ""
        wanted = [s for s in after["document"]["Statement"] if s["Effect"] == "Deny"]
        stands = all(s in _statements(patient, present) for s in wanted)
        return f"the boundary {present.rsplit('/', 1)[-1]} is set" if stands else ""

    def undo(self, patient: Patient, change: Change) -> bool:
        was_set = _boundary(patient) == _arn(patient)
        if was_set and not _put_back(patient, change.before["boundary"]):
            patient.client.delete_user_permissions_boundary(UserName=patient.target.name)
        with suppress(NotFound):
            patient.client.delete_policy(PolicyArn=_arn(patient))
        return was_set


def _put_back(patient: Patient, arn: str) -> bool:
    """False where there was none, or it is gone since."""
    if not arn:
        return False
    try:
        patient.client.put_user_permissions_boundary(UserName=patient.target.name, PermissionsBoundary=arn)
    except NotFound:
        return False
    return True


def _boundary(patient: Patient) -> str:
    user = patient.client.get_user(UserName=patient.target.name)["User"]
    return str(user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""))


def _arn(patient: Patient) -> str:
    return f"arn:{patient.partition}:iam::{patient.target.account}:policy/{patient.name}"


def _document(patient: Patient, present: str) -> dict[str, Any]:
    """What bounds the user already, or everything; and the denies."""
    kept: list[Any] = _statements(patient, present) if present else [_ALLOW_ALL]
    denies = list(as_tuple(patient.quarantine.document["Statement"])) if patient.quarantine else []
    return {"Version": "2012-10-17", "Statement": [*kept, *(_without_sid(s) for s in denies)]}


def _statements(patient: Patient, arn: str) -> list[Any]:
    version = patient.client.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    found = patient.client.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return list(as_tuple(found["Statement"]))


def _without_sid(statement: Mapping[str, Any]) -> dict[str, Any]:
    """Ids of statements must differ within a document."""
    return {k: v for k, v in statement.items() if k != "Sid"}


WAY = ByBoundary()
