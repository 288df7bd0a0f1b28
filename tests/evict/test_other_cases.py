"""Actions in the cases that their one target of the conformance tests is not, and what they leave alone."""

import json
from dataclasses import replace

import pytest

from conftest import Site
from deeds_of_guards import SPOILT_GUARDS
from deeds_of_machines import SPOILT_MACHINES, daemon_service
from deeds_of_resources import OUTSIDER, SPOILT_RESOURCES, of, thing
from deeds_world import SPOILT, did, document, named
from unit_world import OTHERWISE, TARGETS, bench_of
from unleak.model.entry import Checked
from unleak.model.errors import NotPossible
from unleak.model.evidence import DescentRead
from unleak.model.plan import OutcomeKind, Step, TargetKind, Tri
from unleak.respond import ACTIONS


@pytest.mark.parametrize("case", OTHERWISE)
def test_it_is_put_right_and_stays_so(case: str, site: Site) -> None:
    action, target = ACTIONS[case.split(",", maxsplit=1)[0]], OTHERWISE[case](site)
    context = bench_of(site).context
    change = action.propose(context, target)
    assert change is not None
    json.dumps([dict(change.before), dict(change.after)])  # plain, as the record wants it
    assert action.verify(context, target, change).in_place is Tri.NO
    for _ in range(2):
        assert action.apply(context, target, change).kind is OutcomeKind.DONE
    assert action.verify(context, target, change).in_place is Tri.YES
    assert action.propose(context, target) is None
    if action.reversible and "opened since" not in case:  # its group was ours before: it stays closed
        assert action.undo(context, target, change).kind is OutcomeKind.DONE
        assert action.verify(context, target, change).in_place is Tri.NO


def test_only_the_rules_of_the_attacker_go(site: Site) -> None:
    group = SPOILT_RESOURCES["close_security_group"](site)
    context, action = bench_of(site).context, ACTIONS["close_security_group"]
    change = action.propose(context, group)
    assert change is not None
    action.apply(context, group, change)
    left = of(site, "ec2").describe_security_groups(GroupIds=[group.name])["SecurityGroups"][0]["IpPermissions"]
    assert [(p["FromPort"], [r["CidrIp"] for r in p["IpRanges"]]) for p in left] == [(443, ["10.0.0.0/8"])]


def test_a_rule_that_was_changed_goes_by_its_id(site: Site) -> None:
    group, ec2 = SPOILT_MACHINES["delete_security_group"](site), of(site, "ec2")
    way_in = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "192.0.2.0/24"}]}
    made = ec2.authorize_security_group_ingress(GroupId=group.name, IpPermissions=[way_in])
    number = made["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    did(site, group, "EC2::SecurityGroup", "changed", f"rule|{number}", action="ec2:ModifySecurityGroupRules")
    context, action = bench_of(site).context, ACTIONS["close_security_group"]
    change = action.propose(context, group)
    assert change is not None
    assert list(change.after) == ["ingress|tcp/22-22/192.0.2.0/24"]


def test_a_large_document_is_given_back_as_the_record_has_it(site: Site) -> None:
    role, bench = named(site, TargetKind.ROLE, "iam", "role/data-reader"), bench_of(site)
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}
    text = document(*({**statement, "Sid": f"Part{n}"} for n in range(60)))
    did(site, role, "IAM::Role", "changed", "inline|reports|gone", action="iam:DeleteRolePolicy",
        former={"policyDocument": text})  # fmt: skip
    found = bench_of(site).context.incident.descent
    assert found is not None
    record, step = site.world().record, Step("descent", TARGETS["descent"](site))
    record.append("inc-1", 0, [(bench.context.clock.now(), Checked(step, (found,)))])
    event = record.entries("inc-1")[0].event
    assert isinstance(event, Checked)
    read = event.evidence[0]
    assert isinstance(read, DescentRead)
    context = replace(bench.context, incident=replace(bench.context.incident, descent=read))
    action = ACTIONS["restore_principal"]
    change = action.propose(context, role)
    assert change is not None
    action.apply(context, role, change)
    given = of(site, "iam").get_role_policy(RoleName="data-reader", PolicyName="reports")["PolicyDocument"]
    assert given == json.loads(text)


