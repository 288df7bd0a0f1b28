"""Every check and action that a plan may name."""

from unleak import contain, evict, inspect, investigate, rotate
from unleak.unit import Action, Check

CHECKS: dict[str, Check] = {c.id: c for c in (*inspect.CHECKS, *investigate.CHECKS)}
CONTAINS = frozenset(a.id for a in contain.ACTIONS) - contain.GIVES_BACK
"""Actions that only contain: a restore lifts them."""
STOPS = evict.STOPS
ACTIONS: dict[str, Action] = {a.id: a for a in (*contain.ACTIONS, *evict.ACTIONS, *rotate.ACTIONS)}
