"""What the key did: one file a check."""

from unleak.investigate import calls_of_key, descent, instance_role
from unleak.unit import Check

CHECKS: tuple[Check, ...] = (calls_of_key.CHECK, instance_role.CHECK, descent.CHECK)
