"""A deny of what this user may dangerously do, small enough for a policy of the user's own: the last way, and the only
one in a partition that has no quarantine policy. It denies what we try as well, as AWS's policies do.
"""

from collections.abc import Mapping
from typing import Any

from unleak.aws.trial import REFUSED_BY_QUARANTINE
from unleak.contain.own_policy import ON_USER, OwnPolicy
from unleak.contain.quarantine.policies import dangers_of
from unleak.contain.quarantine.way import Patient
from unleak.model.plan import Change


class ByInline:
    id = "inline"
    permissions = ON_USER

    def propose(self, patient: Patient) -> Change:
        read = patient.context.incident.permissions.get(patient.target.id)
        dangers = tuple(d.action for d in read.dangers) if read else ()
        denied = dangers_of(dangers, is_admin=read is None or read.is_admin)
        why = "all other ways are closed" if patient.quarantine else "this partition has no quarantine policy"
        return Change(
            summary=f"deny user {patient.target.name} {len(denied)} dangerous actions by a policy of its own: {why}",
            breaks="",
            undo=f"delete the policy {patient.name}",
            before={"document": None},
            after={"document": _deny([*denied, *REFUSED_BY_QUARANTINE])},
        )

    def apply(self, patient: Patient, after: Mapping[str, Any]) -> None:
        _policy(patient).write(dict(after["document"]))

    def seen(self, patient: Patient, after: Mapping[str, Any]) -> str:
        present = _policy(patient).read()
        changed = "document" in after and present != after["document"]
        return f"the policy {patient.name} is in place" if present is not None and not changed else ""

    def undo(self, patient: Patient, change: Change) -> bool:
        del change
        was_there = _policy(patient).read() is not None
        if was_there:
            _policy(patient).delete()
        return was_there


def _policy(patient: Patient) -> OwnPolicy:
    return OwnPolicy(patient.client, patient.target, patient.name)


def _deny(actions: list[str]) -> dict[str, Any]:
    statement = {"Sid": "UnleakQuarantine", "Effect": "Deny", "Action": sorted(actions), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


WAY = ByInline()
