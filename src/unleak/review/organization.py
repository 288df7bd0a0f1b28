"""The organisation: who came into it and how, who may act for it, which policies bind; as far as an account may ask.

Only the management account and its delegates may ask more than who manages it.
"""

from collections.abc import Iterator
from typing import Any

from unleak.model.errors import AwsError
from unleak.model.review import Thing
from unleak.review.check import Place, Scope, low, medium, some

_SCP = "SERVICE_CONTROL_POLICY"
_NO_CONTACT = ("ResourceNotFoundException",)
_NO_ORGANISATION = "AWSOrganizationsNotInUseException"


class Organization:
    id = "organization"
    title = "The organisation: members, invitations, delegates, policies; the account's contacts"
    scope = Scope.GLOBAL
    permissions = (
        "organizations:DescribeOrganization",
        "organizations:ListAccounts",
        "organizations:ListHandshakesForOrganization",
        "organizations:ListHandshakesForAccount",
        "organizations:ListDelegatedAdministrators",
        "organizations:ListPolicies",
        "account:GetAlternateContact",
    )
    types = (
        "AWS::Organizations::Organization",
        "AWS::Organizations::Account",
        "AWS::Organizations::Handshake",
        "AWS::Organizations::DelegatedAdministrator",
        "AWS::Organizations::Policy",
        "AWS::Account::AlternateContact",
    )

    def look(self, place: Place) -> Iterator[Thing]:
        yield from place.listed("AWS::Account::AlternateContact", _contacts, place)
        client = place.client("organizations")
        try:
            found = client.describe_organization()["Organization"]
        except AwsError as error:
            if error.code != _NO_ORGANISATION:
                raise
            yield from place.listed("AWS::Organizations::Handshake", _invitations, place, client, "account")
            return
        manager = str(found["MasterAccountId"])
        detail = some(managed_by=manager, features=found.get("FeatureSet"))
        yield place.thing("AWS::Organizations::Organization", found["Arn"], found["Id"], detail=detail)
        if manager == place.account:
            yield from _of_management(place, client)


def _of_management(place: Place, client: Any) -> Iterator[Thing]:
    kind = "AWS::Organizations::Account"
    for one in place.listed(kind, client.items, "list_accounts", "Accounts"):
        made, how = one.get("JoinedTimestamp"), one.get("JoinedMethod")
        concerns = (low("suspended"),) if one.get("Status") == "SUSPENDED" else ()
        name = f"{one['Id']} {one.get('Name', '')}".strip()
        yield place.thing(kind, one["Arn"], name, made, detail=some(joined=how), concerns=concerns)
    yield from place.listed("AWS::Organizations::Handshake", _invitations, place, client, "organization")
    delegates = "AWS::Organizations::DelegatedAdministrator"
    for one in place.listed(delegates, client.items, "list_delegated_administrators", "DelegatedAdministrators"):
        concerns = (low("may act for the whole organisation"),)
        yield place.thing(delegates, one["Arn"], one["Id"], one.get("DelegationEnabledDate"), concerns=concerns)
    kind = "AWS::Organizations::Policy"
    for one in place.listed(kind, client.items, "list_policies", "Policies", Filter=_SCP):
        yield place.thing(kind, one["Arn"], one["Name"], detail="of AWS" if one.get("AwsManaged") else "")


def _invitations(place: Place, client: Any, whose: str) -> Iterator[Thing]:
    """An open one may take the account out of its organisation, or into a stranger's."""
    for one in client.items(f"list_handshakes_for_{whose}", "Handshakes"):
        open_ = one.get("State") in {"REQUESTED", "OPEN"}
        yield place.thing(
            "AWS::Organizations::Handshake", one["Arn"], one["Id"], one.get("RequestedTimestamp"),
            detail=some(action=one.get("Action"), state=one.get("State")),
            concerns=(medium("an open invitation"),) if open_ else (),
        )  # fmt: skip


def _contacts(place: Place) -> Iterator[Thing]:
    """AWS writes to them; whom it writes to is not told here, only that somebody is set."""
    client = place.client("account")
    for kind in ("SECURITY", "OPERATIONS", "BILLING"):
        told = place.ask(
            f"{kind.lower()} contact", client.get_alternate_contact, none=_NO_CONTACT, AlternateContactType=kind
        )
        if told:
            arn = f"arn:{place.partition}:account::{place.account}:alternate-contact/{kind.lower()}"
            yield place.thing("AWS::Account::AlternateContact", arn, f"{kind.lower()} contact")


CHECK = Organization()
