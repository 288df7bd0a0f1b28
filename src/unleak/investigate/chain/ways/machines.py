"""What runs with a role: machines, functions, tasks, builds, stacks. Its sessions are found by name or by service."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from unleak.investigate.chain.leads import Because, Lead, RolePassed, SessionsNamed
from unleak.model.call import Call

_TAKES_INSTANCE = frozenset(
    {
        "ssm:SendCommand", "ssm:StartSession", "ssm:ResumeSession", "ec2:ModifyInstanceAttribute",
        "ec2-instance-connect:SendSSHPublicKey", "ec2-instance-connect:SendSerialConsoleSSHPublicKey",
        "ec2:GetPasswordData", "ec2:AssociateIamInstanceProfile", "ec2:ReplaceIamInstanceProfileAssociation",
        "ec2:ModifyInstanceMetadataOptions", "ec2:StartInstances", "ssm:StartAutomationExecution",
        "ssm:CreateAssociation", "ec2:CreateReplaceRootVolumeTask",
    }
)  # fmt: skip
_ROLE_FIELDS = (
    "roleArn", "role", "roleARN", "executionRoleArn", "taskRoleArn", "serviceRole", "jobRoleArn", "instanceRoleArn",
    "serviceRoleArn", "iamRole", "iamServiceRole",
)  # fmt: skip


def leads(call: Call, because: Because) -> Iterator[Lead]:
    way = _BY_ACTION.get(call.action)
    if way is not None:
        yield from way(call, because)
    elif call.action in _TAKES_INSTANCE:
        yield from (SessionsNamed(because, i, "ec2", taken=True) for i in instances_in(call.request))
    elif call.service != "lambda":
        yield from _passed(call, because)


def _started(call: Call, because: Because) -> Iterator[Lead]:
    yield from (SessionsNamed(because, instance, "ec2") for instance in instances_in(call.response))


def _task(call: Call, because: Because) -> Iterator[Lead]:
    for task in _values(call.response, "taskArn"):
        yield SessionsNamed(because, task.rsplit("/", 1)[-1], "ecs-tasks")


def _build(call: Call, because: Because) -> Iterator[Lead]:
    for build in _values(call.response, "id"):
        if ":" in build:
            yield SessionsNamed(because, f"AWSCodeBuild-{build.rsplit(':', 1)[-1]}", "codebuild")


def _function(call: Call, because: Because) -> Iterator[Lead]:
    """A function that was there before runs the attacker's code from now on: its sessions since then are his."""
    name = str(call.request.get("functionName") or call.response.get("functionName") or "")
    name = name.split(":")[6] if name.count(":") >= 6 else name  # noqa: PLR2004  an ARN of a function
    role = str(call.response.get("role") or call.request.get("role") or "")
    if name:
        yield SessionsNamed(because, name, "lambda", role)


def _passed(call: Call, because: Because) -> Iterator[Lead]:
    if call.read_only or call.service in {"sts", "iam"}:
        return
    for field in _ROLE_FIELDS:
        for role in _values(call.request, field):
            if ":role/" in role:
                yield RolePassed(because, role, call.service)


def instances_in(given: object) -> list[str]:
    """Every instance id, wherever it stands."""
    found = [
        v for name in ("instanceId", "InstanceId", "target", "instanceIds", "targets") for v in _values(given, name)
    ]
    return list(dict.fromkeys(v for v in found if v.startswith("i-")))


def _values(given: Any, name: str) -> Iterator[str]:
    """The texts of a field, at any depth; those of a list too."""
    if isinstance(given, dict):
        for key, value in given.items():
            if key == name and isinstance(value, str):
                yield value
            elif key == name and isinstance(value, list):
                yield from (v for v in value if isinstance(v, str))
                yield from (x for v in value for x in _values(v, name))
                if name in {"targets", "instanceIds"}:
                    yield from (x for v in value for x in _values(v, "values"))
            else:
                yield from _values(value, name)
    elif isinstance(given, list):
        for value in given:
            yield from _values(value, name)


_BY_ACTION: Mapping[str, Callable[[Call, Because], Iterator[Lead]]] = {
    "ec2:RunInstances": _started,
    "ecs:RunTask": _task,
    "ecs:StartTask": _task,
    "codebuild:StartBuild": _build,
    "codebuild:StartBuildBatch": _build,
    "codebuild:RetryBuild": _build,
    "lambda:CreateFunction": _function,
    "lambda:UpdateFunctionCode": _function,
    "lambda:UpdateFunctionConfiguration": _function,
}
