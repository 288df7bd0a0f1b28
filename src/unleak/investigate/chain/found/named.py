"""Sessions that bear the name of a machine, function, task, build or person of the attacker's."""

from collections.abc import Iterable, Iterator

from unleak.investigate.chain.found.exclusive import exclusive
from unleak.investigate.chain.graph import Graph, held_by, minted_by
from unleak.investigate.chain.home import Home, same_role
from unleak.investigate.chain.leads import DirectoryUser, SessionsNamed
from unleak.investigate.trail.table import Mint, Table, Use
from unleak.model.credential import Origin
from unleak.model.investigation import Certainty, HeldCredential

_ISSUERS = {"ec2": "machine", "lambda": "function", "ecs-tasks": "task", "codebuild": "build"}


def find(graph: Graph, table: Table) -> Iterator[HeldCredential]:
    wanted: dict[str, list[SessionsNamed]] = {}
    people = {lead.name: lead for lead in graph.leads if isinstance(lead, DirectoryUser) and lead.name}
    for lead in graph.leads:
        if isinstance(lead, SessionsNamed) and lead.name:
            wanted.setdefault(lead.name, []).append(lead)
    names = [*wanted, *people]
    if not names:
        return
    mints = table.mints("session_name IN (SELECT unnest(?))", [names])
    uses = table.uses("kind = 'AssumedRole' AND split_part(arn, '/', -1) IN (SELECT unnest(?))", [names])
    for name, leads in wanted.items():
        mine = [u for u in uses if u.session_name == name]
        for lead in leads:
            fits = [u for u in mine if not lead.role_arn or same_role(u.issuer_arn, lead.role_arn)]
            if lead.taken:
                yield from _taken(graph, table, lead, fits)
            else:
                yield from _minted(lead, [m for m in mints if m.call.request.get("roleSessionName") == name], fits)
    yield from _of_people(people, mints, uses)


def _of_people(people: dict[str, DirectoryUser], mints: list[Mint], uses: list[Use]) -> Iterator[HeldCredential]:
    """Identity Center's sessions bear the name of their user."""
    why = "a session of a directory user that the attacker made"
    for mint in mints:
        person = people.get(str(mint.call.request.get("roleSessionName")))
        arn = str(mint.call.request.get("roleArn") or "")
        if person and "AWSReservedSSO_" in arn and mint.call.at >= person.because.at:
            yield minted_by(person.because, mint, Certainty.CERTAIN, why)
    for use in uses:
        person = people.get(use.session_name)
        if person and "AWSReservedSSO_" in use.issuer_arn and use.last >= person.because.at:
            yield held_by(person.because, use.key_id, Origin.MINTED, use.arn, use.account, Certainty.CERTAIN, why,
                          use.first)  # fmt: skip


def _minted(lead: SessionsNamed, mints: Iterable[Mint], uses: Iterable[Use]) -> Iterator[HeldCredential]:
    """Of what the attacker started, or whose code he wrote: what was given out since then."""
    why = f"a session of the {_ISSUERS.get(lead.service, 'thing')} {lead.name}, which the attacker's call started"
    for mint in mints:
        by_it = mint.call.address.startswith(lead.service) or mint.call.invoked_by.startswith(lead.service)
        if by_it and mint.call.at >= lead.because.at:
            yield minted_by(lead.because, mint, Certainty.CERTAIN, why)
    for use in uses:
        begun = use.since or use.first
        if begun >= lead.because.at and (lead.role_arn or lead.service in {"ec2", "ecs-tasks", "codebuild"}):
            yield held_by(
                lead.because, use.key_id, Origin.MINTED, use.arn, use.account, Certainty.CERTAIN, why, use.first
            )


def _taken(graph: Graph, table: Table, lead: SessionsNamed, uses: list[Use]) -> Iterator[HeldCredential]:
    """A machine that was there before: its credentials are stolen where they are used from elsewhere."""
    home = Home.of(u for u in uses if u.first < lead.because.at)
    strange = [u for u in uses if u.last >= lead.because.at and not u.by_a_service]
    strange = [u for u in strange if not home.has(u.address, u.agent)]
    theirs = exclusive(graph, table, {u.address for u in strange})
    for use in strange:
        if home.addresses or use.address in theirs:
            graph.homes.setdefault(use.key_id, home)
            yield held_by(lead.because, use.key_id, Origin.STOLEN, use.arn, use.account, Certainty.LIKELY,
                          f"of the machine {lead.name}, which the attacker had reached; then used from {use.address}",
                          max(use.first, lead.because.at), shared=True)  # fmt: skip
