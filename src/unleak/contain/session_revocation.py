"""What revoking a user's and a role's sessions have in common: the deny, its renewal, its proof by state, its undo."""

from datetime import datetime, timedelta
from typing import Any

from unleak.contain.by_simulation import ASKED, with_simulation
from unleak.contain.own_policy import OwnPolicy, own_policy
from unleak.model.clock import parse_stamp, stamp
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Target, Tri
from unleak.unit import Context

SKEW = timedelta(seconds=60)
"""Clocks differ, and a session minted while the deny travels is issued after `now`: the cut-off lies a little ahead."""
_SOURCES = {"deactivate_key", "revoke_user_sessions", "revoke_role_sessions"}
"""What new sessions come from; units of this room."""


def session_deny(cutoff: datetime) -> dict[str, Any]:
    """Denies everything to sessions issued before `cutoff`; long-term keys carry no issue time and are not touched.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
    """
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "UnleakRevokeOlderSessions",
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": {"DateLessThan": {"aws:TokenIssueTime": stamp(cutoff)}},
            }
        ],
    }


def cutoff_of(document: dict[str, Any] | None) -> datetime | None:
    """The cut-off of a document that `session_deny` wrote; None for any other."""
    try:
        text = document["Statement"][0]["Condition"]["DateLessThan"]["aws:TokenIssueTime"] if document else None
        cutoff = parse_stamp(text) if text else None
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    return cutoff if cutoff and document == session_deny(cutoff) else None


def policy_on(context: Context, target: Target, *, fresh: bool = False) -> OwnPolicy:
    return own_policy(context, target, "revoke-sessions", fresh=fresh)


def propose_deny(context: Context, target: Target, breaks: str) -> Change | None:
    """None where a deny of ours stands that is late enough for this round."""
    policy = policy_on(context, target)
    present = policy.read()
    cutoff = cutoff_of(present)
    if cutoff is not None and cutoff >= _needed(context, target):
        return None
    until = stamp(context.clock.now() + SKEW)
    return Change(
        summary=f"deny everything to sessions of {target.kind} {target.name} issued before {until}",
        breaks=breaks,
        undo=f"delete the policy {policy.name}",
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
    others = [a for a in context.incident.actions.values() if a.step.unit in _SOURCES and a.step.target != target]
    proved = [a.verdict.since for a in others if a.holds and a.verdict and a.verdict.since]
    proved += [a.undone_at for a in context.incident.actions.values() if a.step.unit == "break_glass" and a.undone_at]
    born = [c.at for c in context.incident.credentials.values() if c.principal_arn == target.id and c.at]
    return max([opened, *proved, *(at + timedelta(seconds=1) for at in born)])


def apply_deny(context: Context, target: Target, change: Change) -> Outcome:
    policy = policy_on(context, target)
    wanted = parse_stamp(change.after["cutoff"])
    present = cutoff_of(policy.read())
    if present is not None and present >= wanted:
        return Outcome(OutcomeKind.DONE, "a deny at least as late stands already")
    policy.write(session_deny(wanted))
    return Outcome(OutcomeKind.DONE, change.summary)


def verify_deny(context: Context, target: Target, change: Change | None) -> Look:
    policy = policy_on(context, target, fresh=True)
    present = cutoff_of(policy.read())
    wanted = parse_stamp(change.after["cutoff"]) if change else None
    if present is None and policy.owner_is_gone():
        return Look(Tri.YES, detail=f"the role {target.name} does not exist any more", immediate=True)
    if present is None:
        return Look(Tri.NO, detail="the deny is not there (any more)")
    if wanted is not None and present < wanted:
        return Look(Tri.NO, detail=f"the deny reaches only to {stamp(present)}")
    return Look(Tri.YES, detail=f"sessions issued before {stamp(present)} are denied")


def simulated(context: Context, target: Target, seen: Look) -> Look:
    """For a session that was issued when the incident was opened."""
    return with_simulation(context, seen, target, ASKED, context.incident.opened_at or context.clock.now())


def undo_deny(context: Context, target: Target) -> Outcome:
    policy = policy_on(context, target)
    present = policy.read()
    if present is None:
        return Outcome(OutcomeKind.ALREADY, "the deny is gone already")
    if cutoff_of(present) is None:
        return Outcome(OutcomeKind.ASK, f"the policy {policy.name} is not what we wrote: look at it, then delete it")
    policy.delete()
    return Outcome(OutcomeKind.DONE, f"deleted the policy {policy.name} of {target.kind} {target.name}")
