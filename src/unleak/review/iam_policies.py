"""The account's own managed policies with their versions, and groups: where an attacker widens what others may do.

A version that was added later than its policy is told by its own date: setting a new default is how rights grow unseen.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from unleak.model.review import Thing
from unleak.review.check import Place, Scope, medium, some
from unleak.review.documents import gives_everything, powers
from unleak.review.iam_details import details

_FIRST = "v1"


class IamPolicies:
    id = "iam_policies"
    title = "Managed policies with their versions, and groups"
    scope = Scope.GLOBAL
    permissions = ("iam:GetAccountAuthorizationDetails",)
    types = ("AWS::IAM::ManagedPolicy", "AWS::IAM::PolicyVersion", "AWS::IAM::Group")

    def look(self, place: Place) -> Iterator[Thing]:
        for policy in details(place, "LocalManagedPolicy"):
            yield from _policy(place, policy)
        for group in details(place, "Group"):
            concerns = powers(group.get("AttachedManagedPolicies"), group.get("GroupPolicyList"))
            yield place.thing(
                "AWS::IAM::Group", group["Arn"], group["GroupName"], group.get("CreateDate"), concerns=concerns
            )


def _policy(place: Place, policy: Mapping[str, Any]) -> Iterator[Thing]:
    versions = policy.get("PolicyVersionList", ())
    name = policy.get("PolicyName") or str(policy["Arn"]).rsplit("/", 1)[-1]
    default: Mapping[str, Any] = next((v for v in versions if v.get("IsDefaultVersion")), {})
    concerns = (medium("allows everything"),) if gives_everything(default.get("Document")) else ()
    attached = policy.get("AttachmentCount")
    yield place.thing(
        "AWS::IAM::ManagedPolicy", policy["Arn"], name, policy.get("CreateDate"),
        detail=some(default=default.get("VersionId"), attached=attached), concerns=concerns,
    )  # fmt: skip
    for version in versions:
        if version["VersionId"] != _FIRST:
            whole = gives_everything(version.get("Document"))
            yield place.thing(
                "AWS::IAM::PolicyVersion", policy["Arn"], f"{name} {version['VersionId']}",
                version.get("CreateDate"), detail="the default" if version.get("IsDefaultVersion") else "",
                concerns=(medium("allows everything"),) if whole else (),
            )  # fmt: skip


CHECK = IamPolicies()
