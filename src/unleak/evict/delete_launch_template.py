"""Deletes a launch template that the attacker made, with all its versions: nothing is started from it any more.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/delete-launch-template.html
"""

from typing import Any

from unleak.aws.client import Client
from unleak.evict.deleting import Deleting
from unleak.model.plan import Target
from unleak.unit import ByHand


class DeleteLaunchTemplate(Deleting):
    id = "delete_launch_template"
    title = "Delete a launch template that the attacker made"
    permissions = ("ec2:DescribeLaunchTemplates", "ec2:DeleteLaunchTemplate")
    service = "ec2"
    types = ("EC2::LaunchTemplate",)
    noun = "launch template"
    by_hand = ByHand(
        console="EC2 (region {region}) > Launch Templates > {name} > Actions > Delete template",
        cli="aws ec2 delete-launch-template --region {region} --launch-template-id {name}",
    )
    references = ("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/delete-launch-template.html",)

    def look(self, client: Client, target: Target) -> Any:
        found = client.describe_launch_templates(LaunchTemplateIds=[target.name])["LaunchTemplates"]
        return next(({"name": t["LaunchTemplateName"]} for t in found), None)

    def delete(self, client: Client, target: Target) -> None:
        client.delete_launch_template(LaunchTemplateId=target.name)


ACTION = DeleteLaunchTemplate()
