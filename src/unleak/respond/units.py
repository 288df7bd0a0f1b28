"""Every check and action that a plan may name."""

from unleak import contain, evict, inspect, investigate
from unleak.unit import Action, Check

CHECKS: dict[str, Check] = {c.id: c for c in (*inspect.CHECKS, *investigate.CHECKS)}
ACTIONS: dict[str, Action] = {a.id: a for a in (*contain.ACTIONS, *evict.ACTIONS)}
