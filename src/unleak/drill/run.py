"""A drill from the push to the report.

1. Build the stage, play an ordinary day.
2. Push the key.
3. Attack: what matters must be accepted, else the drill proves nothing.
4. Find the key in the push.
5. Contain; in the control account, only deactivate the key.
6. Verify until it holds.
7. Attack again, in both accounts: what matters must be refused in one, and is not in the other.
8. Read the trail once more, and report.
9. Where the technique says so: take out what was left, lift the denies, and hold the account beside what it was.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from unleak.aws.accounts import Accounts
from unleak.config import Config
from unleak.drill.arena import Arena
from unleak.drill.photograph import differences, photograph
from unleak.drill.push import push_leak
from unleak.drill.putting_right import PutRight, put_right
from unleak.drill.stage import Stage, build, ordinary_activity, tear_down
from unleak.drill.technique import Loot, Move, Result, Technique, make
from unleak.drill.techniques.key_deletion_is_not_enough import stop_by_hand
from unleak.engine.local import open_incident, run
from unleak.engine.permissions import responder_policies
from unleak.git.repository import Repository
from unleak.model.alert import Alert, Ground
from unleak.model.clock import parse_stamp
from unleak.model.entry import Concluded, Entry
from unleak.model.errors import CouldNotLook, Misuse
from unleak.model.finding import Finding
from unleak.model.incident import ActionState, Incident
from unleak.model.plan import Mode, Plan, Proof, Tri
from unleak.playbook import playbook
from unleak.respond import World
from unleak.scan.history import scan_history
from unleak.store.record import Record

BEFORE, CONTROL, AFTER = "before", "control", "after"
_ATTACKER = {"X-Forwarded-For": "203.0.113.66"}
_LONGEST_LAG = timedelta(seconds=40)
_TRIED = {"deactivate_key", "revoke_user_sessions"}


class Watcher(Protocol):
    """Hears of a drill as it goes."""

    def step(self, number: int, title: str) -> None: ...
    def say(self, text: str) -> None: ...
    def called(self, phase: str, move: Move, result: Result) -> None: ...
    def entry(self, entry: Entry) -> None: ...


@dataclass(slots=True)
class Drill:
    """What came of it. Seconds are real ones, counted from the push; `forwarded` is what the clock was moved on."""

    technique: Technique
    stage: Stage
    world: World
    results: dict[str, list[Result]] = field(default_factory=dict)
    finding: Finding | None = None
    incident: Incident | None = None
    plan: Plan | None = None
    pushed_at: float = 0.0
    pushed_clock: datetime | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    forwarded: float = 0.0
    left_behind: list[str] = field(default_factory=list)
    put_right: PutRight | None = None
    differs: list[str] = field(default_factory=list)
    """In the account from what it was before the attack, the leaked key apart."""

    @property
    def is_put_right(self) -> bool:
        """Also where the technique does not ask for it."""
        return not self.technique.puts_right or (
            self.put_right is not None and not self.put_right.why_not and not self.differs
        )

    @property
    def attack_succeeded(self) -> bool:
        """Every wanted call was accepted before."""
        return all(r.accepted is Tri.YES for r in self._wanted(BEFORE))

    @property
    def attack_failed(self) -> bool:
        """Every wanted call was refused after: a call that failed otherwise does not count."""
        return all(r.accepted is Tri.NO for r in self._wanted(AFTER))

    @property
    def passed(self) -> bool:
        contained = self.plan is not None and self.plan.contained
        return self.attack_succeeded and self.attack_failed and contained and self.is_put_right

    def _wanted(self, phase: str) -> list[Result]:
        moves = self.technique.moves
        found = [r for m, r in zip(moves, self.results.get(phase, ()), strict=False) if m.wanted]
        return found or [Result(Tri.COULD_NOT_LOOK, "never tried")]


def run_drill(
    arena: Arena, config: Config, technique: Technique, folder: Path, watcher: Watcher, *, contain: bool = True
) -> Drill:
    """`contain=False` switches containment off: such a drill must not pass. Raises Misuse where the technique needs a
    clock that can be moved, and the arena has none.
    """
    if technique.puts_right and not arena.is_standin:
        raise Misuse(f"{technique.id} waits for days", "play it on the embedded AWS, without --account")
    watcher.step(1, "An account, and an ordinary day in it")
    with _cleared_afterwards(arena) as left_behind:
        stage = build(arena.subject, *responder_policies())
        ordinary_activity(stage)
        control = build(arena.control, *responder_policies()) if arena.control else None
        for one in filter(None, (stage, control)):
            technique.prepare(one)
        before = photograph(stage.admin, stage.account) if technique.puts_right else {}
        arena.set_lag()
        drill = Drill(technique, stage, _world(arena, config, stage, watcher), left_behind=left_behind)
        _fight(arena, drill, control, folder, watcher, contain=contain)
        if technique.puts_right and contain:
            _put_right(drill, before, watcher)
        drill.world.record.close()
    return drill


@contextmanager
def _cleared_afterwards(arena: Arena) -> Iterator[list[str]]:
    """A stand-in ends with its process; an account of AWS is cleared, even of a stage that was only half built."""
    left_behind: list[str] = []
    try:
        yield left_behind
    finally:
        if not arena.is_standin:
            left_behind += tear_down(arena.subject)


def _fight(arena: Arena, drill: Drill, control: Stage | None, folder: Path, watcher: Watcher, *, contain: bool) -> None:
    watcher.step(2, "The key is pushed")
    bare = push_leak(folder, drill.stage.victim)
    drill.pushed_at, drill.pushed_clock = time.monotonic(), arena.clock.now()
    watcher.step(3, "The attacker, before containment")
    loot, control_loot = _loot(arena, config=drill.world.config, stage=drill.stage), None
    drill.results[BEFORE] = _attack(drill.technique, loot, watcher, BEFORE)
    watcher.step(4, "The key is found in the push")
    drill.finding = _find(drill, bare, watcher)
    watcher.step(5, "Containment" if contain else "Containment is switched off")
    watched, incident_id = _respond(drill, watcher, drill.technique.mode if contain else Mode.OBSERVE)
    if control is not None:
        control_loot = _loot(arena, config=drill.world.config, stage=control)
        _attack(drill.technique, control_loot, None, BEFORE)
        _deactivate_only(control)
    _respond_to_the_end(arena, drill, watched, incident_id, watcher)
    watcher.step(6, "The attacker, again")
    drill.results[AFTER] = _attack(drill.technique, loot, watcher, AFTER)
    if control is not None and control_loot is not None:
        stop_by_hand(control, control_loot)
        drill.results[CONTROL] = _attack(drill.technique, control_loot, watcher, CONTROL)
    watcher.step(7, "The trail, read once more")
    _read_on(arena, drill)
    drill.forwarded = arena.clock.forwarded


def _put_right(drill: Drill, before: dict[str, Any], watcher: Watcher) -> None:
    watcher.step(8, "All is put right")
    if drill.incident is None:
        return
    drill.put_right = put_right(drill.world, drill.incident.id)
    stage, leaked = drill.stage, drill.stage.victim.key_id
    found = differences(before, photograph(stage.admin, stage.account))
    drill.differs = [one for one in found if leaked not in one]
    watcher.say(f"{len(drill.put_right.agreed)} changes were agreed to; {drill.put_right.why_not or 'restored'}")
    for one in drill.differs:
        watcher.say(one)


def _world(arena: Arena, config: Config, stage: Stage, watcher: Watcher) -> World:
    """Runs with exactly the permissions that its units declare, not as an administrator."""
    aws = Accounts(config, endpoint=arena.endpoint, identity=stage.responder)
    return World(config, Record(config.record_url), aws, arena.clock, on_entry=watcher.entry)


def _loot(arena: Arena, *, config: Config, stage: Stage) -> Loot:
    aws = Accounts(config, endpoint=arena.endpoint, headers=_ATTACKER if arena.is_standin else None)
    return Loot(aws, stage, {"key": stage.victim})


def _attack(technique: Technique, loot: Loot, watcher: Watcher | None, phase: str) -> list[Result]:
    results = []
    for move in technique.moves:
        results.append(make(move, loot))
        if watcher is not None:
            watcher.called(phase, move, results[-1])
    return results


def _find(drill: Drill, bare: Path, watcher: Watcher) -> Finding:
    repository = Repository.at(bare)
    found = scan_history(repository).findings
    finding = next((f for f in found if f.key_id == drill.stage.victim.key_id and f.has_secret), None)
    if finding is None:
        raise CouldNotLook("the scan did not find the key that was pushed", "this is a defect: report it")
    drill.seconds["found"] = time.monotonic() - drill.pushed_at
    places = ", ".join(f"{p.path}:{p.line}" for p in finding.places)
    watcher.say(f"{finding.key_id} with its secret in {places}; account {finding.account_id}, read from the id")
    return finding


def _deactivate_only(control: Stage) -> None:
    iam = control.admin.client(control.account, "iam")
    iam.update_access_key(UserName="aws-victim", AccessKeyId=control.victim.key_id, Status="Inactive")


def _respond(drill: Drill, watcher: Watcher, mode: Mode) -> tuple[World, str]:
    """In real time, until the trials hold. Returns the watched world and the incident's id."""
    world, finding = drill.world, drill.finding
    if finding is None or finding.credentials is None or finding.key_id is None:
        raise CouldNotLook("there is no pair to respond to", "this is a defect: report it")
    world.vault.put(finding.credentials)
    dates = [parse_stamp(p.date) for p in finding.places if p.date]
    alert = Alert(finding.key_id, Ground.FOUND_SECRET, "a scan of the push", world.clock.now(), "the drill",
                  leaked_at=min(dates, default=None), places=finding.places)  # fmt: skip
    timed = _Timed(drill, watcher.entry)
    watched = World(world.config, world.record, world.aws, world.clock, world.vault, on_entry=timed)
    incident = open_incident(watched, alert, mode, "the drill")
    _until_trials_hold(watched, incident.id)
    return watched, incident.id


