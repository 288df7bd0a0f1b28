"""What may hold a key and can be given a new one: one file a kind."""

from unleak.model.errors import Misuse
from unleak.rotate.consumers.aws_profile import AwsProfile
from unleak.rotate.consumers.codebuild_project import CodeBuildProject
from unleak.rotate.consumers.consumer import Consumer
from unleak.rotate.consumers.ecs_service import EcsService
from unleak.rotate.consumers.github_secret import GithubSecret
from unleak.rotate.consumers.lambda_function import LambdaFunction
from unleak.rotate.consumers.own_command import OwnCommand
from unleak.rotate.consumers.secrets_manager import SecretsManager
from unleak.rotate.consumers.ssm_parameter import SsmParameter

KINDS: tuple[type[Consumer], ...] = (
    SecretsManager,
    SsmParameter,
    LambdaFunction,
    EcsService,
    CodeBuildProject,
    AwsProfile,
    GithubSecret,
    OwnCommand,
)


def parse_consumer(text: str) -> Consumer:
    """`KIND:REST`, as on the command line. Raises Misuse for what is no consumer."""
    kind, colon, rest = text.partition(":")
    found = next((k for k in KINDS if k.kind == kind), None)
    if found is None or not colon or not rest:
        raise Misuse(f"{text!r} names nothing that a key could be given to", f"one of: {', '.join(forms())}")
    return found.parse(rest)


def forms() -> tuple[str, ...]:
    """How each is written."""
    return tuple(k.form for k in KINDS)
