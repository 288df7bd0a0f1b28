"""Killed at a boundary between two entries, or with AWS's answer to a change unheard; then everything is done again.

python tests/crash_world.py       every boundary and every change of every playbook, on SQLite
"""

import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from conftest import Site, next_account
from deeds_world import trust
from organization_site import organized
from unit_world import PAIR, TARGETS
from unleak.aws.accounts import Accounts
from unleak.aws.client import Client
from unleak.config import Config
from unleak.drill.stage import build
from unleak.engine.local import open_incident, run
from unleak.engine.permissions import responder_policies
from unleak.model.alert import Ground
from unleak.model.credential import Credentials, SecretKey, Vault
from unleak.model.entry import Approved, Concluded, Requested
from unleak.model.incident import Incident
from unleak.model.plan import Mode, OutcomeKind, Step, Target, TargetKind
from unleak.playbook import playbook
from unleak.respond import World
from unleak.rotate.asked import options_of
from unleak.standin.server import Standin
from unleak.store.record import Record

_WRITES = ("attach", "put", "update", "create", "delete", "detach", "add", "remove", "stop", "deactivate")
_MOVING = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "TIME"),
    (re.compile(r"unleak-inc-[0-9a-f]{10}-([a-z-]+)-[0-9a-f]{8}"), r"unleak-\1"),
    (re.compile(r"\b7\d{11}\b"), "ACCOUNT"),
    (re.compile(r"AKIA[A-Z2-7]{16}"), "KEY"),
)


class Crash(BaseException):
    """The process is gone: nothing catches it, nothing is tidied up."""


@dataclass(frozen=True, slots=True)
class Case:
    """A playbook: how far it goes, what is asked for beside it, and what stands there before."""

    mode: Mode
    asks: tuple[str, ...] = ()
    prepare: Callable[[Site], None] = lambda _: None
    in_organization: bool = False
    root: bool = False
    options: Mapping[str, str] = field(default_factory=lambda: {"hours": "1"})


def _iam(site: Site) -> Any:
    return site.stage.admin.client(site.stage.account, "iam")


def _assumed(site: Site) -> None:
    sts = site.stage.admin.leaked(site.stage.victim, "sts")
    sts.assume_role(RoleArn=site.stage.reader_arn, RoleSessionName="attacker")


