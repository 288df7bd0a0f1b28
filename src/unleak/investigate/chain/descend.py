"""From the leaked credential down to all that came of it, in rounds, until a round finds nothing new."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from unleak.investigate.chain.found import find
from unleak.investigate.chain.graph import NOTHING_ELSE, Around, Graph
from unleak.investigate.chain.home import Home
from unleak.investigate.trail.table import Table
from unleak.model.call import Call
from unleak.model.credential import Origin
from unleak.model.investigation import Certainty, HeldCredential

MOST_CREDENTIALS = 20_000
MOST_CALLS = 300_000
_MOST_ROUNDS = 60

Ask = Callable[[Graph, list[str]], None]
"""Fetches what sources that answer one question at a time have of these new credentials, before the table is read."""


def descend(
    table: Table,
    leaked: HeldCredential,
    *,
    most: int = MOST_CREDENTIALS,
    ask: Ask = lambda _graph, _keys: None,
    around: Around = NOTHING_ELSE,
) -> Graph:
    """1. The new credentials' calls are read; those of a shared one only as far as its rightful holder did not make
    them. 2. Each accepted call gives leads. 3. The leads are looked for in the trail. 4. What they prove is new: again.
    """
    graph = Graph(leaked.key_id, leaked.since, most, around=around)
    fresh = graph.hold([leaked])
    ask(graph, fresh)
    graph.homes[leaked.key_id] = _home(table, leaked)
    for _ in range(_MOST_ROUNDS):
        for call in _calls(graph, table, fresh):
            graph.take(call)
        ask(graph, [])  # of what the calls led to: a source that is asked has told of nothing else yet
        fresh = graph.hold(find(graph, table))
        if not fresh:
            break
        ask(graph, fresh)
    else:
        graph.capped = f"more than {_MOST_ROUNDS} steps from the leaked key: what comes after them was not followed"
    _count(graph)
    return graph


def leaked_credential(key_id: str, arn: str, account: str, since: datetime) -> HeldCredential:
    return HeldCredential(
        key_id=key_id, origin=Origin.LEAKED, parent=None, how="it leaked", principal_arn=arn, account=account,
        since=since, certainty=Certainty.CERTAIN, why="it is the one that leaked", shared=True,
    )  # fmt: skip


def _home(table: Table, held: HeldCredential) -> Home:
    before = 'key_id = ? AND "first" < ?'
    return Home.of(table.uses(before, [held.key_id, held.since.replace(tzinfo=None)]))


def _calls(graph: Graph, table: Table, keys: list[str]) -> list[Call]:
    """Of these credentials, those that the attacker made."""
    alone = [k for k in keys if not graph.held[k].shared]
    found = table.take("key_id IN (SELECT unnest(?))", [alone]) if alone else []
    for key in set(keys) - set(alone):
        held, home = graph.held[key], graph.homes.get(key, Home())
        asked = [key, held.since.replace(tzinfo=None), list(home.addresses)]
        own = "key_id = ? AND \"at\" >= ? AND coalesce(address, '') NOT IN (SELECT unnest(?))"
        found += [c for c in table.take(own, asked) if not home.made(c)]
    left = MOST_CALLS - len(graph.calls)
    if len(found) > left:
        graph.capped = f"more than {MOST_CALLS} calls: the later ones were not read"
    return found[: max(0, left)]


def _count(graph: Graph) -> None:
    """When each was first and last used by the attacker, and how often; and whose it turned out to be."""
    by_key: dict[str, list[Call]] = {}
    for call in graph.calls.values():
        by_key.setdefault(call.key_id, []).append(call)
    for key, held in graph.held.items():
        calls = sorted(by_key.get(key, ()), key=lambda c: c.at)
        if calls:
            arn = calls[0].principal_arn or held.principal_arn
            graph.held[key] = replace(held, first=calls[0].at, last=calls[-1].at, events=len(calls), principal_arn=arn)
