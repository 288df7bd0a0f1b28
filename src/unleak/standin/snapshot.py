"""Reads moto's IAM into a view. The attributes used here are private to moto: a contract test watches them."""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from moto.iam.models import iam_backends

from unleak.iam.policy import Policy, PolicyError, parse_policy
from unleak.standin.principals import AccountView, KeyView, RoleView, UserView

_NOTHING = '{"Version":"2012-10-17","Statement":[]}'


def snapshot(account: str) -> AccountView:
    iam = iam_backends[account]["aws"]
    return AccountView(
        users={u.name: _user(iam, u) for u in list(iam.users.values())},
        roles={r.name: _role(iam, r) for r in list(iam.roles.values())},
        keys={
            k.access_key_id: KeyView(k.access_key_id, k.secret_access_key, k.status == "Active", u.name)
            for u in list(iam.users.values())
            for k in u.access_keys
        },
        profiles={p.name: p.roles[0].arn for p in list(iam.instance_profiles.values()) if p.roles},
    )


def managed_policy(account: str, arn: str) -> Policy | None:
    """An account's own managed policy or one of AWS's; None where there is none of this ARN."""
    iam = iam_backends[account]["aws"]
    return _parsed(_document(iam, arn), arn) if arn in iam.managed_policies else None


def _user(iam: Any, user: Any) -> UserView:
    own = [*_inline(user.policies), *_managed(iam, user.managed_policies)]
    for group in list(iam.groups.values()):
        if any(member.name == user.name for member in group.users):
            own += [*_inline(group.policies), *_managed(iam, group.managed_policies)]
    return UserView(
        name=user.name,
        arn=user.arn,
        unique_id=user.id,
        policies=tuple(own),
        boundary=_boundary(iam, getattr(user, "permissions_boundary_arn", None)),
        tags=_tags(iam.tagger.list_tags_for_resource(user.arn)["Tags"]),
    )


def _role(iam: Any, role: Any) -> RoleView:
    return RoleView(
        name=role.name,
        arn=role.arn,
        unique_id=role.id,
        policies=(*_inline(role.policies), *_managed(iam, role.managed_policies)),
        trust=_parsed(role.assume_role_policy_document or _NOTHING, f"trust policy of {role.name}"),
        boundary=_boundary(iam, role.permissions_boundary_arn),
        max_session_seconds=int(role.max_session_duration or 3600),
        tags=_tags(role.tags),
    )


def _tags(tags: Iterable[dict[str, str]]) -> dict[str, str]:
    return {str(t["Key"]): str(t.get("Value", "")) for t in tags or ()}


def _inline(policies: dict[str, Any]) -> Iterable[Policy]:
    return [_parsed(_text(document), name) for name, document in policies.items()]


def _text(document: Any) -> str:
    """What a stack has made, moto keeps as it stood in the template."""
    return document if isinstance(document, str) else json.dumps(document)


def _managed(iam: Any, arns: Iterable[str]) -> Iterable[Policy]:
    return [_parsed(_document(iam, arn), arn) for arn in arns]


def _boundary(iam: Any, arn: str | None) -> tuple[Policy, ...] | None:
    return (_parsed(_document(iam, arn), arn),) if arn else None


def _document(iam: Any, arn: str) -> str:
    policy = iam.managed_policies.get(arn)
    if policy is None:
        return _NOTHING
    return next((_text(v.document) for v in policy.versions if v.is_default), _NOTHING)


@lru_cache(maxsize=4096)
def _parsed(document: str, name: str) -> Policy:
    """A document that cannot be read grants nothing."""
    try:
        return parse_policy(document, name)
    except (PolicyError, ValueError):
        return Policy((), name)
