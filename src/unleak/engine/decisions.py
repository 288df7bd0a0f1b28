"""What a person decides of an incident, on whatever way it comes: the command line, the API, the web page.

Each checks, writes the entry in that person's name, and does nothing else: the loop carries it out. All raise Misuse
where it cannot be, and RecordConflict where the incident has moved on meanwhile.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from unleak.aws.services import is_service
from unleak.engine.local import incident_id_of
from unleak.model.entry import Approved, Closed, Declined, Event, HoldSet, ModeSet, Noted, Requested
from unleak.model.errors import Misuse
from unleak.model.incident import Incident
from unleak.model.plan import Change, Mode, Pending, Step, Target, TargetKind
from unleak.playbook import playbook
from unleak.respond import ACTIONS, World
from unleak.scan.words import without_secret

_BY_THEMSELVES = {
    "break_glass": "unleak incident break-glass",
    "rotate_key": "unleak rotate KEY_ID --to CONSUMER, or POST …/rotations",
}
_MOST_HOURS = 12
"""Half a day is enough to give an application a new key."""
_MOST_IN_A_FENCE = 100
_MOST_HOURS_OF_A_YES = 168
_ARN_PARTS = 5


def incident_named(world: World, name: str) -> Incident:
    """By its own id or by its key's."""
    for incident_id in (name, incident_id_of(name)):
        incident = world.record.incident(incident_id)
        if incident.seq:
            return incident
    raise Misuse(f"there is no incident {name}", "`unleak incident list` shows which there are")


def now_of(world: World, incident: Incident) -> datetime:
    """The record goes by AWS's time, of which nothing may have been heard: a slow machine must not write the past."""
    return max(world.clock.now(), incident.updated_at or datetime.min.replace(tzinfo=UTC))


def pending(world: World, incident: Incident, step_id: str) -> tuple[Pending, Change]:
    """What waits for an approval, or was declined and may be approved still, with its change."""
    plan = playbook(incident, now_of(world, incident))
    found = next((p for p in (*plan.pending, *plan.declined) if p.step.id == step_id), None)
    if found is None or found.change is None:
        raise Misuse(
            f"{step_id} does not wait for approval in {incident.id}",
            f"`unleak incident show {incident.id}` lists what does",
        )
    return found, found.change


def approve(
    world: World, incident: Incident, step_id: str, *, who: str, why: str, hours: float, digest: str = ""
) -> Change:
    """One pending change, as it was shown. `digest` is that of what the person saw, where they saw it elsewhere."""
    waits, change = _as_shown(world, incident, step_id, digest)
    write(world, incident, yes(world, incident, waits.step, change, who=who, why=why, hours=hours))
    return change


def decline(world: World, incident: Incident, step_id: str, *, who: str, why: str, digest: str = "") -> Change:
    """A no to one pending change, as it was shown. It may be approved later all the same."""
    waits, change = _as_shown(world, incident, step_id, digest)
    write(world, incident, Declined(waits.step, change.digest(waits.step), who, without_secret(why)))
    return change


def _as_shown(world: World, incident: Incident, step_id: str, digest: str) -> tuple[Pending, Change]:
    waits, change = pending(world, incident, step_id)
    if digest and digest != change.digest(waits.step):
        raise Misuse(f"{step_id} has changed since it was shown", "look at it again, then decide on what it is now")
    return waits, change


def close(world: World, incident: Incident, *, who: str, why: str) -> None:
    """It is over, in this person's name. Not while something waits for a decision."""
    if waits := playbook(incident, now_of(world, incident)).pending:
        raise Misuse(f"{len(waits)} changes of {incident.id} wait for a decision", "approve or decline them first")
    write(world, incident, Closed(who, without_secret(why)))


def yes(world: World, incident: Incident, step: Step, shown: Change, *, who: str, why: str, hours: float) -> Approved:
    """One person's. What cannot be undone takes a second one's too, where the service is told so."""
    ends = now_of(world, incident) + timedelta(hours=_hours(hours, _MOST_HOURS_OF_A_YES))
    alone = ACTIONS[step.unit].reversible or not world.config.listening.service.two_persons
    return Approved.of(step, shown, who, without_secret(why), ends, alone=alone)


