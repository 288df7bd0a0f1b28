"""Records of calls beside real ones: the same fields, of the same types.

The shapes are those of CloudTrail records that simulated attacks left in a real account (Stratus Red Team, 2024). What
moto does not answer with is left out of the responses of Lambda.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from standin_world import (  # noqa: F401  fixtures
    EVERYTHING,
    Account,
    account_fixture,
    allow,
    code_of,
    document,
    make_account_fixture,
    standin_fixture,
    trust_policy,
)

Shape = dict[str, Any] | None
TAG = [{"key": "str", "value": "str"}]
MINTED = {"accessKeyId": "str", "expiration": "str", "sessionToken": "str"}
MACHINES = {"items": [{"instanceId": "str"}]}
STATE = {"code": "int", "name": "str"}
TURNED = {
    "instancesSet": {"items": [{"currentState": STATE, "instanceId": "str", "previousState": STATE}]},
    "requestId": "str",
}
RULE = {"cidrIpv4": "str", "fromPort": "int", "groupId": "str", "groupOwnerId": "str", "ipProtocol": "str",
        "isEgress": "bool", "securityGroupRuleId": "str", "toPort": "int"}  # fmt: skip


def _identity(account: Account) -> None:
    iam = account.client("iam")
    boundary = account.policy("b", EVERYTHING)
    tags = [{"Key": "StratusRedTeam", "Value": "true"}]
    bob = account.user("bob", EVERYTHING)
    iam.create_user(UserName="alice", Tags=tags)
    iam.create_access_key(UserName="alice")
    iam.create_login_profile(UserName="alice", Password="Correct-Horse-9", PasswordResetRequired=False)
    iam.attach_user_policy(UserName="alice", PolicyArn=boundary)
    trust = trust_policy({"AWS": account.number})
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust, PermissionsBoundary=boundary)
    iam.attach_role_policy(RoleName="r", PolicyArn=boundary)
    iam.update_assume_role_policy(RoleName="r", PolicyDocument=trust)
    sts = account.client("sts", bob)
    sts.assume_role(RoleArn=account.arn("role", "r"), RoleSessionName="ss", DurationSeconds=900)
    sts.get_federation_token(Name="fed", Policy=document(EVERYTHING))
    sts.get_caller_identity()


def _machines(account: Account) -> None:
    ec2 = account.client("ec2")
    started = ec2.run_instances(ImageId="ami-12c6146b", InstanceType="t3.micro", MinCount=1, MaxCount=1)["Instances"]
    ids = [started[0]["InstanceId"]]
    ec2.describe_instances(InstanceIds=ids)
    ec2.stop_instances(InstanceIds=ids, Force=True)
    ec2.start_instances(InstanceIds=ids)
    group = ec2.create_security_group(GroupName="g", Description="d")["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0")
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    share = {"Add": [{"UserId": "193672423079"}]}
    ec2.modify_snapshot_attribute(SnapshotId=snapshot, Attribute="createVolumePermission", CreateVolumePermission=share)


def _others(account: Account) -> None:
    role = account.role("runs", {"Service": "lambda.amazonaws.com"})
    code = {"ZipFile": b"PK\x05\x06" + bytes(18)}
    lambdas = account.client("lambda")
    lambdas.create_function(FunctionName="f", Runtime="python3.12", Role=role, Handler="a.b", Code=code)
    lambdas.add_permission(FunctionName="f", StatementId="x", Action="lambda:InvokeFunction", Principal="*")
    account.client("secretsmanager").create_secret(Name="s", SecretString="x")
    account.client("secretsmanager").get_secret_value(SecretId="s")
    account.client("secretsmanager").list_secrets(MaxResults=10, Filters=[{"Key": "tag-key", "Values": ["a"]}])
    account.client("ssm").get_parameters(Names=["a"], WithDecryption=True)
    trail, bucket = account.client("cloudtrail"), account.bucket()
    trail.create_trail(Name="main", S3BucketName=bucket)
    trail.stop_logging(Name="main")
    trail.delete_trail(Name="main")


REAL: dict[str, tuple[Callable[[Account], None], bool, Shape, Shape]] = {
    "CreateUser": (_identity, False, {"tags": TAG, "userName": "str"}, {"user": {
        "arn": "str", "createDate": "str", "path": "str", "tags": TAG, "userId": "str", "userName": "str"}}),
    "CreateAccessKey": (_identity, False, {"userName": "str"}, {"accessKey": {
        "accessKeyId": "str", "createDate": "str", "status": "str", "userName": "str"}}),
    "CreateLoginProfile": (_identity, False, {"passwordResetRequired": "bool", "userName": "str"}, {"loginProfile": {
        "createDate": "str", "userName": "str"}}),
    "AttachUserPolicy": (_identity, False, {"policyArn": "str", "userName": "str"}, None),
    "CreateRole": (_identity, False,
                   {"assumeRolePolicyDocument": "str", "permissionsBoundary": "str", "roleName": "str"},
                   {"role": {"arn": "str", "assumeRolePolicyDocument": "str", "createDate": "str", "path": "str",
                             "roleId": "str", "roleName": "str"}}),
    "AttachRolePolicy": (_identity, False, {"policyArn": "str", "roleName": "str"}, None),
    "UpdateAssumeRolePolicy": (_identity, False, {"policyDocument": "str", "roleName": "str"}, None),
    "AssumeRole": (_identity, True, {"durationSeconds": "int", "roleArn": "str", "roleSessionName": "str"},
                   {"assumedRoleUser": {"arn": "str", "assumedRoleId": "str"}, "credentials": MINTED}),
    "GetFederationToken": (_identity, False, {"name": "str", "policy": "str"},
                           {"credentials": MINTED, "federatedUser": {"arn": "str", "federatedUserId": "str"},
                            "packedPolicySize": "int"}),
    "GetCallerIdentity": (_identity, True, None, None),
    "RunInstances": (_machines, False, {
        "blockDeviceMapping": {}, "clientToken": "str", "disableApiStop": "bool", "disableApiTermination": "bool",
        "instanceType": "str", "monitoring": {"enabled": "bool"},
        "instancesSet": {"items": [{"imageId": "str", "maxCount": "int", "minCount": "int"}]}},
        {"instancesSet": {"items": [{"instanceId": "str"}]}, "requestId": "str"}),
    "DescribeInstances": (_machines, True, {"filterSet": {}, "instancesSet": MACHINES}, None),
    "StopInstances": (_machines, False, {"force": "bool", "instancesSet": MACHINES}, TURNED),
    "StartInstances": (_machines, False, {"instancesSet": MACHINES}, TURNED),
    "AuthorizeSecurityGroupIngress": (_machines, False, {
        "cidrIp": "str", "fromPort": "int", "groupId": "str", "ipProtocol": "str", "toPort": "int"},
        {"_return": "bool", "requestId": "str"}),
    "ModifySnapshotAttribute": (_machines, False, {
        "attributeType": "str", "createVolumePermission": {"add": {"items": [{"userId": "str"}]}}, "snapshotId": "str"},
        {"_return": "bool", "requestId": "str"}),
    "AddPermission20150331v2": (_others, False, {
        "action": "str", "functionName": "str", "principal": "str", "statementId": "str"}, {"statement": "str"}),
    "GetSecretValue": (_others, True, {"secretId": "str"}, None),
    "ListSecrets": (_others, True, {"filters": [{"key": "str", "values": ["str"]}], "maxResults": "int"}, None),
    "GetParameters": (_others, True, {"names": ["str"], "withDecryption": "bool"}, None),
    "StopLogging": (_others, False, {"name": "str"}, None),
    "DeleteTrail": (_others, False, {"name": "str"}, None),
}  # fmt: skip
ALWAYS = {
    "awsRegion", "eventCategory", "eventID", "eventName", "eventSource", "eventTime", "eventType", "eventVersion",
    "managementEvent", "readOnly", "recipientAccountId", "requestID", "requestParameters", "responseElements",
    "sourceIPAddress", "tlsDetails", "userAgent", "userIdentity",
}  # fmt: skip


def _lacks(real: Any, ours: Any, at: str) -> list[str]:
    """What a real record has, and ours has not, or of another type."""
    if isinstance(real, str):
        return [] if type(ours).__name__ == real else [f"{at}: {type(ours).__name__} instead of {real}"]
    if isinstance(real, list):
        if not isinstance(ours, list) or not ours:
            return [f"{at}: no list"]
        return _lacks(real[0], ours[0], f"{at}[]")
    if not isinstance(ours, dict):
        return [f"{at}: {ours!r:.40} instead of fields"]
    return [
        w
        for k, v in real.items()
        for w in (_lacks(v, ours[k], f"{at}.{k}") if k in ours else [f"{at}.{k} is not there"])
    ]


@pytest.mark.parametrize("make", [_identity, _machines, _others])
def test_records_are_like_real_ones(account: Account, make: Callable[[Account], None]) -> None:
    make(account)
    wrong = []
    for name, (maker, read_only, request, response) in REAL.items():
        if maker is not make:
            continue
        event = account.event(name)
        wrong += [f"{name}: {field} is not there" for field in sorted(ALWAYS - set(event))]
        if event["readOnly"] is not read_only:
            wrong.append(f"{name}: readOnly is {event['readOnly']}")
        for what, shape in (("requestParameters", request), ("responseElements", response)):
            if shape is None:
                wrong += [f"{name}.{what}: {event[what]!r:.60} instead of null"] if event[what] is not None else []
            else:
                wrong += _lacks(shape, event[what], f"{name}.{what}")
    assert not wrong


def test_dates_are_written_as_each_service_writes_them(account: Account) -> None:
    _identity(account)
    created = account.event("CreateUser")["responseElements"]["user"]["createDate"]
    expires = account.event("AssumeRole")["responseElements"]["credentials"]["expiration"]
    assert created.count(",") == 1, created
    assert expires.count(",") == 2, expires


def test_identities_are_like_real_ones(account: Account) -> None:
    role = account.role("r", {"AWS": account.number}, EVERYTHING)
    session = account.assume(role, account.user("alice", allow("sts:AssumeRole")))
    account.client("sts", session).get_caller_identity()
    who = account.event("GetCallerIdentity")["userIdentity"]
    assert set(who) == {"type", "principalId", "arn", "accountId", "accessKeyId", "sessionContext"}
    assert set(who["sessionContext"]) == {"sessionIssuer", "webIdFederationData", "attributes"}
    assert set(who["sessionContext"]["sessionIssuer"]) == {"type", "principalId", "arn", "accountId", "userName"}
    assert json.dumps(account.event("AssumeRole")["resources"]) == json.dumps(
        [{"ARN": role, "accountId": account.number, "type": "AWS::IAM::Role"}]
    )
    assert code_of(account.client("sts", session).get_caller_identity) == ""
