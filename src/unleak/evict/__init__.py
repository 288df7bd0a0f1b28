"""Take out what the attacker put in: one file an action.

Most are a `PuttingRight`: what the thing has now, what it should have, and how that is written.
"""

from unleak.evict import (
    close_security_group,
    delete_function,
    delete_policy,
    delete_role,
    disable_function,
    restore_policy,
    restore_principal,
    restore_trust,
    stop_instance,
)
from unleak.unit import Action

ACTIONS: tuple[Action, ...] = (
    stop_instance.ACTION,
    disable_function.ACTION,
    restore_principal.ACTION,
    restore_trust.ACTION,
    restore_policy.ACTION,
    delete_role.ACTION,
    delete_policy.ACTION,
    close_security_group.ACTION,
    delete_function.ACTION,
)
"""In the order in which they depend on each other: rights before roles, roles before policies."""
STOPS = frozenset({"stop_instance", "disable_function"})
"""What lives on whatever is denied: it is stopped as part of containment."""
