"""What a program can have in place of a key: nothing that could leak, or nothing that lives longer than an hour."""

from dataclasses import dataclass
from typing import Any

from unleak.rotate.uses import Runs


@dataclass(frozen=True, slots=True)
class End:
    """`trust` is the role's, with ACCOUNT for the account; empty where no role is made. `code` is what changes."""

    title: str
    why: str
    steps: tuple[str, ...]
    trust: dict[str, Any]
    code: str
    reference: str


_NO_KEY = '# No key anywhere: without one, every SDK takes the role by itself.\nclient = boto3.client("s3")'


def _of_service(service: str, *, with_account: bool = False) -> dict[str, Any]:
    only = {"Condition": {"StringEquals": {"aws:SourceAccount": "ACCOUNT"}}} if with_account else {}
    return {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole", **only}


def _of_provider(host: str, audience: str, subject: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::ACCOUNT:oidc-provider/{host}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{host}:aud": audience}, "StringLike": {f"{host}:sub": subject}},
    }


ENDS: dict[Runs, End] = {
    Runs.LAMBDA: End(
        "The function's own role",
        "Lambda gives each function short-lived credentials of its execution role; a key in its variables is in vain.",
        ("attach the policy to the function's execution role", "remove the two variables"),
        _of_service("lambda.amazonaws.com"),
        _NO_KEY,
        "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
    ),
    Runs.ECS: End(
        "A task role",
        "ECS gives each task short-lived credentials of the role that its definition names.",
        ("make the role", "name it as taskRoleArn in the task definition", "remove the two variables"),
        _of_service("ecs-tasks.amazonaws.com", with_account=True),
        _NO_KEY,
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html",
    ),
    Runs.EC2: End(
        "An instance profile",
        "the instance hands out short-lived credentials of its role; require version 2 of the metadata service.",
        ("make the role and an instance profile with it", "associate it with the instance", "remove the key there"),
        _of_service("ec2.amazonaws.com"),
        "aws ec2 associate-iam-instance-profile --instance-id i-... --iam-instance-profile Name=NAME\n"
        "aws ec2 modify-instance-metadata-options --instance-id i-... --http-tokens required",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2.html",
    ),
    Runs.CODEBUILD: End(
        "The project's service role",
        "a build has short-lived credentials of its project's service role.",
        ("attach the policy to the service role", "remove the two variables"),
        _of_service("codebuild.amazonaws.com", with_account=True),
        "# buildspec.yml needs no key: the AWS CLI and every SDK take the role by themselves.",
        "https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html",
    ),
    Runs.GITHUB: End(
        "A role by OIDC",
        "GitHub vouches for each job; AWS gives it an hour. Only the branch that you name gets in.",
        ("add the identity provider token.actions.githubusercontent.com", "make the role", "delete the two secrets"),
        _of_provider(
            "token.actions.githubusercontent.com", "sts.amazonaws.com", "repo:OWNER/REPOSITORY:ref:refs/heads/main"
        ),
        "permissions:\n  id-token: write\n  contents: read\nsteps:\n"
        "  - uses: aws-actions/configure-aws-credentials@v5\n    with:\n"
        "      role-to-assume: arn:aws:iam::ACCOUNT:role/NAME\n      aws-region: REGION",
        "https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws",
    ),
    Runs.GITLAB: End(
        "A role by OIDC",
        "GitLab vouches for each job; AWS gives it an hour. Only the branch that you name gets in.",
        ("add the identity provider https://gitlab.com", "make the role", "delete the two variables"),
        _of_provider("gitlab.com", "https://gitlab.com", "project_path:GROUP/PROJECT:ref_type:branch:ref:main"),
        "job:\n  id_tokens:\n    AWS_TOKEN: {aud: https://gitlab.com}\n  variables:\n"
        "    AWS_ROLE_ARN: arn:aws:iam::ACCOUNT:role/NAME\n    AWS_WEB_IDENTITY_TOKEN_FILE: /tmp/token\n"
        '  before_script:\n    - echo "$AWS_TOKEN" > /tmp/token',
        "https://docs.gitlab.com/ci/cloud_services/aws/",
    ),
    Runs.PERSON: End(
        "IAM Identity Center",
        "a person signs in, with a second factor, and has credentials for some hours.",
        ("put the policy into a permission set", "assign it to the person in the account", "delete the user's keys"),
        {},
        "aws configure sso --profile NAME     # once\naws sso login --profile NAME         # each day",
        "https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sso.html",
    ),
    Runs.ELSEWHERE: End(
        "IAM Roles Anywhere",
        "a machine outside of AWS shows a certificate of your own authority, and gets an hour at a time.",
        ("make a trust anchor of your certificate authority", "make the role and a profile", "remove the key there"),
        {
            "Effect": "Allow",
            "Principal": {"Service": "rolesanywhere.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
            "Condition": {
                "StringEquals": {"aws:PrincipalTag/x509Subject/CN": "NAME-OF-THE-MACHINE"},
                "ArnEquals": {"aws:SourceArn": "arn:aws:rolesanywhere:REGION:ACCOUNT:trust-anchor/ID"},
            },
        },
        "# ~/.aws/config\n[default]\ncredential_process = aws_signing_helper credential-process --certificate CERT.pem "
        "--private-key KEY.pem --trust-anchor-arn ANCHOR --profile-arn PROFILE --role-arn ROLE",
        "https://docs.aws.amazon.com/rolesanywhere/latest/userguide/introduction.html",
    ),
}
