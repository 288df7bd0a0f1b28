"""What principals of each sort call, and with which parameters."""

from datetime import datetime
from typing import Any

from incident_people import Credential
from incident_scribe import Place, Scribe
from incident_truth import Record

APPLICATION = (
    "s3:GetObject", "s3:PutObject", "dynamodb:Query", "sqs:ReceiveMessage", "kms:Decrypt",
    "secretsmanager:GetSecretValue", "sts:GetCallerIdentity", "ssm:GetParameters", "logs:CreateLogStream",
)  # fmt: skip
DEVELOPER = (
    "ec2:DescribeInstances", "s3:ListBuckets", "iam:ListUsers", "iam:GetRole", "logs:FilterLogEvents",
    "lambda:ListFunctions20150331", "rds:DescribeDBInstances", "sts:GetCallerIdentity", "ec2:DescribeSecurityGroups",
    "cloudformation:DescribeStacks", "iam:GetUser",
)  # fmt: skip
PIPELINE = (
    "ecr:GetAuthorizationToken", "ecs:UpdateService", "lambda:UpdateFunctionConfiguration20150331v2", "iam:GetRole",
    "s3:PutObject", "cloudformation:DescribeStacks", "sts:GetCallerIdentity",
)  # fmt: skip
CONSOLE = (
    "ec2:DescribeInstances", "ec2:DescribeRegions", "iam:ListRoles", "iam:GetAccountSummary", "s3:ListBuckets",
    "notifications:ListNotificationHubs", "health:DescribeEventAggregates", "ce:GetCostAndUsage",
)  # fmt: skip
STACK = (
    "ec2:CreateSecurityGroup",
    "s3:CreateBucket",
    "sqs:CreateQueue",
    "ec2:DescribeVpcs",
    "lambda:GetFunction20150331v2",
)
RECONNAISSANCE = (
    "sts:GetCallerIdentity", "iam:ListUsers", "iam:ListRoles", "iam:GetAccountAuthorizationDetails", "s3:ListBuckets",
    "ec2:DescribeInstances", "ec2:DescribeRegions", "secretsmanager:ListSecrets", "ses:GetSendQuota",
    "bedrock:ListFoundationModels", "servicequotas:ListServiceQuotas", "iam:ListAttachedUserPolicies",
    "secretsmanager:GetSecretValue", "s3:GetObject", "ssm:DescribeInstanceInformation", "bedrock:InvokeModel",
)  # fmt: skip
_REQUESTS: dict[str, dict[str, Any]] = {
    "s3:GetObject": {"bucketName": "example-data", "key": "exports/latest.json"},
    "s3:PutObject": {"bucketName": "example-data", "key": "imports/latest.json"},
    "dynamodb:Query": {"tableName": "orders"},
    "sqs:ReceiveMessage": {"queueUrl": "orders"},
    "secretsmanager:GetSecretValue": {"secretId": "prod/database"},
    "ec2:DescribeInstances": {"instancesSet": {}, "filterSet": {}},
    "ssm:GetParameters": {"names": ["/prod/database/host"], "withDecryption": True},
    "bedrock:InvokeModel": {"modelId": "anthropic.claude-3-5-sonnet-20240620-v1:0"},
    "iam:GetRole": {"roleName": "application"},
}


def call(s: Scribe, by: Credential, at: datetime, place: Place, among: tuple[str, ...]) -> Record:
    """One call by a credential; now and then a refused one."""
    action = s.rng.choice(among)
    request = _REQUESTS.get(action)
    if s.rng.random() < 0.04 and action != "sts:GetCallerIdentity":
        return s.denied(at, by.identity, place, action, request or {})
    more: dict[str, Any] = {"sessionCredentialFromConsole": "true"} if by.kind in {"console", "web"} else {}
    if action == "secretsmanager:GetSecretValue":
        more["resources"] = [{"accountId": by.account, "type": "AWS::SecretsManager::Secret", "ARN": "prod/database"}]
    return s.write(at, by.identity, place, action, request, None, **more)


def on_behalf(s: Scribe, by: Credential, service: str, at: datetime, action: str, region: str) -> str:
    """A service goes on with a caller's rights, and with a key of its own that no event gives out. Returns that key."""
    key = s.key_id(by.account, "ASIA")
    name = f"{service}.amazonaws.com"
    who = {**by.identity, "accessKeyId": key, "invokedBy": name}
    s.write(at, who, Place(name, name, region), action, _REQUESTS.get(action), None)
    return key
