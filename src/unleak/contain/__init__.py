"""Stop the credential: one file an action. Only here is a key deactivated or deleted."""

from unleak.contain import attach_quarantine, deactivate_key, revoke_role_sessions, revoke_user_sessions
from unleak.unit import Action

ACTIONS: tuple[Action, ...] = (
    attach_quarantine.ACTION,
    revoke_user_sessions.ACTION,
    revoke_role_sessions.ACTION,
    deactivate_key.ACTION,
)
