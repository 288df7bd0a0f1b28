"""What came of the leaked credential: sessions minted or stolen, keys and principals made, and what still stands."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from unleak.investigate.near import role_or_user
from unleak.investigate.run import Wish, investigate
from unleak.investigate.trail.opened import EVENT_HISTORY, opened
from unleak.model.credential import Origin
from unleak.model.errors import CouldNotLook
from unleak.model.evidence import CredentialFound, DescentRead, Evidence, Fact
from unleak.model.investigation import Closeness, HeldCredential, Investigation, Remaining
from unleak.model.plan import Target
from unleak.unit import Context

_MOST = 500
_MOST_ENDED = 1000


class Descent:
    id = "descent"
    title = "Follow what came of the credential"
    permissions = ("cloudtrail:LookupEvents", "ec2:DescribeRegions")

    def run(self, context: Context, target: Target) -> Iterator[Evidence]:
        """Reads the trails of unleak.toml, or the event history. Raises CouldNotLook, after what was found, where a
        part of them could not be read, or more was there than was followed.
        """
        config, incident = context.config, context.incident
        home = config.home / "trail"
        names = config.trails or (EVENT_HISTORY,)
        sources = opened(names, lambda: context.aws, target.account, home, config.lookups_a_second)
        ours, us = incident.our_request_ids, frozenset({context.aws.caller.key_id})
        wish = Wish(target.id, home, incident.suspect_since, our_requests=ours, our_keys=us)
        found = investigate(wish, sources, context.clock.now())
        witnesses = {t.witness_key_id for t in incident.tried.values()}
        sure = {h.key_id for h in _sure(found.credentials)}
        for held in found.credentials:
            if held.key_id in sure and held.origin is not Origin.LEAKED and held.key_id not in witnesses:
                yield _credential(held, found, target.account)
        yield _read(context, target, found)
        unseen = [*filter(None, (found.capped,)), *found.seen.problems, *_too_many(found)]
        if unseen:
            raise CouldNotLook("not everywhere: " + "; ".join(unseen[:3]), "see docs/investigate.md")


def _sure(credentials: tuple[HeldCredential, ...]) -> Iterator[HeldCredential]:
    """What may be contained without a person: not what an address alone speaks for, other than a session that was seen
    at home before; nor what comes of such.
    """
    all_ = {h.key_id: h for h in credentials}
    for held in credentials:
        line, at = [held], held
        while at.parent in all_ and len(line) <= len(all_):
            at = all_[at.parent]
            line.append(at)
        if all(_is_sure(h) for h in line):
            yield held


def _is_sure(held: HeldCredential) -> bool:
    stolen_session = held.origin is Origin.STOLEN and held.key_id.startswith("ASIA")
    return held.closeness is not Closeness.BY_ADDRESS or stolen_session


def _is_of_somebody(held: HeldCredential) -> bool:
    """A long-term key that was probably stolen is its owner's: a person decides."""
    return held.origin is Origin.STOLEN and held.key_id.startswith("AKIA")


def _credential(held: HeldCredential, found: Investigation, account: str) -> CredentialFound:
    return CredentialFound(
        key_id=held.key_id,
        parent=held.parent or found.leaked,
        origin=held.origin,
        how=held.how,
        principal_arn=role_or_user(held.principal_arn),
        account=held.account or account,
        at=held.since,
        event_id=held.proof[0] if held.proof else "",
        expires_at=held.expires_at,
    )


def _read(context: Context, target: Target, found: Investigation) -> DescentRead:
    stands = _standing(found)
    return DescentRead(
        key_id=target.id,
        exhibit=context.keep(_line(r) for r in found.remaining),
        credentials=len(found.credentials),
        calls=len(found.calls),
        standing=tuple(_fact(r) for r in stands[:_MOST]),
        removed=sum(r.state == "removed" for r in found.remaining),
        stolen=tuple(h.key_id for h in found.credentials if _is_of_somebody(h)),
        addresses=tuple(found.addresses),
        capped=found.capped,
        ended=_ended(found.remaining)[:_MOST_ENDED],
        made=tuple(dict.fromkeys(r.arn for r in found.remaining if _is_made_principal(r)))[:_MOST_ENDED],
    )


def _standing(found: Investigation) -> list[Remaining]:
    """Also writes that no row knows: nobody can say that nothing stands of them."""
    return [r for r in found.remaining if r.state != "removed"]


def _too_many(found: Investigation) -> list[str]:
    """What is left out is not taken out, and must not be called so."""
    count = len(_standing(found))
    return [f"{count} things stand, and {_MOST} of them are kept"] if count > _MOST else []


def _ended(remaining: tuple[Remaining, ...]) -> tuple[str, ...]:
    stand = {r.event_id for r in remaining if r.state != "removed"}
    return tuple(dict.fromkeys(r.event_id for r in remaining if r.event_id not in stand))


def _is_made_principal(r: Remaining) -> bool:
    return r.deed == "created" and r.type in {"AWS::IAM::User", "AWS::IAM::Role"}


def _line(remaining: Remaining) -> bytes:
    return json.dumps(asdict(remaining), sort_keys=True, default=str).encode()


def _fact(r: Remaining) -> Fact:
    return Fact(
        r.arn,
        r.type,
        r.deed,
        r.detail,
        r.by,
        r.at,
        r.event_id,
        r.is_principal,
        r.grants,
        r.action,
        r.part,
        r.former,
        r.account,
    )


CHECK = Descent()
