"""A new key where the old one was used, and the better end: no key at all. Consumers are one file a kind."""

from unleak.rotate import rotate_key
from unleak.unit import Action

ACTIONS: tuple[Action, ...] = (rotate_key.ACTION,)
