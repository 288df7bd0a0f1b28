"""Every credential of the users and roles that the attacker made."""

from collections.abc import Iterator

from unleak.investigate.chain.graph import Graph, held_by, minted_by
from unleak.investigate.chain.leads import PrincipalMade
from unleak.investigate.trail.table import Table
from unleak.model.credential import Origin
from unleak.model.investigation import Certainty, HeldCredential


def find(graph: Graph, table: Table) -> Iterator[HeldCredential]:
    made = {lead.arn: lead.because for lead in graph.leads if isinstance(lead, PrincipalMade)}
    if not made:
        return
    arns = list(made)
    for mint in table.mints("role_arn IN (SELECT unnest(?))", [arns]):
        because = made[str(mint.call.request.get("roleArn"))]
        if mint.call.at >= because.at:
            yield minted_by(because, mint, Certainty.CERTAIN, "a session of a role that the attacker made")
    for use in table.uses("(arn IN (SELECT unnest(?)) OR issuer_arn IN (SELECT unnest(?)))", [arns, arns]):
        arn = use.arn if use.arn in made else use.issuer_arn
        because = made[arn]
        if use.last >= because.at and not use.invoked_by.startswith("AWS Internal"):
            origin = Origin.CREATED if use.key_id.startswith("AKIA") else Origin.MINTED
            kind = "user" if ":user/" in arn else "role"
            yield held_by(because, use.key_id, origin, use.arn, use.account, Certainty.CERTAIN,
                          f"it is of a {kind} that the attacker made", use.first)  # fmt: skip
