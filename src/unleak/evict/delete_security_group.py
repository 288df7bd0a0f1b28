"""Deletes a security group that the attacker made. AWS refuses while a machine or another group uses it.

https://docs.aws.amazon.com/vpc/latest/userguide/deleting-security-groups.html
"""

from typing import Any

from unleak.aws.client import Client
from unleak.evict.deleting import Deleting
from unleak.model.plan import Target
from unleak.unit import ByHand


class DeleteSecurityGroup(Deleting):
    id = "delete_security_group"
    title = "Delete a security group that the attacker made"
    permissions = ("ec2:DescribeSecurityGroups", "ec2:DeleteSecurityGroup")
    service = "ec2"
    types = ("EC2::SecurityGroup",)
    noun = "security group"
    by_hand = ByHand(
        console="EC2 (region {region}) > Security Groups > {name} > Actions > Delete security groups",
        cli="aws ec2 delete-security-group --region {region} --group-id {name}",
    )
    references = ("https://docs.aws.amazon.com/vpc/latest/userguide/deleting-security-groups.html",)

    def look(self, client: Client, target: Target) -> Any:
        found = client.describe_security_groups(GroupIds=[target.name])["SecurityGroups"]
        return next(({"name": g["GroupName"], "network": g.get("VpcId", "")} for g in found), None)

    def delete(self, client: Client, target: Target) -> None:
        client.delete_security_group(GroupId=target.name)


ACTION = DeleteSecurityGroup()
