"""The decision table: an incident and the time in, a plan out. Pure; names units by their id and imports none.

Asked again after every entry, so that what the investigation finds is contained by the same table: a credential that
the leaked key minted joins the incident, and the next plan holds its principal.
"""

from datetime import UTC, datetime

from unleak.model.credential import CredentialKind
from unleak.model.incident import Incident
from unleak.model.plan import Plan, Planned, Task
from unleak.playbook import by_hand, facts
from unleak.playbook.answer import answer
from unleak.playbook.lifting import may_restore, may_undo, why_not_restore
from unleak.playbook.table import wanted

__all__ = ["may_restore", "may_undo", "playbook", "why_not_restore"]

_AT_ONCE = datetime.min.replace(tzinfo=UTC)


def playbook(incident: Incident, now: datetime) -> Plan:
    """`contained` is true only when every wanted step was done and holds, and the trail was read after its delay.

    Doing and learning come before looking again: looks fall due every second, and must not hold up the next change. Nor
    each other, where a look takes longer than a second: what was not looked at for longest comes first.
    """
    table = list(dict.fromkeys(wanted(incident)))
    calm = facts.calm(incident)
    answers = [answer(incident, w, now, calm) for w in table]
    escaped = tuple(by_hand.escaped(incident, now))
    parts = [a for a, w in zip(answers, table, strict=True) if w.part]
    return Plan(
        steps=tuple(sorted((a.due for a in answers if a.due), key=lambda p: _turn(incident, p))),
        pending=tuple(a.pending for a in answers if a.pending),
        by_hand=(*escaped, *(a.by_hand for a in answers if a.by_hand), *by_hand.to_do(incident)),
        wake_at=min((a.wake_at for a in answers if a.wake_at), default=None),
        settles_at=min((a.wake_at for a in parts if a.wake_at and not (a.settled or a.by_hand)), default=None),
        contained=_is_known(incident) and not escaped and all(a.settled for a in parts),
        may_restore_at=facts.may_restore_at(incident),
        escaped=escaped,
        declined=tuple(a.declined for a in answers if a.declined),
        for_a_person=tuple(w.step for a, w in zip(answers, table, strict=True) if a.by_hand),
    )


def _turn(incident: Incident, planned: Planned) -> tuple[bool, datetime]:
    state = incident.action(planned.step)
    if planned.task is not Task.VERIFY or state is None:
        return False, _AT_ONCE
    return True, state.looks.last_at or state.concluded_at or _AT_ONCE


def _is_known(incident: Incident) -> bool:
    """Whether we know what the credential is, and so where a deny must go."""
    owner = incident.owner
    if owner is None:
        return False
    return owner.principal_arn is not None or owner.kind in {CredentialKind.ROOT_KEY, CredentialKind.ROOT_SESSION}
