"""The answer to AWS's support case about an exposed key: a draft from the record, for a person to read and to send.

It quotes what the record holds, and calls unknown what it does not know. Nothing in it is secret.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
"""

from collections.abc import Iterator
from datetime import datetime

from unleak.model.bill import Anomaly, Bill
from unleak.model.evidence import DescentRead
from unleak.report.investigation.words import counted, said, stamp, wrapped
from unleak.report.story import Measure, Story

_WIDTH = 100
_ITSELF = "support case"
"""To answer it is among what a person must do, and is done with this."""
_MOST, _MOST_COSTS, _MOST_BEHIND = 30, 25, 3
_STATES = {
    "holds": "in place, and seen to be",
    "fails": "DOES NOT HOLD",
    "unknown": "done; whether it holds is not known yet",
    "refused": "COULD NOT BE DONE",
    "lifted": "taken back since",
}


def support_reply(story: Story, found: DescentRead | None, bill: Bill | None = None, case: str = "") -> str:
    """What AWS asks for, in its order: the key, the other credentials, what was made, what it cost, what remains.

    `found` is what the investigation found; None where it was not made.
    """
    parts = (_opening(story, case), _done(story), (*_credentials(story), *_made(found)), _costs(bill), _remains(story))
    return "\n\n".join("\n".join(part) for part in parts)


def _opening(story: Story, case: str) -> Iterator[str]:
    yield f"Case: {said(case, 60) or '(number of the case)'}"
    yield f"Account: {story.account or 'not known'}"
    yield ""
    yield "Hello,"
    yield ""
    yield from _text(
        f"this concerns the access key {story.key_id} of {said(story.owner, 100) or 'an owner that is not known yet'}. "
        f"It became known to others at {_when(story.leaked_at)}. {_standing(story)}"
    )


def _standing(story: Story) -> str:
    if story.status == "contained":
        return f"It is contained: every measure below was seen to hold, the last since {_when(story.holds_since)}."
    return "It is NOT contained yet; what is open is said below."


def _done(story: Story) -> Iterator[str]:
    yield "What we have done"
    if not story.measures:
        yield "  nothing yet"
    for measure in story.measures[:_MOST]:
        yield from _item(_measure(measure))
    yield from _left_out(len(story.measures), "measures")


def _measure(m: Measure) -> str:
    return f"{_when(m.done_at)}: {said(m.what, 200)} ({_STATES.get(m.state, m.state)})"


def _credentials(story: Story) -> Iterator[str]:
    yield "What we have found"
    others = story.keys[1:]
    if not others:
        yield from _item("no other credential is known to have come of it")
    for key in others[:_MOST]:
        known = f"{counted(key.accepted, 'call')} accepted, {key.denied:,} refused"
        calls = known if key.read else "its calls are not known"
        yield from _item(f"{key.key_id} ({key.origin}, {said(key.how, 60)}, {said(key.principal, 80)}): {calls}")
    yield from _left_out(len(others), "credentials")
    if story.holds_since:
        after = len(story.accepted_after) or "none that the trail tells"
        yield from _item(f"calls accepted since {_when(story.holds_since)}: {after}")


def _made(found: DescentRead | None) -> Iterator[str]:
    """What stands: an attacker's user or machine is what AWS asks about first."""
    if found is None:
        yield from _item("what was made or changed with it is not known: the trail was not followed yet")
        return
    if not found.standing:
        yield from _item("nothing that was made or changed with it is left, as far as the trail tells")
    for fact in found.standing[:_MOST]:
        told = f"{fact.deed} {_when(fact.at)}, and stands as far as the trail tells"
        yield from _item(f"{said(fact.arn or fact.type, 120)}: {told}")
    yield from _left_out(len(found.standing), "things that stand")
    if found.removed:
        yield from _item(f"{counted(found.removed, 'thing')} made or changed with it, and removed again since")
    if found.capped:
        yield from _item(f"not all of it is known: {said(found.capped, 200)}")


def _costs(bill: Bill | None) -> Iterator[str]:
    yield "What it cost"
    if bill is None:
        yield "  not known: we have not looked at the bill yet"
        return
    theirs = [a for a in bill.anomalies if a.behind]
    others = [a for a in bill.anomalies if not a.behind]
    if theirs:
        amount = f"{bill.above_of_incident:,.2f} {bill.currency}"
        yield from _text(f"We ask you to adjust these charges, {amount} in all, before credits and taxes:")
    for anomaly in theirs[:_MOST_COSTS]:
        yield from _item(_cost(bill, anomaly))
    yield from _left_out(len(theirs), "charges", _MOST_COSTS)
    if others:
        yield from _text("These are out of the usual too; whether they come of the incident is not known:")
    for anomaly in others[:_MOST_COSTS]:
        yield from _item(_cost(bill, anomaly))
    if not bill.anomalies:
        yield from _text("No charge is out of the usual" + (", as far as we could look." if bill.problems else "."))
    yield from _item(f"not known yet: what was charged after {_when(bill.unknown_from)}")
    for problem in bill.problems:
        yield from _item(f"not known: {said(problem, 200)}")


def _cost(bill: Bill, a: Anomaly) -> str:
    names = ", ".join(said(b.name.rsplit(":", 1)[-1], 60) for b in a.behind[:_MOST_BEHIND])
    left = len(a.behind) - _MOST_BEHIND
    causes = f", for {names}{f' and {left} more' if left > 0 else ''}" if names else ""
    where = f"{said(a.service, 60)} in {said(a.region, 30)}, account {a.account}"
    return f"{a.above:,.2f} {bill.currency}: {where}, since {a.since}{causes}"


def _remains(story: Story) -> Iterator[str]:
    yield "What remains"
    open_ = [f"we have yet to approve: {w.what}" for w in story.pending]
    open_ += [f"we have yet to do: {line}" for line in story.by_hand if _ITSELF not in line]
    open_ += [f"we do not know: {line}" for line in story.unknown]
    if not open_:
        yield from _item("nothing that we know of")
    for line in open_[:_MOST]:
        yield from _item(said(line, 300))
    yield from _left_out(len(open_), "points")
    yield ""
    yield from _text("Please tell us what you see on your side, and what else is needed to lift the restrictions.")


def _left_out(number: int, what: str, most: int = _MOST) -> Iterator[str]:
    if number > most:
        yield f"  - and {number - most:,} more {what}"


def _item(text: str) -> list[str]:
    return wrapped(text, _WIDTH, "  - ", "    ")


def _text(text: str) -> list[str]:
    return wrapped(text, _WIDTH)


def _when(at: datetime | None) -> str:
    return f"{stamp(at)} UTC" if at else "a time that is not known"
