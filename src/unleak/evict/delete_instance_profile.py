"""Deletes an instance profile that the attacker made, without its role; and takes a role out of a profile that was
there before, if the attacker put it in. Saved before.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from unleak.aws.client import Client
from unleak.evict.putting_right import GONE, Parts, PuttingRight
from unleak.model.errors import NotFound
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import ByHand, Context


class DeleteInstanceProfile(PuttingRight):
    id = "delete_instance_profile"
    title = "Delete an instance profile that the attacker made, or take the attacker's role out of it"
    permissions = (
        "iam:GetInstanceProfile", "iam:RemoveRoleFromInstanceProfile", "iam:DeleteInstanceProfile",
        "iam:CreateInstanceProfile", "iam:AddRoleToInstanceProfile", "iam:PassRole",
    )  # fmt: skip
    deletes = True
    whole = True
    undone_by = "making the profile again, with the role that it had"
    by_hand = ByHand(
        console="IAM > Roles > the role > Delete; a profile alone only by the CLI",
        cli="aws iam delete-instance-profile --instance-profile-name {name}  # after its role is removed",
    )
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html",
    )

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        del context, target
        kind, _, role = deed.part.removesuffix(GONE).partition("|")
        if deed.type != "AWS::IAM::InstanceProfile":
            return
        if deed.deed == "created" and not deed.part:
            yield "", None
        elif kind == "role":
            yield f"role|{role}", True if deed.part.endswith(GONE) else None

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        iam = context.aws.client(target.account, "iam", fresh=fresh)
        try:
            found = iam.get_instance_profile(InstanceProfileName=target.name)["InstanceProfile"]
        except NotFound:
            return None
        roles = [str(r["RoleName"]) for r in found["Roles"]]
        if part:
            return True if part.partition("|")[2].lower() in map(str.lower, roles) else None
        return {"path": found["Path"], "roles": roles}

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        iam = context.aws.client(target.account, "iam")
        if part:
            _fill(iam, target.name, part.partition("|")[2], into=bool(value))
        elif value is None:
            _take_apart(iam, target.name)
        else:
            _make(iam, target.name, value)

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        roles = ", ".join(p.partition("|")[2] for p in parts if p)
        done = f"delete instance profile {target.name}" if "" in parts else f"put role {roles} of the instance profile"
        return (
            done if "" in parts else f"{done} {target.name} back as it was",
            f"instances that have the profile {target.name} get other credentials, or none",
            "make the profile again, with the role that it had; instances must be given it anew",
        )


def _fill(iam: Client, name: str, role: str, *, into: bool) -> None:
    if into:
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)
        return
    with suppress(NotFound):
        iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=role)


def _take_apart(iam: Client, name: str) -> None:
    with suppress(NotFound):
        for role in iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Roles"]:
            _fill(iam, name, role["RoleName"], into=False)
        iam.delete_instance_profile(InstanceProfileName=name)


def _make(iam: Client, name: str, image: dict[str, Any]) -> None:
    """Goes on where it was interrupted."""
    try:
        held = iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Roles"]
    except NotFound:
        iam.create_instance_profile(InstanceProfileName=name, Path=image["path"])
        held = []
    for role in set(image["roles"]) - {r["RoleName"] for r in held}:
        _fill(iam, name, role, into=True)


ACTION = DeleteInstanceProfile()
