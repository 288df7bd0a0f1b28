"""The account and its organisation: Organizations, account settings, quotas, shares of resources.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html
"""

from unleak.investigate.standing.field import everywhere, here
from unleak.investigate.standing.row import CHANGED, CREATED, DELETED, Row, made_and_deleted

_ORGANIZATION = everywhere("organizations", "organization/*")
_POLICY = everywhere("organizations", "policy/*/*/{policyId}")
_TARGET = everywhere("organizations", "account/*/{targetId}")
_ACCOUNT = everywhere("iam", "root")
_CONTACT = "Account::AlternateContact"

_ORGANIZATIONS = (
    Row("organizations:CreateOrganization", "Organizations::Organization", CREATED, _ORGANIZATION),
    Row("organizations:DeleteOrganization", "Organizations::Organization", DELETED, _ORGANIZATION, "deleted"),
    Row(
        "organizations:LeaveOrganization", "Organizations::Organization", CHANGED, _ORGANIZATION,
        "the account left its organisation", key="member", away=True,
    ),
    Row(
        "organizations:AcceptHandshake", "Organizations::Organization", CHANGED, _ORGANIZATION,
        "invitation {handshakeId} accepted", key="member", replaces=False,
    ),
    Row(
        "organizations:CreateAccount organizations:CreateGovCloudAccount", "Organizations::Account", CREATED,
        _ORGANIZATION, "account {accountName} [with role {roleName}]", key="account|{>createAccountStatus.id}",
    ),
    Row(
        "organizations:CloseAccount", "Organizations::Account", CHANGED,
        everywhere("organizations", "account/*/{accountId}"),
        "closed", key="open", away=True,
    ),
    Row(
        "organizations:RemoveAccountFromOrganization", "Organizations::Account", CHANGED,
        everywhere("organizations", "account/*/{accountId}"), "removed from the organisation", key="member", away=True,
    ),
    Row(
        "organizations:InviteAccountToOrganization", "Organizations::Account", CHANGED, _ORGANIZATION,
        "invited {target.id}", key="invited|{target.id}", replaces=False, quiet=True,
    ),
    Row(
        "organizations:MoveAccount", "Organizations::Account", CHANGED,
        everywhere("organizations", "account/*/{accountId}"),
        "moved from {sourceParentId} to {destinationParentId}", key="place",
    ),
    *made_and_deleted(
        "organizations:Policy", "Organizations::Policy",
        ("{>policy.policySummary.arn}", everywhere("organizations", "policy/*/*/{>policy.policySummary.id}")),
        _POLICY, "{name}",
    )[:1],
    Row("organizations:DeletePolicy", "Organizations::Policy", DELETED, _POLICY, "{policyId}"),
    Row("organizations:UpdatePolicy", "Organizations::Policy", CHANGED, _POLICY, "changed", key="content"),
    Row(
        "organizations:AttachPolicy", "Organizations::Policy", CHANGED, _TARGET, "policy {policyId} attached",
        key="policy|{policyId}", replaces=False,
    ),
    Row(
        "organizations:DetachPolicy", "Organizations::Policy", CHANGED, _TARGET, "policy {policyId} detached",
        key="policy|{policyId}", away=True,
    ),
    Row(
        "organizations:DisablePolicyType", "Organizations::Root", CHANGED, _ORGANIZATION,
        "policies of type {policyType} switched off",
        key="type|{policyType}", away=True,
    ),
    Row(
        "organizations:EnablePolicyType", "Organizations::Root", CHANGED, _ORGANIZATION,
        "policies of type {policyType} switched on",
        key="type|{policyType}", replaces=False,
    ),
    Row(
        "organizations:RegisterDelegatedAdministrator", "Organizations::DelegatedAdministrator", CHANGED, _ORGANIZATION,
        "account {accountId} administers {servicePrincipal}", key="admin|{servicePrincipal}|{accountId}",
        to="accountId", replaces=False,
    ),
    Row(
        "organizations:DeregisterDelegatedAdministrator", "Organizations::DelegatedAdministrator", CHANGED,
        _ORGANIZATION,
        "account {accountId} administers {servicePrincipal} no longer", key="admin|{servicePrincipal}|{accountId}",
        away=True,
    ),
    Row(
        "organizations:EnableAWSServiceAccess", "Organizations::Organization", CHANGED, _ORGANIZATION,
        "{servicePrincipal} may work in every account", key="service|{servicePrincipal}", replaces=False,
    ),
    Row(
        "organizations:DisableAWSServiceAccess", "Organizations::Organization", CHANGED, _ORGANIZATION,
        "{servicePrincipal} may no longer work in every account", key="service|{servicePrincipal}", away=True,
    ),
    Row(
        "organizations:PutResourcePolicy", "Organizations::ResourcePolicy", CHANGED, _ORGANIZATION, "policy",
        key="policy", document="content",
    ),
    Row(
        "organizations:DeleteResourcePolicy", "Organizations::ResourcePolicy", CHANGED, _ORGANIZATION, "policy deleted",
        key="policy", away=True,
    ),
    *made_and_deleted(
        "organizations:OrganizationalUnit", "Organizations::OrganizationalUnit", "{>organizationalUnit.arn}",
        everywhere("organizations", "ou/*/{organizationalUnitId}"), "{name}",
    ),
)  # fmt: skip

