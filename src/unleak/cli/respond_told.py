"""What a person says on the command line of `unleak respond`, as alerts: one for each key."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from unleak.cli.saying import say
from unleak.cli.world import leaked_credentials, person
from unleak.engine.local import first_committed
from unleak.iam.key_id import KeyKind, kind_of
from unleak.model.alert import Alert, Ground
from unleak.model.clock import parse_stamp
from unleak.model.credential import Credentials
from unleak.model.errors import CouldNotLook, Misuse

if TYPE_CHECKING:
    from datetime import datetime

    from unleak.intake.reported import Reported
    from unleak.respond import World

_RESPONDED = {KeyKind.LONG_TERM, KeyKind.TEMPORARY, KeyKind.CONTEXT, KeyKind.BEARER}


@dataclass(frozen=True, slots=True)
class Said:
    """`public` is None where nothing was said of it."""

    key_id: str
    source: str = ""
    reason: str = ""
    leaked_at: str = ""
    public: bool | None = None
    user: str = ""
    report: str = ""

    def check(self) -> None:
        """Raises Misuse before anybody is asked."""
        if sum(map(bool, (self.key_id, self.user, self.report))) != 1:
            raise Misuse("name one: a KEY_ID, --user or --from", "unleak respond --help")
        if self.key_id and kind_of(self.key_id) not in _RESPONDED:
            raise Misuse(
                f"{self.key_id!r} is not the id of an AWS credential",
                "such an id has 20 characters or more and begins with AKIA, ASIA or ACCA",
            )
        if self.key_id.endswith("EXAMPLE"):
            raise Misuse(
                f"{self.key_id} is the example of AWS's documentation", "it opens nothing: nobody need respond"
            )
        if self.user and not self.reason:
            raise Misuse("--user needs a --reason", "say why all keys of this user are to be contained")


@dataclass(frozen=True, slots=True)
class Told:
    alert: Alert
    credentials: Credentials | None = None


def told_by(world: "World", said: Said) -> Iterator[Told]:
    """Raises Misuse where there is nothing to respond to."""
    if said.user:
        yield from _keys_of(world, said)
    elif said.report:
        yield from _reported(world, said)
    else:
        yield _of_key(world, said, said.key_id)


def _of_key(world: "World", said: Said, key_id: str) -> Told:
    now = world.clock.now()
    moment = _moment(said.leaked_at, now)
    if said.source:
        credentials, finding = leaked_credentials(key_id, said.source)
        places = finding.places if finding else ()
        ground = Ground.PERSON if said.reason else Ground.FOUND_SECRET
        leaked = moment or first_committed(places, now)
        return Told(
            Alert(key_id, ground, "a scan", now, person(), said.reason, leaked, places, said.public), credentials
        )
    ground, source = (Ground.PERSON, "a person") if said.reason else (Ground.CLAIM, "the command line")
    return Told(Alert(key_id, ground, source, now, person(), said.reason, moment, public=said.public))


def _keys_of(world: "World", said: Said) -> Iterator[Told]:
    account = world.aws.caller.account
    iam = world.aws.client(account, "iam")
    keys = [k["AccessKeyId"] for k in iam.pages("list_access_keys", "AccessKeyMetadata", UserName=said.user)]
    if not keys:
        raise Misuse(f"user {said.user} of account {account} has no access key", "nothing is to be contained")
    say(f"{said.user} has {len(keys)} keys: {', '.join(keys)}")
    yield from (_of_key(world, said, key_id) for key_id in keys)


def _reported(world: "World", said: Said) -> Iterator[Told]:
    """Whoever writes a report chooses what stands in it: its keys are a claim, until AWS has accepted a secret."""
    from unleak.intake.reading import read

    try:
        data = Path(said.report).read_bytes()
    except OSError as error:
        raise Misuse(
            f"cannot read {said.report}: {error.strerror}", "name the file that the scanner or AWS wrote"
        ) from error
    root = Path(said.source) if said.source and said.source != "-" else Path()
    report = read(data, root)
    if report.about:
        say(f"{report.tool}: {report.about}")
    for reason in report.passed_over:
        say(f"passed over: {reason}")
    usable = [found for found in report.found if kind_of(found.key_id) in _RESPONDED]
    if not usable and report.passed_over:
        raise CouldNotLook(
            f"{said.report}: nothing in it could be used", "name the key yourself: unleak respond KEY_ID"
        )
    if not usable:
        say(f"{said.report} names no AWS key")
    yield from (_of_reported(world, said, found) for found in usable)


def _of_reported(world: "World", said: Said, found: "Reported") -> Told:
    now = world.clock.now()
    ground = Ground.PERSON if said.reason else Ground.FOUND_SECRET if found.credentials else Ground.CLAIM
    leaked = _moment(said.leaked_at, now) or first_committed(found.places, now)
    public = said.public if said.public is not None else found.public
    source = f"a report of {found.tool}" if found.tool else "a report"
    alert = Alert(found.key_id, ground, source, now, person(), said.reason, leaked, found.places, public)
    return Told(alert, found.credentials)


def _moment(text: str, now: "datetime") -> "datetime | None":
    try:
        told = parse_stamp(text) if text else None
    except ValueError as error:
        raise Misuse(f"--leaked-at {text!r} is no time", "write it like 2026-11-23T04:05:00Z") from error
    if told is not None and told > now:
        raise Misuse("--leaked-at lies in the future", f"AWS's time is {now:%Y-%m-%d %H:%M:%S} UTC")
    return told
