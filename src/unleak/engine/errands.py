"""What must be fetched before there is an alert: a push to scan, an alert of GitHub to read, a topic to confirm.

An errand is taken by one process at a time, and is done when what it found is stored; whoever is killed on the way
leaves it to the next. The secret that a scan finds stays in the process that found it, which tries the key at once.
What fails is tried again, later each time, then set aside with its reason. What somebody wants to know is an errand
too: it may take hours, so it is run beside the others.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from unleak.engine.bell import Bell
from unleak.engine.inquiries.answering import answer
from unleak.engine.local import first_committed, incident_id_of, opening
from unleak.engine.looked import look_at, look_of, unreached
from unleak.engine.readiness import Check, run_check
from unleak.intake.notice import Errand as Asked
from unleak.intake.notice import HostAlert, Inquiry, Push, Subscription, Whole, ground_of
from unleak.intake.reported import Reported
from unleak.intake.scanner_reports import read_report
from unleak.model.alert import Alert, Ground
from unleak.model.entry import Resumed
from unleak.model.errors import Busy, CouldNotLook, Misuse, RecordConflict, UnleakError
from unleak.model.finding import Finding, Place
from unleak.model.plan import Mode
from unleak.model.value import replace
from unleak.respond import World, respond
from unleak.respond.world import append
from unleak.scan.sources.remote import Login
from unleak.store.inbox import LONG, Errand, Inbox, Known, Received

_KINDS: dict[str, type[Asked | Check]] = {
    kind.__name__: kind for kind in (Push, HostAlert, Whole, Subscription, Inquiry, Check)
}
_EACH_SECONDS = 1.0
_TRIES_OF_A_SECRET = 480
_FORGETS_EACH = timedelta(hours=1)
Broken = Callable[[str, Exception], None]
"""Hears of an errand that ended in a defect."""

_AGAIN = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600, 7200))
_SECRET_TYPES = "aws_access_key_id,aws_secret_access_key,aws_session_token,aws_temporary_access_key_id"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Hands:
    """What errands are run with. `login` is for the host of a repository's address, None where there is none;
    `ask` reads a path of GitHub's REST API, a list where it has a question mark; `fetch` gets a small public file.
    """

    world: World
    inbox: Inbox
    mode: Mode
    login: Callable[[str], Login | None]
    ask: Callable[[str], Any]
    fetch: Callable[[str], bytes]


def errand_of(asked: Asked | Check, source: str, ground: Ground) -> tuple[str, str]:
    """Its id, the same for the same errand, and its body."""
    body = json.dumps(
        {"kind": type(asked).__name__, "source": source, "ground": ground.value, "asked": asdict(asked)},
        sort_keys=True,
    )
    if isinstance(asked, Inquiry):
        return f"{LONG}{asked.incident}-{asked.mark}", body
    return sha256(body.encode()).hexdigest(), body


def run_errand(hands: Hands, errand: Errand, broken: Broken = lambda _id, _defect: None) -> None:
    """Raises Busy while another process runs it. Every failure is kept with it; a defect sets it aside, and is told."""
    with hands.world.record.lease(f"errand-{errand.id[:40]}"):
        if hands.inbox.errand(errand.id) is None:
            return
        try:
            told = _run(hands, errand)
        except UnleakError as error:
            _later(hands, errand, error)
        except Exception as defect:  # noqa: BLE001  one errand's defect must not stop the others
            hands.inbox.set_aside(errand.id, f"a defect of unleak: {type(defect).__name__}")
            broken(errand.id, defect)
        else:
            hands.inbox.done(errand.id, told)


def run_due(hands: Hands, broken: Broken = lambda _id, _defect: None, *, long: bool | None = None) -> int:
    """All that are due and that nobody else runs: all kinds, only those that take long, or only the others. How many
    were due.
    """
    due = hands.inbox.due(hands.world.clock.now(), long=long)
    for errand in due:
        with suppress(Busy):
            run_errand(hands, errand, broken)
    return len(due)


def keep_running(
    hands: Hands, bell: Bell, told: Callable[[], None] = lambda: None, broken: Broken = lambda _id, _defect: None,
    *, long: bool = False,
) -> None:  # fmt: skip
    """Until the bell says that it is over. `told` hears that something was run, and may have brought an alert. `long`:
    only errands that take long, else only the others: a leak must not wait for a look of hours.
    """
    forgets_at = hands.world.clock.now()
    while not bell.is_over:
        if run_due(hands, broken, long=long):
            told()
        if hands.world.clock.now() >= forgets_at:
            hands.inbox.forget(hands.world.clock.now())
            forgets_at = hands.world.clock.now() + _FORGETS_EACH
        bell.wait(_EACH_SECONDS)


def _later(hands: Hands, errand: Errand, error: UnleakError) -> None:
    if isinstance(error, Misuse) or errand.tries >= len(_AGAIN):
        hands.inbox.set_aside(errand.id, str(error))
    else:
        hands.inbox.again(errand, hands.world.clock.now() + _AGAIN[errand.tries], str(error))


def _run(hands: Hands, errand: Errand) -> str:
    """In words, what came of it."""
    raw = json.loads(errand.body)
    asked = _KINDS[raw["kind"]](**raw["asked"])
    source = str(raw["source"])
    if isinstance(asked, Inquiry):
        return answer(hands.world, asked)
    if isinstance(asked, Check):
        return run_check(hands.world, asked)
    if isinstance(asked, Subscription):
        hands.fetch(asked.url)
        return f"confirmed {asked.topic}"
    if isinstance(asked, HostAlert):
        return _tell(hands, errand, source, _of_host(hands, asked), asked.repository)
    return _scan(hands, errand, source, asked)


def _scan(hands: Hands, errand: Errand, source: str, asked: Push | Whole) -> str:
    """Whatever comes of it, the store is told what was seen, or that nothing was: after the alerts, which go first."""
    began = hands.world.clock.now()
    try:
        looked = look_at(asked, hands.login)
    except UnleakError as error:
        hands.inbox.note(unreached(asked, errand, hands.world.clock.now(), str(error)))
        raise
    found = [
        (Reported(f.key_id, "unleak", _places(asked.repository, f), f.credentials, asked.public), Ground.CLAIM)
        for f in looked.result.findings
        if f.key_id
    ]
    try:
        told = _tell(hands, errand, source, found, asked.who)
    finally:
        look = look_of(asked, errand, looked, began, hands.world.clock.now())
        hands.inbox.note(look)
    if look.gap:
        raise CouldNotLook(f"{told}; could not look at all of it: {look.gap}", "")
    return told


def _places(repository: str, finding: Finding) -> tuple[Place, ...]:
    """Paths tell whose they are."""
    return tuple(replace(p, path=f"{repository}/{p.path}") for p in finding.places)


def _of_host(hands: Hands, asked: HostAlert) -> list[tuple[Reported, Ground]]:
    """An id and its secret are two alerts at GitHub: all open ones of the repository's AWS types are read.

    GitHub's word is for the key of an alert that it calls active, since it has asked AWS; any other is a claim.
    """
    base = asked.url.rpartition("/")[0]
    alert = hands.ask(asked.url)
    listed = hands.ask(f"{base}?state=open&secret_type={_SECRET_TYPES}")
    alerts = [a for a in [alert, *listed] if isinstance(a, dict) and isinstance(a.get("number"), int)]
    by_number = {a["number"]: a for a in reversed(alerts)}
    for number, one in by_number.items():
        one["locations"] = hands.ask(f"{base}/{number}/locations?")
    active = {str(a.get("secret", "")) for a in by_number.values() if a.get("validity") == "active"}
    reports = read_report(json.dumps(list(by_number.values())).encode()).found
    return [(r, Ground.GITHUB if r.key_id in active else Ground.CLAIM) for r in reports]


def _tell(hands: Hands, errand: Errand, source: str, found: Sequence[tuple[Reported, Ground]], who: str) -> str:
    """Stores an alert a key, then looks at those of which the secret is in hand."""
    now = hands.world.clock.now()
    for report, _ in found:
        if report.credentials is not None:
            hands.world.vault.put(report.credentials)
    alerts = [
        Alert(
            r.key_id, ground_of(r, ground), source, now, who,
            leaked_at=first_committed(r.places, now), places=r.places, public=r.public,
        )
        for r, ground in found
    ]  # fmt: skip
    opened = [(incident_id_of(a.key_id), opening(a, hands.mode)) for a in alerts]
    message = sha256("\0".join(["errand", errand.id, *sorted(a.key_id for a in alerts)]).encode()).hexdigest()
    with suppress(Known):  # killed between storing and trying: the secret is in hand again
        hands.inbox.take(Received(message, source, now, opened))
    for report, _ in found:
        if report.credentials is not None:
            look_now(hands.world, incident_id_of(report.key_id))
    return f"{len(found)} keys" if found else "no key"


def _take_up(world: World, incident_id: str) -> None:
    """Where somebody without the secret came first and could not try it, what they could not see is looked at again."""
    incident = world.record.incident(incident_id)
    untried = [c.step.target.id for c in incident.checks.values() if c.unknown and c.step.unit == "try_credential"]
    if any(world.vault.get(key_id) is not None for key_id in untried):
        append(world, incident, Resumed("the process that has the secret"))


def look_now(world: World, incident_id: str) -> None:
    """Here, where the secret is. Whoever else works on the incident just then did not have it: theirs is waited for, as
    long as a first look may take.
    """
    for _ in range(_TRIES_OF_A_SECRET):
        try:
            with world.record.lease(incident_id):
                _take_up(world, incident_id)
                respond(world, incident_id)
        except (Busy, RecordConflict):
            world.clock.sleep_until(world.clock.now() + timedelta(milliseconds=250))
            continue
        return
