"""EC2: networks, ways between them, and what records them."""

from unleak.investigate.standing.field import here
from unleak.investigate.standing.row import CHANGED, CREATED, DELETED, Row


def _thing(name: str, path: str, segment: str, type_: str, answer: str, detail: str = "") -> tuple[Row, ...]:
    """What is created and deleted under one id. `path` is the id's name, `answer` where the answer has it."""
    return (
        Row(f"ec2:Create{name}", f"EC2::{type_}", CREATED, here("ec2", f"{segment}/{{>{answer}}}"), detail),
        Row(f"ec2:Delete{name}", f"EC2::{type_}", DELETED, here("ec2", f"{segment}/{{{path}}}")),
    )


_FLOW_LOG = here("ec2", "vpc-flow-log/{.}")
_TABLE = here("ec2", "route-table/{routeTableId}")
_ROUTE = "route|{destinationCidrBlock|destinationIpv6CidrBlock|destinationPrefixListId}"
_PEERING = here("ec2", "vpc-peering-connection/{vpcPeeringConnectionId}")
_ACL = here("ec2", "network-acl/{networkAclId}")
_ADDRESS = here("ec2", "elastic-ip/{allocationId}")
_GATEWAY = here("ec2", "internet-gateway/{internetGatewayId}")
_ENDPOINT = "vpcEndpoint.vpcEndpointId"
_INTERFACE = here("ec2", "network-interface/{networkInterfaceId}")
_SUBNET = here("ec2", "subnet/{subnetId}")

