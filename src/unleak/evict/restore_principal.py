"""Puts right what the attacker changed on a user, role or group that was there before: policies attached or detached,
inline policies, groups, a permissions boundary. What it was before is read from the trail.
"""

import json
from collections.abc import Iterator
from typing import Any

from unleak.aws.client import Client
from unleak.evict.putting_right import GONE, Parts, PuttingRight, spoken
from unleak.model.errors import NotFound
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import ByHand, Context

_KINDS = {"AWS::IAM::User": "user", "AWS::IAM::Role": "role", "AWS::IAM::Group": "group"}


class RestorePrincipal(PuttingRight):
    id = "restore_principal"
    title = "Put the rights of a user, role or group back as they were"
    permissions = (
        *(f"iam:{verb}{kind}Policy" for kind in ("User", "Role", "Group")
          for verb in ("Get", "Put", "Delete", "Attach", "Detach")),
        *(f"iam:ListAttached{kind}Policies" for kind in ("User", "Role", "Group")),
        *(f"iam:{verb}{kind}PermissionsBoundary" for kind in ("User", "Role") for verb in ("Put", "Delete")),
        "iam:GetUser", "iam:GetRole", "iam:ListGroupsForUser", "iam:AddUserToGroup", "iam:RemoveUserFromGroup",
    )  # fmt: skip
    undone_by = "writing what was found there"
    by_hand = ByHand(
        console="IAM > Users, Roles or User groups > {name} > Permissions",
        cli="aws iam detach-user-policy --user-name {name} --policy-arn ARN  # or delete-user-policy, "
        "remove-user-from-group, put-user-permissions-boundary",
    )
    references = ("https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_manage-attach-detach.html",)

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        del context, target
        if deed.type not in _KINDS:
            return
        kind, _, name = deed.part.removesuffix(GONE).partition("|")
        gone = deed.part.endswith(GONE)
        if kind in {"policy", "group"}:
            yield f"{kind}|{name}", True if gone else None
        elif kind == "inline":
            former = _document((deed.former or {}).get("policyDocument"))
            if former is not None or not gone:  # else it is deleted, and nobody knows what it said
                yield f"inline|{name}", former
        elif kind == "boundary" and deed.former is not None:  # else nobody knows it: taking it away would widen rights
            yield "boundary", deed.former.get("permissionsBoundary")

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        iam = context.aws.client(target.account, "iam", fresh=fresh)
        kind, _, name = part.partition("|")
        try:
            return _READERS[kind](iam, _kind_of(target), target.name, name)
        except NotFound:
            return None

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        iam = context.aws.client(target.account, "iam")
        kind, _, name = part.partition("|")
        try:
            _WRITERS[kind](iam, _kind_of(target), target.name, name, value)
        except NotFound:
            if value is not None:
                raise

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        told = ", ".join(f"{spoken(p)} {'taken away' if v is None else 'as it was'}" for p, v in parts.items())
        return (
            f"put the rights of {target.name} back: {told}",
            "what the attacker gave it is taken away, what the attacker took is given back",
            "write what was found there",
        )


def _kind_of(target: Target) -> str:
    return target.id.split(":", 5)[-1].split("/", 1)[0]


def _named(kind: str, name: str) -> dict[str, str]:
    return {f"{kind.capitalize()}Name": name}


def _attached(iam: Client, kind: str, name: str, arn: str) -> Any:
    listed = iam.pages(f"list_attached_{kind}_policies", "AttachedPolicies", **_named(kind, name))
    return True if any(p["PolicyArn"] == arn for p in listed) else None


def _inline(iam: Client, kind: str, name: str, policy: str) -> Any:
    return _document(getattr(iam, f"get_{kind}_policy")(**_named(kind, name), PolicyName=policy)["PolicyDocument"])


def _in_group(iam: Client, kind: str, name: str, group: str) -> Any:
    """IAM takes the name in any case, and the trail has it as it was written."""
    del kind
    listed = iam.pages("list_groups_for_user", "Groups", UserName=name)
    return True if any(g["GroupName"].lower() == group.lower() for g in listed) else None


def _boundary(iam: Client, kind: str, name: str, _: str) -> Any:
    found = getattr(iam, f"get_{kind}")(**_named(kind, name))[kind.capitalize()]
    return found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")


def _attach(iam: Client, kind: str, name: str, arn: str, value: Any) -> None:
    verb = "attach" if value else "detach"
    getattr(iam, f"{verb}_{kind}_policy")(**_named(kind, name), PolicyArn=arn)


def _put_inline(iam: Client, kind: str, name: str, policy: str, value: Any) -> None:
    if value is None:
        getattr(iam, f"delete_{kind}_policy")(**_named(kind, name), PolicyName=policy)
    else:
        put = getattr(iam, f"put_{kind}_policy")
        put(**_named(kind, name), PolicyName=policy, PolicyDocument=json.dumps(value))


def _join(iam: Client, kind: str, name: str, group: str, value: Any) -> None:
    del kind
    verb = "add_user_to_group" if value else "remove_user_from_group"
    getattr(iam, verb)(GroupName=group, UserName=name)


def _bound(iam: Client, kind: str, name: str, _: str, value: Any) -> None:
    if value is None:
        getattr(iam, f"delete_{kind}_permissions_boundary")(**_named(kind, name))
    else:
        getattr(iam, f"put_{kind}_permissions_boundary")(**_named(kind, name), PermissionsBoundary=value)


_READERS = {"policy": _attached, "inline": _inline, "group": _in_group, "boundary": _boundary}
_WRITERS = {"policy": _attach, "inline": _put_inline, "group": _join, "boundary": _bound}


def _document(text: Any) -> Any:
    """A policy as a value: the trail has it as text."""
    return json.loads(text) if isinstance(text, str) else text


ACTION = RestorePrincipal()
