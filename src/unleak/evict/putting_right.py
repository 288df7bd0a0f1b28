"""How whatever an attacker changed is put right: part by part, each with the value that it has and the one it should
have. Most actions of this room are only the three answers that this asks for.

A part is named by what hangs on the thing (`inline|NAME`, `trust`); the empty name is the thing itself. Its value is
plain JSON without secrets; None: it is not there. So the before-image is what the attacker left, the after-image what
is written, a look compares, and undo writes what was found; it asks where somebody else has written since.
"""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any

from unleak.iam.our_deny import without_our_denies
from unleak.iam.repeatable import stood_before
from unleak.model.errors import NotPossible
from unleak.model.evidence import Fact
from unleak.model.incident import Incident
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Step, Target, Tri
from unleak.unit import ByHand, Context

Parts = Mapping[str, Any]
GONE = "|gone"


class PuttingRight(ABC):
    """An Action. Never what the incident did not touch: without a deed of it on the target, only a person's request,
    which names who and why, makes it possible, and then for the whole thing alone.
    """

    id: str
    title: str
    permissions: tuple[str, ...]
    breaking: bool = True
    reversible: bool = True
    deletes: bool = False
    undone_by: str
    by_hand: ByHand
    references: tuple[str, ...]
    whole: bool = False
    """It takes out the thing as such, so that a person may ask for it without any deed."""

    @abstractmethod
    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        """The parts that this deed spoilt, and the value that each should have. Nothing for deeds that are another
        action's. Raises NotPossible where nobody knows what it was before.
        """

    @abstractmethod
    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        """The value that the part has now; None where it, or the thing, is not there."""

    @abstractmethod
    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        """Gives it this value; None takes it away. Twice is once."""

    @abstractmethod
    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        """In words: what is done, what it may break, how it is undone."""

    def propose(self, context: Context, target: Target) -> Change | None:
        wanted, now, unknown = self._seen(context, target, fresh=False)
        wrong = {part: value for part, value in now.items() if not same(value, wanted[part])}
        if not wrong and unknown:  # "nothing to change" would call it taken out
            raise unknown[0]
        if not wrong:
            return None
        after = {part: wanted[part] for part in wrong}
        summary, breaks, undo = self.words(target, after)
        return Change(summary + _for_a_person(unknown), breaks, undo, before=wrong, after=after)

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        for part, value in change.after.items():
            if not same(self.read(context, target, part, fresh=False), value):
                self.write(context, target, part, value)
        return Outcome(OutcomeKind.DONE, change.summary)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        del change
        name, (wanted, now, unknown) = last_of(target), self._seen(context, target, fresh=True)
        wrong = [p for p, v in now.items() if not same(v, wanted[p])]
        told = ", ".join(map(spoken, wrong))
        if wrong and self._has_held(context, target) and all(now[p] is None for p in wrong):
            # What was given back is gone again: its owner may have done that, and must not be fought.
            return Look(Tri.COULD_NOT_LOOK, detail=f"{name}: {told} was given back, and is gone again")
        if wrong:
            return Look(Tri.NO, detail=f"{name}: {told} as the attacker left it")
        if unknown:  # the step stands for all that was done to the thing: what nobody knows is not taken out
            known = f"{name} is as it should be, as far as is known{_for_a_person(unknown)}"
            return Look(Tri.COULD_NOT_LOOK, detail=known)
        return Look(Tri.YES, detail=f"{name} is as it should be")

    def _has_held(self, context: Context, target: Target) -> bool:
        state = context.incident.action(Step(self.id, target))
        return state is not None and state.has_held

    def _seen(
        self, context: Context, target: Target, *, fresh: bool
    ) -> tuple[dict[str, Any], dict[str, Any], list[NotPossible]]:
        """What each part should have, what it has now, and what nobody knows of either: it does not keep us from the
        rest.
        """
        wanted, unknown = self._wanted(context, target)
        now: dict[str, Any] = {}
        for part in wanted:
            try:
                now[part] = self.read(context, target, part, fresh=fresh)
            except NotPossible as error:
                unknown.append(error)
        return wanted, now, unknown

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        if not self.reversible:
            return Outcome(OutcomeKind.ASK, "it cannot be taken back")
        now = {part: self.read(context, target, part, fresh=False) for part in change.before}
        back = {part: value for part, value in change.before.items() if not same(now[part], value)}
        if not back:
            return Outcome(OutcomeKind.ALREADY, f"{target.name} is as it was found")
        foreign = [p for p in back if not same(now[p], change.after.get(p))]
        if foreign:
            return Outcome(OutcomeKind.ASK, f"{', '.join(map(spoken, foreign))} of {target.name} was changed since")
        for part, value in reversed(back.items()):  # what was taken away first may need what came after it
            self.write(context, target, part, value)
        return Outcome(OutcomeKind.DONE, f"put {target.name} back as it was found")

    def _wanted(self, context: Context, target: Target) -> tuple[dict[str, Any], list[NotPossible]]:
        """Also what this step has written already: the trail may tell the deed as removed since, by us. And what nobody
        knows.
        """
        step = Step(self.id, target)
        parts, unknown = self._told(context, target)
        for state in context.incident.same_change(step):
            parts |= {p: v for c in (*state.earlier, state.change) if c is not None for p, v in c.after.items()}
        if not parts and self.whole and step.id in context.incident.requested:
            return {"": None}, []
        if not parts and unknown:
            raise unknown[0]
        if not parts:
            raise NotPossible(
                f"nothing that this incident did to {target.name} is known",
                "what the incident did not touch is not touched; a person may ask for it by name",
            )
        return parts, unknown

    def _told(self, context: Context, target: Target) -> tuple[dict[str, Any], list[NotPossible]]:
        """By the deeds, the newest last."""
        parts: dict[str, Any] = {}
        unknown: list[NotPossible] = []
        for deed in deeds_on(context.incident, target):
            try:
                parts |= dict(self.right(context, target, deed))
            except NotPossible as error:
                unknown.append(error)
            except (ValueError, TypeError, KeyError) as error:  # a former value of an odd shape
                said = f"what {target.name} was before cannot be read ({type(error).__name__})"
                unknown.append(NotPossible(said, "look at it by hand"))
        return parts, unknown


