"""One policy of ours on a user or a role: inline, or a managed one where an attacker has filled the inline quota.

Inline policies of a user may have 2,048 characters together, of a role 10,240:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from unleak.aws.client import Client
from unleak.model.errors import AwsError, NotFound, NotPossible
from unleak.model.plan import Target, TargetKind
from unleak.unit import Context

_OF_EITHER = ("iam:GetPolicy", "iam:GetPolicyVersion", "iam:CreatePolicy", "iam:DeletePolicy",
              "iam:CreatePolicyVersion", "iam:DeletePolicyVersion")  # fmt: skip
_CALLS = ("Get{}Policy", "Put{}Policy", "Delete{}Policy", "ListAttached{}Policies", "Attach{}Policy", "Detach{}Policy")
ON_USER = (*(f"iam:{c.format('User')}" for c in _CALLS), *_OF_EITHER)
ON_ROLE = (*(f"iam:{c.format('Role')}" for c in _CALLS), *_OF_EITHER, "iam:GetRole")
LIMIT = {"LimitExceeded", "LimitExceededException"}
_DOES_NOT_FIT = "free a slot: detach a policy, or delete an inline policy, that is not needed"


def own_policy(context: Context, target: Target, what: str, *, fresh: bool = False) -> "OwnPolicy":
    """`what` is its purpose: the name derives from it and the incident, so that writing twice is writing once."""
    client = context.aws.client(target.account, "iam", fresh=fresh)
    return OwnPolicy(client, target, context.incident.name_of(what))


@dataclass(frozen=True, slots=True)
class OwnPolicy:
    client: Client
    target: Target
    name: str

    def read(self) -> dict[str, Any] | None:
        """The document as it stands; None where there is none."""
        try:
            return dict(self._call("get_{}_policy")(**self._whose, PolicyName=self.name)["PolicyDocument"])
        except NotFound:
            return self._managed() if self._is_attached() else None

    def owner_is_gone(self) -> bool:
        """A role that is deleted takes its sessions with it. A user may only have another name now: never gone."""
        if self._is_user:
            return False
        try:
            self.client.get_role(RoleName=self.target.name)
        except NotFound:
            return True
        return False

    def write(self, document: dict[str, Any]) -> None:
        """Raises NotPossible where there is room for neither."""
        text = json.dumps(document, separators=(",", ":"))
        if self._is_attached():
            self._renew(text)
            return
        try:
            self._call("put_{}_policy")(**self._whose, PolicyName=self.name, PolicyDocument=text)
        except AwsError as error:
            if error.code not in LIMIT:
                raise
            self._attach(text)

    def delete(self) -> None:
        try:
            self._call("delete_{}_policy")(**self._whose, PolicyName=self.name)
        except NotFound:
            self._drop()

    def _managed(self) -> dict[str, Any]:
        version = self.client.get_policy(PolicyArn=self._arn)["Policy"]["DefaultVersionId"]
        found = self.client.get_policy_version(PolicyArn=self._arn, VersionId=version)["PolicyVersion"]
        return dict(found["Document"])

    def _attach(self, text: str) -> None:
        try:
            self.client.create_policy(PolicyName=self.name, PolicyDocument=text)
        except AwsError as error:
            if error.code not in {"EntityAlreadyExists", "EntityAlreadyExistsException"}:
                raise
            self._renew(text)
        try:
            self._call("attach_{}_policy")(**self._whose, PolicyArn=self._arn)
        except AwsError as error:
            if error.code not in LIMIT:
                raise
            self.client.delete_policy(PolicyArn=self._arn)
            raise NotPossible(f"{self.target.name} has room for no further policy", _DOES_NOT_FIT) from error

    def _renew(self, text: str) -> None:
        """The new version before the old one goes: there is no moment without a deny."""
        before = self.client.get_policy(PolicyArn=self._arn)["Policy"]["DefaultVersionId"]
        self.client.create_policy_version(PolicyArn=self._arn, PolicyDocument=text, SetAsDefault=True)
        with suppress(AwsError):  # what is left of it is gone with the policy
            self.client.delete_policy_version(PolicyArn=self._arn, VersionId=before)

    def _drop(self) -> None:
        if not self._is_attached():
            return
        self._call("detach_{}_policy")(**self._whose, PolicyArn=self._arn)
        self.client.delete_policy(PolicyArn=self._arn)

    def _is_attached(self) -> bool:
        kind = "user" if self._is_user else "role"
        try:
            found = list(self.client.pages(f"list_attached_{kind}_policies", "AttachedPolicies", **self._whose))
        except NotFound:
            return False
        return any(p["PolicyArn"] == self._arn for p in found)

    def _call(self, method: str) -> Callable[..., Any]:
        call: Callable[..., Any] = getattr(self.client, method.format("user" if self._is_user else "role"))
        return call

    @property
    def _arn(self) -> str:
        return f"arn:{self.target.id.split(':')[1]}:iam::{self.target.account}:policy/{self.name}"

    @property
    def _is_user(self) -> bool:
        return self.target.kind is TargetKind.USER

    @property
    def _whose(self) -> dict[str, str]:
        return {"UserName" if self._is_user else "RoleName": self.target.name}
