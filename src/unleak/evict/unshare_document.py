"""Takes a document of Systems Manager back from the accounts that the attacker gave it to.

https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html
"""

from collections.abc import Iterable

from unleak.aws.client import Client
from unleak.evict.unsharing import Unsharing
from unleak.model.plan import Target
from unleak.unit import ByHand


class UnshareDocument(Unsharing):
    id = "unshare_document"
    title = "Take a document of Systems Manager back from those whom the attacker gave it to"
    permissions = ("ssm:DescribeDocumentPermission", "ssm:ModifyDocumentPermission")
    service = "ssm"
    types = ("SSM::Document",)
    noun = "document"
    by_hand = ByHand(
        console="Systems Manager (region {region}) > Documents > {name} > Details > Modify permissions",
        cli="aws ssm modify-document-permission --region {region} --name {name} --permission-type Share "
        "--account-ids-to-remove ACCOUNT",
    )
    references = ("https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html",)

    def shared_with(self, client: Client, target: Target) -> Iterable[str]:
        found = client.items("describe_document_permission", "AccountIds", Name=target.name, PermissionType="Share")
        return [str(account).lower() for account in found]

    def share(self, client: Client, target: Target, who: str, *, add: bool) -> None:
        field = "AccountIdsToAdd" if add else "AccountIdsToRemove"
        client.modify_document_permission(Name=target.name, PermissionType="Share", **{field: [who]})


ACTION = UnshareDocument()
