"""IAM: users, groups, roles, policies, and what hangs on them.

The names of users, groups and roles are one in an account whatever their path, and later calls leave the path out: the
root of a fact is the ARN without it.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
"""

from unleak.investigate.standing.field import everywhere
from unleak.investigate.standing.row import CHANGED, CREATED, DELETED, Row

USER = everywhere("iam", "user/{userName}")
_ROLE = everywhere("iam", "role/{roleName}")
_GROUP = everywhere("iam", "group/{groupName}")
_PROFILE = everywhere("iam", "instance-profile/{instanceProfileName}")
_ACCOUNT = everywhere("iam", "root")


def _permissions(kind: str, arn: str) -> tuple[Row, ...]:
    """Attached and inline policies are the same for users, groups and roles."""
    of = f"IAM::{kind}"
    attached, inline = "policy|{policyArn}", "inline|{policyName}"
    return (
        Row(
            f"iam:Attach{kind}Policy", of, CHANGED, arn, "policy {~policyArn} attached", key=attached, replaces=False,
            also=("{policyArn}|attached|" + arn,),
        ),
        Row(f"iam:Detach{kind}Policy", of, CHANGED, arn, "policy {~policyArn} detached", key=attached, away=True),
        Row(
            f"iam:Put{kind}Policy", of, CHANGED, arn, "inline policy {policyName}", key=inline,
            says="policyDocument",
        ),
        Row(f"iam:Delete{kind}Policy", of, CHANGED, arn, "inline policy {policyName} deleted", key=inline, away=True),
    )  # fmt: skip


def _boundary(kind: str, arn: str) -> tuple[Row, ...]:
    put = "permissions boundary {~permissionsBoundary} put"
    return (
        Row(f"iam:Put{kind}PermissionsBoundary", f"IAM::{kind}", CHANGED, arn, put, key="boundary"),
        Row(
            f"iam:Delete{kind}PermissionsBoundary", f"IAM::{kind}", CHANGED, arn, "permissions boundary deleted",
            key="boundary", away=True,
        ),
    )  # fmt: skip


_IDENTITIES = (
    Row("iam:CreateUser", "IAM::User", CREATED, ("{>user.arn}", USER), base=USER),
    Row("iam:DeleteUser", "IAM::User", DELETED, USER),
    Row("iam:UpdateUser", "IAM::User", CHANGED, USER, "renamed or moved: {newUserName} {newPath}", key="name"),
    Row("iam:UpdateUser", "IAM::User", CHANGED, everywhere("iam", "user/{newUserName}"), "renamed from {userName}",
        key="renamed"),
    Row("iam:CreateGroup", "IAM::Group", CREATED, ("{>group.arn}", _GROUP), base=_GROUP),
    Row("iam:DeleteGroup", "IAM::Group", DELETED, _GROUP),
    Row("iam:UpdateGroup", "IAM::Group", CHANGED, _GROUP, "renamed or moved: {newGroupName} {newPath}", key="name"),
    Row("iam:UpdateGroup", "IAM::Group", CHANGED, everywhere("iam", "group/{newGroupName}"),
        "renamed from {groupName}", key="renamed"),
    Row(
        "iam:AddUserToGroup", "IAM::User", CHANGED, USER, "added to group {groupName}", key="group|{groupName}",
        replaces=False, also=(_GROUP + "|member|{userName}",),
    ),
    Row(
        "iam:RemoveUserFromGroup", "IAM::User", CHANGED, USER, "removed from group {groupName}",
        key="group|{groupName}", away=True,
    ),
    Row("iam:CreateRole", "IAM::Role", CREATED, ("{>role.arn}", _ROLE), base=_ROLE),
    Row(
        "iam:CreateRole", "IAM::Role", CHANGED, ("{>role.arn}", _ROLE), "trust", base=_ROLE, key="trust",
        document="assumeRolePolicyDocument", quiet=True,
    ),
    Row(
        "iam:UpdateAssumeRolePolicy", "IAM::Role", CHANGED, _ROLE, "trust changed,", key="trust",
        document="policyDocument",
    ),
    Row("iam:UpdateRole", "IAM::Role", CHANGED, _ROLE, "sessions of {maxSessionDuration} s", key="settings"),
    Row("iam:UpdateRoleDescription", "IAM::Role", CHANGED, _ROLE, "description changed", key="description"),
    Row("iam:DeleteRole iam:DeleteServiceLinkedRole", "IAM::Role", DELETED, _ROLE),
    Row(
        "iam:CreateServiceLinkedRole", "IAM::Role", CREATED, "{>role.arn}", "for {aWSServiceName}",
        base=everywhere("iam", "role/{>role.roleName}"),
    ),
    Row(
        "iam:CreateInstanceProfile", "IAM::InstanceProfile", CREATED, ("{>instanceProfile.arn}", _PROFILE),
        base=_PROFILE,
    ),
    Row("iam:DeleteInstanceProfile", "IAM::InstanceProfile", DELETED, _PROFILE),
    Row(
        "iam:AddRoleToInstanceProfile", "IAM::InstanceProfile", CHANGED, _PROFILE, "role {roleName} added",
        key="role|{roleName}", replaces=False, also=(_ROLE + "|profile|{instanceProfileName}",),
    ),
    Row(
        "iam:RemoveRoleFromInstanceProfile", "IAM::InstanceProfile", CHANGED, _PROFILE, "role {roleName} removed",
        key="role|{roleName}", away=True,
    ),
)  # fmt: skip

