"""What could not be looked at, the same reason told once however many places it is about."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from unleak.model.review import Unseen
from unleak.report.investigation.words import listed, said

_ACTION = re.compile(r"[a-z][\w-]*:[A-Z]\w+")
_MOST = 4


@dataclass(slots=True)
class Gap:
    """`reason` without the actions, which are many for one reason."""

    reason: str
    actions: dict[str, None] = field(default_factory=dict)
    checks: dict[str, None] = field(default_factory=dict)
    accounts: dict[str, None] = field(default_factory=dict)
    regions: dict[str, None] = field(default_factory=dict)
    things: dict[str, None] = field(default_factory=dict)

    def told(self, *, of_many: bool) -> str:
        """`is not permitted: iam:ListUsers and 3 more; iam_users in us-east-1`. `of_many`: accounts are named."""
        actions = listed([said(a, 60) for a in self.actions], _MOST)
        where = listed(list(self.regions), _MOST)
        accounts = f" of {listed(list(self.accounts), _MOST)}" if of_many else ""
        things = f" ({listed([said(t, 60) for t in self.things], 2)})" if self.things else ""
        parts = (self.reason, f": {actions}" if actions else "", f"; {listed(list(self.checks), _MOST)} in {where}")
        return "".join((*parts, accounts, things))


def gaps(unseen: Iterable[Unseen]) -> tuple[Gap, ...]:
    """Those about most places first."""
    found: dict[str, Gap] = {}
    for one in unseen:
        actions = _ACTION.findall(one.why)
        reason = " ".join(_ACTION.sub("", said(one.why, 200)).split()).lstrip(": ")
        gap = found.setdefault(reason, Gap(reason))
        gap.actions.update(dict.fromkeys(actions))
        gap.checks[one.check] = gap.accounts[one.account] = gap.regions[one.region] = None
        if one.thing:
            gap.things[one.thing] = None
    return tuple(sorted(found.values(), key=lambda g: (-len(g.accounts) * len(g.regions), g.reason)))
