# ruff: noqa: T201  a script that prints
"""Our evaluator beside an independent one, over random policies and requests: every difference is shown.

    make oracle
    PYTHONPATH=src python tests/oracle.py --cases 20000 --seed 7

The other is `ministack`'s, a permissively licensed emulator, in an environment of its own. What it is known to decide
otherwise than AWS documents is not drawn; docs/standin.md says what that is. Exit codes: 0 no difference, 1 some.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any, TypeVar

from unleak.iam.evaluate import Policies, Request, evaluate
from unleak.iam.policy import parse_policy

T = TypeVar("T")
Case = dict[str, Any]

ACCOUNT = "123456789012"
USER, OTHER = f"arn:aws:iam::{ACCOUNT}:user/bob", f"arn:aws:iam::{ACCOUNT}:user/eve"
ACTIONS = ("s3:GetObject", "s3:PutObject", "iam:CreateUser", "iam:PassRole", "sqs:SendMessage", "ec2:RunInstances")
ACTION_PATTERNS = ("*", "s3:*", "S3:get?bject", "s3:*Object", "iam:Create*", "iam:*role", "sqs:Send*", "ec2:Run??s*")
ARNS = ("arn:aws:s3:::a", "arn:aws:s3:::a/x", "arn:aws:s3:::a/bob/x", "arn:aws:s3:::A/x", USER,
        f"arn:aws:iam::{ACCOUNT}:role/p/r", f"arn:aws:sqs:us-east-1:{ACCOUNT}:bob", "*")  # fmt: skip
ARN_PATTERNS = ("*", "arn:aws:s3:::a/*", "arn:aws:s3:::a*", "arn:aws:s3:::a/?", "arn:*:s3:::a/*",
                "arn:aws:iam::*:role/*", "arn:aws:sqs:us-east-?:*:b*")  # fmt: skip
WORDS, WORD_PATTERNS = ("bob", "Bob", "eve", "home/bob", "x"), ("b*", "?ob", "home/*", "*b", "bob", "x")
NUMBERS = ("0", "1", "9", "10", "10.5", "-3", "100000000000")
TIMES = ("2026-01-01T00:00:00Z", "2026-01-01T02:00:00+02:00", "2026-03-01T12:00:00Z", "2025-12-31T23:59:59Z")
ADDRESSES = ("203.0.113.7", "198.51.100.1", "2001:db8::9")
NETWORKS = ("203.0.113.0/24", "0.0.0.0/0", "2001:db8::/32", "203.0.113.7/32")
TOPICS = ("arn:aws:sns:us-east-1:123456789012:t", "arn:aws:sns:us-east-1:999999999999:t")
# By key: values that a request has, values that a policy asks for, and the operators that fit.
KEYS: dict[str, tuple[Sequence[str], Sequence[str], Sequence[str]]] = {
    "aws:username": (WORDS, WORD_PATTERNS, ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike",
                                            "StringEqualsIgnoreCase")),
    "s3:max-keys": (NUMBERS, NUMBERS, ("NumericEquals", "NumericNotEquals", "NumericLessThan",
                                       "NumericGreaterThanEquals")),
    "aws:CurrentTime": (TIMES, TIMES, ("DateEquals", "DateNotEquals", "DateLessThan", "DateGreaterThan")),
    "aws:SourceIp": (ADDRESSES, NETWORKS, ("IpAddress", "NotIpAddress")),
    "aws:SecureTransport": (("true", "false"), ("true", "false"), ("Bool",)),
    "aws:SourceArn": (TOPICS, (*TOPICS, "arn:aws:sns:*:*:*", "arn:aws:sns:*:123456789012:t"), ("ArnEquals", "ArnLike",
                                                                                              "ArnNotLike")),
}  # fmt: skip


class Draw:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def case(self) -> Case:
        chance = self._random
        return {
            "action": chance.choice(ACTIONS),
            "resource": chance.choice(ARNS),
            "context": {key: chance.choice(kinds[0]) for key, kinds in KEYS.items() if chance.random() < 0.7},
            "identity": [self._policy() for _ in range(chance.choice((1, 1, 2)))],
            "boundary": self._policy() if chance.random() < 0.3 else None,
            "resource_policy": self._policy(principal=True) if chance.random() < 0.3 else None,
        }

    def _policy(self, *, principal: bool = False) -> Case:
        statements = [self._statement() for _ in range(self._random.choice((1, 1, 2, 3)))]
        if principal:
            for statement in statements:
                statement["Principal"] = {"AWS": self._random.choice((USER, USER, OTHER))}
        return {"Version": "2012-10-17", "Statement": statements}

    def _statement(self) -> Case:
        chance = self._random
        said: Case = {"Effect": chance.choice(("Allow", "Allow", "Allow", "Deny"))}
        said[chance.choice(("Action", "Action", "Action", "NotAction"))] = self._some((*ACTION_PATTERNS, *ACTIONS))
        said[chance.choice(("Resource", "Resource", "Resource", "NotResource"))] = self._some((*ARN_PATTERNS, *ARNS))
        if chance.random() < 0.7:
            said["Condition"] = dict(self._condition() for _ in range(chance.choice((1, 1, 2))))
        return said

    def _condition(self) -> tuple[str, Case]:
        chance = self._random
        key = chance.choice(list(KEYS))
        if chance.random() < 0.1:
            return "Null", {key: chance.choice(("true", "false"))}
        _, asked, operators = KEYS[key]
        operator = chance.choice(list(operators)) + ("IfExists" if chance.random() < 0.2 else "")
        return operator, {key: self._some(asked)}

    def _some(self, pool: Sequence[str]) -> list[str]:
        return [self._random.choice(pool) for _ in range(self._random.choice((1, 1, 2)))]


def ours(case: Case) -> str:
    held = case["resource_policy"]
    mine = [s for s in held["Statement"] if s["Principal"]["AWS"] == USER] if held else []
    policies = Policies(
        identity=tuple(map(parse_policy, case["identity"])),
        limits=((parse_policy(case["boundary"]),),) if case["boundary"] else (),
        resource=(parse_policy({**held, "Statement": mine}),) if mine else (),
        resource_is_direct=True,
    )
    context = {key.lower(): value for key, value in case["context"].items()}
    return evaluate(Request(case["action"], case["resource"], context), policies).decision.value


class Ministack:
    """Its evaluator's own functions; the context is what the case says, and not what its server would find."""

    _NAMES = {"Allow": "allowed", "Deny": "explicitDeny", "ImplicitDeny": "implicitDeny"}  # noqa: RUF012  never changed

    def __init__(self) -> None:
        engine: Any = import_module("ministack.core.iam_evaluator")
        engine._resolve_condition_key = lambda key, context: context.service_context.get(key.lower())
        self._engine = engine

    def __call__(self, case: Case) -> str:
        engine = self._engine
        context = engine.EvalContext(
            principal_arn=USER,
            principal_type="User",
            principal_account=ACCOUNT,
            action=case["action"],
            resource_arn=case["resource"],
            region="us-east-1",
            service_context={k.lower(): v for k, v in case["context"].items()},
        )
        read = engine.parse_policy_document
        limits = [[read(case["boundary"])]] if case["boundary"] else []
        result = engine.evaluate(context, [read(d) for d in case["identity"]], *limits)
        if case["resource_policy"]:
            result = engine.combine_resource_policy(
                result, context, case["resource_policy"], ACCOUNT, limits=tuple(limits)
            )
        return self._NAMES[result.decision]


