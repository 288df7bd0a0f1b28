"""Which allowed actions matter when a key has leaked, and why.

Ways to more rights: Spencer Gietzen's list of IAM privilege escalation methods (2018) and its successors;
the rest is what recorded attacks did with leaked keys.
"""

from collections.abc import Iterable, Iterator

from unleak.iam.evaluate import Policies, Request, evaluate
from unleak.iam.wildcard import example, wildcard

DANGERS: dict[str, str] = {
    "iam:CreateAccessKey": "makes keys for other users, and keeps access after this one is gone",
    "iam:CreateUser": "makes a user to come back with",
    "iam:CreateLoginProfile": "gives a user a console password",
    "iam:UpdateLoginProfile": "changes a user's console password",
    "iam:AttachUserPolicy": "gives itself or others any managed policy",
    "iam:AttachRolePolicy": "gives a role any managed policy",
    "iam:AttachGroupPolicy": "gives a group any managed policy",
    "iam:PutUserPolicy": "writes itself any permission",
    "iam:PutRolePolicy": "writes a role any permission",
    "iam:PutGroupPolicy": "writes a group any permission",
    "iam:CreatePolicyVersion": "rewrites a managed policy",
    "iam:SetDefaultPolicyVersion": "switches a managed policy to an older, wider version",
    "iam:AddUserToGroup": "joins a more powerful group",
    "iam:UpdateAssumeRolePolicy": "opens a role to anyone, from any account",
    "iam:PassRole": "lends a role to a machine or function that it starts",
    "iam:DeleteUserPolicy": "removes the deny that contains it",
    "iam:DetachUserPolicy": "removes the quarantine that contains it",
    "sts:AssumeRole": "becomes another principal; such sessions outlive the key",
    "sts:GetFederationToken": "makes console and API sessions that outlive the key",
    "ec2:RunInstances": "starts machines at your cost, or to hold a role",
    "ec2:StartInstances": "starts stopped machines again",
    "lambda:CreateFunction": "runs code in the account",
    "lambda:UpdateFunctionCode": "replaces code that already runs with a role",
    "ecs:RunTask": "runs containers in the account",
    "cloudformation:CreateStack": "makes anything, with the role of the stack",
    "ssm:SendCommand": "runs commands on your machines",
    "ssm:StartSession": "opens a shell on your machines",
    "s3:GetObject": "reads stored objects",
    "s3:DeleteObject": "deletes stored objects, the first half of ransom",
    "s3:PutBucketPolicy": "opens a bucket to others",
    "secretsmanager:GetSecretValue": "reads stored secrets",
    "ssm:GetParameter": "reads parameters, often secrets",
    "kms:Decrypt": "decrypts data",
    "kms:ScheduleKeyDeletion": "makes data unreadable for good",
    "rds:ModifyDBSnapshotAttribute": "shares database snapshots with other accounts",
    "ec2:ModifySnapshotAttribute": "shares disk snapshots with other accounts",
    "ses:SendEmail": "sends mail in your name",
    "sns:Publish": "sends text messages at your cost",
    "bedrock:InvokeModel": "runs models at your cost",
    "cloudtrail:StopLogging": "stops the trail that shows what it does",
    "cloudtrail:DeleteTrail": "deletes the trail that shows what it does",
    "guardduty:DeleteDetector": "switches the alarm off",
    "organizations:LeaveOrganization": "takes the account out of the organisation's control",
}


def dangers_of(policies: Policies, context: dict[str, str]) -> Iterable[tuple[str, str]]:
    """The dangerous actions that are allowed on some resource that an Allow names, with their reason, in the order of
    the list. A condition on a key that `context` lacks is judged as for a request without that key.
    """
    for action, why in DANGERS.items():
        if any(evaluate(Request(action, r, context), policies).allowed for r in _resources(action, policies, context)):
            yield action, why


def _resources(action: str, policies: Policies, context: dict[str, str]) -> Iterator[str]:
    """A resource of which no policy knows, and one for each pattern in an Allow that is too narrow for it. The Allows
    of limits count too: where a limit narrows a grant, it is the limit that names what is left.
    """
    unknown = f"arn:aws:{action.partition(':')[0]}:::unleak-any/unleak-any"
    yield unknown
    layers = (policies.identity, policies.resource, *policies.limits, *policies.organisation)
    for statement in (s for layer in layers for policy in layer for s in policy.naming(action.lower())):
        if statement.effect == "Allow" and statement.resources is not None:
            yield from (example(p) for p in statement.resources.patterns(context) if not wildcard(p)(unknown))


def is_admin(policies: Policies, context: dict[str, str]) -> bool:
    """Whether an action that nobody grants by name is allowed on everything."""
    return evaluate(Request("unleak:AnythingAtAll", "arn:aws:unleak:::anything", context), policies).allowed
