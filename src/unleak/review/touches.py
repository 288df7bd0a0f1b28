"""What a call does to data, by its action: one row for what some calls do to things of one type.

Only what holds content: who may reach it is the investigation's. CloudTrail's fields as in
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from unleak.model.call import Call
from unleak.model.data import Deed

READ, WRITTEN, DELETED, DESTROYED = Deed.READ, Deed.WRITTEN, Deed.DELETED, Deed.DESTROYED
_PLACE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Row:
    """`named` is the field with the thing's name, `a.b` for a field in another, `>` before one of the answer; of a list
    each is a thing, of a map each key. `where` has `{}` for it. `version` names the field with what was made or lost.
    """

    actions: str
    deed: Deed
    type: str
    where: str
    named: str
    version: str = ""

    def things(self, call: Call) -> Iterator[tuple[str, str]]:
        """ARN and version."""
        version = next(filter(None, (_text(_at(call, v)) for v in self.version.split("|") if v)), "")
        for name in _names(call, self.named):
            if arn := self._arn(call, name):
                yield arn, version

    def _arn(self, call: Call, name: str) -> str:
        if name.startswith("arn:"):
            return name
        values = {"p": call.partition, "r": call.region, "a": call.account, "": name}
        filled = [values[place] if place in values else _text(_at(call, place)) for place in _PLACE.findall(self.where)]
        if not all(filled):
            return ""
        rest = iter(filled)
        return _PLACE.sub(lambda _: next(rest), self.where).replace(":parameter//", ":parameter/", 1)


def _at(call: Call, path: str) -> Any:
    found: Any = call.response if path.startswith(">") else call.request
    for name in path.removeprefix(">").split("."):
        if not isinstance(found, Mapping):
            return None
        found = found[name] if name in found else _alike(found, name)
    return found


def _alike(given: Mapping[str, Any], name: str) -> Any:
    """Whatever the case of its letters."""
    low = name.lower()
    return next((v for k, v in given.items() if k.lower() == low), None)


def _names(call: Call, paths: str) -> list[str]:
    """Of the first field that is there."""
    for path in paths.split("|"):
        found = _at(call, path)
        listed = list(found) if isinstance(found, list | Mapping) else [found]
        names = [t for n in listed if (t := _text(n))]
        if names:
            return names
    return []


def _text(given: object) -> str:
    if isinstance(given, Mapping):
        return _text(next((given[k] for k in ("imageTag", "imageDigest", "value") if k in given), None))
    return str(given) if isinstance(given, str | int) and not isinstance(given, bool) else ""


_OBJECT, _TABLE = "arn:{p}:s3:::{bucketName}/{}", "arn:{p}:dynamodb:{r}:{a}:table/{}"
_PARAMETER, _SECRET = "arn:{p}:ssm:{r}:{a}:parameter/{}", "arn:{p}:secretsmanager:{r}:{a}:secret:{}"
_FUNCTION, _IMAGE = "arn:{p}:lambda:{r}:{a}:function:{}", "arn:{p}:ecr:{r}:{a}:repository/{repositoryName}:{}"
_QUEUE = "arn:{p}:sqs:{r}:{a}:{}"

ROWS: tuple[Row, ...] = (
    Row("s3:GetObject s3:SelectObjectContent", READ, "AWS::S3::Object", _OBJECT, "key", "versionId"),
    Row("s3:PutObject s3:CopyObject s3:CompleteMultipartUpload", WRITTEN, "AWS::S3::Object", _OBJECT, "key",
        ">x-amz-version-id"),
    Row("s3:DeleteObject", DELETED, "AWS::S3::Object", _OBJECT, "key", ">x-amz-version-id"),
    Row("dynamodb:GetItem dynamodb:Query dynamodb:Scan dynamodb:ExportTableToPointInTime", READ,
        "AWS::DynamoDB::Table", _TABLE, "tableName|tableArn"),
    Row("dynamodb:BatchGetItem", READ, "AWS::DynamoDB::Table", _TABLE, "requestItems"),
    Row("dynamodb:PutItem dynamodb:UpdateItem dynamodb:DeleteItem", WRITTEN, "AWS::DynamoDB::Table", _TABLE,
        "tableName"),
    Row("dynamodb:BatchWriteItem", WRITTEN, "AWS::DynamoDB::Table", _TABLE, "requestItems"),
    Row("dynamodb:DeleteTable", DELETED, "AWS::DynamoDB::Table", _TABLE, "tableName"),
    Row("ssm:GetParameter ssm:GetParameterHistory", READ, "AWS::SSM::Parameter", _PARAMETER, "name"),
    Row("ssm:GetParameters", READ, "AWS::SSM::Parameter", _PARAMETER, "names"),
    Row("ssm:GetParametersByPath", READ, "AWS::SSM::Parameter", _PARAMETER + "/*", "path"),
    Row("ssm:PutParameter", WRITTEN, "AWS::SSM::Parameter", _PARAMETER, "name", ">version"),
    Row("ssm:DeleteParameter ssm:DeleteParameters", DELETED, "AWS::SSM::Parameter", _PARAMETER, "name|names"),
    Row("secretsmanager:GetSecretValue", READ, "AWS::SecretsManager::Secret", _SECRET, "secretId", "versionId"),
    Row("secretsmanager:BatchGetSecretValue", READ, "AWS::SecretsManager::Secret", _SECRET, "secretIdList"),
    Row("secretsmanager:PutSecretValue secretsmanager:UpdateSecret secretsmanager:UpdateSecretVersionStage", WRITTEN,
        "AWS::SecretsManager::Secret", _SECRET, ">arn|secretId", ">versionId|clientRequestToken"),
    Row("secretsmanager:DeleteSecret", DELETED, "AWS::SecretsManager::Secret", _SECRET, ">arn|secretId"),
    Row("lambda:GetFunction", READ, "AWS::Lambda::Function", _FUNCTION, "functionName"),
    Row("lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration", WRITTEN, "AWS::Lambda::Function", _FUNCTION,
        "functionName", ">version"),
    Row("lambda:DeleteFunction", DELETED, "AWS::Lambda::Function", _FUNCTION, "functionName"),
    Row("ecr:BatchGetImage", READ, "AWS::ECR::Image", _IMAGE, "imageIds"),
    Row("ecr:PutImage", WRITTEN, "AWS::ECR::Image", _IMAGE, "imageTag", ">image.imageId.imageDigest"),
    Row("ecr:BatchDeleteImage", DELETED, "AWS::ECR::Image", _IMAGE, "imageIds"),
    Row("sqs:ReceiveMessage", READ, "AWS::SQS::Queue", _QUEUE, "queueUrl"),
    Row("sqs:SendMessage sqs:SendMessageBatch", WRITTEN, "AWS::SQS::Queue", _QUEUE, "queueUrl"),
    Row("sqs:DeleteMessage sqs:PurgeQueue sqs:DeleteQueue", DELETED, "AWS::SQS::Queue", _QUEUE, "queueUrl"),
    Row("ec2:DeleteSnapshot", DELETED, "AWS::EC2::Snapshot", "arn:{p}:ec2:{r}:{a}:snapshot/{}", "snapshotId"),
    Row("ec2:DeleteVolume", DELETED, "AWS::EC2::Volume", "arn:{p}:ec2:{r}:{a}:volume/{}", "volumeId"),
    Row("rds:DeleteDBInstance", DELETED, "AWS::RDS::DBInstance", "arn:{p}:rds:{r}:{a}:db:{}", "dBInstanceIdentifier",
        "finalDBSnapshotIdentifier"),
    Row("rds:DeleteDBCluster", DELETED, "AWS::RDS::DBCluster", "arn:{p}:rds:{r}:{a}:cluster:{}",
        "dBClusterIdentifier", "finalDBSnapshotIdentifier"),
    Row("rds:DeleteDBSnapshot", DELETED, "AWS::RDS::DBSnapshot", "arn:{p}:rds:{r}:{a}:snapshot:{}",
        "dBSnapshotIdentifier"),
    Row("rds:DeleteDBClusterSnapshot", DELETED, "AWS::RDS::DBClusterSnapshot",
        "arn:{p}:rds:{r}:{a}:cluster-snapshot:{}", "dBClusterSnapshotIdentifier"),
    Row("rds:StartExportTask", READ, "AWS::RDS::DBSnapshot", "{}", "sourceArn"),
    Row("redshift:DeleteCluster", DELETED, "AWS::Redshift::Cluster", "arn:{p}:redshift:{r}:{a}:cluster:{}",
        "clusterIdentifier", "finalClusterSnapshotIdentifier"),
    Row("elasticfilesystem:DeleteFileSystem", DELETED, "AWS::EFS::FileSystem",
        "arn:{p}:elasticfilesystem:{r}:{a}:file-system/{}", "fileSystemId"),
    Row("kms:ScheduleKeyDeletion", DELETED, "AWS::KMS::Key", "arn:{p}:kms:{r}:{a}:key/{}", ">keyId|keyId",
        ">deletionDate"),
    Row("logs:GetLogEvents logs:FilterLogEvents", READ, "AWS::Logs::LogGroup", "arn:{p}:logs:{r}:{a}:log-group:{}",
        "logGroupName|logGroupIdentifier"),
    Row("logs:DeleteLogGroup logs:DeleteLogStream", DELETED, "AWS::Logs::LogGroup",
        "arn:{p}:logs:{r}:{a}:log-group:{}", "logGroupName"),
    Row("backup:DeleteRecoveryPoint", DELETED, "AWS::Backup::RecoveryPoint", "{}", "recoveryPointArn"),
    Row("codecommit:GitPull", READ, "AWS::CodeCommit::Repository", "arn:{p}:codecommit:{r}:{a}:{}", "repositoryName"),
    Row("codecommit:GitPush", WRITTEN, "AWS::CodeCommit::Repository", "arn:{p}:codecommit:{r}:{a}:{}",
        "repositoryName"),
)  # fmt: skip
