"""What a principal may do to data, to the trail and to the bill; and to what contains it."""

from dataclasses import dataclass

from unleak.iam.account import Kind
from unleak.iam.way import Rank


@dataclass(frozen=True, slots=True)
class Power:
    """Any one of `actions` is enough."""

    rank: Rank
    gain: str
    actions: tuple[str, ...]


POWERS: tuple[Power, ...] = (
    Power(Rank.READS, "reads secrets", ("secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue")),
    Power(
        Rank.READS,
        "reads parameters, often secrets",
        ("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"),
    ),
    Power(Rank.READS, "reads stored objects", ("s3:GetObject",)),
    Power(Rank.READS, "opens buckets to others", ("s3:PutBucketPolicy", "s3:PutBucketAcl")),
    Power(
        Rank.READS,
        "reads tables",
        ("dynamodb:Scan", "dynamodb:Query", "dynamodb:GetItem", "dynamodb:ExportTableToPointInTime"),
    ),
    Power(Rank.READS, "queries databases", ("rds-data:ExecuteStatement", "redshift-data:ExecuteStatement")),
    Power(
        Rank.READS,
        "shares database snapshots with other accounts",
        ("rds:ModifyDBSnapshotAttribute", "rds:ModifyDBClusterSnapshotAttribute"),
    ),
    Power(Rank.READS, "shares disk snapshots with other accounts", ("ec2:ModifySnapshotAttribute",)),
    Power(Rank.READS, "reads disk snapshots", ("ebs:GetSnapshotBlock",)),
    Power(Rank.READS, "decrypts with keys of KMS, where the key's policy leaves it to IAM", ("kms:Decrypt",)),
    Power(
        Rank.READS, "reads functions' code and environment", ("lambda:GetFunction", "lambda:GetFunctionConfiguration")
    ),
    Power(Rank.READS, "reads source code", ("codecommit:GitPull", "codecommit:GetFile")),
    Power(Rank.READS, "reads logs", ("logs:GetLogEvents", "logs:FilterLogEvents", "logs:StartQuery")),
    Power(Rank.READS, "reads messages", ("sqs:ReceiveMessage", "kinesis:GetRecords")),
    Power(Rank.DESTROYS, "makes data unreadable for good", ("kms:ScheduleKeyDeletion",)),
    Power(Rank.DESTROYS, "deletes stored objects", ("s3:DeleteObject", "s3:PutLifecycleConfiguration")),
    Power(
        Rank.DESTROYS,
        "deletes databases and tables",
        ("rds:DeleteDBInstance", "rds:DeleteDBCluster", "dynamodb:DeleteTable"),
    ),
    Power(
        Rank.DESTROYS, "deletes backups", ("ec2:DeleteSnapshot", "rds:DeleteDBSnapshot", "backup:DeleteRecoveryPoint")
    ),
    Power(Rank.DESTROYS, "ends machines", ("ec2:TerminateInstances",)),
    Power(
        Rank.BLINDS,
        "stops the trail that shows what it does",
        ("cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail", "cloudtrail:PutEventSelectors"),
    ),
    Power(
        Rank.BLINDS,
        "switches alarms off",
        (
            "guardduty:DeleteDetector",
            "guardduty:UpdateDetector",
            "securityhub:DisableSecurityHub",
            "access-analyzer:DeleteAnalyzer",
        ),
    ),
    Power(
        Rank.BLINDS,
        "stops the record of changes",
        ("config:StopConfigurationRecorder", "config:DeleteConfigurationRecorder"),
    ),
    Power(Rank.BLINDS, "deletes logs", ("logs:DeleteLogGroup", "ec2:DeleteFlowLogs")),
    Power(Rank.BLINDS, "takes the account out of the organisation's control", ("organizations:LeaveOrganization",)),
    Power(Rank.MAKES, "makes users and keys to come back with", ("iam:CreateUser",)),
    Power(Rank.MAKES, "makes sessions that outlive the key", ("sts:GetFederationToken",)),
    Power(
        Rank.MAKES,
        "starts machines at your cost",
        ("ec2:RunInstances", "ec2:RequestSpotInstances", "ec2:CreateFleet", "lightsail:CreateInstances"),
    ),
    Power(Rank.MAKES, "starts stopped machines again", ("ec2:StartInstances",)),
    Power(
        Rank.MAKES,
        "runs containers and clusters",
        ("ecs:RunTask", "ecs:CreateService", "eks:CreateNodegroup", "batch:SubmitJob"),
    ),
    Power(
        Rank.MAKES,
        "runs code",
        (
            "lambda:CreateFunction",
            "lambda:UpdateFunctionCode",
            "codebuild:StartBuild",
            "glue:CreateJob",
            "sagemaker:CreateTrainingJob",
            "sagemaker:CreateNotebookInstance",
        ),
    ),
    Power(Rank.MAKES, "runs models at your cost", ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream")),
    Power(Rank.MAKES, "sends mail in your name", ("ses:SendEmail", "ses:SendRawEmail")),
    Power(Rank.MAKES, "sends text messages at your cost", ("sns:Publish",)),
)

UNCONTAIN = {
    Kind.USER: {
        "iam:DetachUserPolicy": "takes the quarantine off",
        "iam:DeleteUserPolicy": "deletes the denies that contain it",
        "iam:PutUserPolicy": "overwrites the denies that contain it",
        "iam:DeleteUserPermissionsBoundary": "removes its boundary",
        "iam:PutUserPermissionsBoundary": "changes its boundary",
        "iam:UpdateAccessKey": "switches the key on again",
    },
    Kind.ROLE: {
        "iam:DetachRolePolicy": "takes the quarantine off",
        "iam:DeleteRolePolicy": "deletes the denies that contain it",
        "iam:PutRolePolicy": "overwrites the denies that contain it",
        "iam:DeleteRolePermissionsBoundary": "removes its boundary",
        "iam:PutRolePermissionsBoundary": "changes its boundary",
    },
}
"""What undoes the containment of a principal, where it is allowed on it."""
