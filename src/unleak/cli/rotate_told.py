"""What `unleak rotate` tells before anything is changed: who uses the key, and how to do without it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from unleak.cli.rotate_as_json import advice_as_json, uses_as_json
from unleak.engine.story import calls_from
from unleak.rotate.advice import advise, as_text
from unleak.rotate.consumers import forms
from unleak.rotate.consumers.consumer import Place
from unleak.rotate.copies import Copies, copies_of
from unleak.rotate.uses import Use, uses_in

if TYPE_CHECKING:
    from unleak.model.evidence import KeyOwner
    from unleak.model.incident import Incident
    from unleak.respond import World
    from unleak.store.record import Record

_MOST_ACTIONS = 8


def uses_told(world: "World", incident: "Incident", owner: "KeyOwner", format_name: str = "text") -> str:
    """Last use, calls, copies in the account, and places where it was found."""
    place = Place(world.aws, owner.account, world.clock)
    copies = copies_of(place, owner.key_id, world.aws.regions(owner.account))
    uses = _uses(world.record, incident)
    if format_name == "json":
        return uses_as_json(incident, owner, uses, copies)
    return "\n".join([*_lines(uses, incident, owner), *_held(copies), *_to(incident)])


def advice_told(
    record: "Record", incident: "Incident", owner: "KeyOwner", consumers: tuple[str, ...], format_name: str = "text"
) -> str:
    advice = advise(_uses(record, incident), consumers)
    return advice_as_json(owner, advice) if format_name == "json" else as_text(incident.key_id, owner.account, advice)


def _uses(record: "Record", incident: "Incident") -> list[Use]:
    return uses_in(c for c in calls_from(record, incident) if c.key_id == incident.key_id)


def _lines(uses: list[Use], incident: "Incident", owner: "KeyOwner") -> Iterator[str]:
    yield f"{owner.key_id} of {owner.user_arn}: {owner.status.value}"
    last = f"{owner.last_used_at:%Y-%m-%d %H:%M} UTC" if owner.last_used_at else "never, as far as IAM tells"
    where = f", {owner.last_used_service} in {owner.last_used_region}" if owner.last_used_service else ""
    yield f"  last used: {last}{where}"
    for use in uses:
        more = f" and {len(use.actions) - _MOST_ACTIONS} more" if use.actions[_MOST_ACTIONS:] else ""
        yield f"  {use.program} {use.runs.value}: {use.calls} calls, last {use.last_at:%Y-%m-%d %H:%M} UTC"
        yield f"    from {', '.join(use.addresses) or 'an address that is not told'}"
        yield f"    {', '.join(use.actions[:_MOST_ACTIONS])}{more}"
    read = incident.calls.get(incident.key_id)
    if read is None or read.unread:
        yield "  the trail could not be read everywhere: more may use it"
    elif not uses:
        yield "  no call in the trail, which shows management events of 90 days and no reads of objects"


def _held(copies: Copies) -> Iterator[str]:
    """Its values are not told, nor whether the secret beside it is the right one."""
    yield from (f"  lies in {text}" for text in copies.held)
    yield from (f"  could not look: {reason}" for reason in copies.unseen)


def _to(incident: "Incident") -> Iterator[str]:
    yield from (f"  found in {p.path}:{p.line}" for a in incident.alerts for p in a.places)
    yield "nobody said who is to get the new key; name each with --to:"
    yield from (f"  {form}" for form in forms())
