"""How AWS's quarantine reaches a user whose policy slots are full: one file a way, the gentlest first.

None of them does more than the policy itself would.
"""

from unleak.contain.quarantine import by_boundary, by_group, by_inline, by_policy
from unleak.contain.quarantine.way import Way

WAYS: tuple[Way, ...] = (by_policy.WAY, by_group.WAY, by_boundary.WAY, by_inline.WAY)