def request(
    world: World, incident: Incident, unit: str, target: str, *, who: str, why: str, options: Mapping[str, str]
) -> Step:
    """A change that the table does not want by itself: it is shown, and waits for an approval."""
    if unit not in ACTIONS:
        raise Misuse(f"there is no action {unit}", f"there are {', '.join(ACTIONS)}")
    if unit in _BY_THEMSELVES:
        raise Misuse(f"{unit} has a command of its own", _BY_THEMSELVES[unit])
    step = Step(unit, target_of(incident, target))
    said = {name: without_secret(value) for name, value in options.items()}
    write(world, incident, Requested(step, who, without_secret(why), said))
    return step


def hold(world: World, incident: Incident, *, on: bool, who: str, why: str) -> None:
    """A legal hold: while it is on, nothing is deleted."""
    write(world, incident, HoldSet(on, who, without_secret(why)))


def set_mode(world: World, incident: Incident, mode: Mode, *, who: str, why: str) -> None:
    write(world, incident, ModeSet(mode, who, without_secret(why)))


@dataclass(frozen=True, slots=True)
class Fence:
    """Within which a leaked key may work again: how long, what beside its use before the leak, and from where.

    Raises Misuse: behind a fence of nonsense nothing would work, but the leaked key would be active.
    """

    hours: float
    allow: tuple[str, ...] = ()
    where: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _hours(self.hours, _MOST_HOURS)
        if max(len(self.allow), len(self.where)) > _MOST_IN_A_FENCE:
            raise Misuse(
                f"a fence takes at most {_MOST_IN_A_FENCE} actions and addresses", "name fewer, or use s3:Get*"
            )
        for action in self.allow:
            service, _, operation = action.partition(":")
            if not re.fullmatch(r"[A-Z][A-Za-z]+\*?", operation) or not is_service(service):
                raise Misuse(f"{action[:100]} is no action of IAM that may be allowed", "write it like s3:GetObject")
        for address in self.where:
            try:
                ipaddress.ip_network(address)
            except ValueError as error:
                raise Misuse(f"{address[:100]} is no address and no network", "write it like 192.0.2.0/24") from error


def note(world: World, incident: Incident, text: str, due: datetime | None, *, who: str) -> None:
    """What a person knows. The same text again takes the place of the former: without `due`, nothing is due then."""
    if not text.strip():
        raise Misuse("a note needs words", "unleak incident note AKIA... 'the owner is told'")
    write(world, incident, Noted(who, without_secret(text.strip()), due))


def ask_for_glass(world: World, incident: Incident, fence: Fence, *, who: str, why: str) -> Step:
    """The leaked key is to work again: shown first, then approved. A round of its own each time."""
    owner = incident.owner
    target = Target(TargetKind.KEY, incident.key_id, owner.account if owner else "")
    before = [a.step.round for a in incident.actions.values() if a.step.unit == "break_glass"]
    step = Step("break_glass", target, max(before, default=0) + 1)
    options = {"hours": f"{fence.hours:g}", "allow": ",".join(fence.allow), "from": ",".join(fence.where)}
    write(world, incident, Requested(step, who, without_secret(why), options))
    return step


def target_of(incident: Incident, text: str) -> Target:
    """A key id of the incident, an ARN, or an account."""
    home = incident.owner.account if incident.owner else ""
    kinds = {":user/": TargetKind.USER, ":role/": TargetKind.ROLE, ":instance/": TargetKind.INSTANCE}
    for mark, kind in kinds.items():
        if mark in text and text.startswith("arn:"):
            return Target(kind, text, text.split(":")[4])
    if text in incident.credentials:
        return Target(TargetKind.KEY, text, incident.credentials[text].account or home)
    if text.isdecimal():
        return Target(TargetKind.ACCOUNT, text, text)
    if text.startswith("arn:") and text.count(":") >= _ARN_PARTS:
        return Target(TargetKind.RESOURCE, text, text.split(":")[4] or home)
    raise Misuse(f"{text} is no target", "give a key id of the incident, an ARN, or an account")


def write(world: World, incident: Incident, event: Event) -> None:
    """In the place that the incident had when the person looked: where others were first, RecordConflict."""
    world.record.append(incident.id, incident.seq, [(now_of(world, incident), event)])


def _hours(hours: float, most: int) -> float:
    """Raises Misuse."""
    if not 0 < hours <= most:
        raise Misuse(f"{hours:g} hours are not between 0 and {most}", "ask again when they are over")
    return hours
