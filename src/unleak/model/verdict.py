"""What looks add up to: HOLDS, FAILS or UNKNOWN, as a pure function of the looks.

IAM is eventually consistent (seconds, said to be minutes at worst; AWS documents no bound:
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency).
So a change counts as *held by state* only when fresh clients have read it back for a while and minutes have passed,
and as *held by trial* when a call that was accepted before is refused, and refused again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from unleak.model.plan import Look, Proof, Tri, Verdict, VerdictKind

STATE_STABLE = timedelta(seconds=12)
STATE_UNKNOWN_UNTIL = timedelta(minutes=5)
TRIAL_STABLE = timedelta(seconds=2)
TRIAL_FAILS_AFTER = timedelta(minutes=5)
WATCH_EVERY = timedelta(hours=1)
WATCH_FOR = timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class Looks:
    """The looks at one change since it was last applied, kept as the unbroken runs that a verdict needs."""

    count: int = 0
    last: Look | None = None
    last_at: datetime | None = None
    in_place_since: datetime | None = None
    refused_since: datetime | None = None
    proved_since: datetime | None = None
    """Since when trials are refused, where that was seen to last. It stays proved while the change stays in place and
    no trial is accepted: what it was tried with is dead soon, by our own hand.
    """
    accepted_since: datetime | None = None
    """A trial was accepted, and none was refused since: only a refusal, or the end of what was tried, clears it."""
    unseen_since: datetime | None = None
    """Since when nobody could look."""

    @property
    def is_gone(self) -> bool:
        return self.last is not None and self.last.in_place is Tri.NO

    def add(self, at: datetime, look: Look) -> "Looks":
        refused_since = (self.refused_since or at) if look.refused is Tri.YES else None
        return Looks(
            count=self.count + 1,
            last=look,
            last_at=at,
            in_place_since=(self.in_place_since or at) if look.in_place is Tri.YES else None,
            refused_since=refused_since,
            proved_since=self._proved(at, look, refused_since),
            accepted_since=self._accepted(at, look),
            unseen_since=(self.unseen_since or at) if look.in_place is Tri.COULD_NOT_LOOK else None,
        )

    def _proved(self, at: datetime, look: Look, refused_since: datetime | None) -> datetime | None:
        if look.refused is Tri.NO or (look.refused is None and look.in_place is not Tri.YES):
            return None
        lasts = refused_since is not None and at - refused_since >= TRIAL_STABLE
        return self.proved_since or (refused_since if lasts else None)

    def _accepted(self, at: datetime, look: Look) -> datetime | None:
        if look.refused is Tri.NO:
            return self.accepted_since or at
        return self.accepted_since if look.refused is None and not look.moot else None

    def restart(self, *, changed: bool) -> "Looks":
        """The runs begin anew. Where nothing was written, a trial that was accepted still stands."""
        return Looks() if changed else Looks(accepted_since=self.accepted_since)


def verdict(looks: Looks, applied_at: datetime) -> Verdict:
    """Judged as of the last look: a verdict never gets greener by itself while nobody looks."""
    look, at = looks.last, looks.last_at
    if look is None or at is None:
        return Verdict(VerdictKind.UNKNOWN, "not looked yet")
    if look.in_place is Tri.NO:
        return Verdict(VerdictKind.FAILS, look.detail or "it is not in place")
    if look.refused is Tri.NO:
        return _still_accepted(look, at - applied_at)
    if looks.proved_since is not None:
        return Verdict(VerdictKind.HOLDS, look.detail, looks.proved_since, Proof.TRIAL)
    if look.refused is Tri.YES:
        return Verdict(VerdictKind.UNKNOWN, "refused; asking once more")
    if looks.accepted_since is not None:
        return Verdict(VerdictKind.UNKNOWN, "the last trial was accepted, and none can be made now")
    if look.in_place is Tri.YES and looks.in_place_since is not None:
        return _by_state(look, looks.in_place_since, at, applied_at)
    return Verdict(VerdictKind.UNKNOWN, look.detail or "could not look")


def _still_accepted(look: Look, age: timedelta) -> Verdict:
    if age < TRIAL_FAILS_AFTER:
        return Verdict(
            VerdictKind.UNKNOWN, "in place, but not obeyed everywhere yet: the trial call was still accepted"
        )
    return Verdict(VerdictKind.FAILS, look.detail or "the trial call is still accepted")


def _by_state(look: Look, since: datetime, at: datetime, applied_at: datetime) -> Verdict:
    if look.immediate:
        return Verdict(VerdictKind.HOLDS, look.detail, since, Proof.STATE)
    known_from = max(since + STATE_STABLE, applied_at + STATE_UNKNOWN_UNTIL)
    if at >= known_from:
        return Verdict(VerdictKind.HOLDS, look.detail, known_from, Proof.STATE)
    return Verdict(VerdictKind.UNKNOWN, "in place; whether AWS obeys it everywhere is known 5 minutes after the change")


def next_look_at(looks: Looks, applied_at: datetime) -> datetime | None:
    """When to look again; None when this change has been watched long enough."""
    if looks.last is None or looks.last_at is None:
        return applied_at
    age = looks.last_at - applied_at
    if verdict(looks, applied_at).holds:
        return looks.last_at + WATCH_EVERY if age < WATCH_FOR else None
    if looks.last.refused is not None or looks.last.immediate:
        return looks.last_at + _trial_pause(age)
    if age >= STATE_UNKNOWN_UNTIL:
        return looks.last_at + timedelta(minutes=1)
    stable_at = (looks.in_place_since or looks.last_at) + STATE_STABLE
    if looks.last_at < stable_at:
        return min(looks.last_at + timedelta(seconds=5), max(stable_at, looks.last_at + timedelta(seconds=1)))
    return applied_at + STATE_UNKNOWN_UNTIL


def _trial_pause(age: timedelta) -> timedelta:
    if age < timedelta(minutes=1):
        return timedelta(seconds=1)
    return timedelta(seconds=10) if age < TRIAL_FAILS_AFTER else timedelta(minutes=1)
