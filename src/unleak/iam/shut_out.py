"""A resource's policy without the outsiders whom an attacker let in: pure, and never wider than it was.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from collections.abc import Collection
from typing import Any

from unleak.iam.policy import as_tuple

EVERYBODY = "*"


def without(document: dict[str, Any], outsiders: Collection[str]) -> dict[str, Any] | None:
    """The document whose allows name none of these principals; None where no statement is left. Denies stay as they
    are, and an allow of which nobody is left goes.
    """
    kept = [s for s in (_cleaned(s, outsiders) for s in as_tuple(document.get("Statement"))) if s is not None]
    return {**document, "Statement": kept} if kept else None


def _cleaned(statement: dict[str, Any], outsiders: Collection[str]) -> dict[str, Any] | None:
    if statement.get("Effect") != "Allow":
        return statement
    principal = statement.get("Principal")
    if "NotPrincipal" in statement or principal == EVERYBODY:
        return None if EVERYBODY in outsiders else statement
    if not isinstance(principal, dict):
        return statement
    left = {kind: [n for n in as_tuple(names) if not _is_one(n, outsiders)] for kind, names in principal.items()}
    left = {kind: names[0] if len(names) == 1 else names for kind, names in left.items() if names}
    if all(as_tuple(left.get(kind)) == as_tuple(names) for kind, names in principal.items()):
        return statement
    return {**statement, "Principal": left} if left else None


def _is_one(name: str, outsiders: Collection[str]) -> bool:
    """AWS writes an account as its number or as its root."""
    account = name.split(":")[4] if name.startswith("arn:") and name.endswith(":root") else ""
    return name in outsiders or (bool(account) and account in outsiders) or f"arn:aws:iam::{name}:root" in outsiders
