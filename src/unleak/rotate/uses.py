"""Who uses a key, as far as its calls tell: where it runs, with which program, from where, and what it does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from unleak.iam.trail_names import in_iam
from unleak.model.call import Call


class Runs(StrEnum):
    """Where a program runs that signs with the key: what it could have in place of a key hangs on that."""

    LAMBDA = "in a Lambda function"
    ECS = "in a container of ECS or Fargate"
    EC2 = "on an EC2 instance"
    CODEBUILD = "in a build of CodeBuild"
    GITHUB = "in a workflow of GitHub Actions"
    GITLAB = "in a pipeline of GitLab"
    PERSON = "at a person's desk"
    ELSEWHERE = "on a machine outside of AWS, or one that does not tell"


_MARKS = (
    ("exec-env/aws_lambda", Runs.LAMBDA),
    ("exec-env/aws_ecs", Runs.ECS),
    ("codebuild", Runs.CODEBUILD),
    ("exec-env/ec2", Runs.EC2),
    ("amzn2", Runs.EC2),
    ("amzn2023", Runs.EC2),
    ("exec-env/githubactions", Runs.GITHUB),
    ("github-actions", Runs.GITHUB),
    ("gitlab", Runs.GITLAB),
    ("exec-env/cloudshell", Runs.PERSON),
    ("console.amazonaws.com", Runs.PERSON),
    ("os/macos", Runs.PERSON),
    ("os/windows", Runs.PERSON),
    ("darwin/", Runs.PERSON),
    ("windows/", Runs.PERSON),
)
"""What AWS's SDKs write of where they run, and the kernels of Amazon Linux; in small letters.
https://docs.aws.amazon.com/sdkref/latest/guide/feature-appid.html
"""
_OF_CONSUMERS = {
    "lambda": Runs.LAMBDA,
    "ecs": Runs.ECS,
    "codebuild": Runs.CODEBUILD,
    "github": Runs.GITHUB,
    "profile": Runs.PERSON,
}


@dataclass(frozen=True, slots=True)
class Use:
    """Calls of one program in one kind of place. `actions` have IAM's names."""

    runs: Runs
    program: str
    calls: int
    last_at: datetime
    addresses: tuple[str, ...]
    actions: tuple[str, ...]


def uses_in(calls: Iterable[Call]) -> list[Use]:
    """The busiest first. Refused calls count as well: they were meant."""
    grouped: dict[tuple[Runs, str], list[Call]] = {}
    for call in calls:
        grouped.setdefault((where_runs(call.agent), _program(call.agent)), []).append(call)
    uses = [_use(runs, program, those) for (runs, program), those in grouped.items()]
    return sorted(uses, key=lambda u: (-u.calls, u.program))


def where_runs(agent: str) -> Runs:
    """By the user agent, which whoever calls may write as they like: a hint, and no proof."""
    text = agent.lower()
    return next((runs for mark, runs in _MARKS if mark in text), Runs.ELSEWHERE)


def runs_of_consumer(text: str) -> Runs | None:
    """None where what holds the key does not tell who reads it there."""
    return _OF_CONSUMERS.get(text.partition(":")[0])


def _use(runs: Runs, program: str, calls: list[Call]) -> Use:
    return Use(
        runs=runs,
        program=program,
        calls=len(calls),
        last_at=max(c.at for c in calls),
        addresses=tuple(sorted({c.address for c in calls if c.address})),
        actions=tuple(sorted({in_iam(c.action) for c in calls})),
    )


def _program(agent: str) -> str:
    """`Boto3/1.35.1 md/…` is Boto3; what stands in brackets before it belongs to CloudTrail."""
    words = agent.strip("[]").split()
    return words[0].partition("/")[0] if words else "a program that does not tell its name"
