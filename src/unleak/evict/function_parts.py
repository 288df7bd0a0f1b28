"""How each part of a function is read and written: how many run at a time, what is kept warm, its URLs, who may call
it. An alias and a version have URLs, permissions and warm copies of their own, and an attacker may use the one that
nobody looks at.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
"""

import json
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from unleak.aws.client import Client
from unleak.model.errors import NotFound

_CONDITIONS = {
    "aws:sourcearn": "SourceArn", "aws:sourceaccount": "SourceAccount", "aws:principalorgid": "PrincipalOrgID",
    "lambda:functionurlauthtype": "FunctionUrlAuthType", "lambda:eventsourcetoken": "EventSourceToken",
}  # fmt: skip


def warm(client: Client, function: str) -> Iterator[str]:
    """Aliases and versions of which copies are kept ready: until they go, AWS refuses to reserve nothing.

    https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
    """
    listed = client.pages(
        "list_provisioned_concurrency_configs", "ProvisionedConcurrencyConfigs", FunctionName=function
    )
    try:
        yield from [str(c["FunctionArn"]).rsplit(":", 1)[-1] for c in listed]
    except NotFound:
        return


def _at_a_time(client: Client, function: str, _: str) -> Any:
    return client.get_function_concurrency(FunctionName=function).get("ReservedConcurrentExecutions")


def _provisioned(client: Client, function: str, qualifier: str) -> Any:
    """AWS says that none is configured by an error of its own, which is NotFound here."""
    found = client.get_provisioned_concurrency_config(FunctionName=function, Qualifier=qualifier)
    return found["RequestedProvisionedConcurrentExecutions"]


def _url(client: Client, function: str, qualifier: str) -> dict[str, Any]:
    found = client.get_function_url_config(FunctionName=function, **_qualified(qualifier))
    return {k: found[k] for k in ("AuthType", "Cors", "InvokeMode") if found.get(k)}


def _permission(client: Client, function: str, sid: str) -> Any:
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


def _set_at_a_time(client: Client, function: str, _: str, value: int | None) -> None:
    if value is None:
        client.delete_function_concurrency(FunctionName=function)
    else:
        client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=value)


def _set_provisioned(client: Client, function: str, qualifier: str, value: int | None) -> None:
    if value is None:
        client.delete_provisioned_concurrency_config(FunctionName=function, Qualifier=qualifier)
    else:
        client.put_provisioned_concurrency_config(
            FunctionName=function, Qualifier=qualifier, ProvisionedConcurrentExecutions=value
        )


def _set_url(client: Client, function: str, qualifier: str, value: dict[str, Any] | None) -> None:
    named = {"FunctionName": function, **_qualified(qualifier)}
    if value is None:
        client.delete_function_url_config(**named)
        return
    try:
        _url(client, function, qualifier)
    except NotFound:
        client.create_function_url_config(**named, **value)
    else:
        client.update_function_url_config(**named, **value)


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


READERS: dict[str, Callable[[Client, str, str], Any]] = {
    "concurrency": _at_a_time, "provisioned": _provisioned, "url": _url, "url of": _url, "permission": _permission,
}  # fmt: skip
WRITERS: dict[str, Callable[[Client, str, str, Any], None]] = {
    "concurrency": _set_at_a_time, "provisioned": _set_provisioned, "url": _set_url, "url of": _set_url,
    "permission": _set_permission,
}  # fmt: skip
