"""Incidents made of entries, for what is told of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from unleak.model.alert import Alert, Ground
from unleak.model.credential import Origin
from unleak.model.entry import Checked, Concluded, Entry, Event, Intended, Looked, Opened, Proposed, Told
from unleak.model.evidence import CallsRead, CredentialFound, DescentRead, Exhibit, Fact, KeyOwner, KeyStatus, KeyTried
from unleak.model.finding import Place
from unleak.model.fold import fold
from unleak.model.incident import Incident
from unleak.model.occasion import Kind
from unleak.model.plan import Change, Look, Mode, Outcome, OutcomeKind, Plan, Step, Target, TargetKind, Tri
from unleak.notify.due import Due, due
from unleak.notify.notice import Notice, notice_of
from unleak.notify_settings import NotifySetting
from unleak.playbook import playbook
from unleak.report.story import tell

ACCOUNT = "111122223333"
KEY = "AKIA" + "RTX3GSDSABCDEFGH"
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
USER = Target(TargetKind.USER, f"arn:aws:iam::{ACCOUNT}:user/victim", ACCOUNT)
KEY_TARGET = Target(TargetKind.KEY, KEY, ACCOUNT)
QUARANTINE = Step("attach_quarantine", USER)
DEACTIVATE = Step("deactivate_key", KEY_TARGET)
CHANGE = Change("attach AWSCompromisedKeyQuarantineV3 to victim", "what it denies", "detach it", {"was": 1}, {"is": 2})
SWITCH = Change("deactivate the key", "who uses it", "nothing", {"was": 1}, {"is": 2})
PLACE = Place("deploy/.env", 3, commit="c" * 40, author="Dev <dev@example.com>")
CHANNEL = NotifySetting("on-call", "webhook")
TITLES = {"attach_quarantine": "Attach the quarantine", "deactivate_key": "Deactivate the key"}


def opened(mode: Mode = Mode.QUARANTINE, place: Place = PLACE, **alert: Any) -> Event:
    return Opened(Alert(KEY, Ground.PERSON, "a test", NOW, places=(place,), **alert), mode)


def checked(unit: str, target: Target, *evidence: object, unknown: str = "", **more: Any) -> Event:
    return Checked(Step(unit, target), evidence, unknown, **more)  # type: ignore[arg-type]


KNOWN: list[Event] = [
    checked("find_owner", Target(TargetKind.KEY, KEY, ""), KeyOwner(KEY, ACCOUNT, KeyStatus.ACTIVE, USER.id)),
    checked("try_credential", KEY_TARGET, KeyTried(KEY, accepted=True)),
    checked("save_principal", USER),
    checked("read_permissions", USER),
    checked("calls_of_key", KEY_TARGET, CallsRead(KEY, Exhibit("", 0, 0), 0, 0)),
]
IN_PLACE = Look(Tri.YES, immediate=True)
GONE = Look(Tri.NO, detail="somebody took it away")


def done(step: Step, change: Change = CHANGE, *looks: Look, outcome: Outcome | None = None) -> list[Event]:
    concluded = outcome or Outcome(OutcomeKind.DONE)
    return [Intended(step, change), Concluded(step, concluded), *(Looked(step, look) for look in looks)]


SHOWN: list[Event] = [Proposed(DEACTIVATE, SWITCH)]
SESSION = CredentialFound("ASIA" + "RTX3GSDSABCDEFGH", KEY, Origin.MINTED, "AssumeRole", USER.id, ACCOUNT, NOW, "e1")
FACT = Fact(f"arn:aws:iam::{ACCOUNT}:user/mallory", "AWS::IAM::User", "created", "", KEY, NOW, "e2")
ABUSED = checked("descent", KEY_TARGET, DescentRead(KEY, Exhibit("", 0, 0), 2, 5, (FACT,)), SESSION)


def incident(*events: Event, at: datetime = NOW) -> Incident:
    return fold(Incident(), [Entry("inc-1", n, at, e) for n, e in enumerate(events, 1)])


def told(channel: str, *occasions: str, ok: bool = True) -> Told:
    return Told(channel, occasions, ok)


def messages(found: Incident, now: datetime = NOW, setting: NotifySetting = CHANNEL, **how: bool) -> tuple[Due, ...]:
    return due(found, playbook(found, now), setting, now, **how)[0]


def kinds(found: Incident, now: datetime = NOW, setting: NotifySetting = CHANNEL) -> list[Kind]:
    return [m.kind for m in messages(found, now, setting)]


def notices(found: Incident, now: datetime = NOW, plan: Plan | None = None) -> dict[Kind, Notice]:
    plan = plan or playbook(found, now)
    story = tell(found, plan, (), TITLES)
    return {m.kind: notice_of(m, found, story, now) for m in due(found, plan, CHANNEL, now)[0]}