def smaller(case: Case) -> Iterator[Case]:
    """The case with one thing less."""
    for name in ("boundary", "resource_policy"):
        if case[name]:
            yield {**case, name: None}
    for key in case["context"]:
        yield {**case, "context": {k: v for k, v in case["context"].items() if k != key}}
    for n, policy in enumerate(case["identity"]):
        for less in _smaller_policy(policy):
            yield {**case, "identity": [*case["identity"][:n], less, *case["identity"][n + 1 :]]}


def _smaller_policy(policy: Case) -> Iterator[Case]:
    statements = policy["Statement"]
    for n, statement in enumerate(statements):
        if len(statements) > 1:
            yield {**policy, "Statement": [*statements[:n], *statements[n + 1 :]]}
        if "Condition" in statement:
            plain = {k: v for k, v in statement.items() if k != "Condition"}
            yield {**policy, "Statement": [*statements[:n], plain, *statements[n + 1 :]]}


def minimised(case: Case, other: Ministack) -> Case:
    for less in smaller(case):
        if ours(less) != other(less):
            return minimised(less, other)
    return case


def main() -> int:
    parser = argparse.ArgumentParser(description="Our evaluator beside an independent one.")
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    draw, other, begun = Draw(options.seed), Ministack(), time.monotonic()
    counts: dict[str, int] = {}
    different: list[Case] = []
    for _ in range(options.cases):
        case = draw.case()
        decision = ours(case)
        counts[decision] = counts.get(decision, 0) + 1
        if decision != other(case):
            different.append(case)
    for case in different[:5]:
        least = minimised(case, other)
        print(json.dumps(least, indent=1), f"ours: {ours(least)}, theirs: {other(least)}", sep="\n")
    took = time.monotonic() - begun
    print(f"{options.cases} cases in {took:.1f} s ({counts}): {len(different)} decided differently")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
