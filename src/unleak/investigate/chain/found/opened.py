"""Roles that the attacker opened to somebody, and providers of his own: who comes in by them is he."""

from collections.abc import Iterator

from unleak.investigate.chain.graph import Graph, minted_by
from unleak.investigate.chain.home import same_role
from unleak.investigate.chain.leads import Because, ProviderMade, TrustOpened
from unleak.investigate.trail.table import Table
from unleak.model.call import Call
from unleak.model.investigation import Certainty, HeldCredential


def find(graph: Graph, table: Table) -> Iterator[HeldCredential]:
    yield from _by_trust(graph, table)
    yield from _by_provider(graph, table)
    yield from _from_outside(graph, table)


def _by_trust(graph: Graph, table: Table) -> Iterator[HeldCredential]:
    """Callers of the role's own account were let in before, or have credentials that are followed by themselves."""
    opened = [lead for lead in graph.leads if isinstance(lead, TrustOpened)]
    if not opened:
        return
    names = [o.role_arn.rsplit("/", 1)[-1] for o in opened]
    mints = table.mints("split_part(role_arn, '/', -1) IN (SELECT unnest(?))", [names])
    for lead in opened:
        mine = [m for m in mints if same_role(str(m.call.request.get("roleArn")), lead.role_arn)]
        known = {_caller(m.call) for m in mine if m.call.at < lead.because.at}
        for mint in mine:
            is_new = mint.call.at >= lead.because.at and _caller(mint.call) not in known
            if is_new and _is_outside(mint.call, lead.role_arn) and _let_in(mint.call, lead.lets_in):
                yield minted_by(lead.because, mint, Certainty.CERTAIN, "the attacker let its caller into the role")


def _is_outside(call: Call, role_arn: str) -> bool:
    return not call.key_id or call.caller_account != role_arn.split(":")[4]


def _by_provider(graph: Graph, table: Table) -> Iterator[HeldCredential]:
    made = [lead for lead in graph.leads if isinstance(lead, ProviderMade) and lead.arn]
    if not made:
        return
    outside = "name IN ('AssumeRoleWithWebIdentity', 'AssumeRoleWithSAML', 'CreateSession')"
    for mint in table.mints(outside):
        for lead in made:
            if mint.call.at >= lead.because.at and _through(mint.call, lead.arn):
                yield minted_by(
                    lead.because, mint, Certainty.CERTAIN, "it came through a provider of the attacker's own"
                )


def _from_outside(graph: Graph, table: Table) -> Iterator[HeldCredential]:
    """The trail of the role's account knows a caller of another account by his principal id alone."""
    theirs = [pid for pid in graph.principal_ids if pid]
    if not theirs:
        return
    for mint in table.mints("kind = 'AWSAccount' AND principal_id IN (SELECT unnest(?))", [theirs]):
        parent = graph.held.get(graph.principal_ids[mint.call.principal_id])
        if parent and mint.call.at >= parent.since and mint.call.address in graph.addresses:
            because = Because(parent.key_id, mint.call.event_id, mint.call.at, mint.call.operation)
            yield minted_by(
                because, mint, Certainty.LIKELY, "called from another account by a principal of the attacker's"
            )


def _caller(call: Call) -> str:
    """Who called, as far as it stays the same from call to call."""
    if call.kind == "AWSAccount":
        return call.caller_account or call.principal_id
    return call.issuer_arn or call.principal_arn or call.provider or call.principal_id


def _let_in(call: Call, lets_in: frozenset[str]) -> bool:
    """Whether the caller is one of those whom the attacker wrote into the trust policy."""
    arn = call.issuer_arn or call.principal_arn
    names = {arn, call.caller_account, call.provider, call.principal_id, str(call.request.get("principalArn", ""))}
    if "*" in lets_in or names & lets_in:
        return True
    if call.kind == "AWSAccount":  # its ARN is not told to the role's account
        return any(f":{call.caller_account}:" in one for one in lets_in)
    return any(one.endswith(call.provider) for one in lets_in if call.provider)


def _through(call: Call, provider: str) -> bool:
    name = provider.split("-provider/", 1)[-1]
    told = (call.provider, call.principal_id, str(call.request.get("principalArn", "")))
    anchored = str(call.request.get("trustAnchorArn", "")) == provider
    return anchored or any(provider in one or (name and one.endswith(name)) for one in told if one)
