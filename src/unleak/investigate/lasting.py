"""Calls whose effect outlives the credential, and may let its holder back in."""

from unleak.iam.our_deny import is_aws_quarantine
from unleak.investigate.chain.follow import FOLLOWED
from unleak.model.call import Call
from unleak.model.incident import Incident

_GIVE_ACCESS = frozenset(
    {
        "iam", "lambda", "cloudformation", "ssm", "rolesanywhere", "organizations", "sso", "identitystore", "signin",
        "cognito-identity", "ec2-instance-connect", "eks",
        # These run something with a role that was passed to them: it goes on when every credential is dead.
        "ecs", "batch", "codebuild", "codepipeline", "codedeploy", "sagemaker", "glue", "states", "scheduler", "pipes",
        "events", "elasticmapreduce", "lightsail", "apprunner", "amplify", "autoscaling", "datapipeline",
        "imagebuilder", "mwaa",
    }
)  # fmt: skip
_OF_OTHERS = frozenset(
    {
        "sts:AssumeRoot",
        "ec2:RequestSpotInstances", "ec2:RequestSpotFleet", "ec2:CreateFleet", "ec2:CreateLaunchTemplate",
        "ec2:CreateLaunchTemplateVersion", "ec2:ModifyInstanceAttribute", "ec2:ModifySnapshotAttribute",
        "ec2:ModifyImageAttribute", "ec2:CreateKeyPair", "ec2:ImportKeyPair",
        "kms:PutKeyPolicy", "kms:CreateGrant", "s3:PutBucketPolicy", "s3:PutBucketAcl",
        "secretsmanager:PutResourcePolicy",
        "sqs:SetQueueAttributes", "sns:SetTopicAttributes", "ecr:SetRepositoryPolicy", "rds:ModifyDBSnapshotAttribute",
    }
)  # fmt: skip
_ENDS_ACCESS = frozenset(
    {"iam:DeleteAccessKey", "iam:DeleteLoginProfile", "iam:DeleteUser", "iam:DeleteRole", "iam:DeleteInstanceProfile"}
)
"""What is gone lets nobody in."""
_TAKE_AWAY = ("Delete", "Detach", "Remove")


def lasts(call: Call, incident: Incident) -> bool:
    """Writes of the services that give access, or run code with it; what the chain follows by itself left out."""
    if call.read_only or call.action in FOLLOWED or call.action in _ENDS_ACCESS or _takes_our_deny_away(call, incident):
        return False
    return call.service in _GIVE_ACCESS or call.action in _OF_OTHERS or "IamInstanceProfile" in call.operation


def _takes_our_deny_away(call: Call, incident: Incident) -> bool:
    """Our denies and AWS's quarantine: whether they stand is looked at, and they are put back. Only by the names that
    this incident gave: anybody may name a policy like ours.
    """
    if not call.operation.startswith(_TAKE_AWAY):
        return False
    arn = str(call.request.get("policyArn", ""))
    named = {str(call.request.get("policyName", "")), str(call.request.get("groupName", "")), arn.rsplit("/", 1)[-1]}
    return bool(named & incident.deny_names) or is_aws_quarantine(arn)
