"""The whole investigation in a few sentences, for a person who is woken at night."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from unleak.model.call import Call
from unleak.model.credential import Origin
from unleak.model.investigation import Certainty, HeldCredential, Investigation
from unleak.report.investigation.tools import tools_used
from unleak.report.investigation.words import counted, is_denial, lasting, listed, named, outcome, said, stamp, told


class Status(StrEnum):
    """UNSEEN is no green: a trail that shows nothing proves nothing."""

    ABUSED = "abused"
    TRIED = "tried, and refused"
    UNSEEN = "no abuse seen"


def status(found: Investigation) -> Status:
    if any(c.accepted for c in found.calls):
        return Status.ABUSED
    return Status.TRIED if found.calls else Status.UNSEEN


def verdict(found: Investigation) -> tuple[str, ...]:
    """Three to six sentences: what leaked and when, whether it was abused, with what, what came of it, what stands."""
    return tuple(_sentences(found))


def descendants(found: Investigation) -> list[HeldCredential]:
    """Those that came of the leaked one, as far as somebody is to blame: what is only possible is not among them."""
    return [
        c
        for c in found.credentials
        if c.key_id != found.leaked and c.origin is not Origin.LEAKED and c.certainty is not Certainty.POSSIBLE
    ]


def _sentences(found: Investigation) -> Iterator[str]:
    yield _leak(found)
    yield from _abuse(found)
    yield _chain(found)
    yield _standing(found)
    if found.contained_at is not None:
        yield from _contained(found, found.contained_at)
    if found.capped:
        yield f"More was there than was followed: {said(found.capped)}."


def _contained(found: Investigation, since: datetime) -> Iterator[str]:
    open_for = lasting((since - found.leaked_at).total_seconds())
    yield f"Contained since {stamp(since)} UTC" + (f", exposed for {open_for}." if found.leaked_at_is_known else ".")
    after = [c for c in found.calls if c.accepted and c.at > since]
    if after:
        yield f"{counted(len(after), 'call was', 'calls were')} accepted after that: look at them."


def _leak(found: Investigation) -> str:
    leaked = next((c for c in found.credentials if c.key_id == found.leaked), None)
    whose = f" of {named(leaked.principal_arn)}" if leaked and leaked.principal_arn else ""
    account = f" in account {said(leaked.account, 20)}" if leaked and leaked.account else ""
    who = f"{said(found.leaked, 40)}{whose}{account}"
    if found.leaked_at_is_known:
        return f"{who} leaked at {stamp(found.leaked_at)} UTC."
    return f"{who} leaked; when is not known, and {stamp(found.leaked_at)} UTC was taken for it."


def _abuse(found: Investigation) -> Iterator[str]:
    first = found.first_call
    if first is None:
        yield f"The trail shows no call of an attacker. That is no proof that there was none: {_covered(found)}."
        return
    what = "It was abused" if status(found) is Status.ABUSED else "It was tried, and nothing was accepted"
    yield f"{what}: the first suspicious call was {_first(found, first)}."
    made, accepted, refused = outcome(found.calls)
    yield (
        f"{told(made, accepted, refused)} and {accepted:,} accepted, from "
        f"{counted(len(found.addresses), 'address', 'addresses')}{_with_tools(found)}, until "
        f"{stamp(found.calls[-1].at)} UTC."
    )


def _first(found: Investigation, call: Call) -> str:
    result = "accepted" if call.accepted else "refused" if is_denial(call.error) else "failed"
    seconds = (call.at - found.leaked_at).total_seconds()
    after = f", {lasting(seconds)} after the leak" if found.leaked_at_is_known and seconds >= 0 else ""
    return f"{said(call.action, 60)} at {stamp(call.at)} UTC{after}, from {said(call.address, 45) or '?'} ({result})"


def _with_tools(found: Investigation) -> str:
    tools = [t.name for t, _ in tools_used(found.agents)]
    if not tools:
        return f" with {counted(len(found.agents), 'agent')} of no known tool" if found.agents else ""
    return f" with {counted(len(tools), 'tool')} ({listed(tools, 4)})"


def _chain(found: Investigation) -> str:
    came = descendants(found)
    possible = sum(c.certainty is Certainty.POSSIBLE and c.key_id != found.leaked for c in found.credentials)
    maybe = f"; {counted(possible, 'more is', 'more are')} possible, and blamed on nobody" if possible else ""
    if not came:
        return f"No other credential was seen to come of it{maybe}."
    used = sum(c.is_used for c in came)
    return f"{counted(len(came), 'credential descends', 'credentials descend')} from it, {used:,} of them used{maybe}."


def _standing(found: Investigation) -> str:
    left = [r for r in found.remaining if r.state == "stands"]
    removed = sum(r.state == "removed" for r in found.remaining)
    others = len(found.remaining) - len(left) - removed
    open_ = f"; whether {counted(others, 'other change stands', 'other changes stand')} is not known" if others else ""
    if not left:
        gone = f"; {removed:,} of its changes were taken back" if removed else ""
        return f"As far as the trail tells, nothing that it made or changed still stands{gone}{open_}."
    principals = sum(r.is_principal for r in left)
    among = f", among them {counted(principals, 'principal or credential', 'principals or credentials')}"
    return (
        f"As far as the trail tells, {len(left):,} of {counted(len(left) + removed, 'thing')} that it made or changed "
        f"still {'stands' if len(left) == 1 else 'stand'}{among if principals else ''}{open_}."
    )


def _covered(found: Investigation) -> str:
    seen = found.seen
    if seen.first is None or seen.last is None:
        return "the trail told nothing at all"
    holes = f", with {counted(len(seen.gaps), 'gap')}" if seen.gaps else ""
    return f"it was read from {stamp(seen.first)} to {stamp(seen.last)} UTC{holes}"
