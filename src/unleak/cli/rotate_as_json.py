"""What `unleak rotate` tells, for programs: one document, whatever it came to."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from unleak.cli.rotate_steps import consumers_of
from unleak.model.document import written
from unleak.model.evidence import KeyStatus
from unleak.model.plan import OutcomeKind, Step
from unleak.playbook import facts, playbook, rotation

if TYPE_CHECKING:
    from unleak.cli.rotate_steps import Rotation
    from unleak.model.evidence import KeyOwner
    from unleak.model.incident import ActionState, Incident
    from unleak.rotate.advice import Advice
    from unleak.rotate.copies import Copies
    from unleak.rotate.uses import Use

SCHEMA = "unleak.rotation/1"
_UNITS = ("rotate_key", "deactivate_key", "delete_key")


def uses_as_json(incident: "Incident", owner: "KeyOwner", uses: "Sequence[Use]", copies: "Copies") -> str:
    """Nobody said who is to get the new key. `trail_is_whole`: else more may use it than is told."""
    read = incident.calls.get(incident.key_id)
    return _document(
        owner,
        state="nobody named",
        last_used={"at": owner.last_used_at, "service": owner.last_used_service, "region": owner.last_used_region},
        uses=list(uses),
        trail_is_whole=read is not None and not read.unread,
        held=list(copies.held),
        could_not_look=list(copies.unseen),
        found_in=[f"{p.path}:{p.line}" for a in incident.alerts for p in a.places],
    )


def advice_as_json(owner: "KeyOwner", advice: "Sequence[Advice]") -> str:
    return _document(owner, state="advised", advice=list(advice))


def rotation_as_json(done: "Rotation", exit_code: int) -> str:
    """`measures` are the three changes, as far as they were shown or made; nothing of a secret is in the record."""
    incident, owner = done.incident, done.owner
    plan = playbook(incident, done.world.clock.now())
    return _document(
        owner,
        incident=incident.id,
        state=state_of(incident, owner, plan_only=done.plan_only),
        consumers=list(consumers_of(incident)),
        measures=list(_measures(incident)),
        silent_at=rotation.silent_at(incident, owner),
        run_again_at=plan.wake_at,
        exit_code=exit_code,
    )


def state_of(incident: "Incident", owner: "KeyOwner", *, plan_only: bool = False) -> str:
    """`planned`, `waits`, `refused`, `handed over`, `switched off` or `deleted`: how far it has come."""
    if facts.is_gone(incident, owner):
        return "deleted"
    last = max((a for a in incident.actions.values() if a.step.unit == "rotate_key"), key=_round, default=None)
    if last is None or not last.is_applied:
        given_up = last is not None and last.outcome is not None and last.outcome.kind in _GIVEN_UP
        return "refused" if given_up else "planned" if plan_only else "waits"
    return "switched off" if owner.status is KeyStatus.INACTIVE or _is_off(incident) else "handed over"


_GIVEN_UP = frozenset({OutcomeKind.REFUSED, OutcomeKind.FAILED, OutcomeKind.ASK})


def _round(state: "ActionState") -> int:
    return state.step.round


def _is_off(incident: "Incident") -> bool:
    return any(a.is_applied for a in incident.actions.values() if _is_of(a.step, "deactivate_key", incident))


def _is_of(step: Step, unit: str, incident: "Incident") -> bool:
    return step.unit == unit and step.target.id == incident.key_id


def _measures(incident: "Incident") -> Iterator[dict[str, Any]]:
    for state in incident.actions.values():
        if state.step.unit not in _UNITS or state.step.target.id != incident.key_id:
            continue
        change, verdict = state.change or state.proposal, state.verdict
        yield {
            "step": state.step.id,
            "what": change.summary if change else "",
            "breaks": change.breaks if change else "",
            "undo": change.undo if change else "",
            "outcome": state.outcome.kind if state.outcome else None,
            "detail": state.outcome.detail if state.outcome else "",
            "verdict": verdict.kind if verdict else None,
            "reason": verdict.reason if verdict else "",
        }


def _document(owner: "KeyOwner", **more: Any) -> str:
    whose = {"key_id": owner.key_id, "account": owner.account, "user": owner.user_arn or "", "status": owner.status}
    return written(SCHEMA, {**whose, **more})
