"""Who came near the attacker's credentials: which principals are in, which are out, and why."""

from collections.abc import Iterator
from datetime import datetime

from unleak.investigate.chain.graph import Graph
from unleak.investigate.chain.leads import SessionsNamed
from unleak.investigate.trail.table import Table, Use
from unleak.model.credential import Origin
from unleak.model.investigation import Certainty, HeldCredential, PrincipalSeen

_MOST = 300


def principals(graph: Graph, table: Table) -> tuple[PrincipalSeen, ...]:
    """In first, then those that are out, each once: at most 300 of these."""
    found = {p.arn: p for p in _in(graph)}
    for seen in _out(graph, table):
        found.setdefault(seen.arn, seen)
        if len(found) >= len(graph.held) + _MOST:
            break
    return tuple(found.values())


def _in(graph: Graph) -> Iterator[PrincipalSeen]:
    mine: dict[str, list[HeldCredential]] = {}
    for held in graph.held.values():
        mine.setdefault(principal_of(graph, held), []).append(held)
    for arn, all_ in mine.items():
        first = min(all_, key=lambda h: (h.origin is not Origin.LEAKED, h.since))
        more = f", and {len(all_) - 1} more credentials of it" if all_[1:] else ""
        sure = Certainty.CERTAIN if any(h.certainty is Certainty.CERTAIN for h in all_) else first.certainty
        yield PrincipalSeen(arn or first.key_id, is_in=True, why=f"{first.key_id}: {first.why}{more}", certainty=sure)


def principal_of(graph: Graph, held: HeldCredential) -> str:
    """The user or role whose permissions a credential carries; the session itself for others."""
    call = (
        next((c for c in graph.calls.values() if c.key_id == held.key_id and c.issuer_arn), None)
        if held.events
        else None
    )
    if call is not None:
        return call.issuer_arn
    return role_or_user(held.principal_arn)


def role_or_user(arn: str) -> str:
    """A role's session as its role, whose path it does not tell; whatever else as it is."""
    parts = arn.split(":", 5)
    if len(parts) > 5 and parts[5].startswith("assumed-role/"):  # noqa: PLR2004
        return f"arn:{parts[1]}:iam::{parts[4]}:role/{parts[5].split('/')[1]}"
    return arn


def _out(graph: Graph, table: Table) -> Iterator[PrincipalSeen]:
    """Others who used the same roles, the same user, the same addresses."""
    leaked = graph.held[graph.leaked]
    roles = list({r for h in graph.held.values() if ":role/" in (r := principal_of(graph, h))})
    users = list({h.principal_arn for h in graph.held.values() if ":user/" in h.principal_arn})
    asked = "(issuer_arn IN (SELECT unnest(?)) OR arn IN (SELECT unnest(?)) OR address IN (SELECT unnest(?)))"
    uses = table.uses(asked, [roles, users, list(graph.addresses)])
    others = [u for u in uses if u.key_id not in graph.held and not u.by_a_service]
    for arn, mine in _grouped(others).items():
        if arn and arn != leaked.principal_arn:
            yield PrincipalSeen(arn, is_in=False, why=_why_out(graph, mine))
    own = [u for u in others if u.arn == leaked.principal_arn]
    for use in own:
        yield PrincipalSeen(
            f"{use.arn} ({use.key_id})", is_in=False, why="another key of the same user, not used by the attacker"
        )


def _grouped(uses: list[Use]) -> dict[str, list[Use]]:
    found: dict[str, list[Use]] = {}
    for use in sorted(uses, key=lambda u: u.first):
        found.setdefault(use.arn, []).append(use)
    return found


def _why_out(graph: Graph, uses: list[Use]) -> str:
    here = sorted({u.address for u in uses if u.address in graph.addresses})
    before = any(u.first < graph.suspect_since for u in uses)
    since = "since before the leak" if before else "with credentials that nothing ties to the attacker"
    if here:
        return f"called from {', '.join(here[:3])} too, as the attacker did, {since}"
    return f"of the same role or user, {since}, from other addresses"


def suspects(graph: Graph, table: Table) -> tuple[PrincipalSeen, ...]:
    """Machines that the attacker reached, without a credential seen elsewhere: not blamed, to be looked at."""
    reached = {lead.name: lead for lead in graph.leads if isinstance(lead, SessionsNamed) and lead.taken and lead.name}
    if not reached:
        return ()
    named = "kind = 'AssumedRole' AND split_part(arn, '/', -1) IN (SELECT unnest(?))"
    uses = [u for u in table.uses(named, [list(reached)]) if u.key_id not in graph.held]
    found = {u.arn: reached[u.session_name] for u in uses if u.last >= reached[u.session_name].because.at}
    return tuple(
        PrincipalSeen(
            arn, is_in=False, certainty=Certainty.POSSIBLE, why=_of_machine(lead.because.how, lead.because.at)
        )
        for arn, lead in found.items()
    )


def _of_machine(how: str, at: datetime) -> str:
    return f"the attacker reached its machine ({how}, {at:%Y-%m-%d %H:%M}); its role was used from the machine alone"
