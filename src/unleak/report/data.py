"""What was done to data: as text and as JSON. Names only; no content is ever read."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict

from unleak.model.data import Back, Present, Thing, Touched
from unleak.model.document import written
from unleak.report.investigation.words import counted, listed, said, stamp

SCHEMA = "unleak.data/1"
_MOST = 200
_MARKS = {
    Back.YES: "CAN BE PUT BACK",
    Back.NO: "CANNOT",
    Back.COULD_NOT_LOOK: "COULD NOT LOOK",
    Back.NOTHING: "nothing to do",
}


def to_text(found: Touched, incident_id: str = "") -> str:
    """`incident_id`: of the incident that putting back is asked of."""
    return "\n".join(_lines(found, incident_id))


def _lines(found: Touched, incident_id: str) -> Iterator[str]:
    changed, read = found.changed, found.only_read
    yield f"{said(found.key_id, 40)}: {counted(len(changed), 'thing')} changed, {len(read):,} only read"
    yield f"  by its calls, and those of every credential that came of it, since {stamp(found.since)} UTC"
    if changed:
        backs = Counter(t.before.back for t in changed if t.before)
        yield "  " + ", ".join(f"{_MARKS[b]}: {backs[b]:,}" for b in Back if backs[b])
        yield from ("", "Changed")
    for thing in changed[:_MOST]:
        yield from _changed(thing, incident_id)
    yield from _left_out(len(changed))
    if read:
        yield from ("", "Read: this cannot be undone. What is secret of it must be changed where it is used")
    for thing in read[:_MOST]:
        yield f"  {said(thing.arn, 110)}  {_times(thing)}"
    yield from _left_out(len(read))
    yield from ("", "What this does not tell")
    yield from (f"  could not look: {said(line, 300)}" for line in (*found.unseen, *found.problems))
    yield from (f"  {said(line, 300)}" for line in found.limits)
    yield "  metadata, tags and permissions of things: see `unleak investigate`"


def _left_out(number: int) -> Iterator[str]:
    if number > _MOST:
        yield f"  and {number - _MOST:,} more: see --format json"


def _changed(thing: Thing, incident_id: str) -> Iterator[str]:
    yield f"  {said(thing.arn, 110)}"
    yield f"    {', '.join(thing.deeds)} {_times(thing)}, event {said(thing.changes[0].event_id, 40)}"
    before = thing.before
    if before is None:
        return
    whose = "" if before.present is Present.UNKNOWN else f"; the present content is {before.present.value}"
    yield f"    {_MARKS[before.back]}: {said(before.why, 200)}{whose}"
    if before.by_hand:
        yield f"    by hand: {said(before.by_hand, 300)}"
    if before.action and before.present is not Present.AS_BEFORE and incident_id:
        version = f" --option version={said(before.version, 400)}" if before.version else ""
        yield f"    unleak incident request {incident_id} {before.action} {_quoted(thing.arn)}{version} --why '...'"


def _quoted(arn: str) -> str:
    """An attacker chose the name: what a shell could do with it must not be pasted."""
    plain = all(c.isalnum() or c in "-_./:@+=," for c in arn)
    return arn if plain else "'ARN, see --format json'"


def _times(thing: Thing) -> str:
    first, last = thing.touches[0], thing.touches[-1]
    keys = list(dict.fromkeys(said(t.by or "no key", 24) for t in thing.touches))
    when = stamp(first.at) if first.at == last.at else f"{stamp(first.at)} to {stamp(last.at)}"
    return f"{when} by {listed(keys, 3)} ({counted(len(thing.touches), 'call')})"


def to_json(found: Touched) -> str:
    """`unleak.data/1`."""
    rows = [{**asdict(t), "deeds": t.deeds} for t in found.things]
    told = {"key_id": found.key_id, "since": found.since, "unseen": found.unseen}
    return written(SCHEMA, {**told, "limits": found.limits, "problems": found.problems, "things": rows})
