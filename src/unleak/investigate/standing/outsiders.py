"""Whom a policy lets in, and what it allows, in a few words.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from unleak.investigate.standing.field import many, pick
from unleak.model.call import Call

_ACCOUNT = re.compile(r"\d{12}")
_ARN_ACCOUNT = re.compile(r"arn:[\w-]*:(?:iam|sts)::(\d{12}):")
_IN_A_CUT_TEXT = re.compile(
    r'arn:[\w-]*:(?:iam|sts)::\d{12}:[\w+=,.@/*-]+|"AWS"\s*:\s*\[?\s*"(?:\*|\d{12})"|"Principal"\s*:\s*"\*"'
)
_MOST_SAID, _MOST_NAMED = 4, 100


def named_in(document: object, call: Call) -> tuple[str, ...]:
    """Every principal that an allow of this policy names, services too, accounts as ARNs of their roots.

    A text that was cut, and is no JSON any more, is searched for what looks like a principal.
    """
    parsed = _parsed(document)
    if parsed is None:
        texts = _IN_A_CUT_TEXT.findall(document) if isinstance(document, str) else []
        found: Iterable[str] = (t if t.startswith("arn:") else t.rstrip('"').rpartition('"')[2] for t in texts)
    else:
        found = (p for statement in _allows(parsed) for p in _principals(statement))
    return tuple(dict.fromkeys(_plain(p, call) for p in found))[:_MOST_NAMED]


def readable(document: object) -> bool:
    """A policy that was cut or hidden does not tell whom it lets in."""
    return _parsed(document) is not None


def outside(named: Iterable[str], call: Call) -> tuple[str, ...]:
    """Those of them that are not of the account that the call was in: everybody, other accounts, and federations."""
    return tuple(name for name in named if not _inside(name, call.account))


def as_principals(accounts: Iterable[object], call: Call) -> tuple[str, ...]:
    """Account numbers, ARNs, and the group `all`, as a policy would write them."""
    texts = (str(a) for a in accounts if isinstance(a, str | int) and not isinstance(a, bool) and a != "")
    return tuple(dict.fromkeys("*" if t.lower() == "all" else _plain(t, call) for t in texts))[:_MOST_NAMED]


def lets_in(grants: tuple[str, ...]) -> str:
    """`lets everybody in`, `lets arn:… in`."""
    shown = ["everybody" if g == "*" else g for g in grants[:_MOST_SAID]]
    more = f" and {len(grants) - _MOST_SAID} more" if len(grants) > _MOST_SAID else ""
    return f"lets {', '.join(shown)}{more} in" if shown else ""


def allowed_in(document: object) -> str:
    """What a policy of an identity allows, in a few words: `allows everything`, `allows s3:*, iam:PassRole`."""
    parsed = _parsed(document)
    if parsed is None:
        return ""
    allows = list(_allows(parsed))
    if any("*" in many(pick(s, "Action")) and "*" in many(pick(s, "Resource")) for s in allows):
        return "allows everything"
    if any(pick(s, "NotAction") for s in allows):
        return "allows all but some actions"
    actions = list(dict.fromkeys(a for s in allows for a in many(pick(s, "Action")) if isinstance(a, str)))
    more = f" and {len(actions) - _MOST_SAID} more" if len(actions) > _MOST_SAID else ""
    return f"allows {', '.join(actions[:_MOST_SAID])}{more}" if actions else "only denies"


def _parsed(document: object) -> Mapping[str, Any] | None:
    if isinstance(document, Mapping):
        return document
    if not isinstance(document, str):
        return None
    try:
        parsed = json.loads(unquote(document) if document.startswith("%7B") else document)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, Mapping) else None


def _allows(document: Mapping[str, Any]) -> Iterator[Any]:
    return (s for s in many(pick(document, "Statement")) if pick(s, "Effect") == "Allow")


def _principals(statement: object) -> Iterator[str]:
    if pick(statement, "NotPrincipal") is not None:
        yield "*"
    principal = pick(statement, "Principal")
    for kind in ("AWS", "Federated", "CanonicalUser", "Service") if isinstance(principal, Mapping) else ():
        yield from (p for p in many(pick(principal, kind)) if isinstance(p, str))
    if principal == "*":
        yield "*"


def _plain(principal: str, call: Call) -> str:
    return f"arn:{call.partition}:iam::{principal}:root" if _ACCOUNT.fullmatch(principal) else principal


def _inside(principal: str, account: str) -> bool:
    """So is a service of AWS, and the unique id (AROA…) of a principal that is gone. Cognito lets in whom it likes."""
    if principal.endswith(".amazonaws.com"):
        return not principal.startswith("cognito-identity.")
    if ":saml-provider/" in principal or ":oidc-provider/" in principal:
        return False
    found = _ARN_ACCOUNT.match(principal)
    return found[1] == account if found else re.fullmatch(r"A[A-Z0-9]{15,30}", principal) is not None
