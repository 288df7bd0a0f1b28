"""Users, roles, passwords, trusts and providers: what lets the attacker in again by itself."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from unleak.investigate.calls import texts_named
from unleak.investigate.chain.leads import (
    Because,
    DirectoryUser,
    Lead,
    PasswordSet,
    PrincipalMade,
    ProviderMade,
    SignedIn,
    TrustOpened,
)
from unleak.model.call import Call


def leads(call: Call, because: Because) -> Iterator[Lead]:
    match call.action:
        case "iam:CreateUser":
            yield PrincipalMade(because, _made_arn(call, "user", "userName"))
        case "iam:CreateRole":
            yield PrincipalMade(because, _made_arn(call, "role", "roleName"))
        case "iam:CreateLoginProfile" | "iam:UpdateLoginProfile":
            yield PasswordSet(because, _user_arn(call))
        case "iam:UpdateAssumeRolePolicy":
            lets_in = principals_in(call.request.get("policyDocument"))
            yield TrustOpened(because, f"{_iam(call)}:role/{call.request.get('roleName', '')}", lets_in)
        case "iam:CreateOpenIDConnectProvider" | "iam:UpdateOpenIDConnectProviderThumbprint":
            yield ProviderMade(because, _first(call, "openIDConnectProviderArn"))
        case "iam:CreateSAMLProvider" | "iam:UpdateSAMLProvider":
            yield ProviderMade(because, _first(call, "sAMLProviderArn", "samlProviderArn", "SAMLProviderArn"))
        case "rolesanywhere:CreateTrustAnchor" | "rolesanywhere:UpdateTrustAnchor":
            yield ProviderMade(because, next(texts_named(call.response, "trustAnchorArn"), ""))
        case "identitystore:CreateUser" | "sso-directory:CreateUser":
            yield DirectoryUser(
                because, _first(call, "userName") or next(texts_named(call.response, "userName"), ""), made=True
            )
        case "signin:GetSigninToken" | "signin:CreateOAuth2Token" | "signin:AuthorizeOAuth2Access":
            yield SignedIn(because, call.principal_arn, call.address)
        case _:
            return


def _made_arn(call: Call, field: str, name: str) -> str:
    """The answer has it, with its path."""
    made = call.response.get(field)
    arn = made.get("arn") if isinstance(made, dict) else None
    return str(arn) if arn else f"{_iam(call)}:{field}/{call.request.get(name, '')}"


def _user_arn(call: Call) -> str:
    name = call.request.get("userName")
    return f"{_iam(call)}:user/{name}" if name else call.principal_arn


def _iam(call: Call) -> str:
    return f"arn:{call.partition}:iam::{call.account}"


def _first(call: Call, *names: str) -> str:
    return next((str(v) for given in (call.response, call.request) for n in names if (v := given.get(n))), "")


def principals_in(document: object) -> frozenset[str]:
    """Whom the Allow statements of a trust policy name: accounts as numbers, ARNs, providers, `*`. None in rubbish."""
    try:
        policy = json.loads(unquote(document)) if isinstance(document, str) else document
    except ValueError:
        return frozenset()
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    listed = statements if isinstance(statements, list) else [statements]
    return frozenset(p for s in listed if isinstance(s, dict) and s.get("Effect") == "Allow" for p in _named(s))


def _named(statement: dict[str, Any]) -> Iterator[str]:
    principal = statement.get("Principal")
    groups = principal.items() if isinstance(principal, dict) else [("AWS", principal)]
    for kind, names in groups:
        if kind == "Service":
            continue
        for name in names if isinstance(names, list) else [names]:
            if isinstance(name, str):
                parts = name.split(":")
                yield parts[4] if kind == "AWS" and name.endswith(":root") and len(parts) > 5 else name  # noqa: PLR2004
