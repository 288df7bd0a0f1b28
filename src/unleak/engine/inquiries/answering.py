"""An inquiry is answered: looked at, kept, and written into its incident. Killed at any moment, it is looked anew."""

import json
import zlib
from base64 import b64decode, b64encode
from typing import Any

from unleak.engine.decisions import now_of
from unleak.engine.inquiries.kind import Gist, Kind
from unleak.engine.inquiries.kinds import KINDS
from unleak.engine.inquiries.questions import accounts_in, check_trails, question_of
from unleak.engine.inquiries.standpoint import Standpoint
from unleak.intake.notice import Inquiry
from unleak.model.entry import Answered
from unleak.model.errors import CouldNotLook, Misuse, RecordConflict
from unleak.model.evidence import Exhibit
from unleak.respond import World
from unleak.store.codec import from_plain, to_plain
from unleak.store.record import Record

SCHEMA = "unleak.found/1"


def answer(world: World, asked: Inquiry) -> str:
    """In words, what came of it. Raises CouldNotLook where nothing could be seen: what was seen in part is kept."""
    incident = world.record.incident(asked.incident)
    answered = next((a for a in incident.answered if a.inquiry == asked.mark), None)
    if answered is not None:
        return answered.summary
    kind = KINDS.get(asked.what)
    if kind is None:
        raise Misuse(f"there is no inquiry {asked.what}", f"there are {', '.join(KINDS)}")
    check_trails(world.config, asked.options)
    stand = Standpoint(world.config, lambda: world.aws, incident, world.record.load, world.clock.now)
    found = kind.look(stand, incident.key_id, question_of(kind, asked.options))
    gist = kind.gist(found)
    exhibit = world.record.keep(_lines(kind, found, incident.id))
    _write(world, asked, exhibit, gist)
    return gist.summary


def _write(world: World, asked: Inquiry, exhibit: Exhibit, gist: Gist) -> None:
    """Whoever else writes meanwhile is no matter: this is what was seen."""
    while True:
        incident = world.record.incident(asked.incident)
        at = now_of(world, incident)
        event = Answered(
            asked.mark, asked.what, exhibit, asked.who, at, gist.summary, gist.finds, dict(asked.options),
            gist.worst_unseen, tuple(dict.fromkeys((*gist.accounts, *accounts_in(asked.options)))),
        )  # fmt: skip
        try:
            entries = world.record.append(incident.id, incident.seq, [(at, event)])
        except RecordConflict:
            continue
        for entry in entries:
            world.on_entry(entry)
        return


def document_in(record: Record, answered: Answered) -> bytes:
    """The report as it was made then."""
    return record.load(answered.exhibit)[0]


def told_as(record: Record, answered: Answered, format_name: str, incident_id: str) -> str:
    """The same in another format, made of what was kept. Raises Misuse where there is no such format, and CouldNotLook
    where another version of unleak kept it in a way that this one cannot read.
    """
    kind = KINDS[answered.what]
    form = kind.formats.get(format_name)
    if form is None:
        raise Misuse(f"{answered.what} is not told as {format_name}", f"there are {', '.join(kind.formats)}")
    return form(_found_in(record, answered, kind), incident_id)


def _lines(kind: Kind, found: Any, incident_id: str) -> list[bytes]:
    """The document for programs, and all that was found, from which the other formats are made."""
    document = json.loads(kind.formats["json"](found, incident_id))
    packed = b64encode(zlib.compress(json.dumps(to_plain(found)).encode())).decode()
    return [json.dumps(one, separators=(",", ":")).encode() for one in (document, {"schema": SCHEMA, "zlib": packed})]


def _found_in(record: Record, answered: Answered, kind: Kind) -> Any:
    try:
        held = json.loads(record.load(answered.exhibit)[1])
        return from_plain(json.loads(zlib.decompress(b64decode(held["zlib"]))), kind.found)
    except CouldNotLook:
        raise
    except Exception as error:
        raise CouldNotLook("only JSON can be made of this answer: another version kept it", "format=json") from error
