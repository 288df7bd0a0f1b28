"""The table of calls and what each did: ARN, type without `AWS::`, deed, and words."""

import json
from typing import Any

from standing_calls import ACCOUNT, OUTSIDER, REGION, arn, iam_arn, trust

EVERYTHING = json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
OUTSIDE = f"arn:aws:iam::{OUTSIDER}:root"
TRAIL = arn("cloudtrail", "trail/main")
FUNCTION = arn("lambda", "function:job")
GROUP = arn("ec2", "security-group/sg-1")
SNAPSHOT = f"arn:aws:ec2:{REGION}::snapshot/snap-1"
LONG = arn("secretsmanager", "secret:db-AbCdEf")
TABLE: tuple[tuple[str, Any, Any, list[tuple[str, str, str, str]]], ...] = (
    (
        "iam:CreateUser",
        {"userName": "eve", "path": "/a/"},
        {"user": {"arn": iam_arn("user/a/eve")}},
        [(iam_arn("user/a/eve"), "IAM::User", "created", "")],
    ),
    (
        "iam:CreateAccessKey",
        None,
        {"accessKey": {"accessKeyId": "AKIA" + "NEW", "userName": "mallory"}},
        [(iam_arn("user/mallory"), "IAM::AccessKey", "created", "key AKIA" + "NEW")],
    ),
    (
        "iam:UpdateAccessKey",
        {"userName": "eve", "accessKeyId": "AKIA" + "OLD", "status": "Inactive"},
        None,
        [(iam_arn("user/eve"), "IAM::AccessKey", "changed", "key AKIA" + "OLD made Inactive")],
    ),
    (
        "iam:AttachUserPolicy",
        {"userName": "eve", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
        None,
        [(iam_arn("user/eve"), "IAM::User", "changed", "policy AdministratorAccess attached")],
    ),
    (
        "iam:PutRolePolicy",
        {"roleName": "r", "policyName": "p", "policyDocument": EVERYTHING},
        None,
        [(iam_arn("role/r"), "IAM::Role", "changed", "inline policy p allows everything")],
    ),
    (
        "iam:CreatePolicyVersion",
        {"policyArn": iam_arn("policy/p"), "policyDocument": EVERYTHING, "setAsDefault": True},
        {"policyVersion": {"versionId": "v2"}},
        [(iam_arn("policy/p"), "IAM::ManagedPolicy", "changed", "version v2 (default: true) allows everything")],
    ),
    (
        "iam:CreateRole",
        {"roleName": "r", "assumeRolePolicyDocument": trust(OUTSIDER)},
        {"role": {"arn": iam_arn("role/r")}},
        [
            (iam_arn("role/r"), "IAM::Role", "created", ""),
            (iam_arn("role/r"), "IAM::Role", "shared", f"trust lets {OUTSIDE} in"),
        ],
    ),
    (
        "iam:UpdateAssumeRolePolicy",
        {"roleName": "r", "policyDocument": trust("*")},
        None,
        [(iam_arn("role/r"), "IAM::Role", "shared", "trust changed, lets everybody in")],
    ),
    (
        "iam:AddUserToGroup",
        {"groupName": "g", "userName": "eve"},
        None,
        [(iam_arn("user/eve"), "IAM::User", "changed", "added to group g")],
    ),
    (
        "iam:DeactivateMFADevice",
        {"userName": "boss", "serialNumber": iam_arn("mfa/boss")},
        None,
        [(iam_arn("user/boss"), "IAM::User", "changed", f"MFA device {iam_arn('mfa/boss')} taken away")],
    ),
    (
        "iam:UpdateLoginProfile",
        {"userName": "boss"},
        None,
        [(iam_arn("user/boss"), "IAM::LoginProfile", "changed", "password for the console changed")],
    ),
    (
        "iam:CreateServiceSpecificCredential",
        {"userName": "eve", "serviceName": "bedrock.amazonaws.com"},
        {"serviceSpecificCredential": {"userName": "eve", "serviceSpecificCredentialId": "ACCA1"}},
        [(iam_arn("user/eve"), "IAM::ServiceSpecificCredential", "created", "credential for one service ACCA1")],
    ),
    (
        "iam:CreateOpenIDConnectProvider",
        {"url": "https://x.example"},
        {"openIDConnectProviderArn": iam_arn("oidc-provider/x.example")},
        [(iam_arn("oidc-provider/x.example"), "IAM::OIDCProvider", "created", "https://x.example")],
    ),
    (
        "ec2:RunInstances",
        {"instanceType": "p3.2xlarge", "userData": "x", "iamInstanceProfile": {"name": "web"}},
        {"instancesSet": {"items": [{"instanceId": "i-1", "instanceType": "p3.2xlarge"}, {"instanceId": "i-2"}]}},
        [
            (arn("ec2", "instance/i-1"), "EC2::Instance", "created", "p3.2xlarge web"),
            (arn("ec2", "instance/i-2"), "EC2::Instance", "created", "web"),
        ],
    ),
    (
        "ec2:ModifyInstanceAttribute",
        {"instanceId": "i-1", "userData": "<sensitiveDataRemoved>"},
        {"_return": True},
        [(arn("ec2", "instance/i-1"), "EC2::Instance", "changed", "user data replaced: it runs at the next start")],
    ),
    (
        "ec2:ModifyInstanceAttribute",
        {"instanceId": "i-1", "groupSet": {"items": [{"groupId": "a"}, {"groupId": "b"}]}},
        None,
        [(arn("ec2", "instance/i-1"), "EC2::Instance", "changed", "security groups replaced")],
    ),
    (
        "ec2:AuthorizeSecurityGroupIngress",
        {
            "groupId": "sg-1",
            "cidrIp": "0.0.0.0/0",
            "fromPort": 22,
            "toPort": 22,
            "ipProtocol": "tcp",
            "ipPermissions": {},
        },
        None,
        [(GROUP, "EC2::SecurityGroup", "changed", "opened 22/tcp to 0.0.0.0/0")],
    ),
    (
        "ec2:AuthorizeSecurityGroupEgress",
        {
            "groupId": "sg-1",
            "ipPermissions": {
                "items": [
                    {
                        "ipProtocol": "-1",
                        "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]},
                        "ipv6Ranges": {"items": [{"cidrIpv6": "::/0"}]},
                    }
                ]
            },
        },
        None,
        [
            (GROUP, "EC2::SecurityGroup", "changed", "opened everything out to 0.0.0.0/0"),
            (GROUP, "EC2::SecurityGroup", "changed", "opened everything out to ::/0"),
        ],
    ),
    (
        "ec2:CreateLaunchTemplate",
        {"CreateLaunchTemplateRequest": {"LaunchTemplateName": "lt"}},
        {"CreateLaunchTemplateResponse": {"launchTemplate": {"launchTemplateId": "lt-1"}}},
        [(arn("ec2", "launch-template/lt-1"), "EC2::LaunchTemplate", "created", "lt")],
    ),
    (
        "ec2:DeleteFlowLogs",
        {"DeleteFlowLogsRequest": {"FlowLogId": {"content": "fl-1", "tag": 1}}},
        None,
        [(arn("ec2", "vpc-flow-log/fl-1"), "EC2::FlowLog", "deleted", "flow log deleted")],
    ),
    (
        "ec2:ModifySnapshotAttribute",
        {
            "snapshotId": "snap-1",
            "createVolumePermission": {"add": {"items": [{"userId": OUTSIDER}, {"group": "all"}]}},
        },
        {"_return": True},
        [
            (SNAPSHOT, "EC2::Snapshot", "shared", f"snapshot shared with {OUTSIDER}"),
            (SNAPSHOT, "EC2::Snapshot", "shared", "snapshot shared with everybody"),
        ],
    ),
    (
        "rds:ModifyDBSnapshotAttribute",
        {"dBSnapshotIdentifier": "s", "attributeName": "restore", "valuesToAdd": [OUTSIDER]},
        None,
        [(arn("rds", "snapshot:s"), "RDS::DBSnapshot", "shared", f"snapshot shared with {OUTSIDER}")],
    ),
    (
        "ec2:DisableEbsEncryptionByDefault",
        {"DisableEbsEncryptionByDefaultRequest": ""},
        None,
        [(arn("ec2", "*"), "EC2::EbsEncryptionByDefault", "changed", "encryption of volumes by default switched off")],
    ),
    (
        "lambda:UpdateFunctionCode",
        {"functionName": f"{FUNCTION}:live"},
        {"functionArn": f"{FUNCTION}:1"},
        [(FUNCTION, "Lambda::Function", "changed", "code replaced")],
    ),
    (
        "lambda:UpdateFunctionConfiguration",
        {"functionName": "job", "environment": {}, "layers": ["l1"]},
        None,
        [(FUNCTION, "Lambda::Function", "changed", "layers l1")],
    ),
    (
        "lambda:UpdateFunctionConfiguration",
        {"functionName": "job", "timeout": 9},
        None,
        [(FUNCTION, "Lambda::Function", "changed", "configuration changed")],
    ),
    (
        "lambda:AddPermission",
        {"functionName": f"{ACCOUNT}:function:job", "principal": OUTSIDER, "statementId": "s"},
        None,
        [(FUNCTION, "Lambda::Function", "shared", f"permission s lets {OUTSIDE} in")],
    ),
    (
        "lambda:AddPermission",
        {"functionName": "job", "principal": "s3.amazonaws.com", "statementId": "s"},
        None,
        [(FUNCTION, "Lambda::Function", "changed", "permission s lets s3.amazonaws.com in")],
    ),
    (
        "lambda:CreateFunctionUrlConfig",
        {"functionName": "job", "authType": "NONE"},
        None,
        [(FUNCTION, "Lambda::Url", "changed", "URL with authentication NONE")],
    ),
    (
        "s3:PutBucketPolicy",
        {
            "bucketName": "b",
            "bucketPolicy": {
                "Statement": [{"Effect": "Allow", "Principal": {"AWS": OUTSIDER}, "Action": "s3:*", "Resource": "*"}]
            },
        },
        None,
        [("arn:aws:s3:::b", "S3::BucketPolicy", "shared", f"policy lets {OUTSIDE} in")],
    ),
    (
        "s3:PutBucketAcl",
        {
            "bucketName": "b",
            "AccessControlPolicy": {
                "AccessControlList": {
                    "Grant": [
                        {"Grantee": {"URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"}
                    ]
                }
            },
        },
        None,
        [("arn:aws:s3:::b", "S3::Bucket", "shared", "access list changed lets everybody in")],
    ),
    (
        "s3:PutBucketAcl",
        {"bucketName": "b", "x-amz-acl": ["private"]},
        None,
        [("arn:aws:s3:::b", "S3::Bucket", "changed", "access list changed")],
    ),
    (
        "s3:PutObject",
        {"bucketName": "b", "key": "k"},
        None,
        [("arn:aws:s3:::b", "S3::Object", "created", "objects written")],
    ),
    ("cloudtrail:StopLogging", {"name": TRAIL}, None, [(TRAIL, "CloudTrail::Trail", "changed", "logging stopped")]),
    ("cloudtrail:DeleteTrail", {"name": "main"}, None, [(TRAIL, "CloudTrail::Trail", "deleted", "trail deleted")]),
    (
        "guardduty:DeleteDetector",
        {"detectorId": "d"},
        None,
        [(arn("guardduty", "detector/d"), "GuardDuty::Detector", "deleted", "detector deleted")],
    ),
    (
        "monitoring:DeleteAlarms",
        {"alarmNames": ["a"]},
        None,
        [(arn("cloudwatch", "alarm:a"), "CloudWatch::Alarm", "deleted", "alarm deleted")],
    ),
    (
        "kms:CreateGrant",
        {"keyId": "k", "granteePrincipal": OUTSIDE, "operations": ["Decrypt"]},
        {"grantId": "g"},
        [(arn("kms", "key/k"), "KMS::Grant", "shared", f"grant of Decrypt to {OUTSIDE} lets {OUTSIDE} in")],
    ),
    (
        "kms:ScheduleKeyDeletion",
        {"keyId": "k"},
        {"keyId": arn("kms", "key/k"), "deletionDate": "Apr 1, 2026"},
        [(arn("kms", "key/k"), "KMS::Key", "changed", "will be deleted on Apr 1, 2026")],
    ),
    (
        "secretsmanager:PutSecretValue",
        {"secretId": "db"},
        {"arn": LONG},
        [(LONG, "SecretsManager::Secret", "changed", "value or settings changed")],
    ),
    (
        "ssm:PutParameter",
        {"name": "/app/x", "type": "String"},
        None,
        [(arn("ssm", "parameter/app/x"), "SSM::Parameter", "changed", "written: String")],
    ),
    (
        "ssm:StartSession",
        {"target": "i-1"},
        {"sessionId": "m-1"},
        [(arn("ssm", "session/m-1"), "SSM::Session", "started", "on i-1")],
    ),
    (
        "ecs:RunTask",
        {"taskDefinition": "miner"},
        {"tasks": [{"taskArn": arn("ecs", "task/c/1")}]},
        [(arn("ecs", "task/c/1"), "ECS::Task", "started", "miner")],
    ),
    (
        "cloudformation:CreateStack",
        {"stackName": "s"},
        {"stackId": arn("cloudformation", "stack/s/1-2")},
        [(arn("cloudformation", "stack/s/1-2"), "CloudFormation::Stack", "created", "")],
    ),
    (
        "ses:VerifyEmailIdentity",
        {"emailAddress": "a@x.example"},
        None,
        [(arn("ses", "identity/a@x.example"), "SES::EmailIdentity", "created", "")],
    ),
    (
        "sqs:SetQueueAttributes",
        {"queueUrl": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/q", "attributes": {"Policy": trust(OUTSIDER)}},
        None,
        [(arn("sqs", "q"), "SQS::Queue", "shared", f"policy lets {OUTSIDE} in")],
    ),
    (
        "sns:AddPermission",
        {"topicArn": arn("sns", "t"), "label": "l", "aWSAccountIds": [OUTSIDER]},
        None,
        [(arn("sns", "t"), "SNS::Topic", "shared", f"permission l lets {OUTSIDE} in")],
    ),
    (
        "organizations:LeaveOrganization",
        None,
        None,
        [
            (
                f"arn:aws:organizations::{ACCOUNT}:organization/*",
                "Organizations::Organization",
                "changed",
                "the account left its organisation",
            )
        ],
    ),
    (
        "sso:CreateAccountAssignment",
        {
            "permissionSetArn": "arn:aws:sso:::permissionSet/a/b",
            "principalType": "USER",
            "principalId": "u",
            "targetId": ACCOUNT,
        },
        None,
        [("arn:aws:sso:::permissionSet/a/b", "SSO::Assignment", "created", f"USER u in account {ACCOUNT}")],
    ),
    (
        "rolesanywhere:CreateTrustAnchor",
        {"name": "n"},
        {"trustAnchor": {"trustAnchorArn": arn("rolesanywhere", "trust-anchor/1")}},
        [(arn("rolesanywhere", "trust-anchor/1"), "RolesAnywhere::TrustAnchor", "created", "n")],
    ),
    (
        "ecr:SetRepositoryPolicy",
        {"repositoryName": "r", "policyText": trust(OUTSIDER)},
        None,
        [(arn("ecr", "repository/r"), "ECR::Repository", "shared", f"policy lets {OUTSIDE} in")],
    ),
    (
        "events:PutTargets",
        {"rule": "r", "targets": [{"id": "1", "arn": FUNCTION}]},
        None,
        [(arn("events", "rule/r"), "Events::Rule", "changed", f"target {FUNCTION}")],
    ),
    (
        "account:EnableRegion",
        {"regionName": "ap-east-1"},
        None,
        [(iam_arn("root"), "Account::Region", "changed", "region ap-east-1 enabled")],
    ),
    (
        "lightsail:CreateInstances",
        {"instanceNames": ["m"], "bundleId": "b", "blueprintId": "u"},
        None,
        [(arn("lightsail", "Instance/m"), "Lightsail::Instance", "created", "b u")],
    ),
)