def _slots_full(site: Site) -> None:
    allow = {"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    for n in range(9):
        arn = _iam(site).create_policy(PolicyName=f"filler-{n}", PolicyDocument=document)["Policy"]["Arn"]
        _iam(site).attach_user_policy(UserName="aws-victim", PolicyArn=arn)


def _slots_and_groups_full(site: Site) -> None:
    _slots_full(site)
    for n in range(10):
        _iam(site).create_group(GroupName=f"filler-{n}")
        _iam(site).add_user_to_group(GroupName=f"filler-{n}", UserName="aws-victim")


def _much_hangs_on_it(site: Site) -> None:
    _iam(site).create_group(GroupName="staff")
    _iam(site).add_user_to_group(GroupName="staff", UserName="aws-victim")
    _iam(site).create_login_profile(UserName="aws-victim", Password="Correct-horse-7")
    _iam(site).create_service_specific_credential(UserName="aws-victim", ServiceName="codecommit.amazonaws.com")


def _worked(site: Site) -> None:
    site.stage.admin.leaked(site.stage.victim, "s3").list_buckets()
    site.standin.gate.clock.advance(timedelta(days=9).total_seconds())


def _in_a_parameter(site: Site) -> None:
    TARGETS["rotate_key"](site)


def _left_things(site: Site) -> None:
    """Whoever holds the key makes a role for strangers, lets them into another, and gives a colleague all rights."""
    admin, stranger = "arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::999988887777:root"
    _iam(site).create_user(UserName="bystander")
    _iam(site).attach_user_policy(UserName="aws-victim", PolicyArn=admin)
    site.standin.gate.clock.advance(60)
    theirs = site.stage.admin.leaked(site.stage.victim, "iam")
    theirs.create_role(RoleName="support", AssumeRolePolicyDocument=trust(stranger))
    theirs.attach_role_policy(RoleName="support", PolicyArn=admin)
    theirs.update_assume_role_policy(RoleName="data-reader", PolicyDocument=trust(stranger))
    theirs.attach_user_policy(UserName="bystander", PolicyArn=admin)


CASES: dict[str, Case] = {
    "disable": Case(Mode.DISABLE, prepare=_assumed),
    "lockdown": Case(Mode.LOCKDOWN, ("block_console",), _much_hangs_on_it),
    "quarantine by a group": Case(Mode.QUARANTINE, prepare=_slots_full),
    "quarantine by a boundary": Case(Mode.QUARANTINE, prepare=_slots_and_groups_full),
    "delete the key": Case(Mode.DISABLE, ("delete_key",)),
    "delete the user": Case(Mode.DISABLE, ("delete_user",), _much_hangs_on_it),
    "break glass": Case(Mode.DISABLE, ("break_glass",), _worked),
    "lock by the organisation": Case(Mode.LOCKDOWN, in_organization=True),
    "a new key": Case(Mode.OBSERVE, ("rotate_key",), _in_a_parameter, options=options_of((f"ssm:{PAIR}",), "")),
    "take out what they left": Case(Mode.LOCKDOWN, ("delete_role",), _left_things),
    "root's key": Case(Mode.LOCKDOWN, ("root_key",), in_organization=True, root=True),
}


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a case: entries, changes, the account as it is then (what moves left out), and the incident."""

    incident: Incident
    state: str
    entries: int
    writes: int
    done: Counter[str]


def site_for(standin: Standin, folder: Path, case: Case) -> Site:
    if case.in_organization:
        return organized(standin, folder)
    account = next_account()
    config = Config(home=folder / account, regions=("us-east-1",), lookups_a_second=1000)
    root = standin.gate.add_account(account)
    admin = Accounts(config, endpoint=standin.url, identity=Credentials(root.key_id, SecretKey(root.secret)))
    return Site(standin, build(admin, *responder_policies()), config)


def play(standin: Standin, folder: Path, case: Case, record_url: str = "", crash: "Crashes | None" = None) -> Played:
    """Once undisturbed, or with a crash and then again from the start, as a person would run it again."""
    site = site_for(standin, folder, case)
    case.prepare(site)
    leaked = site.stage.victim
    if case.root:
        made = standin.gate.add_root_key(site.stage.account)
        leaked = Credentials(made.key_id, SecretKey(made.secret))
    url = record_url or site.config.record_url
    counted = Crashes()
    with (crash or counted).watching():
        try:
            _go(site, case, leaked, url)
        except Crash:
            _go(site, case, leaked, url)
    record = Record(url)
    incident = record.incident(record.incident_ids()[0])
    entries = record.entries(incident.id)
    record.close()
    done = Counter(
        e.event.step.id for e in entries if isinstance(e.event, Concluded) and e.event.outcome.kind is OutcomeKind.DONE
    )
    return Played(incident, _state(site), counted.entries, counted.writes, done)


def _go(site: Site, case: Case, leaked: Credentials, url: str) -> None:
    """Everything from the alert to the last approval; safe to begin again at any point."""
    record = Record(url)
    try:
        world = replace(site.world(), record=record, vault=Vault(leaked) if case.root else Vault())
        incident = open_incident(world, site.alert(Ground.PERSON, leaked.key_id), case.mode, "a test")
        incident, _ = run(world, incident.id)
        for unit in case.asks:
            incident = _decided(site, world, incident, unit, leaked, case.options)
        end = world.clock.now() + timedelta(hours=3)
        run(world, incident.id, goes_on=lambda _: world.clock.now() < end)
    finally:
        record.close()


def _decided(
    site: Site, world: World, incident: Incident, unit: str, leaked: Credentials, options: Mapping[str, str]
) -> Incident:
    step = _step(site, unit, leaked)
    state = incident.action(step)
    if state is None and unit not in {"root_key", "lock_with_scp", "block_console"}:
        asked = Requested(step, "sam", "a test", options)
        world.record.append(incident.id, incident.seq, [(world.clock.now(), asked)])
        incident, _ = run(world, incident.id)
    pending = next((p for p in playbook(incident, world.clock.now()).pending if p.step == step), None)
    if pending is not None and pending.change is not None:
        now = world.clock.now()
        yes = Approved(step, pending.change.digest(step), "sam", "go", now + timedelta(hours=1))
        world.record.append(incident.id, incident.seq, [(now, yes)])
    return run(world, incident.id)[0]


def _step(site: Site, unit: str, leaked: Credentials) -> Step:
    account = site.stage.account
    if unit in {"root_key", "lock_with_scp"}:
        return Step(unit, Target(TargetKind.ACCOUNT, account, account))
    if unit in {"delete_user", "block_console"}:
        return Step(unit, Target(TargetKind.USER, f"arn:aws:iam::{account}:user/aws-victim", account))
    if unit == "delete_role":
        return Step(unit, Target(TargetKind.ROLE, f"arn:aws:iam::{account}:role/support", account))
    return Step(unit, Target(TargetKind.KEY, leaked.key_id, account))


def _state(site: Site) -> str:
    """All of IAM in the account, without what differs by run. Root's keys may be gone: a new one looks."""
    root = site.standin.gate.add_root_key(site.stage.account)
    admin = site.accounts(Credentials(root.key_id, SecretKey(root.secret)))
    iam = admin.leaked(Credentials(root.key_id, SecretKey(root.secret)), "iam")
    mine = [u["UserName"] for u in iam.list_users()["Users"]]
    state: dict[str, Any] = {}
    for user in mine:
        state[f"user {user}"] = {
            "keys": sorted(k["Status"] for k in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]),
            "attached": sorted(p["PolicyName"] for p in
                               iam.list_attached_user_policies(UserName=user)["AttachedPolicies"]),
            "inline": {n: iam.get_user_policy(UserName=user, PolicyName=n)["PolicyDocument"]
                       for n in iam.list_user_policies(UserName=user)["PolicyNames"]},
            "groups": sorted(g["GroupName"] for g in iam.list_groups_for_user(UserName=user)["Groups"]),
            "boundary": iam.get_user(UserName=user)["User"].get("PermissionsBoundary"),
        }  # fmt: skip
    state["role"] = iam.list_role_policies(RoleName="data-reader")["PolicyNames"]
    state["trusts"] = {r["RoleName"]: r["AssumeRolePolicyDocument"] for r in iam.list_roles()["Roles"]}
    state["groups"] = sorted(g["GroupName"] for g in iam.list_groups()["Groups"])
    state["policies"] = sorted(p["PolicyName"] for p in iam.list_policies(Scope="Local")["Policies"])
    text = json.dumps(state, sort_keys=True, default=str).replace(site.stage.account, "ACCOUNT")
    for pattern, instead in _MOVING:
        text = pattern.sub(instead, text)
    return text


