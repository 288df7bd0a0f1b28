"""`unleak rotate`, step by step. Each reads from the record how far it has come, so that any of them may be the last of
a run: ask, hand over, wait for silence, deactivate, delete.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

import click

from unleak.cli.incident_named import now_of
from unleak.cli.progress import Progress
from unleak.cli.saying import say
from unleak.cli.world import person
from unleak.engine.local import incident_id_of, open_incident, run
from unleak.engine.rotations import ask_to_rotate, last_request
from unleak.model.alert import Alert, Ground
from unleak.model.entry import Approved, Event
from unleak.model.errors import CouldNotLook, Misuse
from unleak.model.evidence import KeyOwner, KeyStatus
from unleak.model.incident import ActionState, Incident
from unleak.model.plan import Change, Mode, OutcomeKind, Plan, Step, Target, TargetKind
from unleak.playbook import facts, playbook, rotation
from unleak.playbook.table import SOAK
from unleak.respond import World
from unleak.rotate.asked import asked_in

_GOOD_FOR = timedelta(hours=24)
_SOON = timedelta(seconds=1)
_TRIES = 3


@dataclass(slots=True)
class Rotation:
    """One run. `end`: until when to wait. `incident` is as of the last step. `plan_only`: nothing is approved.
    `aside`: what is told on the way is not what is asked for.
    """

    world: World
    incident: Incident
    reason: str
    end: datetime
    yes: bool
    plan_only: bool = False
    aside: bool = False

    @classmethod
    def of(
        cls, world: World, key_id: str, reason: str, wait: timedelta, *, yes: bool, plan_only: bool = False,
        aside: bool = False,
    ) -> Self:  # fmt: skip
        """Joins the incident of this key as it is, or opens one that changes nothing by itself. Looks first: whose key
        it is, and what it does.
        """
        known = world.record.incident(incident_id_of(key_id))
        now = world.clock.now()
        alert = known.alerts[0] if known.seq else Alert(
            key_id, Ground.PERSON, "unleak rotate", now, person(), reason or "to be rotated"
        )  # fmt: skip
        incident = open_incident(world, alert, None if known.seq else Mode.OBSERVE, person())
        made = cls(world, incident, reason, now + wait, yes, plan_only, aside)
        made._run()
        if made.incident.owner is None:
            unknown = next((c.unknown for c in made.incident.checks.values() if c.unknown), "")
            raise CouldNotLook(f"whose key {key_id} is could not be told: {unknown}", "run again")
        return made

    @property
    def owner(self) -> KeyOwner:
        owner = self.incident.owner
        if owner is None:
            raise CouldNotLook(f"whose key {self.incident.key_id} is is not known", "run again")
        return owner

    @property
    def key(self) -> Target:
        return Target(TargetKind.KEY, self.incident.key_id, self.owner.account)

    def ask(self, consumers: tuple[str, ...], frees: str) -> bool:
        """Shows the change and asks for a yes, where that was not given yet. False where it is not to be made."""
        step = self._requested(consumers, frees)
        state = self.incident.action(step)
        if state is not None and (state.is_open or state.is_applied or self._is_approved(step)):
            return True
        if state is None or not state.shown:
            say(state.outcome.detail if state is not None and state.outcome else f"{step.id} could not be proposed")
            return False
        if state.proposal is None:
            say("they have another key already: nothing is to be handed over")
            return False
        return self._approve(step, state.proposal, "make and hand over the new key?")

    def go_on(self) -> int:
        """0 once the old key is switched off and that holds; else 1: a person or time is needed."""
        state = self._handed_over()
        if state is None or not state.is_applied:
            moved_on = "the account is not as it was when this was approved: run again, and look at the change anew"
            say(state.outcome.detail if state is not None and state.outcome else moved_on)
            return 1
        self._tell(f"handed over: {state.outcome.detail if state.outcome else ''}")
        if not state.holds:
            return self._later("whether it holds is known 5 minutes after the change")
        if not self._is_off() and not self._is_silent():
            due = rotation.silent_at(self.incident, self.owner)
            when = f"; it counts as silent at {due:%Y-%m-%d %H:%M} UTC at the earliest" if due else ""
            return self._later(f"{self.key.id} works on{when}")
        if not (self._was_off_before() or self._done("deactivate_key", "switch the old key off?")):
            return self._later(f"{self.key.id} is not off yet, or that is not seen to hold yet")
        return self._deleted()

    def _handed_over(self) -> ActionState | None:
        """Waits until it holds, or is refused."""
        step = self._last_step()
        self._run(lambda i: not _is_settled(i.action(step)))
        return self.incident.action(step)

    def _is_silent(self) -> bool:
        self._run(lambda i: not (i.owner is not None and rotation.is_silent(i, i.owner)))
        return rotation.is_silent(self.incident, self.owner)

    def _is_off(self) -> bool:
        """By us, or by somebody else."""
        state = self.incident.action(Step("deactivate_key", self.key))
        return self.owner.status is not KeyStatus.ACTIVE or (state is not None and state.is_applied)

    def _was_off_before(self) -> bool:
        state = self.incident.action(Step("deactivate_key", self.key))
        return self.owner.status is KeyStatus.INACTIVE and (state is None or state.intended_at is None)

    def _done(self, unit: str, question: str) -> bool:
        """The pending change approved and made, where its mode does not cover it; and seen to hold."""
        step = Step(unit, self.key)
        if facts.is_gone(self.incident, self.owner):
            return True
        pending = next((p for p in self._plan().pending if p.step == step), None)
        if pending is not None and pending.change is not None and not self._approve(step, pending.change, question):
            return False
        self._run(lambda i: not _is_settled(i.action(step)))
        return self.incident.holds(step)

    def _deleted(self) -> int:
        step = Step("delete_key", self.key)
        if self.incident.holds(step) or facts.is_gone(self.incident, self.owner):
            self._tell(f"{self.key.id} is deleted: the rotation is done")
            return 0
        if any(p.step == step for p in self._plan().pending):
            gone = self._done("delete_key", "delete the old key? It cannot come back")
            self._tell(f"{self.key.id} is {'deleted: the rotation is done' if gone else 'not deleted yet: run again'}")
            return 0 if gone else 1
        off = self.incident.action(Step("deactivate_key", self.key))
        if off is None or off.concluded_at is None:
            asks = f"unleak incident request {self.key.id} delete_key {self.key.id} --why ..."
            self._tell(f"{self.key.id} was switched off by somebody else; to delete it: {asks}")
        else:
            self._tell(f"{self.key.id} is Inactive; run again from {off.concluded_at + SOAK:%Y-%m-%d %H:%M} UTC on to "
                       "delete it")  # fmt: skip
        return 0

    def _later(self, why: str) -> int:
        wake_at = self._plan().wake_at
        self._tell(f"{why}; run again{f' after {wake_at:%Y-%m-%d %H:%M:%S} UTC' if wake_at else ''}")
        return 1

    def _requested(self, consumers: tuple[str, ...], frees: str) -> Step:
        before = self.incident.seq
        why = self.reason or "to be rotated"
        step = ask_to_rotate(self.world, self.incident, consumers, frees, who=person(), why=why)
        self.incident = self.world.record.incident(self.incident.id)
        if self.incident.seq > before:
            self._run()
        return step

    def _last_step(self) -> Step:
        last = last_request(self.incident)
        if last is None:
            raise Misuse("nobody said who is to get the new key", "name each with --to")
        return last.step

    def _is_approved(self, step: Step) -> bool:
        state = self.incident.action(step)
        return state is not None and state.approval is not None and state.approval.expires_at > self.world.clock.now()

    def _approve(self, step: Step, change: Change, question: str) -> bool:
        self._tell(f"{change.summary}\n  breaks  {change.breaks}\n  undone  {change.undo}")
        if self.plan_only:
            return True
        if not (self.yes or click.confirm(question, err=True)):
            say("not approved: nothing was changed")
            return False
        now = now_of(self.world, self.incident)
        why = self.reason or "unleak rotate"
        self._write(Approved.of(step, change, person(), why, now + _GOOD_FOR))
        return True

    def _tell(self, text: str) -> None:
        click.echo(text, err=self.aside)

    def _run(self, goes_on: Callable[[Incident], bool] | None = None) -> None:
        """Does what is due; with `goes_on`, waits for what comes as long as that says so and there is time."""
        with Progress() as progress:
            world = replace(
                self.world, on_entry=progress.entry, on_begin=progress.begin, clock=progress.clock(self.world.clock)
            )
            until = max(self.end, self.world.clock.now()) if goes_on else self.world.clock.now()
            on = (lambda i: goes_on(i) and self.world.clock.now() <= until) if goes_on else None
            self.incident, _ = run(world, self.incident.id, until=until + _SOON, goes_on=on)

    def _plan(self) -> Plan:
        return playbook(self.incident, self.world.clock.now())

    def _write(self, event: Event) -> None:
        self.world.record.append(self.incident.id, self.incident.seq, [(now_of(self.world, self.incident), event)])
        self.incident = self.world.record.incident(self.incident.id)


def consumers_of(incident: Incident) -> tuple[str, ...]:
    """As they were asked for last; none where nobody asked yet."""
    last = last_request(incident)
    return tuple(asked_in(last.options).texts) if last else ()


def _is_settled(state: ActionState | None) -> bool:
    """It holds, or nothing more comes of it by itself."""
    if state is None:
        return True
    waits = state.approval is None and state.intended_at is None
    return state.holds or waits or _gave_up(state)


def _gave_up(state: ActionState) -> bool:
    kind = state.outcome.kind if state.outcome is not None and not state.is_open else None
    return kind in {OutcomeKind.REFUSED, OutcomeKind.ASK, OutcomeKind.POSTPONED} or (
        kind is OutcomeKind.FAILED and state.attempts >= _TRIES
    )
