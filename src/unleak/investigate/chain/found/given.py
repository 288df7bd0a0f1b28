"""Credentials that an answer carried: the event is the proof."""

from collections.abc import Iterator

from unleak.investigate.chain.graph import Graph, held_by
from unleak.investigate.chain.leads import KeyGiven
from unleak.investigate.trail.table import Table
from unleak.model.investigation import Certainty, Closeness, HeldCredential


def find(graph: Graph, _: Table) -> Iterator[HeldCredential]:
    for lead in graph.leads:
        if isinstance(lead, KeyGiven):
            near = Closeness.GIVEN_OUT if lead.because.parent else Closeness.OF_A_PRINCIPAL
            yield held_by(lead.because, lead.key_id, lead.origin, lead.principal_arn, lead.account, Certainty.CERTAIN,
                          f"{lead.because.how} gave it out", expires_at=lead.expires_at, closeness=near)  # fmt: skip