@dataclass(slots=True)
class Crashes:
    """Where it dies: at the n-th entry, before or after it is on disk, or after the n-th change. None: nowhere."""

    at_entry: int | None = None
    written: bool = False
    at_write: int | None = None
    entries: int = 0
    writes: int = 0
    died: bool = False

    @contextmanager
    def watching(self) -> Iterator[None]:
        append, call = Record.append, Client.__getattr__

        def appending(record: Record, *arguments: Any) -> Any:
            dies = self.entries == self.at_entry and not self.died
            self.entries += 1
            if dies and not self.written:
                self._die()
            result = append(record, *arguments)
            if dies:
                self._die()
            return result

        def calling(client: Client, method: str) -> Callable[..., Any]:
            real = call(client, method)

            def wrapped(**arguments: Any) -> Any:
                answer = real(**arguments)
                if method.startswith(_WRITES):
                    self.writes += 1
                    if self.writes - 1 == self.at_write and not self.died:
                        self._die()
                return answer

            return wrapped

        Record.append = appending  # type: ignore[method-assign, assignment]
        Client.__getattr__ = calling  # type: ignore[method-assign]
        try:
            yield
        finally:
            Record.append = append  # type: ignore[method-assign]
            Client.__getattr__ = call  # type: ignore[method-assign]

    def _die(self) -> None:
        self.died = True
        raise Crash


