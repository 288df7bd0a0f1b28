"""Takes a machine image back from the accounts and organisations that the attacker gave it to.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-explicit.html
"""

from collections.abc import Iterable

from unleak.aws.client import Client
from unleak.evict.unsharing import EVERYBODY, Unsharing
from unleak.model.plan import Target
from unleak.unit import ByHand

_FIELDS = ("UserId", "Group", "OrganizationArn", "OrganizationalUnitArn")


class UnshareImage(Unsharing):
    id = "unshare_image"
    title = "Take a machine image back from those whom the attacker gave it to"
    permissions = ("ec2:DescribeImageAttribute", "ec2:ModifyImageAttribute")
    service = "ec2"
    types = ("EC2::Image",)
    noun = "image"
    by_hand = ByHand(
        console="EC2 (region {region}) > AMIs > {name} > Actions > Edit AMI permissions",
        cli="aws ec2 modify-image-attribute --region {region} --image-id {name} --attribute launchPermission "
        "--operation-type remove --user-ids ACCOUNT",
    )
    references = ("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-explicit.html",)

    def shared_with(self, client: Client, target: Target) -> Iterable[str]:
        found = client.describe_image_attribute(ImageId=target.name, Attribute="launchPermission")
        return [str(p[field]) for p in found.get("LaunchPermissions", ()) for field in _FIELDS if p.get(field)]

    def share(self, client: Client, target: Target, who: str, *, add: bool) -> None:
        verb = "add" if add else "remove"
        client.modify_image_attribute(
            ImageId=target.name, Attribute="launchPermission", OperationType=verb, **{_list_of(who): [who]}
        )


def _list_of(who: str) -> str:
    if who == EVERYBODY:
        return "UserGroups"
    if ":organizations:" in who:
        return "OrganizationalUnitArns" if ":ou/" in who else "OrganizationArns"
    return "UserIds"


ACTION = UnshareImage()
