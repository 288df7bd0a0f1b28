"""Take out what the attacker put in: one file an action."""

from unleak.evict import stop_instance
from unleak.unit import Action

ACTIONS: tuple[Action, ...] = (stop_instance.ACTION,)
