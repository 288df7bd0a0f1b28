"""The whole answer: from a table of calls and a leaked key to what came of it."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from unleak.iam.key_id import account_of
from unleak.investigate import standing as stands
from unleak.investigate.chain.descend import MOST_CREDENTIALS, Ask, descend, leaked_credential
from unleak.investigate.chain.found.exclusive import exclusive, has_history
from unleak.investigate.chain.graph import NOTHING_ELSE, Around, Graph
from unleak.investigate.gaps import gaps
from unleak.investigate.leak_time import guessed
from unleak.investigate.near import principals, suspects
from unleak.investigate.sigma.rule import Loaded
from unleak.investigate.techniques import techniques
from unleak.investigate.trail.table import Table, Use
from unleak.model.call import Call
from unleak.model.investigation import Investigation, OwnUse, Remaining, Seen


@dataclass(frozen=True, slots=True)
class Asked:
    """`leaked_at`: None where nobody knows. `ask` fetches what sources that are asked have of new credentials;
    `problems` tells what they could not look at.
    """

    key_id: str
    leaked_at: datetime | None = None
    rules: tuple[Loaded, ...] = ()
    most: int = MOST_CREDENTIALS
    ask: Ask = field(default=lambda _graph, _keys: None)
    problems: Callable[[], tuple[str, ...]] = tuple
    around: Around = NOTHING_ELSE


def answer(table: Table, asked: Asked, now: datetime) -> Investigation:
    """Never raises for what the trail holds. Where the key is not in it, nothing is in the answer but that."""
    uses = table.uses("key_id = ?", [asked.key_id])
    leaked_at = asked.leaked_at or guessed(uses) or now
    arn = uses[0].arn if uses else ""
    leaked = leaked_credential(
        asked.key_id, arn, uses[0].account if uses else account_of(asked.key_id) or "", leaked_at
    )
    graph = descend(table, leaked, most=asked.most, ask=asked.ask, around=asked.around)
    calls = tuple(sorted(graph.calls.values(), key=lambda c: (c.at, c.event_id)))
    did, unasked = techniques(table, graph.calls, asked.rules)
    first, last, records = table.span()
    theirs = exclusive(graph, table)
    return Investigation(
        leaked=asked.key_id,
        leaked_at=leaked_at,
        leaked_at_is_known=asked.leaked_at is not None,
        credentials=tuple(sorted(graph.held.values(), key=lambda h: (h.since, h.key_id))),
        principals=principals(graph, table),
        calls=calls,
        techniques=tuple(did),
        remaining=tuple(_remaining(table, calls)),
        own_use=_own_use(graph, table, uses),
        seen=Seen(records, first, last, gaps(table), (*asked.problems(), *unasked), limits=_limits(graph, table)),
        by_aws=tuple(sorted(graph.by_aws.values(), key=lambda c: c.at)),
        addresses=dict(graph.addresses.most_common()),
        shared_addresses=tuple(sorted(set(graph.addresses) - theirs)),
        agents=dict(graph.agents.most_common()),
        suspects=suspects(graph, table),
        capped=graph.capped,
    )


def _limits(graph: Graph, table: Table) -> tuple[str, ...]:
    """What this trail cannot tell, whoever reads it."""
    if not graph.around.addresses_tell:
        return ("credentials that only an address betrays are not found: the event history cannot be asked by address",)
    if not has_history(graph, table):
        return ("credentials that only an address betrays are not found: the trail begins with the leak",)
    return ()


def _remaining(table: Table, calls: tuple[Call, ...]) -> Iterable[Remaining]:
    """What stands, the worst first: who can come back, then what was shared, then the rest."""
    if not calls:
        return ()
    found = [s for s in stands.standing(calls, _later(table, calls)) if s.type not in _LEAVES_NOTHING]
    rank = {stands.Deed.SHARED: 1, stands.Deed.CREATED: 2, stands.Deed.CHANGED: 3}
    found.sort(key=lambda s: (s.state != "stands", not s.is_principal, rank.get(s.deed, 4), s.at))
    return [told(s) for s in found] + list(_others([c for c in calls if stands.uncovered(c)]))


_LEAVES_NOTHING = frozenset({"AWS::Bedrock::Model"})
"""Used, and over: what it was used for is among the techniques."""


def told(s: stands.Standing) -> Remaining:
    detail = s.detail.rstrip(", ") + _times(s.times)
    return Remaining(
        arn=s.arn, type=s.type, deed=s.deed.value, detail=detail, by=s.by, at=s.at, event_id=s.event_id,
        state=s.state, removed_at=s.removed_at, removed_by=s.removed_by, removed_event=s.removed_event,
        grants=s.grants, is_principal=s.is_principal, action=s.action, part=s.part, account=s.account,
    )  # fmt: skip


def _times(count: int) -> str:
    return f" ({count} times)" if count > 1 else ""


def _others(calls: list[Call]) -> Iterator[Remaining]:
    """Writes that no row knows are told too, each kind once: nothing that was changed is lost."""
    first: dict[tuple[str, str], Call] = {}
    for call in calls:
        first.setdefault((call.action, call.key_id), call)
    count = Counter((c.action, c.key_id) for c in calls)
    for which, call in first.items():
        yield Remaining(
            arn="", type=call.service, deed="changed", detail=call.action + _times(count[which]), by=call.key_id,
            at=call.at, event_id=call.event_id, state="not known",
        )  # fmt: skip


def _later(table: Table, calls: tuple[Call, ...]) -> list[Call]:
    """Calls by anybody that may have ended what the attacker brought about: those that name one of its things."""
    names = sorted({n for c in calls for t in stands.traces(c) for n in (_last(t.arn), _last(t.fact)) if n})
    if not names:
        return []
    actions = table.named(action.split(":", 1)[1] for action in stands.REMOVERS)
    any_name = "|".join(re.escape(name) for name in names)
    return table.later(calls[0].at, actions, any_name)


def _last(arn: str) -> str:
    """The name by which calls speak of a thing."""
    return arn.split("|", maxsplit=1)[0].rsplit(":", 1)[-1].rsplit("/", 1)[-1]


def _own_use(graph: Graph, table: Table, uses: list[Use]) -> OwnUse:
    """What the leaked key did that was not the attacker's."""
    home = graph.homes[graph.leaked]
    own = [u for u in uses if u.first < graph.suspect_since or home.has(u.address, u.agent)]
    before, since = table.count_around(graph.leaked, graph.suspect_since, sorted({u.address for u in own}))
    return OwnUse(
        before=before,
        since=since,
        addresses=tuple(sorted({u.address for u in own})),
        agents=tuple(sorted({u.agent for u in own})),
        last_at=max((u.last for u in own), default=None),
    )
