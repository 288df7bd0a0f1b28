# ruff: noqa: INP001, T201  a script that prints
"""How long `unleak inspect` takes to work out the reach of a key in a large account.

    .venv/bin/python bench/reach.py

A thousand users, a thousand roles, 300 managed policies, 60 groups; most roles trust the whole account. Three keys: one
that may assume any role, one that reaches the roles one after another, one that may make keys for any user. Goal: less
than 3 s each, reading the file included. Exit code 1 where it is not met.
"""

import json
import random
import sys
import time
from typing import Any

from unleak.iam.account import parse_details
from unleak.iam.reach import reach_of

ACCOUNT, USERS, ROLES, POLICIES, GROUPS, GOAL = "111122223333", 1000, 1000, 300, 60, 3.0
SERVICES = ("lambda", "ec2", "ecs-tasks", "codebuild", "glue", "states")
_DICE = random.Random(7)  # noqa: S311  the same account on every run


def main() -> int:
    text = json.dumps(account())
    print(f"a file of {len(text) / 1e6:.1f} MB")
    met = True
    for name in ("assumes-any", "chain", "makes-keys"):
        begun = time.perf_counter()
        reach = reach_of(parse_details(text), f"arn:aws:iam::{ACCOUNT}:user/{name}")
        took = time.perf_counter() - begun
        longest = max((len(way.steps) for way in reach.ways), default=0)
        print(f"{name:<12} {took:.2f} s   {len(reach.ways)} ways, the longest of {longest} steps")
        met &= took < GOAL
    return 0 if met else 1


def account() -> dict[str, Any]:
    users = [_holder("User", f"user-{n}", GroupList=[f"group-{n % GROUPS}"]) for n in range(USERS - 3)]
    for name, action, on in (
        ("assumes-any", "sts:AssumeRole", "*"),
        ("chain", "sts:AssumeRole", _arn("role", "role-1")),
        ("makes-keys", "iam:CreateAccessKey", "*"),
    ):
        users.append(_holder("User", name, allow([action], on)))
    roles = [_holder("Role", f"role-{n}", *_next(n), AssumeRolePolicyDocument=_trust(n)) for n in range(ROLES)]
    groups = [_holder("Group", f"group-{n}") for n in range(GROUPS)]
    policies = [_managed(n) for n in range(POLICIES)]
    return {"UserDetailList": users, "GroupDetailList": groups, "RoleDetailList": roles, "Policies": policies}


def _next(number: int) -> list[dict[str, Any]]:
    """Each role may assume the next one that is open to it; every hundredth, all of a team's."""
    on = f"role-{number // 100}*" if number % 100 == 0 else f"role-{number + (2 if _is_closed(number + 1) else 1)}"
    return [allow(["sts:AssumeRole"], _arn("role", on))]


def _is_closed(number: int) -> bool:
    """Every fifth role trusts its service alone."""
    return number % 5 == 4  # noqa: PLR2004


def _trust(number: int) -> dict[str, Any]:
    service = {"Service": f"{SERVICES[number % len(SERVICES)]}.amazonaws.com"}
    everyone = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    statements = [{"Effect": "Allow", "Principal": p, "Action": "sts:AssumeRole"} for p in (service, everyone)]
    return document(*statements[: 1 if _is_closed(number) else 2])


def _holder(kind: str, name: str, *statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    own = allow([f"s3:{_DICE.choice(('Get', 'Put', 'List'))}*", "dynamodb:GetItem"], f"arn:aws:s3:::bucket-{name}/*")
    attached = [{"PolicyArn": _arn("policy", f"policy-{_DICE.randrange(POLICIES)}")} for _ in range(3)]
    return {
        "Arn": _arn(kind.lower(), name),
        f"{kind}Name": name,
        f"{kind}PolicyList": [{"PolicyName": "own", "PolicyDocument": document(own, *statements)}],
        "AttachedManagedPolicies": attached,
        **more,
    }


def _managed(number: int) -> dict[str, Any]:
    verbs = [f"{s}:{v}" for s in ("sqs", "sns", "logs", "dynamodb", "ec2") for v in ("Get*", "List*", "Describe*")]
    region = {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}}
    statements = [
        allow(_DICE.sample(verbs, 6)),
        {**allow(["ec2:RunInstances", "lambda:InvokeFunction"], f"arn:aws:*:*:*:app-{number}/*"), "Condition": region},
        allow(["secretsmanager:GetSecretValue", "kms:Decrypt"], f"arn:aws:secretsmanager:*:*:secret:app-{number}-*"),
        {**allow(["s3:Delete*"], "arn:aws:s3:::backup-*"), "Effect": "Deny"},
    ]
    if number % 20 == 0:
        statements.append(
            allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"], _arn("role", "role-9*"))
        )
    versions = [{"VersionId": "v1", "IsDefaultVersion": True, "Document": document(*statements)}]
    return {"Arn": _arn("policy", f"policy-{number}"), "DefaultVersionId": "v1", "PolicyVersionList": versions}


def _arn(kind: str, name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:{kind}/{name}"


def allow(actions: list[str], resource: str = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


if __name__ == "__main__":
    sys.exit(main())
