"""Addresses that are the attacker's alone: nobody used them before the leak."""

from collections.abc import Iterable
from datetime import timedelta

from unleak.investigate.chain.graph import Graph
from unleak.investigate.trail.table import Table

_HISTORY = timedelta(hours=1)
"""A trail that begins with the leak does not tell who was where before."""


def exclusive(graph: Graph, table: Table, among: Iterable[str] | None = None) -> set[str]:
    """Of those that the attacker called from, or of these of them. An address behind which others worked before, a NAT
    or a VPN, betrays nobody; nor does one from which unleak itself calls.
    """
    asked = [a for a in (graph.addresses if among is None else among) if a in graph.addresses]
    if not asked or not graph.around.addresses_tell or not has_history(graph, table):
        return set()
    return set(asked) - table.addresses_before(asked, graph.suspect_since, list(graph.around.our_keys))


def has_history(graph: Graph, table: Table) -> bool:
    first, _, _ = table.span()
    return first is not None and first <= graph.suspect_since - _HISTORY
