"""What revoking a user's and a role's sessions have in common: the deny, its renewal, its proof by state, its undo."""

import json
from datetime import datetime

from unleak.contain.inline_policy import SKEW, InlinePolicy, cutoff_of, session_deny
from unleak.model.clock import parse_stamp, stamp
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Target, Tri
from unleak.unit import Context

_SOURCES = {"deactivate_key", "revoke_user_sessions"}
"""What new sessions come from; units of this room."""


def policy_on(context: Context, target: Target, *, fresh: bool = False) -> InlinePolicy:
    client = context.aws.client(target.account, "iam", fresh=fresh)
    return InlinePolicy(client, target, f"unleak-{context.incident.id}-revoke-sessions")


def propose_deny(context: Context, target: Target, breaks: str) -> Change | None:
    """None where a deny of ours stands that is late enough for this round."""
    present = policy_on(context, target).read()
    cutoff = cutoff_of(present)
    if cutoff is not None and cutoff >= _needed(context, target):
        return None
    until = stamp(context.clock.now() + SKEW)
    return Change(
        summary=f"deny everything to sessions of {target.kind} {target.name} issued before {until}",
        breaks=breaks,
        undo=f"delete the inline policy unleak-{context.incident.id}-revoke-sessions",
        before={"document": present},
        after={"cutoff": until},
        moving=("cutoff",),
    )


def _needed(context: Context, target: Target) -> datetime:
    """A renewal must cut later than the proof that the source of new sessions is dead; and where a session was still
    accepted, the cut-off was too early for it.
    """
    if any(a.looks.accepted_since for a in context.incident.actions.values() if a.step.target == target):
        return context.clock.now() + SKEW / 2
    opened = context.incident.opened_at or context.clock.now()
    if context.round == 1:
        return opened
    upstream = [
        a.verdict for a in context.incident.actions.values() if a.step.unit in _SOURCES and a.holds and a.verdict
    ]
    return max((v.since for v in upstream if v.since), default=opened)


def apply_deny(context: Context, target: Target, change: Change) -> Outcome:
    policy = policy_on(context, target)
    wanted = parse_stamp(change.after["cutoff"])
    present = cutoff_of(policy.read())
    if present is not None and present >= wanted:
        return Outcome(OutcomeKind.DONE, "a deny at least as late stands already")
    policy.write(json.dumps(session_deny(wanted), separators=(",", ":")))
    return Outcome(OutcomeKind.DONE, change.summary)


def verify_deny(context: Context, target: Target, change: Change | None) -> Look:
    present = cutoff_of(policy_on(context, target, fresh=True).read())
    wanted = parse_stamp(change.after["cutoff"]) if change else None
    if present is None:
        return Look(Tri.NO, detail="the deny is not there (any more)")
    if wanted is not None and present < wanted:
        return Look(Tri.NO, detail=f"the deny reaches only to {stamp(present)}")
    return Look(Tri.YES, detail=f"sessions issued before {stamp(present)} are denied")


def undo_deny(context: Context, target: Target) -> Outcome:
    policy = policy_on(context, target)
    present = policy.read()
    if present is None:
        return Outcome(OutcomeKind.ALREADY, "the deny is gone already")
    if cutoff_of(present) is None:
        return Outcome(OutcomeKind.ASK, f"somebody has changed the policy {policy.name}: look at it before deleting it")
    policy.delete()
    return Outcome(OutcomeKind.DONE, f"deleted the inline policy {policy.name}")
