"""Roles that were passed to a service whose sessions do not tell for whom they are: the last who passed one counts."""

from collections.abc import Iterator, Mapping

from unleak.investigate.chain.graph import Graph, minted_by
from unleak.investigate.chain.leads import RolePassed
from unleak.investigate.trail.table import Table
from unleak.model.call import Call
from unleak.model.investigation import Certainty, HeldCredential

_TELL_BY_NAME = frozenset({"ec2", "lambda", "ecs-tasks", "ecs", "codebuild"})
"""Their sessions say for what they are: where others used the role by them before, only the name tells."""


def find(graph: Graph, table: Table) -> Iterator[HeldCredential]:
    passed = [lead for lead in graph.leads if isinstance(lead, RolePassed)]
    roles = list({lead.role_arn for lead in passed})
    if not roles:
        return
    by_service = "role_arn IN (SELECT unnest(?)) AND kind = 'AWSService'"
    mints = table.mints(by_service, [roles])
    busy = {(m.call.request.get("roleArn"), _service(m.call)) for m in mints if m.call.at < graph.suspect_since}
    passes = _passes(table, roles)
    for mint in mints:
        role = str(mint.call.request.get("roleArn"))
        if _service(mint.call) in _TELL_BY_NAME and (role, _service(mint.call)) in busy:
            continue
        last = _last_passed(passes.get(role, []), mint.call)
        mine = [lead for lead in passed if last and lead.because.event_id == last.event_id]
        if mine:
            why = f"{mine[0].service} took the role that the attacker had passed to it"
            yield minted_by(mine[0].because, mint, Certainty.LIKELY, why)


def _service(mint: Call) -> str:
    return (mint.invoked_by or mint.address).removesuffix(".amazonaws.com")


def _passes(table: Table, roles: list[str]) -> dict[str, list[Call]]:
    """The accepted calls that name each role, oldest first."""
    named = "EXISTS (SELECT 1 FROM (SELECT unnest(?) AS r) WHERE contains(request, r))"
    found: dict[str, list[Call]] = {}
    for call in table.marks(f"read_only = false AND error IS NULL AND {named}", [roles]):
        for role in set(roles) & set(_texts(call.request)):
            found.setdefault(role, []).append(call)
    return found


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _last_passed(passes: list[Call], mint: Call) -> Call | None:
    """The last call before it that passed this role to the service that took it; its own later reads do not count."""
    family = _service(mint).split("-")[0]
    before = [c for c in passes if c.service.startswith(family) and c.at <= mint.at]
    return before[-1] if before else None