def crashes(whole: Played, every: int, first: int = 0) -> Iterator[Crashes]:
    """At every n-th boundary, before or after it (every one: both), and after every n-th change."""
    for n in range(first % every, whole.entries, every):
        yield Crashes(at_entry=n, written=bool((n // every) % 2)) if every > 1 else Crashes(at_entry=n)
        if every == 1:
            yield Crashes(at_entry=n, written=True)
    for n in range(first % every, whole.writes, every):
        yield Crashes(at_write=n)


def ended_before(crash: Crashes, again: Played) -> bool:
    """How often it looks depends on how fast the machine is: a run may have an entry or two fewer than the first."""
    return crash.at_entry is not None and again.entries < crash.at_entry


EVERY = 53
"""For the tests: one boundary of so many. `make crash` tries each."""
_WITH_THE_USER = {"revoke_service_credentials", "deactivate_key"}
"""What need not be done by itself any more once the user is deleted, who had it."""


def differences(whole: Played, again: Played) -> list[str]:
    """Between an undisturbed run and one that crashed and was run again: there must be none."""
    found = []
    if whole.state != again.state:
        found.append(f"the account differs:\n{whole.state}\n{again.state}")
    twice = [step for step, n in again.done.items() if n > whole.done[_like(step, whole)]]
    found += [f"{step} was done more often" for step in twice]
    lost = {s.split(":")[0] for s in whole.done} - {s.split(":")[0] for s in again.done}
    if any(s.startswith("delete_user:") for s in again.done):
        lost -= _WITH_THE_USER
    found += [f"{unit} was lost" for unit in lost]
    return found


def _like(step: str, whole: Played) -> str:
    """The same step of the other run, which has other ids."""
    unit, rounds = step.split(":", maxsplit=1)[0], step.partition("#")[2]
    mine = [s for s in whole.done if s.split(":")[0] == unit and s.partition("#")[2] == rounds]
    same = [s for s in mine if s.rsplit("/", 1)[-1] == step.rsplit("/", 1)[-1]]
    return (same or mine or [""])[0]


def assert_harmless(standin: Standin, folder: Path, name: str) -> None:
    """At some boundaries and changes, others for each playbook."""
    case = CASES[name]
    whole = play(standin, folder / "whole", case)
    assert whole.done
    tried = 0
    for n, crash in enumerate(crashes(whole, EVERY, first=2 * list(CASES).index(name))):
        again = play(standin, folder / str(n), case, crash=crash)
        assert crash.died or ended_before(crash, again)
        assert differences(whole, again) == [], crash
        tried += crash.died
    assert tried


def main() -> int:
    """EVERY says which boundaries (1: all); names of playbooks may follow, to go on where a run was stopped."""
    bad, tried, every = 0, 0, int(sys.argv[1]) if sys.argv[1:] else 1
    chosen = {name: case for name, case in CASES.items() if name in sys.argv[2:] or not sys.argv[2:]}
    with Standin() as standin, tempfile.TemporaryDirectory() as folder:
        for name, case in chosen.items():
            whole = play(standin, Path(folder), case)
            for crash in crashes(whole, every):
                tried += 1
                for difference in differences(whole, play(standin, Path(folder), case, crash=crash)):
                    bad += 1
                    print(f"{name}, {crash}: {difference}", flush=True)  # noqa: T201
            print(f"{name}: {whole.entries} entries, {whole.writes} changes", flush=True)  # noqa: T201
    print(f"{tried} crashes, {bad} differences")  # noqa: T201
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
