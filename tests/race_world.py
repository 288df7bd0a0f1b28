"""A race: an attacker who may edit users polls, removes every deny it sees, makes keys and sessions, and goes on.

    python tests/race_world.py --seeds 100     the whole of it; each run prints a line

IAM's changes take up to 30 seconds to be obeyed, each another time; the attacker acts whenever the responder does
anything, and every second of every wait.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from conftest import Site, next_account
from unleak.aws.accounts import Accounts
from unleak.aws.client import Client
from unleak.config import Config
from unleak.drill.stage import build
from unleak.engine.local import open_incident, run
from unleak.engine.permissions import responder_policies
from unleak.model.alert import Ground
from unleak.model.credential import Credentials, SecretKey, SessionToken
from unleak.model.entry import Entry
from unleak.model.errors import CouldNotLook
from unleak.model.incident import Incident
from unleak.model.plan import Mode, Plan, Step, Tri
from unleak.playbook.eviction import EVICTS
from unleak.respond import World
from unleak.respond.acting import look
from unleak.standin.lag import LagDial
from unleak.standin.server import Standin

LAG = (0.0, 30.0)
_RIGHTS = {"Effect": "Allow", "Action": ["iam:*", "sts:*", "ec2:Describe*", "s3:*"], "Resource": "*"}
_MOST_KEYS = 12
_RENEWED = 2


@dataclass(slots=True)
class Attacker:
    """Holds what it has won, and counts what it did with success."""

    aws: Accounts
    account: str
    dice: random.Random
    held: list[Credentials]
    did: Counter[str] = field(default_factory=Counter)
    clients: dict[tuple[str, str], Client] = field(default_factory=dict)

    def act(self) -> None:
        """A few tries with what is at hand: the newest first, it lives longest."""
        for credentials in [*self.held[-2:], self.dice.choice(self.held)]:
            self.dice.choice(self._moves())(credentials)

    def _moves(self) -> tuple[Any, ...]:
        return (self._remove_denies, self._remove_denies, self._reactivate, self._new_key, self._session, self._role)

    def is_out(self) -> list[str]:
        """Which of its credentials still do anything. GetCallerIdentity proves nothing."""
        return [c.key_id for c in self.held if self._works(c)]

    def _works(self, credentials: Credentials) -> bool:
        probes = (("ec2", "describe_instances"), ("s3", "list_buckets"), ("iam", "list_roles"))
        return any(self._try("probe", credentials, service, call) is not None for service, call in probes)

    def _try(self, what: str, credentials: Credentials, service: str, call: str, **arguments: Any) -> Any:
        try:
            answer = getattr(self._client(credentials, service), call)(**arguments)
        except CouldNotLook:
            return None
        if what != "probe":
            self.did[what] += 1
        return answer

    def _client(self, credentials: Credentials, service: str) -> Client:
        at = (credentials.key_id, service)
        if at not in self.clients:
            self.clients[at] = self.aws.leaked(credentials, service)
        return self.clients[at]

    def _remove_denies(self, credentials: Credentials) -> None:
        for user in ("aws-victim", "old-admin"):
            inline = self._try("probe", credentials, "iam", "list_user_policies", UserName=user) or {}
            for name in inline.get("PolicyNames", ()):
                if name.startswith("unleak-"):
                    self._try("deny removed", credentials, "iam", "delete_user_policy", UserName=user, PolicyName=name)
            attached = self._try("probe", credentials, "iam", "list_attached_user_policies", UserName=user) or {}
            for policy in attached.get("AttachedPolicies", ()):
                if "Quarantine" in policy["PolicyName"]:
                    self._try("quarantine removed", credentials, "iam", "detach_user_policy", UserName=user,
                              PolicyArn=policy["PolicyArn"])  # fmt: skip

    def _reactivate(self, credentials: Credentials) -> None:
        first = self.held[0].key_id
        self._try("key reactivated", credentials, "iam", "update_access_key", UserName="aws-victim", AccessKeyId=first,
                  Status="Active")  # fmt: skip

    def _new_key(self, credentials: Credentials) -> None:
        if len(self.held) >= _MOST_KEYS:
            return
        user = self.dice.choice(("aws-victim", "old-admin"))
        made = self._try("key made", credentials, "iam", "create_access_key", UserName=user)
        if made:
            key = made["AccessKey"]
            self.held.append(Credentials(key["AccessKeyId"], SecretKey(key["SecretAccessKey"])))

    def _session(self, credentials: Credentials) -> None:
        if len(self.held) < _MOST_KEYS:
            self._keep(self._try("session made", credentials, "sts", "get_session_token", DurationSeconds=129_600))

    def _role(self, credentials: Credentials) -> None:
        if len(self.held) < _MOST_KEYS:
            arn = f"arn:aws:iam::{self.account}:role/deployer"
            self._keep(self._try("role assumed", credentials, "sts", "assume_role", RoleArn=arn, RoleSessionName="job"))

    def _keep(self, made: Any) -> None:
        if made:
            c = made["Credentials"]
            token = SessionToken(c["SessionToken"])
            self.held.append(Credentials(c["AccessKeyId"], SecretKey(c["SecretAccessKey"]), token))


class RaceClock:
    """Every wait goes by in seconds, and in each the attacker acts."""

    def __init__(self, site: Site, attacker: Attacker, until: datetime) -> None:
        self._gate, self._attacker, self._until = site.standin.gate, attacker, until

    def now(self) -> datetime:
        return self._gate.clock.now()

    def sleep_until(self, when: datetime) -> None:
        while self.now() < when:
            awake = self.now() < self._until
            left = (when - self.now()).total_seconds()
            self._gate.clock.advance(min(2.0 if awake else left, left))
            if awake:
                self._attacker.act()


@dataclass(frozen=True, slots=True)
class Race:
    seed: int
    incident: Incident
    plan: Plan
    attacker: Attacker
    untrue: tuple[str, ...]
    """What is told to hold and does not stand."""

    @property
    def holds(self) -> bool:
        """Every measure is seen to hold, it does stand, and nothing that the attacker ever held works."""
        return not (self.open_measures() or self.untrue or self.attacker.is_out())

    def open_measures(self) -> list[str]:
        """Of the cuts that younger sessions asked for only the last is looked at: it stands for those before it. What
        would take out the attacker's work may wait for a person.
        """
        actions = [a for a in self.incident.actions.values() if a.outcome or a.step.unit not in EVICTS]
        later = [a.step for a in actions if a.step.round > _RENEWED and a.holds]
        return [a.step.id for a in actions if not (a.is_lifted or a.holds or _stands_for_it(later, a.step))]


def _stands_for_it(later: list[Step], step: Step) -> bool:
    return step.round > _RENEWED and any(
        s.round > step.round and (s.unit, s.target) == (step.unit, step.target) for s in later
    )


def stage(standin: Standin, folder: Path) -> Site:
    """Somebody's key that may edit users, a second user, and a role of many rights that the account trusts."""
    account = next_account()
    config = Config(home=folder / account, regions=("us-east-1",), principals_per_hour=500, lookups_a_second=1000)
    root = standin.gate.add_account(account)
    admin = Accounts(config, endpoint=standin.url, identity=Credentials(root.key_id, SecretKey(root.secret)))
    site = Site(standin, build(admin, *responder_policies()), config)
    iam = admin.client(account, "iam")
    document = json.dumps({"Version": "2012-10-17", "Statement": [_RIGHTS]})
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "sts:AssumeRole"}
    iam.create_user(UserName="old-admin")
    iam.put_user_policy(UserName="aws-victim", PolicyName="own", PolicyDocument=document)
    iam.put_user_policy(UserName="old-admin", PolicyName="own", PolicyDocument=document)
    iam.create_role(
        RoleName="deployer", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    iam.put_role_policy(RoleName="deployer", PolicyName="own", PolicyDocument=document)
    return site


def _untrue(world: World, incident: Incident) -> Iterator[str]:
    for state in incident.actions.values():
        if state.holds and look(world, incident, state.step).in_place is Tri.NO:
            yield state.step.id


def race(standin: Standin, folder: Path, seed: int, mode: Mode = Mode.LOCKDOWN) -> Race:
    site, dice = stage(standin, folder), random.Random(seed)
    gate = standin.gate
    before, lookups = gate.lag, gate.trail.lookups_a_second
    gate.clock.advance(60)
    gate.lag, gate.trail.lookups_a_second = LagDial(*LAG, seed=seed), 1000
    try:
        attacker = Attacker(site.stage.admin, site.stage.account, dice, [site.stage.victim])
        for _ in range(4):
            attacker.act()
        clock = RaceClock(site, attacker, gate.clock.now() + timedelta(minutes=2))

        def also(_: Entry) -> None:
            if dice.random() < 0.4 and clock.now() < clock._until:
                attacker.act()

        world = replace(site.world(), clock=clock, on_entry=also)
        incident = open_incident(world, site.alert(Ground.PERSON), mode, "a race")
        incident, plan = run(world, incident.id)
        return Race(seed, incident, plan, attacker, tuple(_untrue(world, incident)))
    finally:
        gate.lag, gate.trail.lookups_a_second = before, lookups


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args()
    lost = 0
    with Standin() as standin, tempfile.TemporaryDirectory() as folder:
        for seed in range(asked.first, asked.first + asked.seeds):
            began = time.monotonic()
            run_ = race(standin, Path(folder), seed)
            lost += not run_.holds
            did = ", ".join(f"{what} {n}" for what, n in sorted(run_.attacker.did.items()))
            put_back = sum(len(a.removed_at) for a in run_.incident.actions.values())
            print(  # noqa: T201  what it is for
                f"seed {seed}: {'holds' if run_.holds else 'LOST'}; {did}; seen gone {put_back}; "
                f"{time.monotonic() - began:.1f} s", flush=True,
            )  # fmt: skip
            if not run_.holds:
                print("   ", run_.open_measures(), run_.untrue, run_.attacker.is_out(), run_.plan.by_hand)  # noqa: T201
    print(f"{asked.seeds - lost} of {asked.seeds} hold")  # noqa: T201
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
