"""Addresses that are the attacker's alone: nobody used them before the leak."""

from collections.abc import Iterable

from unleak.investigate.chain.graph import Graph
from unleak.investigate.trail.table import Table


def exclusive(graph: Graph, table: Table, among: Iterable[str] | None = None) -> set[str]:
    """Of those that the attacker called from, or of these of them. An address behind which others worked before, a NAT
    or a VPN, betrays nobody.
    """
    asked = [a for a in (graph.addresses if among is None else among) if a in graph.addresses]
    if not asked:
        return set()
    rows = table.duck.execute(
        'SELECT DISTINCT address FROM calls WHERE address IN (SELECT unnest(?)) AND "at" < ?',
        [asked, graph.suspect_since.replace(tzinfo=None)],
    ).fetchall()
    return set(asked) - {row[0] for row in rows}