def _respond_to_the_end(arena: Arena, drill: Drill, world: World, incident_id: str, watcher: Watcher) -> None:
    """What is left are later looks: the arena's clock is moved on for them, where it can be."""
    arena.clock.forwarding = arena.is_standin
    drill.incident, drill.plan = run(world, incident_id)
    held = [a.verdict.since for a in drill.incident.actions.values() if _holds_by_trial(a) and a.verdict]
    if held and drill.pushed_clock is not None:
        drill.seconds["held by trial"] = (max(s for s in held if s) - drill.pushed_clock).total_seconds()
    if arena.clock.forwarded:
        watcher.say(
            f"the stand-in's clock was moved on by {arena.clock.forwarded / 60:.0f} minutes for the later looks"
        )


def _until_trials_hold(world: World, incident_id: str) -> None:
    """Real waiting: the lag is real. Ends when both trials hold, or when it has taken longer than any lag."""
    deadline = world.clock.now() + _LONGEST_LAG
    while world.clock.now() < deadline:
        incident, plan = run(world, incident_id, until=world.clock.now() + timedelta(seconds=1))
        tried = [a for a in incident.actions.values() if a.step.unit in _TRIED and a.step.round == 1]
        if plan.settles_at is None or (tried and all(_holds_by_trial(a) for a in tried)):
            return
        world.clock.sleep_until(min(plan.settles_at, deadline))


def _holds_by_trial(action: ActionState) -> bool:
    return action.verdict is not None and action.verdict.proof is Proof.TRIAL and action.step.round == 1


@dataclass(slots=True)
class _Timed:
    """Notes when what was done, in real seconds since the push."""

    drill: Drill
    tell: Callable[[Entry], None]

    def __call__(self, entry: Entry) -> None:
        event = entry.event
        if isinstance(event, Concluded) and event.step.unit == "attach_quarantine":
            self.drill.seconds.setdefault("quarantined", time.monotonic() - self.drill.pushed_at)
        self.tell(entry)


def _read_on(arena: Arena, drill: Drill) -> None:
    """The second reading of the trail shows the refused calls of the second attack."""
    plan, incident = drill.plan, drill.incident
    if plan is None or incident is None:
        return
    if plan.wake_at is not None and arena.is_standin:
        drill.world.clock.sleep_until(plan.wake_at)
    drill.incident, drill.plan = run(drill.world, incident.id)
    drill.plan = playbook(drill.incident, drill.world.clock.now())
    drill.seconds["reported"] = time.monotonic() - drill.pushed_at
