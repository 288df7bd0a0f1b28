"""One technique, from the attack to the account as it was before.

1. Build the stage, play an ordinary day, photograph the account.
2. Attack: what matters must be accepted, else nothing is proven.
3. Contain; where the technique says so, the attacker goes on meanwhile.
4. Attack again: what matters must be refused.
5. Ask the trail: it must tell what the technique leaves.
6. Agree to all that waits, and photograph the account once more.

A waiting takes no real time where the arena's clock can be moved.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from unleak.aws.accounts import Accounts
from unleak.config import Config
from unleak.drill.arena import Arena
from unleak.drill.meanwhile import Harried
from unleak.drill.ours import without_ours
from unleak.drill.photograph import Things, differences, photograph
from unleak.drill.putting_right import take_out
from unleak.drill.scored import Scored
from unleak.drill.stage import Stage, build, ordinary_activity
from unleak.drill.technique import Loot, Move, Result, Technique, make
from unleak.engine.local import open_incident, run
from unleak.engine.permissions import responder_policies
from unleak.investigate.run import Wish, investigate
from unleak.investigate.sigma.rule import Loaded
from unleak.investigate.trail.opened import EVENT_HISTORY, opened
from unleak.model.alert import Alert, Ground
from unleak.model.incident import Incident
from unleak.model.investigation import Investigation
from unleak.model.plan import Mode, Plan, Tri
from unleak.respond import World
from unleak.store.record import Record

ATTACKER = {"X-Forwarded-For": "203.0.113.66"}
_BEFORE_THE_LEAK = timedelta(hours=2)
"""An ordinary day is over well before the leak: what the key did within an hour of it may be a stranger's work."""
_MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer is, and in words why it is not YES."""

    answer: Tri
    why: tuple[str, ...] = ()


def play(arena: Arena, config: Config, technique: Technique, rules: Loaded, *, contain: bool = True) -> Scored:
    """`contain=False` switches containment off: nothing must pass then. Raises UnleakError where the stage cannot be
    built; whatever else goes wrong is in the answer.
    """
    began = time.monotonic()
    scene = _Scene.built(arena, config, technique, rules)  # 1
    attacked = _attacked(technique, scene.attack())  # 2
    left = scene.changed()
    incident, plan = scene.contain(technique.mode if contain else Mode.OBSERVE)  # 3
    contained = _contained(technique, incident, scene.attack())  # 4
    seen = _seen(technique, scene.ask_the_trail(incident))  # 5
    evicted = _evicted(technique, left, *scene.take_out(incident, plan, left))  # 6
    scene.world.record.close()
    if attacked.answer is not Tri.YES:
        contained = seen = evicted = Told(Tri.COULD_NOT_LOOK)
    told = (attacked, contained, seen, evicted)
    return Scored(
        technique.id,
        attacked.answer,
        contained.answer,
        seen.answer,
        evicted.answer,
        why=tuple(line for one in told for line in one.why),
        seconds=round(time.monotonic() - began, 1),
        held_after=_held_after(technique, incident, scene.alerted_at),
    )


@dataclass(slots=True)
class _Scene:
    arena: Arena
    technique: Technique
    rules: Loaded
    stage: Stage
    world: World
    loot: Loot
    before: Things
    leaked_at: datetime
    alerted_at: datetime

    @classmethod
    def built(cls, arena: Arena, config: Config, technique: Technique, rules: Loaded) -> "_Scene":
        stage = replace(build(arena.subject, *responder_policies()), machine=arena.machine)
        ordinary_activity(stage)
        technique.prepare(stage)
        before = photograph(stage.admin, stage.account)
        if arena.is_standin:
            arena.clock.forwarding = True
            arena.clock.sleep_until(arena.clock.now() + _BEFORE_THE_LEAK)
        aws = Accounts(config, endpoint=arena.endpoint, identity=stage.responder)
        world = World(config, Record(config.record_url), aws, arena.clock)
        theirs = Accounts(config, endpoint=arena.endpoint, headers=ATTACKER if arena.is_standin else None)
        loot = Loot(theirs, stage, {"key": stage.victim, **arena.strangers})
        now = arena.clock.now()
        return cls(arena, technique, rules, stage, world, loot, before, now, now)

    def attack(self) -> list[tuple[Move, Result]]:
        return [(move, make(move, self.loot)) for move in self.technique.moves]

    def changed(self) -> list[str]:
        """In the account, since before the attack, and not by us."""
        leaked, now = self.stage.victim.key_id, photograph(self.stage.admin, self.stage.account)
        return differences(without_ours(self.before, leaked), without_ours(now, leaked))

    def contain(self, mode: Mode) -> tuple[Incident, Plan]:
        self.arena.set_lag()
        self.alerted_at = self.arena.clock.now()
        self.world.vault.put(self.stage.victim)
        alert = Alert(self.stage.victim.key_id, Ground.FOUND_SECRET, "a drill", self.alerted_at, "the drill",
                      leaked_at=self.leaked_at)  # fmt: skip
        world = self.world
        if self.technique.meanwhile is not None and self.arena.is_standin:
            harried = Harried(self.arena.clock, self.technique.meanwhile, self.loot)
            world = replace(world, clock=harried, on_entry=harried.heard)
        opened_ = open_incident(world, alert, mode, "the drill")
        return run(world, opened_.id)

    def ask_the_trail(self, incident: Incident) -> Investigation:
        config, home = self.world.config, self.world.config.home / "asked"
        sources = opened((EVENT_HISTORY,), lambda: self.world.aws, self.stage.account, home, config.lookups_a_second)
        wish = Wish(
            self.stage.victim.key_id, home, incident.suspect_since, rules=(self.rules,),
            our_requests=incident.our_request_ids, our_keys=frozenset({self.stage.responder.key_id}),
        )  # fmt: skip
        return investigate(wish, sources, self.arena.clock.now())

    def take_out(self, incident: Incident, plan: Plan, left: list[str]) -> tuple[list[str], Plan]:
        """Nothing is waited for where the clock cannot be moved: such techniques leave nothing."""
        open_ = bool(left) or not plan.contained
        if open_ and self.arena.is_standin and incident.mode is not Mode.OBSERVE:
            incident, plan = take_out(self.world, incident.id)
        return self.changed(), plan


def _attacked(technique: Technique, results: Iterable[tuple[Move, Result]]) -> Told:
    del technique
    wanted = [(m, r) for m, r in results if m.wanted and r.accepted is not Tri.YES]
    refused = any(r.accepted is Tri.NO for _, r in wanted)
    why = tuple(f"before: {m.holder}: {m.action}: {r.code or r.accepted.value}" for m, r in wanted)
    return Told((Tri.NO if refused else Tri.COULD_NOT_LOOK) if wanted else Tri.YES, why)


def _contained(technique: Technique, incident: Incident, results: Iterable[tuple[Move, Result]]) -> Told:
    not_refused = [(m, r) for m, r in results if m.wanted and r.accepted is not Tri.NO]
    why = [f"after: {m.holder}: {m.action}: {r.code or 'accepted'}" for m, r in not_refused]
    open_ = list(_not_holding(technique, incident))
    if any(r.accepted is Tri.YES for _, r in not_refused) or open_:
        return Told(Tri.NO, (*why, *open_))
    return Told(Tri.COULD_NOT_LOOK if why else Tri.YES, tuple(why))


def _not_holding(technique: Technique, incident: Incident) -> Iterator[str]:
    for unit in technique.stopped_by:
        states = [a for a in incident.actions.values() if a.step.unit == unit]
        if not any(a.holds for a in states):
            said = next((a.verdict.reason for a in states if a.verdict), "it was never made")
            yield f"{unit} does not hold: {said}"


def _seen(technique: Technique, found: Investigation) -> Told:
    wanted = technique.seen
    missing = [
        *_lacking("rule", wanted.rules, (t.rule for t in found.techniques)),
        *_lacking("credential of", wanted.credentials, (c.how for c in found.credentials)),
        *_lacking("thing of type", wanted.things, (r.type.removeprefix("AWS::") for r in found.remaining)),
    ]
    if missing and found.seen.problems:
        return Told(Tri.COULD_NOT_LOOK, tuple(f"the trail: {p}" for p in found.seen.problems[:_MOST_NAMED]))
    return Told(Tri.NO if missing else Tri.YES, tuple(missing))


def _lacking(what: str, wanted: Iterable[str], told: Iterable[str]) -> list[str]:
    known = set(told)
    return [f"the investigation names no {what} {one}" for one in wanted if one not in known]


def _evicted(technique: Technique, left: list[str], stays: list[str], plan: Plan) -> Told:
    """What the technique declares must have been there: who looks away sees nothing left."""
    declared = (*technique.leaves, *technique.lost)
    never = [w for w in declared if not any(d.startswith(w) for d in left)]
    if never or (left and not declared):
        return Told(Tri.COULD_NOT_LOOK, (f"the attack does not leave what is declared: {', '.join(never or left)}",))
    still = [f"not put right: {d}" for d in stays if not d.startswith(technique.lost)]
    still += [f"nobody is told: {w}" for w in technique.by_hand if not any(w in line for line in plan.by_hand)]
    if not plan.contained and not technique.by_hand:
        still += [f"not contained in the end: {line}" for line in plan.by_hand[:_MOST_NAMED]]
    return Told(Tri.NO if still else Tri.YES, tuple(still))


def _held_after(technique: Technique, incident: Incident, since: datetime) -> float | None:
    held: list[datetime] = [
        a.verdict.since
        for a in incident.actions.values()
        if a.step.unit in technique.stopped_by and a.step.round == 1 and a.verdict and a.verdict.since
    ]
    return round((max(held) - since).total_seconds(), 1) if held else None
