"""Take out what the attacker put in: one file an action.

Most are a `PuttingRight`: what the thing has now, what it should have, and how that is written.
"""

from unleak.evict import (
    close_security_group,
    delete_database_snapshot,
    delete_function,
    delete_policy,
    delete_role,
    delete_snapshot,
    deregister_image,
    disable_function,
    restore_bucket,
    restore_policy,
    restore_principal,
    restore_trust,
    stop_instance,
    terminate_instance,
    unshare_database_snapshot,
    unshare_document,
    unshare_image,
    unshare_snapshot,
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
    unshare_snapshot.ACTION,
    unshare_image.ACTION,
    unshare_database_snapshot.ACTION,
    unshare_document.ACTION,
    terminate_instance.ACTION,
    deregister_image.ACTION,
    delete_snapshot.ACTION,
    delete_database_snapshot.ACTION,
    restore_bucket.ACTION,
)
"""In the order in which they depend on each other: rights before roles, roles before policies."""
STOPS = frozenset({"stop_instance", "disable_function"})
"""What lives on whatever is denied: it is stopped as part of containment."""
