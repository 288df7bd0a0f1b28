"""Every action and field that a row names is one of AWS's models, or an exception with a reason."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.session

from unleak.investigate.standing import ROWS
from unleak.investigate.standing.row import Row

_PLACE = re.compile(r"\{([^{}]*)\}")
_MODELS = {
    "access-analyzer": ("accessanalyzer",),
    "bedrock": ("bedrock", "bedrock-agent", "bedrock-runtime"),
    "elasticfilesystem": ("efs",),
    "elasticloadbalancing": ("elbv2",),
    "elasticmapreduce": ("emr",),
    "monitoring": ("cloudwatch",),
    "s3": ("s3", "s3control"),
    "servicequotas": ("service-quotas",),
    "ses": ("sesv2", "ses"),
    "sso": ("sso-admin",),
    "states": ("stepfunctions",),
}
# No public model: the console's own calls.
_CONSOLE = {"sso-directory", "cloudshell"}
# CloudTrail's names differ from the API's:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
_NOT_IN_MODELS = {
    "ec2-instance-connect:OpenTunnel", "bedrock:PutFoundationModelEntitlement", "codecommit:GitPush",
    "s3:PutBucketPublicAccessBlock", "s3:DeleteBucketPublicAccessBlock", "s3:PutAccelerateConfiguration",
    "s3:PutInventoryConfiguration", "s3:PutAnalyticsConfiguration", "s3:PutMetricsConfiguration",
    "s3:PutBucketObjectLockConfiguration", "s3:PutAccountPublicAccessBlock", "s3:DeleteAccountPublicAccessBlock",
}  # fmt: skip
# CloudTrail's own field names, and fields of one of a row's actions that another has not.
_OTHER_FIELDS = {
    "bucketName", "bucketPolicy", "instancesSet", ".instanceId", "groupSet",
    "kms:CreateKey >replicaKeyMetadata.arn", "kms:ReplicateKey >keyMetadata.arn", "kms:ReplicateKey >keyMetadata.keyId",
    "kms:CreateGrant >keyId", "ssm:ResumeSession target", "ssm:ResumeSession documentName",
    "rds:ModifyDBCluster publiclyAccessible", "lightsail:CreateInstancesFromSnapshot blueprintId",
    "lightsail:CreateInstances blueprintId",
}  # fmt: skip


@cache
def models(service: str) -> list[Any]:
    session = botocore.session.get_session()
    return [session.get_service_model(name) for name in _MODELS.get(service, (service,))]


def has(shape: Any, path: str) -> bool:
    for name in filter(None, path.split(".")):
        while shape is not None and shape.type_name == "list":
            shape = shape.member
        if shape is not None and shape.type_name == "map":
            return True
        if shape is None or shape.type_name != "structure":
            return False
        members = {key.lower(): member for key, member in shape.members.items()}
        wire = {str(m.serialization.get("name", "")).lower(): m for m in shape.members.values()}
        shape = members.get(name.lower()) or wire.get(name.lower())
    return shape is not None


def places(row: Row) -> set[str]:
    arns = (row.arn,) if isinstance(row.arn, str) else row.arn
    templates = (*arns, row.base, row.key, row.detail, row.mark, *row.also)
    found = {place for template in templates for place in _PLACE.findall(template)}
    return {p.removeprefix("~") for p in found | {row.each, row.document, row.to, row.says} if p and p[0] != "@"}


def known(row: Row, operation: Any, path: str) -> bool:
    if path.startswith("."):
        path = row.each + path
    shape = operation.output_shape if path.startswith(">") else operation.input_shape
    return has(shape, path.removeprefix(">"))


def unknown(row: Row, action: str) -> Iterator[str]:
    service, name = action.split(":")
    if service in _CONSOLE or action in _NOT_IN_MODELS:
        return
    operations = [m.operation_model(name) for m in models(service) if name in m.operation_names]
    if not operations:
        yield action
    for place in places(row) if operations else ():
        told = any(known(row, o, path) for o in operations for path in place.split("|"))
        if not told and not {place, f"{action} {place}"} & _OTHER_FIELDS:
            yield f"{action} {place}"


def rows() -> Iterator[Row]:
    for row in ROWS:
        yield from (row,) if isinstance(row, Row) else row.rows


def test_rows_name_what_aws_has() -> None:
    assert [line for row in rows() for action in row.actions for line in unknown(row, action)] == []


def test_actions_of_readers_exist() -> None:
    named = {a for row in ROWS for a in row.actions if a.split(":")[0] not in _CONSOLE} - _NOT_IN_MODELS
    assert [
        a for a in sorted(named) if not any(a.split(":")[1] in m.operation_names for m in models(a.split(":")[0]))
    ] == []
