"""All users, roles, groups and policies of the account, and what its organisation forbids: for the reach of a key.

Not among the checks of the incident loop, which must be quick and needs less: only `unleak inspect` asks for this.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from unleak.aws.accounts import Accounts
from unleak.aws.client import Client
from unleak.iam.account import AccountDetails, details_of
from unleak.iam.policy import Policy, PolicyError, parse_policy
from unleak.model.errors import AccessDenied, AwsError

PERMISSIONS = ("iam:GetAccountAuthorizationDetails",)
ORGANISATION_PERMISSIONS = (
    "organizations:DescribeOrganization",
    "organizations:ListPoliciesForTarget",
    "organizations:DescribePolicy",
    "organizations:ListParents",
)
_SCP = "SERVICE_CONTROL_POLICY"
_LARGEST_PAGE = 1000
_NO_ORGANISATION = "AWSOrganizationsNotInUseException"
UNREADABLE = "service control policies could not be read"


@dataclass(frozen=True, slots=True)
class Organisation:
    """Service control policies, one tuple for each level, the account's own first. `unread`: why they are not known."""

    levels: tuple[tuple[Policy, ...], ...] = ()
    unread: str = ""


def read_details(aws: Accounts, account: str) -> AccountDetails:
    """Raises AccessDenied where the identity that we run as may not."""
    return details_of(_pages(aws.client(account, "iam")))


def _pages(iam: Client) -> Iterator[dict[str, Any]]:
    """Page by page: each has four lists."""
    page = iam.get_account_authorization_details(MaxItems=_LARGEST_PAGE)
    yield page
    while page.get("IsTruncated"):
        page = iam.get_account_authorization_details(MaxItems=_LARGEST_PAGE, Marker=page["Marker"])
        yield page


def read_organisation(aws: Accounts, account: str) -> Organisation:
    """Every account may ask which one manages its organisation; only that one and its delegates may read policies. They
    do not bind the management account itself.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    """
    try:
        client = aws.client(aws.caller.account, "organizations")
        management = str(client.describe_organization()["Organization"]["MasterAccountId"])
        if management == account:
            return Organisation()
        return Organisation(tuple(_levels(_above(aws, management) or client, account)))
    except AwsError as error:
        if error.code == _NO_ORGANISATION:
            return Organisation()
        why = "not from this account, or not as this identity" if isinstance(error, AccessDenied) else str(error)
        return Organisation(unread=f"{UNREADABLE}: {why}")
    except PolicyError as error:
        return Organisation(unread=f"{UNREADABLE}: {error}")


def _above(aws: Accounts, management: str) -> Client | None:
    """A client of the management account, where the configuration leads there."""
    try:
        return aws.client(management, "organizations")
    except AccessDenied:
        return None


def _levels(client: Client, account: str) -> Iterator[tuple[Policy, ...]]:
    """Of the account, of each unit above it, of the root. Where the organisation has them switched off, there are none.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
    """
    target: str | None = account
    while target:
        attached = list(client.pages("list_policies_for_target", "Policies", TargetId=target, Filter=_SCP))
        if attached:
            yield tuple(_policy(client, str(summary["Id"])) for summary in attached)
        above = list(client.pages("list_parents", "Parents", ChildId=target)) if not target.startswith("r-") else []
        target = str(above[0]["Id"]) if above else None


def _policy(client: Client, policy_id: str) -> Policy:
    described = client.describe_policy(PolicyId=policy_id)["Policy"]
    return parse_policy(described["Content"], str(described["PolicySummary"]["Name"]))
