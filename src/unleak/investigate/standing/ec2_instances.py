"""EC2 and Auto Scaling: instances, what starts them, and how one gets into them.

EC2's lists are `{"items": [...]}`; its newer operations are wrapped in `NAMERequest` and `NAMEResponse`.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from collections.abc import Iterator

from unleak.investigate.standing.field import Scene, here, word
from unleak.investigate.standing.row import CHANGED, CREATED, DELETED, STARTED, Own, Row
from unleak.investigate.standing.trace import Trace
from unleak.model.call import Call

_INSTANCE = "EC2::Instance"
_ONE = here("ec2", "instance/{instanceId}")
_EACH = here("ec2", "instance/{.instanceId}")
_PAIR = here("ec2", "key-pair/{keyName}")
_TEMPLATE = here("ec2", "launch-template/{launchTemplateId|>launchTemplate.launchTemplateId}")
_SPOT = here("ec2", "spot-instances-request/{.spotInstanceRequestId}")
_SPOT_FLEET = here("ec2", "spot-fleet-request/{>spotFleetRequestId}")
_FLEET = here("ec2", "fleet/{>fleetId}")
_GROUP = here("autoscaling", "autoScalingGroup:*:autoScalingGroupName/{autoScalingGroupName}")
_CONFIGURATION = here("autoscaling", "launchConfiguration:*:launchConfigurationName/{launchConfigurationName}")
_PROFILE = here("ec2", "instance/{>iamInstanceProfileAssociation.instanceId}")
_PROFILE_ARN = "{>iamInstanceProfileAssociation.iamInstanceProfile.arn}"


def _over(action: str, type_: str, arn: str, each: str) -> Own:
    """A fleet is gone with its instances; without, it is only told to start no more, and what it started runs on.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CancelSpotFleetRequests.html
    """
    ended = Row(action, type_, DELETED, arn, each=each)
    left = Row(action, type_, CHANGED, arn, "cancelled, its instances run on", each=each, key="cancelled")

    def read(call: Call) -> Iterator[Trace]:
        is_ended = word(Scene(call).at("terminateInstances")) == "true"
        yield from (ended if is_ended else left).read(call)

    return Own(action, read, rows=(ended, left))


_INSTANCES = (
    Row(
        "ec2:RunInstances", _INSTANCE, CREATED, _EACH,
        "{.instanceType} {iamInstanceProfile.name|iamInstanceProfile.arn}",
        each=">instancesSet",
    ),
    Row("ec2:TerminateInstances", _INSTANCE, DELETED, _EACH, each="instancesSet"),
    Row("ec2:StartInstances", _INSTANCE, CHANGED, _EACH, "started", each="instancesSet", mark="running"),
    Row("ec2:StopInstances", _INSTANCE, CHANGED, _EACH, "stopped", each="instancesSet", mark="stopped"),
    Row("ec2:RebootInstances", _INSTANCE, STARTED, _EACH, "rebooted", each="instancesSet", key="reboot"),
    *(
        Row("ec2:ModifyInstanceAttribute", _INSTANCE, CHANGED, _ONE, words, each=field, key=field)
        for field, words in (
            ("userData", "user data replaced: it runs at the next start"),
            ("groupSet", "security groups replaced"),
            ("instanceType", "type changed"),
            ("disableApiTermination", "protection against termination changed"),
            ("disableApiStop", "protection against stopping changed"),
            ("sourceDestCheck", "check of addresses changed"),
            ("instanceInitiatedShutdownBehavior", "behaviour at shutdown changed"),
            ("blockDeviceMapping", "volumes changed"),
            ("attribute", "attribute changed"),
        )
    ),
    Row("ec2:ResetInstanceAttribute", _INSTANCE, CHANGED, _ONE, "{attribute} reset", key="{attribute}"),
    Row(
        "ec2:ModifyInstanceMetadataOptions", _INSTANCE, CHANGED, _ONE,
        "metadata service: tokens {httpTokens}, {httpEndpoint}", key="metadata",
    ),
    Row(
        "ec2:AssociateIamInstanceProfile", _INSTANCE, CHANGED, _PROFILE, f"instance profile {_PROFILE_ARN} given",
        key="profile", replaces=False,
    ),
    Row(
        "ec2:ReplaceIamInstanceProfileAssociation", _INSTANCE, CHANGED, _PROFILE,
        f"instance profile {_PROFILE_ARN} given", key="profile",
    ),
    Row(
        "ec2:DisassociateIamInstanceProfile", _INSTANCE, CHANGED, _PROFILE, "instance profile taken away",
        key="profile", away=True,
    ),
    Row(
        "ec2-instance-connect:SendSSHPublicKey", _INSTANCE, STARTED, _ONE,
        "SSH key pushed for {instanceOSUser}, good for 60 seconds", key="ssh|{instanceOSUser}",
    ),
    Row(
        "ec2-instance-connect:SendSerialConsoleSSHPublicKey", _INSTANCE, STARTED, _ONE,
        "SSH key pushed for the serial console, good for 60 seconds", key="serial",
    ),
    Row(
        "ec2-instance-connect:OpenTunnel", "EC2::InstanceConnectEndpoint", STARTED,
        here("ec2", "instance-connect-endpoint/{instanceConnectEndpointId}"),
        "tunnel to {privateIpAddress} port {remotePort}", key="tunnel",
    ),
    Row(
        "ec2:EnableSerialConsoleAccess", "EC2::SerialConsoleAccess", CHANGED, here("ec2", "*"),
        "serial console opened for the account", key="serial", replaces=False,
    ),
    Row(
        "ec2:DisableSerialConsoleAccess", "EC2::SerialConsoleAccess", CHANGED, here("ec2", "*"),
        "serial console closed for the account", key="serial", away=True,
    ),
    Row(
        "ec2:CreateKeyPair ec2:ImportKeyPair", "EC2::KeyPair", CREATED, _PAIR,
        also=(here("ec2", "key-pair-id/{>keyPairId}"),),
    ),
    Row("ec2:DeleteKeyPair", "EC2::KeyPair", DELETED, _PAIR),
    Row(
        "ec2:DeleteKeyPair", "EC2::KeyPair", DELETED, here("ec2", "key-pair/*"), "{keyPairId}",
        base=here("ec2", "key-pair-id/{keyPairId}"),
    ),
)  # fmt: skip

_STARTERS = (
    Row(
        "ec2:CreateLaunchTemplate", "EC2::LaunchTemplate", CREATED, _TEMPLATE, "{launchTemplateName}",
        also=(here("ec2", "launch-template-name/{launchTemplateName}"),),
    ),
    Row(
        "ec2:CreateLaunchTemplateVersion", "EC2::LaunchTemplate", CHANGED,
        here("ec2", "launch-template/{>launchTemplateVersion.launchTemplateId|launchTemplateId}"),
        "versi[on {>launchTemplateVersion.versionNumber}]", key="version|{>launchTemplateVersion.versionNumber}",
        replaces=False, quiet=True,
    ),
    Row(
        "ec2:ModifyLaunchTemplate", "EC2::LaunchTemplate", CHANGED, _TEMPLATE,
        "version {setDefaultVersion} made default", key="default",
    ),
    Row("ec2:DeleteLaunchTemplate", "EC2::LaunchTemplate", DELETED, _TEMPLATE),
    Row(
        "ec2:DeleteLaunchTemplateVersions", "EC2::LaunchTemplate", CHANGED,
        here("ec2", "launch-template/{.launchTemplateId}"), "version {.versionNumber} deleted",
        each=">successfullyDeletedLaunchTemplateVersionSet", key="version|{.versionNumber}", away=True,
    ),
    Row(
        "ec2:RequestSpotInstances", "EC2::SpotInstanceRequest", CREATED, _SPOT,
        "{type} {launchSpecification.instanceType}", each=">spotInstanceRequestSet",
    ),
    Row(
        "ec2:CancelSpotInstanceRequests", "EC2::SpotInstanceRequest", DELETED, _SPOT, each=">spotInstanceRequestSet"
    ),
    Row(
        "ec2:RequestSpotFleet", "EC2::SpotFleet", CREATED, _SPOT_FLEET,
        "for {spotFleetRequestConfig.targetCapacity} instances",
    ),
    _over(
        "ec2:CancelSpotFleetRequests", "EC2::SpotFleet", here("ec2", "spot-fleet-request/{.spotFleetRequestId}"),
        ">successfulFleetRequestSet",
    ),
    Row(
        "ec2:ModifySpotFleetRequest", "EC2::SpotFleet", CHANGED, here("ec2", "spot-fleet-request/{spotFleetRequestId}"),
        "capacity {targetCapacity}", key="capacity",
    ),
    Row("ec2:CreateFleet", "EC2::EC2Fleet", CREATED, _FLEET, "{type}"),
    _over("ec2:DeleteFleets", "EC2::EC2Fleet", here("ec2", "fleet/{.fleetId}"), ">successfulFleetDeletionSet"),
    Row(
        "ec2:ModifyFleet", "EC2::EC2Fleet", CHANGED, here("ec2", "fleet/{fleetId}"), "capacity changed",
        key="capacity",
    ),
    Row(
        "ec2:PurchaseReservedInstancesOffering", "EC2::ReservedInstances", CREATED,
        here("ec2", "reserved-instances/{>reservedInstancesId}"), "{instanceCount} bought",
    ),
    Row(
        "ec2:CreateCapacityReservation", "EC2::CapacityReservation", CREATED,
        here("ec2", "capacity-reservation/{>capacityReservation.capacityReservationId}"),
        "{instanceCount} [of {instanceType}]",
    ),
    Row(
        "ec2:CancelCapacityReservation", "EC2::CapacityReservation", DELETED,
        here("ec2", "capacity-reservation/{capacityReservationId}"),
    ),
)  # fmt: skip

_SCALING = (
    Row(
        "autoscaling:CreateAutoScalingGroup", "AutoScaling::AutoScalingGroup", CREATED, _GROUP,
        "{minSize} to {maxSize} instances",
    ),
    Row(
        "autoscaling:UpdateAutoScalingGroup", "AutoScaling::AutoScalingGroup", CHANGED, _GROUP, "changed",
        key="settings",
    ),
    Row(
        "autoscaling:SetDesiredCapacity", "AutoScaling::AutoScalingGroup", CHANGED, _GROUP,
        "{desiredCapacity} instances wanted", key="capacity",
    ),
    Row("autoscaling:DeleteAutoScalingGroup", "AutoScaling::AutoScalingGroup", DELETED, _GROUP),
    Row("autoscaling:CreateLaunchConfiguration", "AutoScaling::LaunchConfiguration", CREATED, _CONFIGURATION),
    Row("autoscaling:DeleteLaunchConfiguration", "AutoScaling::LaunchConfiguration", DELETED, _CONFIGURATION),
    Row(
        "autoscaling:PutScheduledUpdateGroupAction", "AutoScaling::ScheduledAction", CHANGED, _GROUP,
        "scheduled acti[on {scheduledActionName}]", key="schedule|{scheduledActionName}",
    ),
    Row(
        "autoscaling:DeleteScheduledAction", "AutoScaling::ScheduledAction", DELETED, _GROUP,
        "scheduled acti[on {scheduledActionName}]", key="schedule|{scheduledActionName}",
    ),
)  # fmt: skip

ROWS: tuple[Row | Own, ...] = (*_INSTANCES, *_STARTERS, *_SCALING)
