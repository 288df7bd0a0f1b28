"""What is known of the attacker so far: his credentials, his calls, his addresses, and what they lead to."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from unleak.investigate.calls import is_ours
from unleak.investigate.chain.home import Home
from unleak.investigate.chain.leads import Because, Lead
from unleak.investigate.chain.ways import leads_of
from unleak.investigate.trail.table import Mint, made_key
from unleak.model.call import Call
from unleak.model.credential import Origin
from unleak.model.investigation import Certainty, Closeness, HeldCredential


@dataclass(frozen=True, slots=True)
class Around:
    """`our_requests` are ids of requests that unleak made with the leaked credential, `our_keys` those that it works
    with itself. `addresses_tell`: the trail has all calls from an address, not only those that were asked for.
    """

    our_requests: frozenset[str] = frozenset()
    our_keys: frozenset[str] = frozenset()
    addresses_tell: bool = True


NOTHING_ELSE = Around()


@dataclass(slots=True)
class Graph:
    """`suspect_since`: nothing before it is the attacker's. `issuers` are the roles of sessions, by key. `around` says
    what else is known of those who call.
    """

    leaked: str
    suspect_since: datetime
    most: int
    held: dict[str, HeldCredential] = field(default_factory=dict)
    homes: dict[str, Home] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    by_aws: dict[str, Call] = field(default_factory=dict)
    leads: dict[Lead, None] = field(default_factory=dict)
    addresses: Counter[str] = field(default_factory=Counter)
    agents: Counter[str] = field(default_factory=Counter)
    principal_ids: dict[str, str] = field(default_factory=dict)
    issuers: dict[str, str] = field(default_factory=dict)
    around: Around = NOTHING_ELSE
    capped: str = ""

    def hold(self, found: Iterable[HeldCredential]) -> list[str]:
        """Adds what is new; a surer reason replaces a weaker one. Returns the new keys."""
        fresh = []
        for one in found:
            before = self.held.get(one.key_id)
            if before is None and len(self.held) >= self.most:
                self.capped = f"more than {self.most} credentials: the others were not followed"
                break
            if before is None:
                fresh.append(one.key_id)
            if before is None or _surer(one, before) or self._is_later_sign_in(one, before):
                self.held[one.key_id] = one
        return fresh

    def _is_later_sign_in(self, one: HeldCredential, before: HeldCredential) -> bool:
        """Of two who set the password, the later one."""
        if not one.closeness is before.closeness is Closeness.BY_SIGN_IN:
            return False
        causes = [self.calls.get(held.proof[0]) for held in (one, before)]
        return causes[0] is not None and causes[1] is not None and causes[0].at > causes[1].at

    def take(self, call: Call) -> None:
        """A call that the attacker made, or that AWS made under his credential's name."""
        if "AWS Internal" in (call.invoked_by, call.address):
            self.by_aws[call.event_id] = call
            return
        if call.event_id in self.calls or is_ours(call, self.around.our_requests):
            return
        self.calls[call.event_id] = call
        self.principal_ids.setdefault(call.principal_id, call.key_id)
        for principal_id, key in _given(call):
            self.principal_ids.setdefault(principal_id, key)
        if call.issuer_arn:
            self.issuers.setdefault(call.key_id, call.issuer_arn)
        if not call.by_a_service:
            self.addresses[call.address] += 1
            self.agents[call.agent] += 1
        for lead in leads_of(call):
            self.leads.setdefault(lead)


def _given(call: Call) -> Iterator[tuple[str, str]]:
    """As whom the credential in an answer will call."""
    for field_, name in (("assumedRoleUser", "assumedRoleId"), ("federatedUser", "federatedUserId")):
        who = call.response.get(field_)
        if call.accepted and isinstance(who, dict) and isinstance(who.get(name), str):
            yield who[name], made_key(call)


def _surer(one: HeldCredential, before: HeldCredential) -> bool:
    """The nearest tie tells the parent; of two alike, the surer one."""
    if before.origin is Origin.LEAKED or one.closeness < before.closeness:
        return False
    is_surer = before.certainty is not Certainty.CERTAIN and one.certainty is Certainty.CERTAIN
    return is_surer or one.closeness > before.closeness or (before.parent is None and one.parent is not None)


def held_by(
    because: Because, key_id: str, origin: Origin, principal_arn: str, account: str, certainty: Certainty, why: str,
    since: datetime | None = None, proof: tuple[str, ...] = (), expires_at: datetime | None = None, *,
    shared: bool = False, closeness: Closeness = Closeness.OF_A_PRINCIPAL,
) -> HeldCredential:  # fmt: skip
    """A credential that a call of the attacker's led to."""
    return HeldCredential(
        key_id=key_id, origin=origin, parent=because.parent or None, how=because.how, principal_arn=principal_arn,
        account=account, since=since or because.at, certainty=certainty, why=why,
        proof=(because.event_id, *(p for p in proof if p != because.event_id)), expires_at=expires_at, shared=shared,
        closeness=closeness,
    )  # fmt: skip


def minted_by(because: Because, mint: Mint, certainty: Certainty, why: str) -> HeldCredential:
    """A session that somebody else's call gave out: that event is proof beside the attacker's own."""
    call = mint.call
    return held_by(because, mint.made_key, Origin.MINTED, str(call.request.get("roleArn") or ""), call.account,
                   certainty, why, call.at, (call.event_id,))  # fmt: skip
