"""Puts a parameter back as it was: the value of the version before is written again, as a new version.

The value passes through memory and is kept nowhere. A label says which version is ours, and of which it is the value.
"""

from typing import Any

from unleak.aws.client import Client
from unleak.aws.parameter_history import Written, history_of, version_before
from unleak.evict.asked import fact_of, not_attributed, options_of
from unleak.model.errors import NotPossible
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Target, Tri
from unleak.unit import ByHand, Context

_ALSO = ("Type", "KeyId", "Tier", "AllowedPattern", "DataType", "Description")


class PutBackParameter:
    id = "put_back_parameter"
    title = "Put the parameter back as it was"
    permissions = (
        "ssm:GetParameterHistory", "ssm:PutParameter", "ssm:LabelParameterVersion",
    )  # fmt: skip
    breaking = True
    reversible = True
    deletes = False
    undone_by = "writing the value that we found again"
    by_hand = ByHand(
        console="Systems Manager (region {region}) > Parameter Store > the parameter > History; then Edit",
        cli="aws ssm get-parameter-history --region {region} --name NAME --with-decryption, "
        "then put-parameter --overwrite",
    )
    references = ("https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html",)

    def propose(self, context: Context, target: Target) -> Change | None:
        """Raises NotPossible where neither the investigation nor a person says which version was before."""
        name, history = history_of(_ssm(context, target), target.id)
        if not history:
            raise NotPossible(f"{target.name} was deleted, and its history with it", "write it again from its source")
        before, latest = _before(context, target, history), history[0]
        if latest.number == before.number or _label(context, before.number) in latest.labels:
            return None
        return Change(
            summary=f"put parameter {name} back to version {before.number}, as a new version",
            breaks="whatever uses the present value; if the attacker read the value before, it must be changed anyhow",
            undo=f"write the value of version {latest.number} again",
            before={"version": before.number, "present": latest.number},
            after={"value_of": before.number},
        )

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        ssm = _ssm(context, target)
        name, history = history_of(ssm, target.id)
        before, present = int(change.before["version"]), int(change.before["present"])
        ours = next((w for w in history if w.number > present), None)
        if ours is None:
            ours_number = _write(ssm, name, before)
        elif ours.number == present + 1 == history[0].number:
            ours_number = ours.number  # written by us, and not labelled yet; or by us before
            if _label(context, before) not in ours.labels and not _same(ssm, name, before, ours_number):
                raise NotPossible(f"{name} was written since this was shown", "look at it anew")
        else:
            raise NotPossible(f"{name} was written since this was shown", "look at it anew")
        ssm.label_parameter_version(Name=name, ParameterVersion=ours_number, Labels=[_label(context, before)])
        return Outcome(OutcomeKind.DONE, change.summary)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        if change is None:
            return Look(Tri.YES, detail="it stood so before us")
        name, history = history_of(_ssm(context, target, fresh=True), target.id)
        if not history:
            return Look(Tri.NO, detail=f"{target.name} is not there")
        if _label(context, int(change.before["version"])) in history[0].labels:
            return Look(Tri.YES, detail=f"version {history[0].number} of {name} is ours, and the latest")
        return Look(Tri.NO, detail=f"version {history[0].number} of {name} is the latest, and not ours")

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        ssm = _ssm(context, target)
        name, history = history_of(ssm, target.id)
        label, present = _label(context, int(change.before["version"])), int(change.before["present"])
        if not any(label in w.labels for w in history):
            return Outcome(OutcomeKind.ALREADY, f"{target.name} has no version of ours")
        if label not in history[0].labels:
            if _same(ssm, name, present, history[0].number):
                return Outcome(OutcomeKind.ALREADY, f"{name} has the value of version {present}")
            return Outcome(OutcomeKind.ASK, f"{name} was written since by somebody else")
        _write(ssm, name, present)
        return Outcome(OutcomeKind.DONE, f"wrote the value of version {present} of {name} again")


def _ssm(context: Context, target: Target, *, fresh: bool = False) -> Client:
    return context.aws.client(target.account, "ssm", target.region, fresh=fresh)


def _label(context: Context, before: int) -> str:
    return f"{context.incident.name_of('put-back')}-{before}"[:100]


def _before(context: Context, target: Target, history: list[Written]) -> Written:
    """As a person says; else what is older than the attacker's first change that stands."""
    asked, fact = options_of(context, PutBackParameter.id, target).get("version", ""), fact_of(context, target)
    if asked:
        found = next((w for w in history if str(w.number) == asked), None)
    elif fact is not None:
        found = version_before(history, fact.at)
    else:
        raise not_attributed(target)
    if found is None:
        raise NotPossible(
            f"{target.name} has no version that is older", "AWS keeps a hundred; write it from its source"
        )
    return found


def _values(ssm: Client, name: str) -> dict[int, dict[str, Any]]:
    listed = ssm.pages("get_parameter_history", "Parameters", Name=name, WithDecryption=True)
    return {int(p["Version"]): p for p in listed}


def _write(ssm: Client, name: str, number: int) -> int:
    """The value of that version as a new one; returns its number."""
    told = _values(ssm, name).get(number)
    if told is None:
        raise NotPossible(f"version {number} of {name} is not kept any more", "write it again from its source")
    more = {field: told[field] for field in _ALSO if told.get(field)}
    return int(ssm.put_parameter(Name=name, Value=told["Value"], Overwrite=True, **more)["Version"])


def _same(ssm: Client, name: str, one: int, other: int) -> bool:
    values = _values(ssm, name)
    return one in values and other in values and values[one]["Value"] == values[other]["Value"]


ACTION = PutBackParameter()