ROWS: tuple[Row, ...] = (
    Row(
        "ec2:CreateFlowLogs", "EC2::FlowLog", CREATED, _FLOW_LOG, "to {logDestination|logGroupName}",
        each=">flowLogIdSet",
    ),
    Row("ec2:DeleteFlowLogs", "EC2::FlowLog", DELETED, _FLOW_LOG, "flow log deleted", each="flowLogId"),
    *_thing("Vpc", "vpcId", "vpc", "VPC", "vpc.vpcId", "{cidrBlock}"),
    *_thing("Subnet", "subnetId", "subnet", "Subnet", "subnet.subnetId", "{cidrBlock}"),
    *_thing(
        "InternetGateway", "internetGatewayId", "internet-gateway", "InternetGateway",
        "internetGateway.internetGatewayId",
    ),
    Row(
        "ec2:AttachInternetGateway", "EC2::InternetGateway", CHANGED, _GATEWAY, "attached to {vpcId}", key="attached",
        replaces=False,
    ),
    Row("ec2:DetachInternetGateway", "EC2::InternetGateway", CHANGED, _GATEWAY, "detached", key="attached", away=True),
    *_thing("RouteTable", "routeTableId", "route-table", "RouteTable", "routeTable.routeTableId"),
    Row(
        "ec2:CreateRoute ec2:ReplaceRoute", "EC2::Route", CHANGED, _TABLE,
        "{destinationCidrBlock|destinationIpv6CidrBlock} goes to"
        " {gatewayId|natGatewayId|instanceId|networkInterfaceId|vpcPeeringConnectionId|transitGatewayId}", key=_ROUTE,
    ),
    Row(
        "ec2:DeleteRoute", "EC2::Route", CHANGED, _TABLE, "route to {destinationCidrBlock} deleted", key=_ROUTE,
        away=True,
    ),
    *_thing(
        "VpcPeeringConnection", "vpcPeeringConnectionId", "vpc-peering-connection", "VPCPeeringConnection",
        "vpcPeeringConnection.vpcPeeringConnectionId", "with {peerVpcId} [of {peerOwnerId}]",
    ),
    Row(
        "ec2:AcceptVpcPeeringConnection", "EC2::VPCPeeringConnection", CHANGED, _PEERING, "accepted", key="accepted",
        replaces=False,
    ),
    *_thing("VpcEndpoint", "vpcEndpointId", "vpc-endpoint", "VPCEndpoint", _ENDPOINT, "to {serviceName}")[:1],
    Row("ec2:DeleteVpcEndpoints", "EC2::VPCEndpoint", DELETED, here("ec2", "vpc-endpoint/{.}"), each="vpcEndpointId"),
    Row(
        "ec2:ModifyVpcEndpoint", "EC2::VPCEndpoint", CHANGED, here("ec2", "vpc-endpoint/{vpcEndpointId}"),
        "changed,", key="policy", document="policyDocument",
    ),
    *_thing("NatGateway", "natGatewayId", "natgateway", "NatGateway", "natGateway.natGatewayId", "[in {subnetId}]"),
    *_thing(
        "NetworkInterface", "networkInterfaceId", "network-interface", "NetworkInterface",
        "networkInterface.networkInterfaceId", "[in {subnetId}]",
    ),
    Row(
        "ec2:AttachNetworkInterface", "EC2::NetworkInterface", CHANGED, _INTERFACE, "attached to {instanceId}",
        key="attached", replaces=False, also=(here("ec2", "attachment/{>attachmentId}"),),
    ),
    Row(
        "ec2:DetachNetworkInterface", "EC2::NetworkInterface", CHANGED, here("ec2", "network-interface/*"),
        "detached", base=here("ec2", "attachment/{attachmentId}"), away=True,
    ),
    Row(
        "ec2:ModifyNetworkInterfaceAttribute", "EC2::NetworkInterface", CHANGED, _INTERFACE, "changed", key="settings"
    ),
    Row("ec2:ModifySubnetAttribute", "EC2::Subnet", CHANGED, _SUBNET, "changed", key="settings"),
    Row("ec2:AllocateAddress", "EC2::EIP", CREATED, here("ec2", "elastic-ip/{>allocationId}"), "{>publicIp}"),
    Row("ec2:ReleaseAddress", "EC2::EIP", DELETED, _ADDRESS),
    Row(
        "ec2:AssociateAddress", "EC2::EIP", CHANGED, _ADDRESS, "given to {instanceId|networkInterfaceId}", key="given",
        also=(here("ec2", "association/{>associationId}"),),
    ),
    Row(
        "ec2:DisassociateAddress", "EC2::EIP", CHANGED, here("ec2", "elastic-ip/*"), "taken from its machine",
        base=here("ec2", "association/{associationId}"), away=True,
    ),
    *_thing("NetworkAcl", "networkAclId", "network-acl", "NetworkAcl", "networkAcl.networkAclId"),
    Row(
        "ec2:CreateNetworkAclEntry ec2:ReplaceNetworkAclEntry", "EC2::NetworkAclEntry", CHANGED, _ACL,
        "rule {ruleNumber}: {ruleAction} {cidrBlock}", key="entry|{egress}|{ruleNumber}",
    ),
    Row(
        "ec2:DeleteNetworkAclEntry", "EC2::NetworkAclEntry", CHANGED, _ACL, "rule {ruleNumber} deleted",
        key="entry|{egress}|{ruleNumber}", away=True,
    ),
    *_thing(
        "TrafficMirrorSession", "trafficMirrorSessionId", "traffic-mirror-session", "TrafficMirrorSession",
        "trafficMirrorSession.trafficMirrorSessionId", "of {networkInterfaceId}: its traffic is copied",
    ),
    *_thing(
        "TrafficMirrorTarget", "trafficMirrorTargetId", "traffic-mirror-target", "TrafficMirrorTarget",
        "trafficMirrorTarget.trafficMirrorTargetId",
    ),
    *_thing(
        "ClientVpnEndpoint", "clientVpnEndpointId", "client-vpn-endpoint", "ClientVpnEndpoint", "clientVpnEndpointId"
    ),
    *_thing("VpnConnection", "vpnConnectionId", "vpn-connection", "VPNConnection", "vpnConnection.vpnConnectionId"),
    *_thing(
        "InstanceConnectEndpoint", "instanceConnectEndpointId", "instance-connect-endpoint", "InstanceConnectEndpoint",
        "instanceConnectEndpoint.instanceConnectEndpointId", "[in {subnetId}]",
    ),
)  # fmt: skip
