# ruff: noqa: INP001  a script's part, no package
"""What a company's accounts do all day, as patterns of CloudTrail records: calls, and who makes them.

A pattern is a record as text, with `%s` where each event is another: who, when, from where, by which program, then hex
digits.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

HEX = "@16@"
_WHO, _TIME, _ADDRESS, _AGENT = "@who@", "@time@", "@address@", "@agent@"
_ID = "@8@-@4@-@4@-@4@-@12@"
_DIGITS = re.compile(r"@(\d+)@")
_REFUSED = 0.04
_TLS = {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256"}


@dataclass(frozen=True, slots=True)
class Habit:
    """`weight`: how often, beside the others. `kinds`: who calls it, application, person or machine."""

    action: str
    weight: float
    kinds: str
    request: Any = None
    response: Any = None
    resource: str = ""
    read_only: bool = True
    data: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """`cuts`: where in a run of hex digits each of its pieces begins and ends; `length`: how many it takes."""

    text: str
    cuts: tuple[tuple[int, int], ...]
    length: int
    weight: float
    kinds: str


def patterns(account: str, region: str) -> Iterator[Pattern]:
    """Of each habit there is a refused one too."""
    for habit in HABITS:
        record = _record(habit, account, region)
        yield _pattern(record, habit.weight * (1 - _REFUSED), habit.kinds)
        yield _pattern(_refused(record, habit), habit.weight * _REFUSED, habit.kinds)


def assumed(account: str, region: str, service: str, role: Mapping[str, str], session: str) -> Pattern:
    """The call by which a service takes a role: a pattern of time, key id, token, then the digits of three ids."""
    request = {"roleArn": role["arn"], "roleSessionName": session}
    given = {"accessKeyId": "@key@", "sessionToken": "@token@", "expiration": "Mar 9, 2026, 11:59:59 PM"}
    user = {"assumedRoleId": f"{role['principalId']}:{session}", "arn": _session_arn(role, session)}
    record = _record(
        Habit("sts:AssumeRole", 1, "", request, {"credentials": given, "assumedRoleUser": user}, role["arn"]),
        account, region,
    )  # fmt: skip
    name = f"{service}.amazonaws.com"
    record |= {"userIdentity": {"type": "AWSService", "invokedBy": name}, "sourceIPAddress": name, "userAgent": name}
    record.pop("tlsDetails")
    return _pattern({**record, "sharedEventID": _ID}, 1, "")


def user_identity(account: str, name: str, principal_id: str, key_id: str) -> dict[str, Any]:
    return {
        "type": "IAMUser", "principalId": principal_id, "arn": f"arn:aws:iam::{account}:user/{name}",
        "accountId": account, "accessKeyId": key_id, "userName": name,
    }  # fmt: skip


def session_identity(role: Mapping[str, str], session: str, key_id: str, since: str) -> dict[str, Any]:
    issuer = {"type": "Role", **role, "userName": role["arn"].rsplit("/", 1)[-1]}
    return {
        "type": "AssumedRole", "principalId": f"{role['principalId']}:{session}", "arn": _session_arn(role, session),
        "accountId": role["accountId"], "accessKeyId": key_id,
        "sessionContext": {
            "sessionIssuer": issuer, "attributes": {"creationDate": since, "mfaAuthenticated": "false"},
        },
    }  # fmt: skip


def _session_arn(role: Mapping[str, str], session: str) -> str:
    return f"arn:aws:sts::{role['accountId']}:assumed-role/{role['arn'].rsplit('/', 1)[-1]}/{session}"


def _record(habit: Habit, account: str, region: str) -> dict[str, Any]:
    service, name = habit.action.split(":")
    host = {"clientProvidedHostHeader": f"{service}.{region}.amazonaws.com"}
    record: dict[str, Any] = {
        "eventVersion": "1.11", "userIdentity": _WHO, "eventTime": _TIME, "eventSource": f"{service}.amazonaws.com",
        "eventName": name, "awsRegion": region, "sourceIPAddress": _ADDRESS, "userAgent": _AGENT,
        "requestParameters": habit.request, "responseElements": habit.response, "requestID": _ID, "eventID": _ID,
        "readOnly": habit.read_only,
    }  # fmt: skip
    if habit.resource:
        arn = habit.resource.replace("ACCOUNT", account).replace("REGION", region)
        kind = arn.split(":")[2].upper()
        record["resources"] = [{"accountId": account, "type": f"AWS::{kind}::Resource", "ARN": arn}]
    if habit.data:
        record["additionalEventData"] = {
            "SignatureVersion": "SigV4", "CipherSuite": "TLS_AES_128_GCM_SHA256", "bytesTransferredIn": 0,
            "AuthenticationMethod": "AuthHeader", "x-amz-id-2": HEX * 2, "bytesTransferredOut": 70231,
        }  # fmt: skip
    return record | {
        "eventType": "AwsApiCall", "managementEvent": not habit.data, "recipientAccountId": account,
        "eventCategory": "Data" if habit.data else "Management", "tlsDetails": {**_TLS, **host},
    }  # fmt: skip


def _refused(record: Mapping[str, Any], habit: Habit) -> dict[str, Any]:
    why = "because no identity-based policy allows the action"
    error = {"errorCode": "AccessDenied", "errorMessage": f"User is not authorized to perform: {habit.action} {why}"}
    at = list(record).index("requestParameters")
    begun, rest = list(record.items())[:at], list(record.items())[at:]
    return {**dict(begun), **error, **dict(rest), "responseElements": None}


def _pattern(record: Mapping[str, Any], weight: float, kinds: str) -> Pattern:
    text = json.dumps(record, separators=(",", ":"))
    return Pattern(_marked(text), *cuts(text), weight, kinds)


def cuts(text: str) -> tuple[tuple[tuple[int, int], ...], int]:
    ends = list(accumulate(int(width) for width in _DIGITS.findall(text)))
    return tuple(zip([0, *ends], ends, strict=False)), ends[-1]


def _marked(text: str) -> str:
    text = text.replace("%", "%%").replace(f'"{_WHO}"', "%s")
    for mark in (_TIME, _ADDRESS, _AGENT, "@key@", "@token@"):
        text = text.replace(mark, "%s")
    return _DIGITS.sub("%s", text)


def _instances() -> dict[str, Any]:
    return {"instancesSet": {"items": [{"instanceId": f"i-0{HEX}"}, {"instanceId": f"i-0{HEX}"}]}, "filterSet": {}}


_FILTERS = {"items": [{"name": "tag:Environment", "valueSet": {"items": [{"value": "production"}]}},
                      {"name": "instance-state-name", "valueSet": {"items": [{"value": "running"}]}}]}  # fmt: skip
_ENCRYPTED = {"encryptionAlgorithm": "SYMMETRIC_DEFAULT", "encryptionContext": {
    "aws:s3:arn": f"arn:aws:s3:::acme-data-lake/events/dt=2026-03-09/part-{HEX}.parquet"}}  # fmt: skip
_KEY = "arn:aws:kms:REGION:ACCOUNT:key/8c0f5e3a-5a0c-4a55-9d3b-6c1b2f7a9e10"
_POLICY = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],
"Resource":["arn:aws:s3:::acme-data-lake","arn:aws:s3:::acme-data-lake/*"]}]}"""
A, P, M = "a", "p", "m"
HABITS = (
    Habit("kms:Decrypt", 9, A + M, _ENCRYPTED, None, _KEY),
    Habit("kms:GenerateDataKey", 5, A + M, {**_ENCRYPTED, "keySpec": "AES_256", "keyId": _KEY}, None, _KEY),
    Habit("s3:GetObject", 7, A + M, {"bucketName": "acme-data-lake", "Host": "acme-data-lake.s3.amazonaws.com",
          "key": f"events/dt=2026-03-09/part-{HEX}.parquet"}, None,
          f"arn:aws:s3:::acme-data-lake/events/part-{HEX}.parquet", data=True),
    Habit("s3:PutObject", 4, A + M, {"bucketName": "acme-exports", "Host": "acme-exports.s3.amazonaws.com",
          "x-amz-server-side-encryption": "aws:kms", "key": f"daily/{HEX}.json"},
          {"x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-aws-kms-key-id": _KEY},
          f"arn:aws:s3:::acme-exports/daily/{HEX}.json", read_only=False, data=True),
    Habit("ec2:DescribeInstances", 8, A + P, _instances()),
    Habit("ec2:DescribeInstances", 4, A + P, {"maxResults": 1000, "instancesSet": {}, "filterSet": _FILTERS}),
    Habit("ec2:DescribeVolumes", 2, A + P, {"volumeSet": {}, "filterSet": _FILTERS, "nextToken": HEX * 3}),
    Habit("ec2:DescribeSecurityGroups", 2, A + P, {"securityGroupSet": {}, "securityGroupIdSet": {"items": [
          {"groupId": f"sg-0{HEX}"}, {"groupId": f"sg-0{HEX}"}]}, "filterSet": {}}),
    Habit("ec2:CreateTags", 1, A + P, {"resourcesSet": {"items": [{"resourceId": f"i-0{HEX}"}]}, "tagSet": {"items": [
          {"key": "Owner", "value": "platform"}, {"key": "CostCenter", "value": "4711"}]}},
          {"requestId": _ID, "_return": True}, read_only=False),
    Habit("ec2:RunInstances", 0.3, A, {"instancesSet": {"items": [{"imageId": f"ami-0{HEX}", "minCount": 1,
          "maxCount": 1}]}, "instanceType": "m6i.large", "userData": "<sensitiveDataRemoved>", "clientToken": _ID},
          {"reservationId": f"r-0{HEX}", "instancesSet": {"items": [{"instanceId": f"i-0{HEX}",
           "imageId": f"ami-0{HEX}", "instanceType": "m6i.large", "instanceState": {"code": 0, "name": "pending"}}]}},
          read_only=False),
    Habit("sts:GetCallerIdentity", 4, A + P + M),
    Habit("sts:AssumeRole", 0.5, A, {"roleArn": "arn:aws:iam::333344445555:role/reader", "roleSessionName": HEX}, None),
    Habit("logs:CreateLogStream", 5, M, {"logGroupName": "/aws/lambda/orders-worker",
          "logStreamName": f"2026/03/09/[$LATEST]{HEX}"}, read_only=False),
    Habit("logs:FilterLogEvents", 1, P, {"logGroupName": "/ecs/storefront", "filterPattern": "ERROR", "limit": 50,
          "startTime": 1773050000000, "interleaved": True}),
    Habit("dynamodb:DescribeTable", 3, A + M, {"tableName": "orders"}, None,
          "arn:aws:dynamodb:REGION:ACCOUNT:table/orders"),
    Habit("dynamodb:Query", 4, A + M, {"tableName": "orders", "indexName": "by-customer", "limit": 25,
          "keyConditionExpression": "#c = :c", "key": {"customer": HEX}}, None,
          "arn:aws:dynamodb:REGION:ACCOUNT:table/orders", data=True),
    Habit("secretsmanager:GetSecretValue", 2, A + M, {"secretId": "prod/storefront/database"}, None,
          "arn:aws:secretsmanager:REGION:ACCOUNT:secret:prod/storefront/database-Xk2p9a"),
    Habit("ssm:UpdateInstanceInformation", 6, M, {"instanceId": f"i-0{HEX}", "agentVersion": "3.3.859.0",
          "agentStatus": "Active", "platformType": "Linux", "platformName": "Amazon Linux", "platformVersion": "2023",
          "iPAddress": "10.20.4.17", "computerName": "ip-10-20-4-17.ec2.internal", "agentName": "amazon-ssm-agent",
          "availabilityZone": "use1-az2", "sSMConnectionChannel": "ssmmessages"}, read_only=False),
    Habit("ssm:ListInstanceAssociations", 3, M, {"instanceId": f"i-0{HEX}", "maxResults": 20}),
    Habit("ssm:GetParametersByPath", 2, A + M, {"path": "/prod/storefront/", "recursive": True, "maxResults": 10,
          "withDecryption": True}),
    Habit("ecr:BatchGetImage", 2, A + M, {"repositoryName": "storefront/api", "acceptedMediaTypes": [
          "application/vnd.docker.distribution.manifest.v2+json", "application/vnd.oci.image.manifest.v1+json",
          "application/vnd.docker.distribution.manifest.list.v2+json"], "imageIds": [{"imageDigest":
          f"sha256:{HEX}{HEX}{HEX}{HEX}"}]}, None, "arn:aws:ecr:REGION:ACCOUNT:repository/storefront/api"),
    Habit("ecr:GetDownloadUrlForLayer", 2, A + M, {"repositoryName": "storefront/api", "layerDigest":
          f"sha256:{HEX}{HEX}{HEX}{HEX}", "registryId": "333344445555"}, None,
          "arn:aws:ecr:REGION:ACCOUNT:repository/storefront/api"),
    Habit("ecs:DescribeTasks", 3, A + P, {"cluster": "storefront", "tasks": [
          f"arn:aws:ecs:eu-west-1:333344445555:task/storefront/{HEX}{HEX}" for _ in range(3)], "include": ["TAGS"]}),
    Habit("elasticloadbalancing:DescribeTargetHealth", 4, A, {"targetGroupArn":
          f"arn:aws:elasticloadbalancing:eu-west-1:333344445555:targetgroup/storefront/{HEX}"}),
    Habit("autoscaling:DescribeAutoScalingGroups", 3, A + P, {"maxRecords": 100, "autoScalingGroupNames": [
          "storefront-api", "storefront-worker", "orders-batch", "search-indexer"]}),
    Habit("monitoring:DescribeAlarms", 2, A + P, {"alarmNames": ["storefront-5xx", "orders-lag", "search-cpu"]}),
    Habit("rds:DescribeDBInstances", 1.5, A + P, {"dBInstanceIdentifier": "storefront-primary"}),
    Habit("lambda:GetFunction20150331v2", 1.5, A + P, {"functionName":
          "arn:aws:lambda:eu-west-1:333344445555:function:orders-worker"}),
    Habit("cloudformation:DescribeStacks", 2, A + P, {"stackName": "storefront-production"}),
    Habit("iam:GetRole", 1.5, A + P, {"roleName": "storefront-api"}),
    Habit("iam:ListAttachedRolePolicies", 1, A + P, {"roleName": "storefront-api"}),
    Habit("iam:GetPolicyVersion", 0.7, P, {"versionId": "v3", "policyArn": "arn:aws:iam::333344445555:policy/reader"}),
    Habit("iam:PutRolePolicy", 0.1, P, {"roleName": "storefront-api", "policyName": f"access-{HEX}",
          "policyDocument": _POLICY}, read_only=False),
    Habit("s3:GetBucketAcl", 1, A + P, {"bucketName": "acme-data-lake", "Host": "s3.amazonaws.com", "acl": ""}, None,
          "arn:aws:s3:::acme-data-lake"),
    Habit("health:DescribeEventAggregates", 1, P, {"aggregateField": "eventTypeCategory", "filter": {
          "eventStatusCodes": ["open", "upcoming"], "startTimes": [{"from": "Mar 2, 2026, 11:00:00 PM"}]}}),
    Habit("sqs:ReceiveMessage", 1, A, {"queueUrl": "https://sqs.eu-west-1.amazonaws.com/333344445555/orders",
          "maxNumberOfMessages": 10, "waitTimeSeconds": 20}, data=True),
)  # fmt: skip
