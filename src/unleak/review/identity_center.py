"""IAM Identity Center: instances, permission sets, users. An account's own instance is a quiet way to stay.

https://docs.aws.amazon.com/singlesignon/latest/userguide/account-instances-identity-center.html
"""

from collections.abc import Iterator
from typing import Any

from unleak.model.review import Thing
from unleak.review.check import Place, Scope, low, some


class IdentityCenter:
    id = "identity_center"
    title = "Identity Center: instances, permission sets, users"
    scope = Scope.REGIONAL
    permissions = (
        "sso:ListInstances",
        "sso:ListPermissionSets",
        "sso:DescribePermissionSet",
        "identitystore:ListUsers",
    )
    types = ("AWS::SSO::Instance", "AWS::SSO::PermissionSet", "AWS::IdentityStore::User")

    def look(self, place: Place) -> Iterator[Thing]:
        admin = place.client("sso-admin")
        for one in admin.items("list_instances", "Instances"):
            owner = str(one.get("OwnerAccountId", ""))
            own = (low("an instance of this account's own"),) if owner == place.account else ()
            yield place.thing(
                "AWS::SSO::Instance", one["InstanceArn"], one.get("Name") or one["IdentityStoreId"],
                one.get("CreatedDate"), detail=some(owner=owner), concerns=own,
            )  # fmt: skip
            yield from _sets(place, admin, one["InstanceArn"])
            yield from _users(place, one["IdentityStoreId"])


def _sets(place: Place, admin: Any, instance: str) -> Iterator[Thing]:
    listed = place.listed(instance, admin.items, "list_permission_sets", "PermissionSets", InstanceArn=instance)
    for arn in listed:
        told = place.ask(arn, admin.describe_permission_set, InstanceArn=instance, PermissionSetArn=arn) or {}
        found = told.get("PermissionSet", {})
        yield place.thing("AWS::SSO::PermissionSet", arn, found.get("Name") or arn, found.get("CreatedDate"))


def _users(place: Place, store: str) -> Iterator[Thing]:
    people = place.client("identitystore")
    for user in place.listed(store, people.items, "list_users", "Users", IdentityStoreId=store):
        arn = f"arn:{place.partition}:identitystore:::user/{user['UserId']}"
        yield place.thing(
            "AWS::IdentityStore::User", arn, user.get("UserName") or user["UserId"], user.get("CreatedAt")
        )


CHECK = IdentityCenter()