def _for_a_person(errors: list[NotPossible]) -> str:
    return "".join(f"; for a person: {error}" for error in errors)


def deeds_on(incident: Incident, target: Target) -> list[Fact]:
    """What the incident did to it and what stands, as far as the trail tells, the oldest first. Whether our own denies
    stand is their actions' business.
    """
    standing = incident.descent.standing if incident.descent else ()
    here = without_our_denies(incident, (f for f in standing if f.arn == target.id))
    return sorted((f for f in here if not stood_before(f)), key=lambda f: f.at)


def same(one: Any, other: Any) -> bool:
    """AWS writes an account as its root, and a list of one as its one; neither is a difference."""
    return _plainly(one) == _plainly(other)


def _plainly(value: Any) -> str:
    return json.dumps(_normal(value), sort_keys=True, default=str)


def _normal(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _normal(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        items = sorted((_normal(v) for v in value), key=_order)
        return items[0] if len(items) == 1 else items
    if isinstance(value, str) and (root := _ROOT.fullmatch(value)):
        return root[1]
    return value


def _order(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


_ROOT = re.compile(r"arn:[\w-]+:iam::(\d{12}):root")


def spoken(part: str) -> str:
    """`inline policy NAME`, of `inline|NAME`."""
    return part.removesuffix(GONE).replace("|", " ") or "it"


def last_of(target: Target) -> str:
    """The name in an ARN that ends in `/NAME` or in `:NAME`."""
    return target.name.rsplit(":", 1)[-1]
