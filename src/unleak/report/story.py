"""What a report tells, worked out once for every format: pure, from the incident, its plan and its calls."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from unleak.model.call import Call
from unleak.model.evidence import KeyOwner
from unleak.model.incident import ActionState, Incident
from unleak.model.plan import OutcomeKind, Plan, Proof, VerdictKind
from unleak.report.notes import Note, notes_of


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that was done. `state` is `holds`, `fails`, `unknown`, `refused` or `lifted`; green is `holds` only."""

    title: str
    target: str
    what: str
    state: str
    proof: str
    since: datetime | None
    done_at: datetime | None
    breaks: str
    step_id: str
    round: int


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A credential of the chain, `depth` steps away from the leaked one."""

    key_id: str
    depth: int
    origin: str
    how: str
    principal: str
    at: datetime | None
    expires_at: datetime | None
    accepted: int
    denied: int
    read: bool


@dataclass(frozen=True, slots=True)
class CallRow:
    at: datetime
    key_id: str
    action: str
    outcome: str
    region: str
    address: str
    detail: str
    after_containment: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A change that waits for a person: what would be written, what it needs, whom it breaks, how it is undone."""

    step_id: str
    what: str
    needs: str
    breaks: str
    undo: str
    from_mode: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """`status`: `contained`, `not contained` or `unknown`. `headline` is one sentence for a tired person at night."""

    incident_id: str
    key_id: str
    account: str
    owner: str
    status: str
    headline: str
    mode: str
    opened_at: datetime | None
    updated_at: datetime | None
    leaked_at: datetime | None
    quarantined_at: datetime | None
    holds_since: datetime | None
    told_by: tuple[str, ...]
    places: tuple[str, ...]
    may_do: tuple[tuple[str, str], ...]
    is_admin: bool
    measures: tuple[Measure, ...]
    keys: tuple[KeyRow, ...]
    created: tuple[tuple[str, str, str], ...]
    calls: tuple[CallRow, ...]
    pending: tuple[Waiting, ...]
    by_hand: tuple[str, ...]
    unknown: tuple[str, ...]
    look_again_at: datetime | None = None
    may_restore_at: datetime | None = None
    notes: tuple[Note, ...] = ()

    @property
    def accepted_after(self) -> tuple[CallRow, ...]:
        return tuple(c for c in self.calls if c.after_containment and c.outcome == "accepted")


def tell(
    incident: Incident, plan: Plan, calls: Sequence[Call], titles: Mapping[str, str], now: datetime | None = None
) -> Story:
    """`titles` names the units; `calls` are those of every credential of the chain. What is due is so by `now`, else by
    the last entry.
    """
    owner, alerts = incident.owner, incident.alerts
    permissions = incident.permissions.get(owner.user_arn or "") if owner else None
    measures = tuple(_measure(a, titles) for a in incident.actions.values() if a.outcome is not None)
    unknown = tuple(
        f"{titles.get(c.step.unit, c.step.unit)}: {c.unknown}" for c in incident.checks.values() if c.unknown
    )
    holds_since = _holds_since(incident, plan)
    return Story(
        incident_id=incident.id,
        key_id=incident.key_id,
        account=owner.account if owner else "",
        owner=_whose(owner),
        status=_status(plan, unknown, measures),
        headline=_headline(incident, plan, unknown, measures),
        mode=incident.mode.value,
        opened_at=incident.opened_at,
        updated_at=incident.updated_at,
        leaked_at=incident.leaked_at,
        quarantined_at=_first(incident, "attach_quarantine"),
        holds_since=holds_since,
        told_by=tuple(dict.fromkeys(f"{a.source} ({a.ground.value.replace('_', ' ')})" for a in alerts)),
        places=tuple(dict.fromkeys(f"{p.path}:{p.line}" for a in alerts for p in a.places)),
        may_do=tuple((d.action, d.why) for d in permissions.dangers) if permissions else (),
        is_admin=bool(permissions and permissions.is_admin),
        measures=measures,
        keys=tuple(_keys(incident)),
        created=tuple((r.target.kind.value, r.target.name, r.target.region) for r in incident.resources.values()),
        calls=tuple(_call(c, holds_since) for c in sorted(calls, key=lambda c: (c.at, c.event_id))),
        pending=tuple(
            Waiting(
                p.step.id,
                p.change.summary,
                p.needs,
                p.change.breaks,
                p.change.undo,
                p.from_mode.value if p.from_mode else "",
            )
            for p in plan.pending
            if p.change
        ),
        by_hand=plan.by_hand,
        unknown=unknown,
        look_again_at=plan.settles_at,
        may_restore_at=plan.may_restore_at,
        notes=notes_of(incident.notes, now or incident.updated_at or datetime.max.replace(tzinfo=UTC)),
    )


