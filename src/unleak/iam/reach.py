"""How far a principal reaches: whom it can become, step by step, and what it may do as any of them.

1. Go out from the principal, always on from where the way is the most certain, then the shortest. An administrator
   ends a way, since it reaches everything; so does whoever can make itself one.
2. Tell the ways to more rights, by what those reached are, and by rewriting the policies of any of them.
3. Tell what those reached may do to containment, data, the trail and the bill, once for each thing.
4. Sort: the worst first.

What resource policies other than trust grant is not looked at.
"""

import heapq
import itertools
from dataclasses import dataclass, field

from unleak.iam import escalation, takeover
from unleak.iam.account import AccountDetails, Holder, Kind
from unleak.iam.actor import Actor, Cast
from unleak.iam.gains import Reached, elsewhere, others_rewritten, own_rights, powers, principals, undoes_containment
from unleak.iam.policy import Policy
from unleak.iam.powers import POWERS, UNCONTAIN
from unleak.iam.starts import STARTS
from unleak.iam.takeover import Wanted, takeovers
from unleak.iam.trust import Trusts
from unleak.iam.way import Path, Rank, Reach, Way

_Node = tuple[str, str]
_ASKED = frozenset(
    action.lower()
    for action in (
        *(a for start in STARTS for a in start.actions),
        *(a for power in POWERS for a in power.actions),
        *(a for actions in UNCONTAIN.values() for a in actions),
        *takeover.ASKED,
        *escalation.ASKED,
    )
)


class NoSuchPrincipal(ValueError):
    """The account has no such user or role."""


def reach_of(details: AccountDetails, who: str, organisation: tuple[tuple[Policy, ...], ...] = ()) -> Reach:
    """`who` is the ARN of a user or role; `organisation` the service control policies that bind the account, one tuple
    for each level. Raises NoSuchPrincipal.
    """
    start = details.holder(who)
    if start is None or start.kind is Kind.GROUP:
        raise NoSuchPrincipal(f"there is no user or role {who} in the account")
    search = _Search(details, Cast(details, organisation, _ASKED), Trusts(details))
    search.out_from(start)
    everyone = sorted(search.reached.values(), key=lambda r: r.path.cost)
    found = [
        *search.rights,
        *others_rewritten(everyone, search.cast),
        *undoes_containment(everyone, start),
        *principals(everyone),
        *elsewhere(everyone),
        *powers(everyone),
    ]
    return Reach(
        principal=start.arn,
        ways=tuple(sorted(found, key=lambda way: way.order)),
        unread=(*details.unread, *search.cast.unread, *search.trusts.unread),
        unread_limits=tuple(search.cast.unread_limits),
    )


@dataclass(slots=True)
class _Search:
    details: AccountDetails
    cast: Cast
    trusts: Trusts
    reached: dict[_Node, Reached] = field(default_factory=dict)
    rights: list[Way] = field(default_factory=list)
    _best: dict[_Node, tuple[bool, int]] = field(default_factory=dict)

    def out_from(self, start: Holder) -> None:
        ties = itertools.count()
        queue: list[tuple[tuple[bool, int], int, Path, Holder, str]] = [((False, 0), next(ties), Path(), start, "")]
        while queue:
            _, _, path, holder, joined = heapq.heappop(queue)
            if (holder.arn, joined) in self.reached or self._arrives(self.cast.actor(holder, joined=joined), path):
                continue
            actor = self.reached[holder.arn, joined].actor
            for found in takeovers(actor, self.details, self.trusts, self._wanted(path)):
                on = path.then(found.step)
                if found.key not in self._best or on.cost < self._best[found.key]:
                    self._best[found.key] = on.cost
                    heapq.heappush(queue, (on.cost, next(ties), on, found.holder, found.joined))

    def _arrives(self, actor: Actor, path: Path) -> bool:
        """Whether this is the end of the way."""
        standing, grant = actor.standing()
        here = self.reached[actor.key] = Reached(actor, path, standing, grant)
        self._best[actor.key] = (False, 0)
        ways = list(own_rights(here, self.cast))
        self.rights += ways if not path.steps else ways[:1]
        makes_itself_one = any(way.rank is Rank.ADMINISTRATOR and way.is_sure_from(path) for way in ways)
        return here.is_administrator or (bool(path.steps) and makes_itself_one)

    def _wanted(self, path: Path) -> Wanted:
        """Whoever is as near by another way is not looked at again: most are."""
        nearest = (path.cost[0], path.cost[1] + 1)
        return lambda arn: (arn, "") not in self._best or nearest < self._best[arn, ""]
