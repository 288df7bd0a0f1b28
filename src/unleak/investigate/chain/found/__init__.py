"""From leads to credentials: one file for each kind of lead, asked all at once and again in each round."""

from collections.abc import Iterator

from unleak.investigate.chain.found import console, given, made, named, opened, passed, strangers
from unleak.investigate.chain.graph import Graph
from unleak.investigate.trail.table import Table
from unleak.model.investigation import HeldCredential

_FINDERS = (given.find, made.find, named.find, opened.find, console.find, passed.find)


def find(graph: Graph, table: Table) -> Iterator[HeldCredential]:
    """What the leads prove; where they prove nothing new, what the attacker's own addresses betray."""
    anything = False
    for finder in _FINDERS:
        for held in finder(graph, table):
            anything = anything or held.key_id not in graph.held
            yield held
    if not anything:
        yield from strangers.find(graph, table)
