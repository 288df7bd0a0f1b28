"""Identity Center and Cognito: people outside of IAM, and what they may do.

https://docs.aws.amazon.com/singlesignon/latest/userguide/logging-using-cloudtrail.html
"""

from unleak.investigate.standing.field import here
from unleak.investigate.standing.row import CHANGED, CREATED, DELETED, Row, made_and_deleted

_USER = "arn:{@partition}:identitystore:::user/{userId}"
_MADE_USER = "arn:{@partition}:identitystore:::user/{>userId}"
_GROUP = "arn:{@partition}:identitystore:::group/{groupId}"
_MADE_GROUP = "arn:{@partition}:identitystore:::group/{>groupId}"
_MEMBERSHIP = "arn:{@partition}:identitystore:::membership/{membershipId}"
_SET = "{permissionSetArn}"
_ASSIGNED = "assigned|{targetId}|{principalType}|{principalId}"
_POOL = here("cognito-idp", "userpool/{userPoolId}")

_PERMISSIONS = (
    Row("sso:CreatePermissionSet", "SSO::PermissionSet", CREATED, "{>permissionSet.permissionSetArn}", "{name}"),
    Row("sso:DeletePermissionSet", "SSO::PermissionSet", DELETED, _SET),
    Row(
        "sso:UpdatePermissionSet", "SSO::PermissionSet", CHANGED, _SET, "sessions [of {sessionDuration}]",
        key="settings",
    ),
    Row(
        "sso:AttachManagedPolicyToPermissionSet", "SSO::PermissionSet", CHANGED, _SET,
        "policy {~managedPolicyArn} attached",
        key="policy|{managedPolicyArn}", replaces=False,
    ),
    Row(
        "sso:DetachManagedPolicyFromPermissionSet", "SSO::PermissionSet", CHANGED, _SET,
        "policy {~managedPolicyArn} detached",
        key="policy|{managedPolicyArn}", away=True,
    ),
    Row(
        "sso:PutInlinePolicyToPermissionSet", "SSO::PermissionSet", CHANGED, _SET, "inline policy", key="inline",
        says="inlinePolicy",
    ),
    Row(
        "sso:DeleteInlinePolicyFromPermissionSet", "SSO::PermissionSet", CHANGED, _SET, "inline policy deleted",
        key="inline", away=True,
    ),
    Row(
        "sso:PutPermissionsBoundaryToPermissionSet", "SSO::PermissionSet", CHANGED, _SET, "boundary put",
        key="boundary",
    ),
    Row(
        "sso:DeletePermissionsBoundaryFromPermissionSet", "SSO::PermissionSet", CHANGED, _SET, "boundary deleted",
        key="boundary", away=True,
    ),
    Row(
        "sso:CreateAccountAssignment", "SSO::Assignment", CREATED, _SET,
        "{principalType} {principalId} in account {targetId}", key=_ASSIGNED,
    ),
    Row(
        "sso:DeleteAccountAssignment", "SSO::Assignment", DELETED, _SET,
        "{principalType} {principalId} in account {targetId}", key=_ASSIGNED,
    ),
    Row("sso:DeleteInstance", "SSO::Instance", DELETED, "{instanceArn}"),
    Row("sso:CreateInstance", "SSO::Instance", CREATED, "{>instanceArn}"),
)  # fmt: skip

_PEOPLE = (
    # The console's own calls go to sso-directory, with the answer's user inside.
    Row("identitystore:CreateUser", "IdentityStore::User", CREATED, _MADE_USER, "{userName}"),
    Row(
        "sso-directory:CreateUser", "IdentityStore::User", CREATED,
        "arn:{@partition}:identitystore:::user/{>user.userId}", "{userName}",
    ),
    Row("identitystore:DeleteUser sso-directory:DeleteUser", "IdentityStore::User", DELETED, _USER),
    Row(
        "identitystore:UpdateUser sso-directory:UpdateUser", "IdentityStore::User", CHANGED, _USER, "changed",
        key="settings",
    ),
    Row("sso-directory:UpdatePassword", "IdentityStore::User", CHANGED, _USER, "password changed", key="password"),
    Row("sso-directory:EnableUser", "IdentityStore::User", CHANGED, _USER, "enabled", mark="enabled"),
    Row("sso-directory:DisableUser", "IdentityStore::User", CHANGED, _USER, "disabled", mark="disabled"),
    Row(
        "sso-directory:DeleteMfaDeviceForUser", "IdentityStore::User", CHANGED, _USER, "MFA device taken away",
        key="mfa", away=True,
    ),
    Row("identitystore:CreateGroup", "IdentityStore::Group", CREATED, _MADE_GROUP, "{displayName}"),
    Row(
        "sso-directory:CreateGroup", "IdentityStore::Group", CREATED,
        "arn:{@partition}:identitystore:::group/{>group.groupId}", "{displayName}",
    ),
    Row("identitystore:DeleteGroup sso-directory:DeleteGroup", "IdentityStore::Group", DELETED, _GROUP),
    Row(
        "identitystore:CreateGroupMembership", "IdentityStore::GroupMembership", CREATED,
        "arn:{@partition}:identitystore:::membership/{>membershipId}", "{memberId.userId} in group {groupId}",
        also=(_GROUP + "|member|{memberId.userId}",),
    ),
    Row("identitystore:DeleteGroupMembership", "IdentityStore::GroupMembership", DELETED, _MEMBERSHIP),
    Row(
        "sso-directory:AddMemberToGroup", "IdentityStore::GroupMembership", CHANGED, _GROUP,
        "{memberId|member.memberId} added",
        key="member|{memberId|member.memberId}", replaces=False,
    ),
    Row(
        "sso-directory:RemoveMemberFromGroup", "IdentityStore::GroupMembership", CHANGED, _GROUP,
        "{memberId|member.memberId} removed", key="member|{memberId|member.memberId}", away=True,
    ),
)  # fmt: skip

_COGNITO = (
    *made_and_deleted("cognito-idp:UserPool", "Cognito::UserPool", "{>userPool.arn}", _POOL, "{poolName}"),
    Row(
        "cognito-idp:AdminCreateUser", "Cognito::UserPoolUser", CREATED, _POOL, "a user made",
        key="user|{>user.username}", quiet=True,
    ),
    Row("cognito-idp:AdminDeleteUser", "Cognito::UserPoolUser", DELETED, _POOL, "a user", key="user|{username}"),
    *made_and_deleted(
        "cognito-identity:IdentityPool", "Cognito::IdentityPool",
        here("cognito-identity", "identitypool/{>identityPoolId}"),
        here("cognito-identity", "identitypool/{identityPoolId}"),
        "open to everybody: {allowUnauthenticatedIdentities}",
    ),
    Row(
        "cognito-identity:UpdateIdentityPool", "Cognito::IdentityPool", CHANGED,
        here("cognito-identity", "identitypool/{identityPoolId}"),
        "open to everybody: {allowUnauthenticatedIdentities}", key="settings",
    ),
    Row(
        "cognito-identity:SetIdentityPoolRoles", "Cognito::IdentityPool", CHANGED,
        here("cognito-identity", "identitypool/{identityPoolId}"),
        "roles {roles.authenticated} {roles.unauthenticated}", key="roles",
    ),
)  # fmt: skip

ROWS: tuple[Row, ...] = (*_PERMISSIONS, *_PEOPLE, *_COGNITO)
