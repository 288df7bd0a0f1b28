"""Everything IAM says of one user: what containment would change, and what decides what the user may do."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from unleak.aws.client import Client
from unleak.iam.policy import Policy, PolicyError, parse_policy
from unleak.model.errors import AccessDenied, NotFound

READ = (
    "iam:GetUser",
    "iam:ListAttachedUserPolicies",
    "iam:ListUserPolicies",
    "iam:GetUserPolicy",
    "iam:ListGroupsForUser",
    "iam:ListAccessKeys",
    "iam:GetLoginProfile",
)
READ_POLICIES = (
    *READ,
    "iam:ListAttachedGroupPolicies",
    "iam:ListGroupPolicies",
    "iam:GetGroupPolicy",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
)


@dataclass(frozen=True, slots=True)
class UserState:
    """As IAM lists it. `inline` maps names to documents."""

    user: dict[str, Any]
    attached: tuple[str, ...]
    inline: dict[str, Any]
    groups: tuple[str, ...]
    key_ids: tuple[str, ...]
    has_console_login: bool

    @property
    def boundary(self) -> str:
        return str(self.user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""))


def read_user(iam: Client, name: str) -> UserState:
    names = list(iam.pages("list_user_policies", "PolicyNames", UserName=name))
    return UserState(
        user=dict(iam.get_user(UserName=name)["User"]),
        attached=tuple(
            p["PolicyArn"] for p in iam.pages("list_attached_user_policies", "AttachedPolicies", UserName=name)
        ),
        inline={n: iam.get_user_policy(UserName=name, PolicyName=n)["PolicyDocument"] for n in names},
        groups=tuple(g["GroupName"] for g in iam.pages("list_groups_for_user", "Groups", UserName=name)),
        key_ids=tuple(k["AccessKeyId"] for k in iam.pages("list_access_keys", "AccessKeyMetadata", UserName=name)),
        has_console_login=_has_login(iam, name),
    )


def _has_login(iam: Client, name: str) -> bool:
    try:
        iam.get_login_profile(UserName=name)
    except NotFound:
        return False
    return True


@dataclass(slots=True)
class UserPolicies:
    """The policies that bind a user; `unread` names those that we may not read. `boundary` None: there is none."""

    identity: list[Policy] = field(default_factory=list)
    boundary: Policy | None = None
    unread: list[str] = field(default_factory=list)


def read_policies(iam: Client, state: UserState) -> UserPolicies:
    """What may not be read, and what is no policy that we understand, is named and not guessed."""
    found = UserPolicies()
    for name, source in [*_inline(state), *_sources(iam, state, found)]:
        try:
            policy = parse_policy(source(), name)
        except (AccessDenied, NotFound, PolicyError):
            found.unread.append(name)
            continue
        if name == state.boundary and name not in state.attached:
            found.boundary = policy
        else:
            found.identity.append(policy)
    return found


def _inline(state: UserState) -> Iterator[tuple[str, Any]]:
    for name, document in state.inline.items():
        yield name, lambda document=document: document


def _sources(iam: Client, state: UserState, found: UserPolicies) -> Iterator[tuple[str, Any]]:
    """Name and reader of every document that is not inline on the user itself."""
    for arn in state.attached:
        yield arn, lambda arn=arn: managed_document(iam, arn)
    if state.boundary:
        yield state.boundary, lambda: managed_document(iam, state.boundary)
    for group in state.groups:
        try:
            attached = list(iam.pages("list_attached_group_policies", "AttachedPolicies", GroupName=group))
            inline = list(iam.pages("list_group_policies", "PolicyNames", GroupName=group))
        except AccessDenied:
            found.unread.append(f"group {group}")
            continue
        for policy in attached:
            yield policy["PolicyArn"], lambda arn=policy["PolicyArn"]: managed_document(iam, arn)
        for name in inline:
            yield (
                f"{group}/{name}",
                lambda n=name, g=group: iam.get_group_policy(GroupName=g, PolicyName=n)["PolicyDocument"],
            )


def managed_document(iam: Client, arn: str) -> Any:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