_SETTINGS = (
    Row(
        "account:PutAlternateContact", _CONTACT, CHANGED, _ACCOUNT, "{alternateContactType} contact changed",
        key="contact|{alternateContactType}",
    ),
    Row(
        "account:DeleteAlternateContact", _CONTACT, CHANGED, _ACCOUNT, "{alternateContactType} contact deleted",
        key="contact|{alternateContactType}", away=True,
    ),
    Row("account:PutContactInformation", _CONTACT, CHANGED, _ACCOUNT, "contact changed", key="own-contact"),
    Row(
        "account:StartPrimaryEmailUpdate account:AcceptPrimaryEmailUpdate", "Account::Email", CHANGED, _ACCOUNT,
        "root's mail address changed", key="email",
    ),
    Row(
        "account:EnableRegion", "Account::Region", CHANGED, _ACCOUNT, "region {regionName} enabled",
        key="region|{regionName}", replaces=False,
    ),
    Row(
        "account:DisableRegion", "Account::Region", CHANGED, _ACCOUNT, "region {regionName} disabled",
        key="region|{regionName}", away=True,
    ),
    Row(
        "servicequotas:RequestServiceQuotaIncrease", "ServiceQuotas::Request", CHANGED,
        here("servicequotas", "{serviceCode}/{quotaCode}"), "{desiredValue} asked for", key="wanted",
    ),
    Row("support:CreateCase", "Support::Case", CREATED, everywhere("support", "case/{>caseId}"), "opened"),
    Row(
        "ram:CreateResourceShare", "RAM::ResourceShare", CREATED, "{>resourceShare.resourceShareArn}",
        "{name}: {resourceArns} for {principals}", to="principals",
    ),
    Row(
        "ram:AssociateResourceShare", "RAM::ResourceShare", CHANGED, "{resourceShareArn}",
        "{resourceArns} for {principals}", key="with|{resourceArns}|{principals}", to="principals", replaces=False,
    ),
    Row(
        "ram:DisassociateResourceShare", "RAM::ResourceShare", CHANGED, "{resourceShareArn}",
        "{resourceArns} no longer for {principals}", key="with|{resourceArns}|{principals}", away=True,
    ),
    Row("ram:DeleteResourceShare", "RAM::ResourceShare", DELETED, "{resourceShareArn}"),
)  # fmt: skip

ROWS: tuple[Row, ...] = (*_ORGANIZATIONS, *_SETTINGS)
