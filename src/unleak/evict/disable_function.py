"""Stops a function that the attacker made or changed, and closes the ways in to it that the attacker opened: its
reserved concurrency becomes 0, its URL and the permissions of outsiders go. Its code stays, for the investigation.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
"""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

from unleak.aws.client import Client
from unleak.evict.putting_right import GONE, Parts, PuttingRight, last_of, spoken
from unleak.model.errors import NotFound
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import ByHand, Context

_RUNS_OTHERWISE = ("", "code", "layers", "role", "handler", "environment", "vpcConfig", "settings", "alias", "version")
"""What makes it run the attacker's code, or with other rights."""
_CONDITIONS = {
    "aws:sourcearn": "SourceArn", "aws:sourceaccount": "SourceAccount", "aws:principalorgid": "PrincipalOrgID",
    "lambda:functionurlauthtype": "FunctionUrlAuthType", "lambda:eventsourcetoken": "EventSourceToken",
}  # fmt: skip


class DisableFunction(PuttingRight):
    id = "disable_function"
    title = "Stop a function and close the ways in to it that the attacker opened"
    permissions = (
        "lambda:GetFunctionConcurrency", "lambda:PutFunctionConcurrency", "lambda:DeleteFunctionConcurrency",
        "lambda:GetFunctionUrlConfig", "lambda:CreateFunctionUrlConfig", "lambda:UpdateFunctionUrlConfig",
        "lambda:DeleteFunctionUrlConfig", "lambda:GetPolicy", "lambda:ListAliases", "lambda:ListVersionsByFunction",
        "lambda:RemovePermission", "lambda:AddPermission",
    )  # fmt: skip
    by_hand = ByHand(
        console="Lambda (region {region}) > Functions > {name} > Throttle; then Configuration > Function URL, "
        "Permissions",
        cli="aws lambda put-function-concurrency --region {region} --function-name NAME "
        "--reserved-concurrent-executions 0  # and delete-function-url-config, remove-permission",
    )
    references = (
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
    )

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        kind = deed.part.partition("|")[0]
        if deed.type == "AWS::Lambda::Url" and kind == "url" and not deed.part.endswith(GONE):
            yield "url", self._closed(context, target, deed)
        if deed.type != "AWS::Lambda::Function" or deed.deed in {"deleted", "started"}:
            return
        if kind in _RUNS_OTHERWISE:
            yield "concurrency", 0
        elif kind == "permission" and not deed.part.endswith(GONE):
            yield deed.part, None

    def _closed(self, context: Context, target: Target, deed: Fact) -> Any:
        """One that the attacker made goes; one that was changed is kept, for those whom IAM lets in."""
        now = self.read(context, target, "url", fresh=False)
        changed = deed.action == "lambda:UpdateFunctionUrlConfig" and now is not None
        return {**now, "AuthType": "AWS_IAM"} if changed else None

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        client = context.aws.client(target.account, "lambda", target.region, fresh=fresh)
        kind, _, name = part.partition("|")
        try:
            if kind == "concurrency":
                return client.get_function_concurrency(FunctionName=last_of(target)).get("ReservedConcurrentExecutions")
            return _url(client, last_of(target)) if kind == "url" else _permission(client, last_of(target), name)
        except NotFound:
            return 0 if kind == "concurrency" else None  # what is gone does not run

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        client = context.aws.client(target.account, "lambda", target.region)
        kind, _, name = part.partition("|")
        try:
            if kind == "concurrency":
                _set_concurrency(client, last_of(target), value)
            elif kind == "url":
                _set_url(client, last_of(target), value)
            else:
                _set_permission(client, last_of(target), name, value)
        except NotFound:
            if value:
                raise

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        name = last_of(target)
        stopped = [f"stop function {name}"] if "concurrency" in parts else []
        closed = [spoken(p) for p in parts if p != "concurrency"]
        return (
            "; ".join([*stopped, *([f"close what was opened on {name}: {', '.join(closed)}"] if closed else [])]),
            f"whatever calls {name}: it is refused" if stopped else f"whoever calls {name} by what is closed",
            "let it run as before and open what was open; a URL that was deleted comes back with another address",
        )


def _url(client: Client, function: str) -> dict[str, Any]:
    found = client.get_function_url_config(FunctionName=function)
    return {k: found[k] for k in ("AuthType", "Cors", "InvokeMode") if found.get(k)}


def _permission(client: Client, function: str, sid: str) -> Any:
    """Each alias and each version has a policy of its own, and an attacker may use the one that nobody looks at.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
    """
    aliases = (str(a["Name"]) for a in client.pages("list_aliases", "Aliases", FunctionName=function))
    versions = (str(v["Version"]) for v in client.pages("list_versions_by_function", "Versions", FunctionName=function))
    for qualifier in chain(("",), aliases, (v for v in versions if v != "$LATEST")):
        for statement in _statements(client, function, qualifier):
            if statement.get("Sid") == sid:
                return {"on": _qualifier(statement), "statement": statement}
    return None


def _statements(client: Client, function: str, qualifier: str) -> list[dict[str, Any]]:
    try:
        found = client.get_policy(FunctionName=function, **_qualified(qualifier))
    except NotFound:  # it has no policy
        return []
    statements: list[dict[str, Any]] = json.loads(found["Policy"])["Statement"]
    return statements


def _qualifier(statement: dict[str, Any]) -> str:
    """`…:function:NAME:ALIAS` is about the alias."""
    return ":".join(str(statement.get("Resource", "")).split(":")[7:])


def _qualified(qualifier: str) -> dict[str, str]:
    return {"Qualifier": qualifier} if qualifier else {}


def _set_concurrency(client: Client, function: str, value: int | None) -> None:
    if value is None:
        client.delete_function_concurrency(FunctionName=function)
    else:
        client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=value)


def _set_url(client: Client, function: str, value: dict[str, Any] | None) -> None:
    if value is None:
        client.delete_function_url_config(FunctionName=function)
        return
    try:
        _url(client, function)
    except NotFound:
        client.create_function_url_config(FunctionName=function, **value)
    else:
        client.update_function_url_config(FunctionName=function, **value)


def _set_permission(client: Client, function: str, sid: str, value: dict[str, Any] | None) -> None:
    now = _permission(client, function, sid)
    if now is not None:
        client.remove_permission(FunctionName=function, StatementId=sid, **_qualified(now["on"]))
    if value is None:
        return
    statement = value["statement"]
    principal = statement["Principal"]
    named = next(iter(principal.values())) if isinstance(principal, dict) else principal
    keys = (pair for test in statement.get("Condition", {}).values() for pair in test.items())
    more = {_CONDITIONS[k.lower()]: v for k, v in keys if k.lower() in _CONDITIONS}
    client.add_permission(FunctionName=function, StatementId=sid, Action=statement["Action"], Principal=named, **more,
                          **_qualified(value["on"]))  # fmt: skip


ACTION = DisableFunction()
