"""Whom a policy's document lets in from outside of the account, and whether it gives everything.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from unleak.iam.policy import as_tuple
from unleak.review.check import Concern, high, low, medium

_ACCOUNT = re.compile(r"(?:arn:[\w-]+:(?:iam|sts)::)?(\d{12})(?::.*)?")
_ADMINISTRATORS = ("/AdministratorAccess", "/PowerUserAccess", "/IAMFullAccess")
_PINS = {
    "aws:sourceaccount", "aws:sourceowner", "aws:sourcearn", "aws:principalaccount", "aws:principalarn",
    "aws:userid", "aws:username", "aws:principalorgid", "aws:principalorgpaths", "aws:sourceorgid", "aws:sourcevpc",
    "aws:sourcevpce", "kms:calleraccount", "s3:dataaccesspointaccount", "sts:externalid", "lambda:functionurlauthtype",
}  # fmt: skip
"""Conditions that say who may come; others (an address, a second factor) say how."""
_MOST = 4


def read(document: object) -> Mapping[str, Any] | None:
    """None for what is no document."""
    if isinstance(document, Mapping):
        return document
    try:
        parsed = json.loads(unquote(str(document)) if str(document).startswith("%7B") else str(document))
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, Mapping) else None


def gives_everything(document: object) -> bool:
    """Every action on every resource, without a condition."""
    return any(
        "*" in as_tuple(s.get("Action")) and "*" in as_tuple(s.get("Resource")) and not s.get("Condition")
        for s in _allows(document)
    )


def powers(attached: object, inline: object) -> tuple[Concern, ...]:
    """What is worth a word of the policies of a user, role or group, as IAM lists them."""
    names = [str(a.get("PolicyArn", "")) for a in as_tuple(attached)]
    found = [medium(f"may do nearly everything ({n.rsplit('/', 1)[-1]})") for n in names if n.endswith(_ADMINISTRATORS)]
    whole = [str(p.get("PolicyName", "")) for p in as_tuple(inline) if gives_everything(p.get("PolicyDocument"))]
    return (*found, *(medium(f"may do everything (inline policy {name})") for name in whole))


def lets_in(document: object, account: str) -> tuple[Concern, ...]:
    """High where strangers come in, medium for a named other account, low where a condition says who. A document that
    cannot be read is a concern by itself.
    """
    if not document:
        return ()
    if read(document) is None:
        return (medium("its policy cannot be read"),)
    return tuple(dict.fromkeys(c for s in _allows(document) for c in _of_statement(s, account)))[:_MOST]


def _of_statement(statement: Mapping[str, Any], account: str) -> Iterator[Concern]:
    keys = {str(k).lower() for test in _tests(statement) for k in test}
    pinned = bool(keys & _PINS) or any(k.startswith(("aws:principaltag", "aws:sourceorg")) for k in keys)
    if "NotPrincipal" in statement:
        yield high("lets in everybody but a few (NotPrincipal)")
    for name in _principals(statement.get("Principal")):
        if name == "*" and not pinned:
            yield high("lets in everybody" + (", under conditions that name nobody" if keys else ""))
        elif name == "*":
            yield low("lets in whom its conditions name")
        elif (found := _ACCOUNT.fullmatch(name)) and found[1] != account:
            yield (low if pinned else medium)(f"lets in account {found[1]}")


def federations(document: object) -> tuple[str, ...]:
    """The identity providers that a role's trust names."""
    found = (s.get("Principal") for s in _allows(document))
    return tuple(dict.fromkeys(str(f) for p in found if isinstance(p, Mapping) for f in as_tuple(p.get("Federated"))))


def _tests(statement: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    condition = statement.get("Condition")
    yield from (
        (test for test in condition.values() if isinstance(test, Mapping)) if isinstance(condition, Mapping) else ()
    )


def _principals(principal: object) -> Iterator[str]:
    if isinstance(principal, str):
        yield principal
    elif isinstance(principal, Mapping):
        yield from map(str, as_tuple(principal.get("AWS")))


def _allows(document: object) -> Iterator[Mapping[str, Any]]:
    found = read(document) or {}
    for statement in as_tuple(found.get("Statement")):
        if isinstance(statement, Mapping) and statement.get("Effect") == "Allow":
            yield statement
