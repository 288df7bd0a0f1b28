"""SimulatePrincipalPolicy and SimulateCustomPolicy, by the evaluator that decides requests too.

They judge what is written, not what has arrived; and no session policies.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from unleak.iam.evaluate import Decision, Policies, Request, evaluate
from unleak.iam.policy import Context, Policy, PolicyError, parse_policy
from unleak.standin.organization import membership_of
from unleak.standin.principals import RoleView, UserView

_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9]+")


class BadInput(ValueError):
    """What AWS answers with InvalidInput."""


@dataclass(frozen=True, slots=True)
class Asked:
    policies: tuple[Policy, ...]
    boundary: tuple[Policy, ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    context: Context
    resource_policy: Policy | None


def read(given: Mapping[str, Any], resource_policy: str | None) -> Asked:
    """Raises BadInput."""
    actions = tuple(map(str, given["ActionNames"]))
    if not actions or not all(_ACTION.fullmatch(a) for a in actions):
        raise BadInput("ActionNames are of the form service:Action, without wildcards")
    return Asked(
        policies=_parsed(given["PolicyInputList"], "PolicyInputList"),
        boundary=_parsed(given["PermissionsBoundaryPolicyInputList"], "PermissionsBoundaryPolicyInputList"),
        actions=actions,
        resources=tuple(map(str, given["ResourceArns"])) or ("*",),
        context=dict(_entry(e) for e in given["ContextEntries"]),
        resource_policy=next(iter(_parsed([resource_policy], "ResourcePolicy")), None) if resource_policy else None,
    )


def _entry(entry: Mapping[str, Any]) -> tuple[str, str | tuple[str, ...]]:
    values = tuple(map(str, entry.get("ContextKeyValues") or ()))
    several = str(entry.get("ContextKeyType", "")).endswith("List") or len(values) != 1
    return str(entry.get("ContextKeyName", "")).lower(), values if several else values[0]


def _parsed(documents: Iterable[str], name: str) -> tuple[Policy, ...]:
    try:
        return tuple(parse_policy(d, f"{name}.{n}") for n, d in enumerate(documents, 1))
    except (PolicyError, ValueError) as error:
        raise BadInput(str(error)) from error


def simulate(asked: Asked, holder: UserView | RoleView | None, account: str) -> dict[str, Any]:
    """`holder`: whose policies count beside those that are given; None: only those."""
    own = holder.policies if holder else ()
    boundary = asked.boundary or (holder.boundary if holder else None) or ()
    member = membership_of(account) if holder else None
    policies = Policies(
        identity=(*own, *asked.policies),
        limits=(boundary,) if boundary else (),
        resource=(asked.resource_policy,) if asked.resource_policy else (),
        organisation=member.service_control if member else (),
    )
    context = {**_of_holder(holder, account), **asked.context}
    results = [_judged(a, r, policies, context) for a in asked.actions for r in asked.resources]
    return {"EvaluationResults": results, "IsTruncated": False}


def _of_holder(holder: UserView | RoleView | None, account: str) -> dict[str, str]:
    if holder is None:
        return {}
    found = {"aws:principalarn": holder.arn, "aws:principalaccount": account, "aws:userid": holder.unique_id}
    if isinstance(holder, UserView):
        found["aws:username"] = holder.name
    return found | {f"aws:principaltag/{k.lower()}": v for k, v in holder.tags.items()}


def _judged(action: str, resource: str, policies: Policies, context: Context) -> dict[str, Any]:
    request = Request(action, resource, context)
    ruling = evaluate(request, policies)
    judged: dict[str, Any] = {
        "EvalActionName": action,
        "EvalResourceName": resource,
        "EvalDecision": ruling.decision.value,
        "MatchedStatements": [_matched(ruling.by)] if ruling.decision is not Decision.IMPLICIT_DENY else [],
        "MissingContextValues": [],
    }
    if policies.limits:
        alone = evaluate(request, Policies(identity=policies.limits[0]))
        judged["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": alone.allowed}
    if policies.organisation:
        levels = all(evaluate(request, Policies(identity=level)).allowed for level in policies.organisation)
        judged["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": levels}
    return judged


def _matched(name: str) -> dict[str, Any]:
    return {"SourcePolicyId": name, "SourcePolicyType": "IAM Policy"}


def context_keys(documents: Iterable[str]) -> list[str]:
    """Every condition key that the documents name."""
    found: dict[str, None] = {}
    for document in documents:
        raw = json.loads(unquote(document))
        statements = raw.get("Statement", [])
        for statement in statements if isinstance(statements, list) else [statements]:
            for tests in (statement.get("Condition") or {}).values():
                found.update(dict.fromkeys(tests))
    return list(found)
