"""Writes what `aws iam get-account-authorization-details` would print of an account, in few words."""

from typing import Any

ACCOUNT = "111122223333"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
Json = dict[str, Any]


def arn(kind_and_name: str, account: str = ACCOUNT) -> str:
    """`arn("role/ops")`."""
    return f"arn:aws:iam::{account}:{kind_and_name}"


ROOT: Json = {"AWS": arn("root")}


def allow(actions: str | list[str], resource: str | list[str] = "*", **more: Any) -> Json:
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


def deny(actions: str | list[str], resource: str | list[str] = "*", **more: Any) -> Json:
    return {"Effect": "Deny", "Action": actions, "Resource": resource, **more}


def document(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def holder(
    kind: str, name: str, *statements: Json, attached: tuple[str, ...] = (), boundary: str = "", **more: Any
) -> Json:
    """`kind` as AWS writes it: User, Role or Group. `statements` are its inline policy."""
    inline = [{"PolicyName": f"own-{name}", "PolicyDocument": document(*statements)}] if statements else []
    bound = {"PermissionsBoundary": {"PermissionsBoundaryArn": boundary}} if boundary else {}
    return {
        "Arn": arn(f"{kind.lower()}/{name}"),
        f"{kind}Name": name,
        f"{kind}Id": f"A{kind[0]}DA{name.upper()}",
        f"{kind}PolicyList": inline,
        "AttachedManagedPolicies": [{"PolicyName": a.rsplit("/", 1)[-1], "PolicyArn": a} for a in attached],
        **bound,
        **more,
    }


def user(name: str, *statements: Json, **more: Any) -> Json:
    return holder("User", name, *statements, **more)


def group(name: str, *statements: Json, **more: Any) -> Json:
    return holder("Group", name, *statements, **more)


def role(name: str, trusts: Any, *statements: Json, condition: Json | None = None, **more: Any) -> Json:
    trust = {
        "Effect": "Allow",
        "Principal": trusts,
        "Action": "sts:AssumeRole",
        **({"Condition": condition} if condition else {}),
    }
    return holder("Role", name, *statements, AssumeRolePolicyDocument=document(trust), **more)


def service(name: str) -> Json:
    return {"Service": f"{name}.amazonaws.com"}


def managed(policy_arn: str, *versions: Json) -> Json:
    """The first version is the default."""
    listed = [{"VersionId": f"v{n}", "Document": doc, "IsDefaultVersion": n == 1} for n, doc in enumerate(versions, 1)]
    return {"Arn": policy_arn, "DefaultVersionId": "v1", "PolicyVersionList": listed}


def account(*things: Json) -> Json:
    """Whatever has a UserName is a user, and so on; AdministratorAccess is there."""
    lists: Json = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}
    for thing in (*things, managed(ADMIN, document(allow("*")))):
        name = next((f"{k}DetailList" for k in ("User", "Group", "Role") if f"{k}Name" in thing), "Policies")
        lists[name].append(thing)
    return lists