_POLICIES = (
    Row(
        "iam:CreatePolicy", "IAM::ManagedPolicy", CREATED, ("{>policy.arn}", everywhere("iam", "policy/{policyName}")),
        says="policyDocument",
    ),
    Row("iam:DeletePolicy", "IAM::ManagedPolicy", DELETED, "{policyArn}"),
    Row(
        "iam:CreatePolicyVersion", "IAM::ManagedPolicy", CHANGED, "{policyArn}",
        "version {>policyVersion.versionId} (default: {setAsDefault})",
        key="version|{>policyVersion.versionId}", says="policyDocument", quiet=True,
    ),
    Row(
        "iam:DeletePolicyVersion", "IAM::ManagedPolicy", CHANGED, "{policyArn}", "version {versionId} deleted",
        key="version|{versionId}", away=True,
    ),
    Row(
        "iam:SetDefaultPolicyVersion", "IAM::ManagedPolicy", CHANGED, "{policyArn}", "version {versionId} made default",
        key="default",
    ),
)  # fmt: skip

_ACCOUNT_WIDE = (
    Row(
        "iam:CreateAccountAlias", "IAM::AccountAlias", CHANGED, _ACCOUNT, "alias {accountAlias}", key="alias",
        replaces=False,
    ),
    Row(
        "iam:DeleteAccountAlias", "IAM::AccountAlias", CHANGED, _ACCOUNT, "alias {accountAlias} deleted", key="alias",
        away=True,
    ),
    Row(
        "iam:UpdateAccountPasswordPolicy", "IAM::PasswordPolicy", CHANGED, _ACCOUNT, "password policy changed",
        key="passwords",
    ),
    Row(
        "iam:DeleteAccountPasswordPolicy", "IAM::PasswordPolicy", CHANGED, _ACCOUNT, "password policy deleted",
        key="passwords", away=True,
    ),
    Row(
        "iam:SetSecurityTokenServicePreferences", "IAM::Account", CHANGED, _ACCOUNT,
        "tokens of the global endpoint: {globalEndpointTokenVersion}", key="tokens",
    ),
    *(
        Row(f"iam:Enable{what}", "IAM::Account", CHANGED, _ACCOUNT, words, key=what, replaces=False)
        for what, words in (
            ("OrganizationsRootCredentialsManagement", "management of root credentials enabled"),
            ("OrganizationsRootSessions", "sessions as root enabled"),
        )
    ),
    *(
        Row(f"iam:Disable{what}", "IAM::Account", CHANGED, _ACCOUNT, words, key=what, away=True)
        for what, words in (
            ("OrganizationsRootCredentialsManagement", "management of root credentials disabled"),
            ("OrganizationsRootSessions", "sessions as root disabled"),
        )
    ),
)  # fmt: skip

ROWS: tuple[Row, ...] = (
    *_IDENTITIES,
    *_permissions("User", USER), *_permissions("Role", _ROLE), *_permissions("Group", _GROUP),
    *_boundary("User", USER), *_boundary("Role", _ROLE),
    *_POLICIES, *_ACCOUNT_WIDE,
)  # fmt: skip
