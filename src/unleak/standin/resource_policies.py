"""The policies that resources carry: buckets, queues, topics, keys, functions, secrets; and whom they speak of.

Read from moto, whose attributes are private: a contract test watches them.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-req-context.html
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from unleak.iam.policy import Policy, PolicyError, Statement, as_tuple, parse_policy
from unleak.standin.engine import owner_of
from unleak.standin.principals import Kind, Principal

_PARTS = 6
_NOBODY = Policy(())


@dataclass(frozen=True, slots=True)
class OnResource:
    """The account that owns a resource, and the resource's own policy. `delegates`: the account's identity policies
    count only where the resource's policy lets the account in, as with keys of KMS.
    """

    account: str
    policy: Policy
    delegates: bool = False


def on_resource(arn: str, caller: str) -> OnResource | None:
    """None where there is no such resource, or none of a kind that carries a policy. `caller` is the account that asks,
    for ARNs that name none.
    """
    parts = arn.split(":", _PARTS - 1)
    if len(parts) < _PARTS:
        return None
    service, region, account, name = parts[2], parts[3], parts[4] or caller, parts[5]
    if service == "s3":
        return _of_bucket(name.split("/", 1)[0])
    reader = _READERS.get(service)
    if reader is None or not region:
        return None
    document = reader(_backend(service, account, region), name, arn)
    policy = _parsed(document) if document else _NOBODY
    return OnResource(account, policy, delegates=service == "kms" and document is not None)


def _of_bucket(bucket: str) -> OnResource | None:
    account = owner_of(bucket)
    if account is None:
        return None
    held = import_module("moto.s3.models").s3_backends[account]["aws"].buckets.get(bucket)
    return OnResource(account, _parsed(held.policy) if held is not None and held.policy else _NOBODY)


def _backend(service: str, account: str, region: str) -> Any:
    module = _MODULES.get(service, service)
    backends = getattr(import_module(f"moto.{module}.models"), f"{service}_backends")
    return backends[account][region]


def _queue(backend: Any, name: str, arn: str) -> str | None:
    del arn
    queue = backend.queues.get(name)
    return queue.policy if queue is not None else None


def _topic(backend: Any, name: str, arn: str) -> str | None:
    del name
    topic = backend.topics.get(arn)
    return topic.policy if topic is not None else None


def _key(backend: Any, name: str, arn: str) -> str | None:
    del arn
    if name.startswith("alias/"):
        name = str(backend.get_key_id_from_alias(name) or "")
    key = backend.keys.get(name.removeprefix("key/"))
    return key.policy if key is not None else None


def _function(backend: Any, name: str, arn: str) -> str | None:
    del arn
    try:
        statements = backend.get_function(name.removeprefix("function:").split(":", 1)[0]).policy.statements
    except Exception:  # noqa: BLE001  moto raises an error of its own where there is no such function
        return None
    return json.dumps({"Version": "2012-10-17", "Statement": statements}) if statements else None


def _secret(backend: Any, name: str, arn: str) -> str | None:
    del name
    secret = backend.secrets.get(arn)
    return getattr(secret, "policy", None) if secret is not None else None


_READERS: dict[str, Callable[[Any, str, str], str | None]] = {
    "sqs": _queue,
    "sns": _topic,
    "kms": _key,
    "lambda": _function,
    "secretsmanager": _secret,
}
_MODULES = {"lambda": "awslambda"}


def _parsed(document: str | bytes) -> Policy:
    """A document that cannot be read grants nothing."""
    try:
        text = document.decode() if isinstance(document, bytes) else document
        return parse_policy(text, "resource-based policy")
    except (PolicyError, ValueError):
        return _NOBODY


def denying(policy: Policy, p: Principal) -> list[Statement]:
    """Of what it denies, what is said of this caller."""
    return [s for s in policy.statements if s.effect == "Deny" and _concerns(s, p)]


def granting(policy: Policy, names: Iterable[str]) -> list[Statement]:
    """Of what it allows, what is said of one of these names."""
    wanted = set(names)
    return [s for s in policy.statements if s.effect == "Allow" and wanted & set(named(s))]


def own_names(p: Principal) -> set[str]:
    """By which a grant names just this user or session."""
    return {p.arn} if p.kind is not Kind.ANONYMOUS else set()


def account_names(account: str) -> set[str]:
    return {account, f"arn:aws:iam::{account}:root"}


def named(statement: Statement) -> tuple[str, ...]:
    return _in(statement.principal)


def _in(who: Any) -> tuple[str, ...]:
    if who == "*":
        return ("*",)
    return tuple(map(str, as_tuple(who.get("AWS") if isinstance(who, dict) else None)))


def _concerns(statement: Statement, p: Principal) -> bool:
    names = {p.arn, p.source_arn, "*"} | (account_names(p.account) if p.account else set())
    if statement.not_principal is not None:
        return not (names - {"*"}) & set(_in(statement.not_principal))
    return bool(names & set(named(statement)))
