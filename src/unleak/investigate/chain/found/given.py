"""Credentials that an answer carried: the event is the proof."""

from collections.abc import Iterator

from unleak.investigate.chain.graph import Graph, held_by
from unleak.investigate.chain.leads import KeyGiven
from unleak.investigate.trail.table import Table
from unleak.model.investigation import Certainty, HeldCredential


def find(graph: Graph, _: Table) -> Iterator[HeldCredential]:
    for lead in graph.leads:
        if isinstance(lead, KeyGiven):
            yield held_by(lead.because, lead.key_id, lead.origin, lead.principal_arn, lead.account, Certainty.CERTAIN,
                          f"{lead.because.how} gave it out", expires_at=lead.expires_at,
                          is_given=bool(lead.because.parent))  # fmt: skip
