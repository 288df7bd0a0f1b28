"""Whose key, since when, what it may do: one file a check."""

from unleak.inspect import find_organization, find_owner, read_permissions, save_principal, try_credential
from unleak.unit import Check

CHECKS: tuple[Check, ...] = (
    find_owner.CHECK,
    try_credential.CHECK,
    save_principal.CHECK,
    read_permissions.CHECK,
    find_organization.CHECK,
)
