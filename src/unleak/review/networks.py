"""What carries traffic, and what reaches in: networks, addresses, peerings, private networks, endpoints."""

from unleak.review.listing import Listing, Listings

CHECK = Listings(
    "networks",
    "Networks, addresses, peerings, VPNs and endpoints",
    (
        Listing("AWS::EC2::VPC", "ec2:DescribeVpcs", "Vpcs", "VpcId", "ec2:vpc/{id}",
                detail=("IsDefault", "CidrBlock")),
        Listing("AWS::EC2::EIP", "ec2:DescribeAddresses", "Addresses", "AllocationId", "ec2:elastic-ip/{id}",
                "PublicIp", detail=("InstanceId",)),
        Listing("AWS::EC2::NetworkInterface", "ec2:DescribeNetworkInterfaces", "NetworkInterfaces",
                "NetworkInterfaceId", "ec2:network-interface/{id}", detail=("InterfaceType", "Description")),
        Listing("AWS::EC2::VPCPeeringConnection", "ec2:DescribeVpcPeeringConnections", "VpcPeeringConnections",
                "VpcPeeringConnectionId", "ec2:vpc-peering-connection/{id}"),
        Listing("AWS::EC2::VPNConnection", "ec2:DescribeVpnConnections", "VpnConnections", "VpnConnectionId",
                "ec2:vpn-connection/{id}", detail=("State",)),
        Listing("AWS::EC2::ClientVpnEndpoint", "ec2:DescribeClientVpnEndpoints", "ClientVpnEndpoints",
                "ClientVpnEndpointId", "ec2:client-vpn-endpoint/{id}", created="CreationTime", detail=("DnsName",)),
        Listing("AWS::EC2::VPCEndpoint", "ec2:DescribeVpcEndpoints", "VpcEndpoints", "VpcEndpointId",
                "ec2:vpc-endpoint/{id}", created="CreationTimestamp", detail=("ServiceName", "State")),
        Listing("AWS::EC2::InstanceConnectEndpoint", "ec2:DescribeInstanceConnectEndpoints",
                "InstanceConnectEndpoints", "InstanceConnectEndpointId", "InstanceConnectEndpointArn",
                created="CreatedAt", detail=("State",)),
    ),
)  # fmt: skip
