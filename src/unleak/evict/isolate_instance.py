"""Cuts a machine off from the network and leaves it running, for the investigation: each of its interfaces gets one
security group without rules in the place of those that it has.

https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from unleak.aws.client import Client
from unleak.evict.putting_right import Parts, PuttingRight
from unleak.model.errors import AwsError, NotFound
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import ByHand, Context


class IsolateInstance(PuttingRight):
    id = "isolate_instance"
    title = "Cut the instance off from the network"
    permissions = (
        "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups",
        "ec2:CreateSecurityGroup", "ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress",
        "ec2:ModifyNetworkInterfaceAttribute",
        "ec2:DeleteSecurityGroup",
    )  # fmt: skip
    undone_by = "giving its interfaces the security groups that they had"
    by_hand = ByHand(
        console="EC2 (region {region}) > Instances > {name} > Actions > Security > Change security groups",
        cli="aws ec2 modify-instance-attribute --region {region} --instance-id {name} --groups GROUP_WITHOUT_RULES",
    )
    references = ("https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",)

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        if deed.type != "AWS::EC2::Instance" or deed.deed == "deleted":
            return
        for interface in _interfaces(context.aws.client(target.account, "ec2", target.region), target):
            yield f"groups|{interface['NetworkInterfaceId']}", [_ours(context)]

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        """Ids of groups; our own by its name, as long as it has no rules."""
        ec2 = context.aws.client(target.account, "ec2", target.region, fresh=fresh)
        try:
            groups = [g["GroupId"] for g in _interface(ec2, part)["Groups"]]
            listed = ec2.describe_security_groups(GroupIds=groups)["SecurityGroups"] if groups else []
        except NotFound:
            return [_ours(context)]  # what is gone reaches nobody
        closed = {g["GroupId"] for g in listed if g["GroupName"] == _ours(context) and not _is_open(g)}
        return sorted(_ours(context) if g in closed else g for g in groups)

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        ec2 = context.aws.client(target.account, "ec2", target.region)
        name = _ours(context)
        interface = _interface(ec2, part)
        groups = [_closed_group(ec2, name, interface["VpcId"])] if value == [name] else value
        ec2.modify_network_interface_attribute(NetworkInterfaceId=interface["NetworkInterfaceId"], Groups=groups)
        if value != [name]:
            _sweep(ec2, name, interface["VpcId"])

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        many = f"{len(parts)} interfaces" if len(parts) > 1 else "its interface"
        return (
            f"give {many} of instance {target.name} one security group without rules",
            "whatever talks to it; connections that stand may last until they are idle",
            "give its interfaces the security groups that they had, and delete ours",
        )


def _ours(context: Context) -> str:
    return context.incident.name_of("isolated")


def _interfaces(ec2: Client, target: Target) -> list[dict[str, Any]]:
    mine = [{"Name": "attachment.instance-id", "Values": [target.name]}]
    return list(ec2.pages("describe_network_interfaces", "NetworkInterfaces", Filters=mine))


def _interface(ec2: Client, part: str) -> dict[str, Any]:
    one = part.partition("|")[2]
    found: dict[str, Any] = ec2.describe_network_interfaces(NetworkInterfaceIds=[one])["NetworkInterfaces"][0]
    return found


def _is_open(group: dict[str, Any]) -> bool:
    return bool(group["IpPermissions"] or group["IpPermissionsEgress"])


def _named(ec2: Client, name: str, network: str) -> dict[str, Any] | None:
    which = [{"Name": "group-name", "Values": [name]}, {"Name": "vpc-id", "Values": [network]}]
    found = ec2.pages("describe_security_groups", "SecurityGroups", Filters=which)
    return next(iter(found), None)


def _closed_group(ec2: Client, name: str, network: str) -> str:
    """A new group lets everything out: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html"""
    if _named(ec2, name, network) is None:
        ec2.create_security_group(GroupName=name, Description="unleak: lets nothing in or out", VpcId=network)
    group = _named(ec2, name, network)
    if group is None:
        raise NotFound(f"the security group {name} is not there yet", "running again goes on where this stopped")
    if group["IpPermissionsEgress"]:
        ec2.revoke_security_group_egress(GroupId=group["GroupId"], IpPermissions=group["IpPermissionsEgress"])
    if group["IpPermissions"]:
        ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=group["IpPermissions"])
    return str(group["GroupId"])


def _sweep(ec2: Client, name: str, network: str) -> None:
    """While another machine of the incident has it, it stays."""
    group = _named(ec2, name, network)
    if group is not None:
        with suppress(AwsError):
            ec2.delete_security_group(GroupId=group["GroupId"])


ACTION = IsolateInstance()
