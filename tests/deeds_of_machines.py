"""What an attacker has left that runs, or starts what runs; for each action that takes it out."""

from collections.abc import Callable

from conftest import Site
from deeds_of_resources import REGION, machine, of, thing
from deeds_world import did
from unleak.model.incident import Incident
from unleak.model.plan import Target


def _made_template(site: Site) -> Target:
    data = {"InstanceType": "t3.micro"}
    made = of(site, "ec2").create_launch_template(LaunchTemplateName="fleet", LaunchTemplateData=data)
    template = thing(site, "ec2", f"launch-template/{made['LaunchTemplate']['LaunchTemplateId']}")
    did(site, template, "EC2::LaunchTemplate", "created", action="ec2:CreateLaunchTemplate")
    return template


def _asked_spot(site: Site) -> Target:
    ec2 = of(site, "ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    what = {"ImageId": image, "InstanceType": "t3.micro"}
    made = ec2.request_spot_instances(InstanceCount=1, LaunchSpecification=what)["SpotInstanceRequests"][0]
    request = thing(site, "ec2", f"spot-instances-request/{made['SpotInstanceRequestId']}")
    did(site, request, "EC2::SpotInstanceRequest", "created", action="ec2:RequestSpotInstances")
    return request


def _asked_fleet(site: Site) -> Target:
    ec2 = of(site, "ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    what = {"ImageId": image, "InstanceType": "t3.micro", "SubnetId": subnet}
    role = f"arn:aws:iam::{site.stage.account}:role/ops-admin"
    asked = {"TargetCapacity": 1, "IamFleetRole": role, "LaunchSpecifications": [what], "SpotPrice": "0.1",
             "AllocationStrategy": "lowestPrice"}  # fmt: skip
    made = ec2.request_spot_fleet(SpotFleetRequestConfig=asked)["SpotFleetRequestId"]
    fleet = thing(site, "ec2", f"spot-fleet-request/{made}")
    did(site, fleet, "EC2::SpotFleet", "created", action="ec2:RequestSpotFleet")
    return fleet


def _fleet_that_runs_on(site: Site) -> Target:
    """Cancelled without what it has started."""
    fleet = _asked_fleet(site)
    of(site, "ec2").cancel_spot_fleet_requests(SpotFleetRequestIds=[fleet.name], TerminateInstances=False)
    return fleet


def _made_scaling_group(site: Site) -> Target:
    scaling, ec2 = of(site, "autoscaling"), of(site, "ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    scaling.create_launch_configuration(LaunchConfigurationName="fleet", ImageId=image, InstanceType="t3.micro")
    scaling.create_auto_scaling_group(AutoScalingGroupName="fleet", LaunchConfigurationName="fleet", MinSize=1,
                                      MaxSize=4, DesiredCapacity=2, AvailabilityZones=[f"{REGION}a"])  # fmt: skip
    group = thing(site, "autoscaling", "autoScalingGroup:*:autoScalingGroupName/fleet")
    did(site, group, "AutoScaling::AutoScalingGroup", "created", action="autoscaling:CreateAutoScalingGroup")
    return group


def _kept_scaling_group(site: Site) -> Target:
    """Nothing of it goes when its sizes become 0."""
    group, scaling = _made_scaling_group(site), of(site, "autoscaling")
    named = {"AutoScalingGroupName": "fleet"}
    scaling.update_auto_scaling_group(**named, NewInstancesProtectedFromScaleIn=True)
    found = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=["fleet"])["AutoScalingGroups"][0]
    ids = [i["InstanceId"] for i in found["Instances"]]
    scaling.set_instance_protection(**named, InstanceIds=ids, ProtectedFromScaleIn=True)
    scaling.suspend_processes(**named, ScalingProcesses=["Terminate", "AlarmNotification"])
    scaling.put_lifecycle_hook(**named, LifecycleHookName="wait", HeartbeatTimeout=7200, DefaultResult="CONTINUE",
                               LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING")  # fmt: skip
    return group


def _made_key_pair(site: Site) -> Target:
    of(site, "ec2").create_key_pair(KeyName="mine")
    pair = thing(site, "ec2", "key-pair/mine")
    did(site, pair, "EC2::KeyPair", "created", action="ec2:CreateKeyPair")
    return pair


def _made_security_group(site: Site) -> Target:
    made = of(site, "ec2").create_security_group(GroupName="mine", Description="mine")["GroupId"]
    group = thing(site, "ec2", f"security-group/{made}")
    did(site, group, "EC2::SecurityGroup", "created", action="ec2:CreateSecurityGroup")
    return group


def _changed_machine(site: Site) -> Target:
    instance = machine(site)
    did(site, instance, "EC2::Instance", "changed", "userData", action="ec2:ModifyInstanceAttribute")
    return instance


def _changed_machine_again(site: Site) -> Target:
    """Its group is there from before, and was opened."""
    instance, ec2 = _changed_machine(site), of(site, "ec2")
    interface = ec2.describe_instances(InstanceIds=[instance.name])["Reservations"][0]["Instances"][0]
    name = Incident(id="inc-conformance", key_id="").name_of("isolated")
    group = ec2.create_security_group(GroupName=name, Description="a test", VpcId=interface["VpcId"])["GroupId"]
    way_in = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[way_in])
    ec2.modify_instance_attribute(InstanceId=instance.name, Groups=[group])
    return instance


def _machine_with_profile(site: Site) -> Target:
    instance = machine(site)
    of(site, "ec2").associate_iam_instance_profile(InstanceId=instance.name, IamInstanceProfile={"Name": "ops-admin"})
    did(site, instance, "EC2::Instance", "changed", "profile", action="ec2:AssociateIamInstanceProfile")
    return instance


def _made_service(site: Site) -> Target:
    ecs = of(site, "ecs")
    ecs.create_cluster(clusterName="mine")
    ecs.register_task_definition(family="work", containerDefinitions=[{"name": "a", "image": "b", "memory": 64}])
    ecs.create_service(cluster="mine", serviceName="work", taskDefinition="work", desiredCount=3)
    service = thing(site, "ecs", "service/mine/work")
    did(site, service, "ECS::Service", "created", action="ecs:CreateService")
    return service


def daemon_service(site: Site) -> Target:
    ecs = of(site, "ecs")
    ecs.create_cluster(clusterName="mine")
    ecs.register_task_definition(family="work", containerDefinitions=[{"name": "a", "image": "b", "memory": 64}])
    ecs.create_service(cluster="mine", serviceName="everywhere", taskDefinition="work", schedulingStrategy="DAEMON")
    service = thing(site, "ecs", "service/mine/everywhere")
    did(site, service, "ECS::Service", "created", action="ecs:CreateService")
    return service


def _made_rule(site: Site) -> Target:
    of(site, "events").put_rule(Name="again", ScheduleExpression="rate(5 minutes)")
    rule = thing(site, "events", "rule/again")
    did(site, rule, "Events::Rule", "created", action="events:PutRule")
    return rule


def _changed_rule(site: Site) -> Target:
    """On a bus of its own; it was disabled, and given a target."""
    events = of(site, "events")
    events.create_event_bus(Name="orders")
    events.put_rule(Name="alarm", EventBusName="orders", EventPattern='{"source": ["a.test"]}', State="DISABLED")
    queue = f"arn:aws:sqs:{REGION}:{site.stage.account}:mine"
    events.put_targets(Rule="alarm", EventBusName="orders", Targets=[{"Id": "1", "Arn": queue}])
    rule = thing(site, "events", "rule/orders/alarm")
    did(site, rule, "Events::Rule", "changed", "state", action="events:DisableRule")
    did(site, rule, "Events::Rule", "changed", "target|1", action="events:PutTargets")
    return rule


def _made_lightsail(site: Site) -> Target:
    of(site, "lightsail").create_instances(
        instanceNames=["miner"], availabilityZone=f"{REGION}a", blueprintId="debian_12", bundleId="nano_3_0"
    )
    instance = thing(site, "lightsail", "Instance/miner")
    did(site, instance, "Lightsail::Instance", "created", action="lightsail:CreateInstances")
    return instance


def _machine_with_disks(site: Site) -> Target:
    disk = {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 1}}
    return machine(site, BlockDeviceMappings=[disk])


SPOILT_MACHINES: dict[str, Callable[[Site], Target]] = {
    "delete_launch_template": _made_template,
    "cancel_spot_request": _asked_spot,
    "stop_scaling": _made_scaling_group,
    "delete_scaling_group": _made_scaling_group,
    "delete_key_pair": _made_key_pair,
    "delete_security_group": _made_security_group,
    "isolate_instance": _changed_machine,
    "snapshot_disks": _machine_with_disks,
    "release_profile": _machine_with_profile,
    "stop_service": _made_service,
    "delete_service": _made_service,
    "restore_rule": _made_rule,
    "stop_lightsail_instance": _made_lightsail,
    "delete_lightsail_instance": _made_lightsail,
}
MACHINES_OTHERWISE: dict[str, Callable[[Site], Target]] = {
    "delete_service, that runs on every machine": daemon_service,
    "stop_scaling, whose instances are kept": _kept_scaling_group,
    "cancel_spot_request, of a fleet": _asked_fleet,
    "cancel_spot_request, of a fleet that runs on": _fleet_that_runs_on,
    "isolate_instance, whose group was opened since": _changed_machine_again,
    "restore_rule, that was there before": _changed_rule,
}
