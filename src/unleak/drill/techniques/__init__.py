"""One technique a file."""

from unleak.drill.technique import Technique
from unleak.drill.techniques import full_compromise, key_deletion_is_not_enough

TECHNIQUES: tuple[Technique, ...] = (key_deletion_is_not_enough.TECHNIQUE, full_compromise.TECHNIQUE)
