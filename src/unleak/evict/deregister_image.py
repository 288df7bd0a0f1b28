"""Deregisters a machine image that the attacker made: nothing is started from it any more. Its snapshots stay.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/deregister-ami.html
"""

from typing import Any

from unleak.aws.client import Client
from unleak.evict.deleting import Deleting
from unleak.model.plan import Target
from unleak.unit import ByHand


class DeregisterImage(Deleting):
    id = "deregister_image"
    title = "Deregister a machine image that the attacker made"
    permissions = ("ec2:DescribeImages", "ec2:DeregisterImage")
    service = "ec2"
    types = ("EC2::Image",)
    noun = "image"
    by_hand = ByHand(
        console="EC2 (region {region}) > AMIs > {name} > Actions > Deregister AMI",
        cli="aws ec2 deregister-image --region {region} --image-id {name}",
    )
    references = ("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/deregister-ami.html",)

    def look(self, client: Client, target: Target) -> Any:
        mine = [{"Name": "image-id", "Values": [target.name]}]
        found = client.pages("describe_images", "Images", Owners=["self"], Filters=mine)
        return next((_image(i) for i in found), None)

    def delete(self, client: Client, target: Target) -> None:
        client.deregister_image(ImageId=target.name)


def _image(found: dict[str, Any]) -> dict[str, Any]:
    volumes = (m.get("Ebs", {}).get("SnapshotId", "") for m in found.get("BlockDeviceMappings", ()))
    return {"name": found.get("Name", ""), "snapshots": sorted(filter(None, volumes))}


ACTION = DeregisterImage()