def _measure(action: ActionState, titles: Mapping[str, str]) -> Measure:
    verdict, outcome = action.verdict, action.outcome
    refused = outcome is not None and outcome.kind in {OutcomeKind.REFUSED, OutcomeKind.FAILED, OutcomeKind.ASK}
    state = "lifted" if action.is_lifted else "refused" if refused else verdict.kind.value if verdict else "unknown"
    proof = (
        {Proof.TRIAL: "by trial", Proof.STATE: "by state"}.get(verdict.proof, "") if verdict and verdict.proof else ""
    )
    reason = verdict.reason if verdict else ""
    detail = outcome.detail if outcome else ""
    return Measure(
        title=titles.get(action.step.unit, action.step.unit),
        target=action.step.target.name,
        what=_what(action, titles) if not refused else f"{_titled(action, titles)}: {detail}",
        state=state,
        proof=f"{proof}: {reason}" if proof and reason else proof or reason,
        since=verdict.since if verdict else None,
        done_at=action.concluded_at,
        breaks=action.change.breaks if action.change else "",
        step_id=action.step.id,
        round=action.step.round,
    )


def _titled(action: ActionState, titles: Mapping[str, str]) -> str:
    return f"{titles.get(action.step.unit, action.step.unit)} ({action.step.target.name})"


def _what(action: ActionState, titles: Mapping[str, str]) -> str:
    if action.change is not None and action.intended_at is not None:
        return action.change.summary
    title = titles.get(action.step.unit, action.step.unit)
    whom = f"{action.step.target.kind.value} {action.step.target.name}"
    if action.step.round > 1:
        return f"{title} ({whom}): looked at again, the cut-off is late enough"
    return f"{title} ({whom}): it stood so before us"


def _keys(incident: Incident) -> list[KeyRow]:
    """The chain as a tree, parents before children."""
    rows: list[KeyRow] = []
    children = defaultdict(list)
    for child in incident.credentials.values():
        children[child.parent].append(child.key_id)
    left = [(incident.key_id, 0)]
    told = set[str]()
    while left:
        key_id, depth = left.pop()
        if key_id in told:
            continue
        told.add(key_id)
        credential, seen = incident.credentials[key_id], incident.calls.get(key_id)
        rows.append(
            KeyRow(
                key_id=key_id,
                depth=depth,
                origin=credential.origin.value,
                how=credential.how,
                principal=credential.principal_arn.rsplit(":", 1)[-1],
                at=credential.at,
                expires_at=credential.expires_at,
                accepted=seen.accepted if seen else 0,
                denied=seen.denied if seen else 0,
                read=seen is not None and not seen.unread,
            )
        )
        left += [(child_id, depth + 1) for child_id in reversed(children[key_id])]
    return rows


def _call(call: Call, holds_since: datetime | None) -> CallRow:
    after = holds_since is not None and call.at > holds_since + timedelta(seconds=1)
    name = call.request.get("roleArn") or call.request.get("userName") or call.request.get("bucketName") or ""
    return CallRow(
        at=call.at,
        key_id=call.key_id,
        action=call.action,
        outcome=call.error or "accepted",
        region=call.region,
        address=call.address,
        detail=str(name),
        after_containment=after and call.action != "sts:GetCallerIdentity",
    )


def _first(incident: Incident, unit: str) -> datetime | None:
    done = [
        a.concluded_at for a in incident.actions.values() if a.step.unit == unit and a.is_applied and a.concluded_at
    ]
    return min(done, default=None)


def _holds_since(incident: Incident, plan: Plan) -> datetime | None:
    """When the last of the measures was seen to hold; None while one does not."""
    seen = [a.verdict.since for a in incident.actions.values() if a.verdict and a.verdict.since and not a.is_lifted]
    return max(seen, default=None) if plan.contained else None


def _status(plan: Plan, unknown: tuple[str, ...], measures: tuple[Measure, ...]) -> str:
    if plan.contained:
        return "contained"
    bad = {VerdictKind.FAILS.value, "refused"}
    if plan.pending or any(m.state in bad for m in measures):
        return "not contained"
    return "unknown" if unknown or measures else "not contained"


def _headline(incident: Incident, plan: Plan, unknown: tuple[str, ...], measures: tuple[Measure, ...]) -> str:
    who = _whose(incident.owner).rsplit("/", 1)[-1] or "its owner"
    if plan.contained:
        return (
            f"The leaked key {incident.key_id} of {who} and every session found that it made are stopped, and seen so."
        )
    if plan.pending:
        return f"{incident.key_id} is NOT contained: {_changes(len(plan.pending), 'waits', 'wait')} for a person."
    refused = [m for m in measures if m.state in {"refused", "fails"}]
    if refused:
        what = _changes(len(refused), "could not be made or does not hold", "could not be made or do not hold")
        return f"{incident.key_id} is NOT contained: {what}."
    if incident.owner is None:
        return f"Nothing is known of {incident.key_id} yet: {unknown[0] if unknown else 'nobody has looked'}"
    return f"Whether {incident.key_id} is contained is not known yet."


def _whose(owner: KeyOwner | None) -> str:
    """An ARN, or words for root; empty where nobody knows."""
    if owner is None:
        return ""
    return owner.principal_arn or ("the root user" if owner.is_root else "")


def _changes(number: int, one: str, many: str) -> str:
    return f"1 change {one}" if number == 1 else f"{number} changes {many}"
