"""Stop the credential: one file an action. Only here is a key deactivated or deleted."""

from unleak.contain import (
    attach_quarantine,
    block_console,
    break_glass,
    deactivate_key,
    delete_key,
    delete_user,
    deny_all,
    lift_aws_quarantine,
    lock_with_scp,
    revoke_role_sessions,
    revoke_service_credentials,
    revoke_user_sessions,
    root_key,
)
from unleak.unit import Action

ACTIONS: tuple[Action, ...] = (
    attach_quarantine.ACTION,
    revoke_user_sessions.ACTION,
    revoke_role_sessions.ACTION,
    revoke_service_credentials.ACTION,
    deactivate_key.ACTION,
    deny_all.ACTION,
    lock_with_scp.ACTION,
    block_console.ACTION,
    root_key.ACTION,
    delete_key.ACTION,
    delete_user.ACTION,
    break_glass.ACTION,
    lift_aws_quarantine.ACTION,
)
GIVES_BACK = frozenset({"lift_aws_quarantine"})
"""What gives rights back instead of taking them: a restore leaves it as it is."""
