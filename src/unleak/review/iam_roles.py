"""Roles, whom they trust, and what limits them; instance profiles."""

from collections.abc import Iterator, Mapping
from typing import Any

from unleak.model.review import Thing
from unleak.review.check import Place, Scope, low, some
from unleak.review.documents import federations, lets_in, powers
from unleak.review.iam_details import details


class IamRoles:
    id = "iam_roles"
    title = "Roles and whom they trust"
    scope = Scope.GLOBAL
    permissions = ("iam:GetAccountAuthorizationDetails", "iam:ListInstanceProfiles")
    types = ("AWS::IAM::Role", "AWS::IAM::InstanceProfile")

    def look(self, place: Place) -> Iterator[Thing]:
        for role in details(place, "Role"):
            yield _role(place, role)
        for profile in place.client("iam").items("list_instance_profiles", "InstanceProfiles"):
            roles = ", ".join(r["RoleName"] for r in profile.get("Roles", ()))
            yield place.thing(
                "AWS::IAM::InstanceProfile", profile["Arn"], profile["InstanceProfileName"], profile.get("CreateDate"),
                detail=some(roles=roles),
            )  # fmt: skip


def _role(place: Place, role: Mapping[str, Any]) -> Thing:
    trust = role.get("AssumeRolePolicyDocument")
    boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    used = role.get("RoleLastUsed", {}).get("LastUsedDate")
    concerns = (
        *lets_in(trust, place.account),
        *(low(f"trusts the provider {f.rsplit('/', 1)[-1]}") for f in federations(trust)),
        *(() if "/aws-service-role/" in role["Arn"] else powers(
            role.get("AttachedManagedPolicies"), role.get("RolePolicyList"))),
    )  # fmt: skip
    return place.thing(
        "AWS::IAM::Role", role["Arn"], role["RoleName"], role.get("CreateDate"),
        detail=some(last_used=used and f"{used:%Y-%m-%d}", boundary=boundary), concerns=concerns,
    )  # fmt: skip


CHECK = IamRoles()