def test_a_permission_on_an_alias_is_seen(site: Site) -> None:
    function, client = SPOILT_RESOURCES["delete_function"](site), of(site, "lambda")
    number = client.publish_version(FunctionName="worker")["Version"]
    client.create_alias(FunctionName="worker", Name="live", FunctionVersion=number)
    client.add_permission(FunctionName="worker", Qualifier="live", StatementId="in", Principal=OUTSIDER,
                          Action="lambda:InvokeFunction")  # fmt: skip
    did(site, function, "Lambda::Function", "shared", "permission|in", action="lambda:AddPermission")
    change = ACTIONS["disable_function"].propose(bench_of(site).context, function)
    assert change is not None
    assert change.before["permission|in"]["on"] == "live"


def test_the_other_users_of_a_queue_keep_their_statement(site: Site) -> None:
    queue = OTHERWISE["restore_resource_policy, of a queue by a statement"](site)
    context, action = bench_of(site).context, ACTIONS["restore_resource_policy"]
    change = action.propose(context, queue)
    assert change is not None
    action.apply(context, queue, change)
    url = of(site, "sqs").get_queue_url(QueueName="orders")["QueueUrl"]
    text = of(site, "sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
    assert [s["Sid"] for s in json.loads(text)["Statement"]] == ["own"]


def test_what_nobody_knows_does_not_keep_us_from_the_rest(site: Site) -> None:
    """A policy that was deleted and never seen, beside an open list of access."""
    bucket = SPOILT_RESOURCES["restore_bucket"](site)
    did(site, bucket, "S3::BucketPolicy", "changed", "policy|gone", action="s3:DeleteBucketPolicy")
    of(site, "s3").delete_bucket_policy(Bucket=bucket.id.rsplit(":", 1)[-1])
    context, action = bench_of(site).context, ACTIONS["restore_bucket"]
    change = action.propose(context, bucket)
    assert change is not None
    assert "for a person" in change.summary
    assert "acl" in change.after


def test_a_group_that_keeps_instances_is_not_called_stopped(site: Site) -> None:
    group, scaling = SPOILT_MACHINES["stop_scaling"](site), of(site, "autoscaling")
    context, action = bench_of(site).context, ACTIONS["stop_scaling"]
    change = action.propose(context, group)
    assert change is not None
    held = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=["fleet"])["AutoScalingGroups"][0]["Instances"]
    scaling.enter_standby(AutoScalingGroupName="fleet", InstanceIds=[held[0]["InstanceId"]],
                          ShouldDecrementDesiredCapacity=True)  # fmt: skip
    action.apply(context, group, change)
    seen = action.verify(context, group, change)
    assert seen.in_place is Tri.COULD_NOT_LOOK
    assert "1 of its instances are still there" in seen.detail


def test_a_service_that_runs_on_every_machine_is_not_called_stopped(site: Site) -> None:
    service = daemon_service(site)
    with pytest.raises(NotPossible, match="cannot be told to run none"):
        ACTIONS["stop_service"].propose(bench_of(site).context, service)


def test_the_last_of_many_who_were_let_in_is_seen(site: Site) -> None:
    document, ssm = SPOILT_RESOURCES["unshare_document"](site), of(site, "ssm")
    many = [f"{n:012}" for n in range(100000000001, 100000000301)]
    for first in range(0, len(many), 20):
        ssm.modify_document_permission(Name=document.name, PermissionType="Share",
                                       AccountIdsToAdd=many[first : first + 20])  # fmt: skip
    did(site, document, "SSM::Document", "shared", f"share|arn:aws:iam::{many[-1]}:root",
        action="ssm:ModifyDocumentPermission")  # fmt: skip
    change = ACTIONS["unshare_document"].propose(bench_of(site).context, document)
    assert change is not None
    assert f"share|{many[-1]}" in change.before


def test_a_thing_that_nobody_touched_is_not_touched(site: Site) -> None:
    SPOILT_GUARDS["restore_key"](site)
    with pytest.raises(NotPossible):
        ACTIONS["restore_key"].propose(bench_of(site).context, thing(site, "kms", "key/another"))


def test_a_version_that_is_the_default_waits_for_another(site: Site) -> None:
    policy = SPOILT["restore_policy"](site)
    context = bench_of(site).context
    with pytest.raises(NotPossible):
        ACTIONS["delete_policy_version"].propose(context, policy)
    change = ACTIONS["restore_policy"].propose(context, policy)
    assert change is not None
    ACTIONS["restore_policy"].apply(context, policy, change)
    assert ACTIONS["delete_policy_version"].propose(context, policy) is not None
