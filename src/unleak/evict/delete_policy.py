"""Deletes a managed policy that the attacker made, taken off everything that it is on; saved before.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_manage-delete.html
"""

import json
from contextlib import suppress
from typing import Any

from unleak.aws.client import Client
from unleak.evict.deleting import DeletingSaved
from unleak.model.errors import NotFound
from unleak.model.plan import Target
from unleak.unit import ByHand

_KINDS = {"user": "User", "role": "Role", "group": "Group"}


class DeletePolicy(DeletingSaved):
    id = "delete_policy"
    title = "Delete a managed policy that the attacker made, saved so that it can be made again"
    permissions = (
        "iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicyVersions", "iam:ListEntitiesForPolicy",
        "iam:DeletePolicyVersion", "iam:DeletePolicy", "iam:CreatePolicy",
        *(f"iam:{verb}{kind}Policy" for kind in _KINDS.values() for verb in ("Attach", "Detach")),
    )  # fmt: skip
    type = "IAM::ManagedPolicy"
    noun = "policy"
    breaks = "whoever has rights only by policy {name}"
    back = "make the policy again, in its default version, and attach it where it was"
    undone_by = "making the policy again, and attaching it where it was"
    by_hand = ByHand(
        console="IAM > Policies > {name} > Delete",
        cli="aws iam delete-policy --policy-arn ARN  # after it is detached and its versions are deleted",
    )
    references = ("https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_manage-delete.html",)

    def image(self, iam: Client, target: Target) -> dict[str, Any]:
        return _image(iam, target.id)

    def take_apart(self, iam: Client, target: Target) -> None:
        _take_apart(iam, target.id)

    def make(self, iam: Client, target: Target, image: dict[str, Any]) -> None:
        _make(iam, target, image)


def _image(iam: Client, arn: str) -> dict[str, Any]:
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    version = iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
    return {
        "path": policy["Path"],
        "description": policy.get("Description", ""),
        "document": version["Document"],
        "on": {kind: _holders(iam, arn, kind) for kind in _KINDS},
    }


def _holders(iam: Client, arn: str, kind: str) -> list[str]:
    """To whom it is attached; whose boundary it is, is another matter."""
    asked = {"PolicyArn": arn, "PolicyUsageFilter": "PermissionsPolicy"}
    listed = iam.pages("list_entities_for_policy", f"Policy{_KINDS[kind]}s", **asked)
    return sorted(str(one[f"{_KINDS[kind]}Name"]) for one in listed)


def _take_apart(iam: Client, arn: str) -> None:
    for kind, names in _image(iam, arn)["on"].items():
        for name in names:
            with suppress(NotFound):
                getattr(iam, f"detach_{kind}_policy")(**{f"{_KINDS[kind]}Name": name}, PolicyArn=arn)
    for version in list(iam.pages("list_policy_versions", "Versions", PolicyArn=arn)):
        if not version["IsDefaultVersion"]:
            with suppress(NotFound):
                iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
    iam.delete_policy(PolicyArn=arn)


def _make(iam: Client, target: Target, image: dict[str, Any]) -> None:
    """Goes on where it was interrupted. Who is gone meanwhile is not given it."""
    try:
        iam.get_policy(PolicyArn=target.id)
    except NotFound:
        iam.create_policy(PolicyName=target.name, Path=image["path"], Description=image["description"],
                          PolicyDocument=json.dumps(image["document"]))  # fmt: skip
    for kind, names in image["on"].items():
        for name in names:
            with suppress(NotFound):
                getattr(iam, f"attach_{kind}_policy")(**{f"{_KINDS[kind]}Name": name}, PolicyArn=target.id)


ACTION = DeletePolicy()
