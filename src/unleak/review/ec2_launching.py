"""What starts machines by itself or lets somebody onto them: launch templates, scaling groups, spot requests, keys."""

from unleak.review.listing import Listing, Listings

CHECK = Listings(
    "ec2_launching",
    "Launch templates, scaling groups, spot requests, fleets, key pairs",
    (
        Listing("AWS::EC2::LaunchTemplate", "ec2:DescribeLaunchTemplates", "LaunchTemplates", "LaunchTemplateId",
                "ec2:launch-template/{id}", "LaunchTemplateName", "CreateTime", ("CreatedBy", "LatestVersionNumber")),
        Listing("AWS::AutoScaling::AutoScalingGroup", "autoscaling:DescribeAutoScalingGroups", "AutoScalingGroups",
                "AutoScalingGroupName", "AutoScalingGroupARN", created="CreatedTime",
                detail=("DesiredCapacity", "MaxSize")),
        Listing("AWS::AutoScaling::LaunchConfiguration", "autoscaling:DescribeLaunchConfigurations",
                "LaunchConfigurations", "LaunchConfigurationName", "LaunchConfigurationARN", created="CreatedTime",
                detail=("InstanceType", "IamInstanceProfile")),
        Listing("AWS::EC2::SpotInstanceRequest", "ec2:DescribeSpotInstanceRequests", "SpotInstanceRequests",
                "SpotInstanceRequestId", "ec2:spot-instances-request/{id}", created="CreateTime",
                detail=("State", "Type", "InstanceId")),
        Listing("AWS::EC2::SpotFleet", "ec2:DescribeSpotFleetRequests", "SpotFleetRequestConfigs",
                "SpotFleetRequestId", "ec2:spot-fleet-request/{id}", created="CreateTime",
                detail=("SpotFleetRequestState",)),
        Listing("AWS::EC2::EC2Fleet", "ec2:DescribeFleets", "Fleets", "FleetId", "ec2:fleet/{id}",
                created="CreateTime", detail=("FleetState",)),
        Listing("AWS::EC2::KeyPair", "ec2:DescribeKeyPairs", "KeyPairs", "KeyPairId", "ec2:key-pair/{id}", "KeyName",
                "CreateTime", ("KeyType",)),
        Listing("AWS::EC2::CapacityReservation", "ec2:DescribeCapacityReservations", "CapacityReservations",
                "CapacityReservationId", "CapacityReservationArn", created="CreateDate",
                detail=("State", "InstanceType", "TotalInstanceCount")),
    ),
)  # fmt: skip
