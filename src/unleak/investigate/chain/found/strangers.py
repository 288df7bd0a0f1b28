"""Credentials that nobody was seen to give out or to steal, used from an address that is the attacker's alone.

The event that made them may be deleted, or there was none: a machine's credentials, read through a hole in an
application.
"""

from collections.abc import Iterator

from unleak.investigate.chain.found.exclusive import exclusive
from unleak.investigate.chain.graph import Graph
from unleak.investigate.chain.home import Home
from unleak.investigate.trail.table import Table, Use
from unleak.model.credential import Origin
from unleak.model.investigation import Certainty, Closeness, HeldCredential


def find(graph: Graph, table: Table) -> Iterator[HeldCredential]:
    theirs = exclusive(graph, table)
    if not theirs:
        return
    yield from _from_outside(table, theirs)
    here = [u for u in table.uses("address IN (SELECT unnest(?))", [list(theirs)]) if u.key_id not in graph.held]
    keys = list({u.key_id for u in here})
    if not keys:
        return
    everywhere = table.uses("key_id IN (SELECT unnest(?))", [keys])
    given = {m.made_key: m for m in table.mints("made_key IN (SELECT unnest(?))", [keys])}
    for key in keys:
        uses = [u for u in everywhere if u.key_id == key]
        first = min((u for u in uses if u.address in theirs), key=lambda u: u.first)
        home = Home.of(u for u in uses if u.address not in theirs and u.first < first.first)
        at_home = bool(home.addresses) or (key in given and given[key].call.by_a_service) or key.startswith("AKIA")
        if at_home:
            graph.homes.setdefault(key, home)
        yield _held(key, first, at_home)


def _from_outside(table: Table, theirs: set[str]) -> Iterator[HeldCredential]:
    """Given to a caller whose own account's trail is not at hand."""
    asked = "address IN (SELECT unnest(?)) AND kind IN ('AWSAccount', 'WebIdentityUser', 'SAMLUser')"
    for mint in table.mints(asked, [list(theirs)]):
        call = mint.call
        yield HeldCredential(
            key_id=mint.made_key,
            origin=Origin.MINTED,
            parent=None,
            how=call.operation,
            principal_arn=str(call.request.get("roleArn") or ""),
            account=call.account,
            since=call.at,
            certainty=Certainty.LIKELY,
            closeness=Closeness.BY_ADDRESS,
            why=f"given to a caller from outside at {call.address}, which is the attacker's",
            proof=(call.event_id,),
        )


def _held(key: str, use: Use, at_home: bool) -> HeldCredential:  # noqa: FBT001
    stolen = f"used from {use.address}, which is the attacker's, and made for somewhere else"
    remains = f"used from {use.address}, which is the attacker's; the call that made it is not in the trail"
    return HeldCredential(
        key_id=key,
        origin=Origin.STOLEN if at_home else Origin.MINTED,
        parent=None,
        how="an address of the attacker's",
        principal_arn=use.arn,
        account=use.account,
        since=use.first,
        certainty=Certainty.LIKELY,
        closeness=Closeness.BY_ADDRESS,
        why=stolen if at_home else remains,
        shared=at_home,
    )
