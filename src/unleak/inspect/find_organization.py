"""Whether a service control policy could bind this account: what nobody inside of it can remove.

It binds members, not the management account, and needs the policy type to be enabled:
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
"""

from collections.abc import Iterator

from unleak.aws.client import Client
from unleak.model.errors import AwsError
from unleak.model.evidence import Evidence, OrganizationFound
from unleak.model.plan import Target
from unleak.unit import Context


class FindOrganization:
    id = "find_organization"
    title = "Find out whether an organisation can bind the account"
    permissions = ("organizations:DescribeOrganization",)

    def run(self, context: Context, target: Target) -> Iterator[Evidence]:
        try:
            found = _describe(context.aws.client(target.account, "organizations"))
        except AwsError as error:
            if error.code != "AWSOrganizationsNotInUseException":
                raise
            yield OrganizationFound(target.account, why_not="the account is in no organisation")
            return
        management = str(found["MasterAccountId"])
        yield OrganizationFound(target.account, management, _why_not(context, target, found, management))


def _describe(client: Client) -> dict[str, object]:
    return dict(client.describe_organization()["Organization"])


def _why_not(context: Context, target: Target, found: dict[str, object], management: str) -> str:
    if target.account == management:
        return "it is the management account: no service control policy binds it"
    if found.get("FeatureSet") != "ALL":
        return "the organisation has only consolidated billing"
    if not context.aws.reaches(management):
        return f'the management account {management} is not reached: name it in unleak.toml ([accounts."{management}"])'
    return ""


CHECK = FindOrganization()
