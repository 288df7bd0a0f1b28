# ruff: noqa: INP001, T201  a script that prints
"""From the alert to the quarantine, and to the last change of a containment: how long, and how many calls of AWS.

    python bench/respond.py [--incidents 100] [--json FILE]

On an idle stand-in of this process, warm clients, one incident after the other, without propagation lag.
"""

import argparse
import json
import statistics
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from unleak.aws.accounts import Accounts
from unleak.aws.clock import AwsClock
from unleak.config import Config
from unleak.drill.stage import build
from unleak.engine.local import open_incident
from unleak.engine.permissions import responder_policies
from unleak.model.alert import Alert, Ground
from unleak.model.credential import Credentials, SecretKey
from unleak.model.entry import Concluded, Entry
from unleak.model.plan import Mode
from unleak.respond import World, respond
from unleak.standin.server import Standin
from unleak.store.record import Record

_ACCOUNT = "111122223333"
_QUARANTINE = "attach_quarantine"
_DENIES = {"attach_quarantine", "revoke_user_sessions", "deactivate_key"}


@dataclass(slots=True)
class Timed:
    """Seconds since the alert, and calls by then."""

    began: float = 0.0
    calls: int = 0
    quarantined: float = 0.0
    quarantined_calls: int = 0
    denied: float = 0.0
    denied_calls: int = 0

    def call(self, _: str) -> None:
        self.calls += 1

    def entry(self, entry: Entry) -> None:
        if not isinstance(entry.event, Concluded) or entry.event.step.unit not in _DENIES:
            return
        since = time.monotonic() - self.began
        if entry.event.step.unit == _QUARANTINE:
            self.quarantined, self.quarantined_calls = since, self.calls
        self.denied, self.denied_calls = since, self.calls


@dataclass(slots=True)
class Counters:
    """Who counts now."""

    current: Timed | None = None

    def call(self, action: str) -> None:
        if self.current is not None:
            self.current.call(action)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--incidents", type=int, default=100)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with Standin() as standin, tempfile.TemporaryDirectory() as folder:
        standin.gate.trail.lookups_a_second = 10_000
        runs = measure(standin, Path(folder), asked.incidents)
    found = {
        "incidents": len(runs),
        "quarantined_s": _spread([r.quarantined for r in runs]),
        "quarantined_calls": statistics.median(r.quarantined_calls for r in runs),
        "denied_s": _spread([r.denied for r in runs]),
        "denied_calls": statistics.median(r.denied_calls for r in runs),
    }
    print(json.dumps(found, indent=2))
    if asked.json:
        asked.json.write_text(json.dumps(found))


def _spread(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    at = {
        name: ordered[min(len(ordered) - 1, int(share * len(ordered)))] for name, share in (("p50", 0.5), ("p99", 0.99))
    }
    return {name: round(value, 3) for name, value in at.items()}


def measure(standin: Standin, folder: Path, incidents: int) -> list[Timed]:
    root = standin.gate.add_account(_ACCOUNT)
    config = Config(home=folder, regions=("us-east-1",), principals_per_hour=10_000)
    admin = Accounts(config, endpoint=standin.url, identity=Credentials(root.key_id, SecretKey(root.secret)))
    stage = build(admin, *responder_policies())
    iam = admin.client(_ACCOUNT, "iam")
    keys = []
    for n in range(incidents + 1):
        iam.create_user(UserName=f"dev-{n}")
        iam.attach_user_policy(UserName=f"dev-{n}", PolicyArn="arn:aws:iam::aws:policy/PowerUserAccess")
        keys.append(iam.create_access_key(UserName=f"dev-{n}")["AccessKey"]["AccessKeyId"])
    counters = Counters()
    accounts = Accounts(config, endpoint=standin.url, identity=stage.responder, watcher=counters.call)
    world = World(config, Record(config.record_url), accounts, AwsClock(accounts))
    runs = []
    for key_id in keys:
        current = counters.current = Timed(began=time.monotonic())
        watched = replace(world, on_entry=current.entry)
        alert = Alert(key_id, Ground.PERSON, "a bench", world.clock.now(), "a bench")
        respond(watched, open_incident(watched, alert, Mode.DISABLE, "a bench").id)
        runs.append(current)
    world.record.close()
    return runs[1:]  # the first one makes the clients


if __name__ == "__main__":
    main()
