"""Workers on both databases: alerts come in, workers take them, some are killed, and every incident ends once."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conftest import Site
from database_world import postgres_fixture, record_fixture, record_url_fixture  # noqa: F401  fixtures
from unleak.engine.local import incident_id_of, open_incident
from unleak.model.alert import Alert, Ground
from unleak.model.entry import Concluded, Intended
from unleak.model.plan import Mode, OutcomeKind
from unleak.respond import World
from unleak.store.record import Record

WORKER = [sys.executable, "-m", "unleak.cli.main", "worker"]
INCIDENTS = int(os.environ.get("UNLEAK_TEST_INCIDENTS", "12"))
_PATIENCE_SECONDS = 90 + INCIDENTS


@pytest.fixture
def workers(site: Site, record_url: str, tmp_path: Path) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    started: list[subprocess.Popen[bytes]] = []
    responder = site.stage.responder
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": site.standin.url,
        "AWS_ACCESS_KEY_ID": responder.key_id,
        "AWS_SECRET_ACCESS_KEY": responder.secret.reveal(),
        "UNLEAK_DATABASE": record_url,
        "UNLEAK_CONFIG": str(tmp_path / "unleak.toml"),
        "UNLEAK_PRINCIPALS_PER_HOUR": "10000",
    }
    (tmp_path / "unleak.toml").write_text('regions = ["us-east-1"]\n')

    def start() -> "subprocess.Popen[bytes]":
        with (tmp_path / f"worker-{len(started)}.log").open("wb") as log:
            started.append(subprocess.Popen(WORKER, env=environment, cwd=tmp_path, stdout=log, stderr=log))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@contextmanager
def _many_lookups(site: Site) -> Iterator[None]:
    """The limit of LookupEvents is not what these tests are about."""
    trail = site.standin.gate.trail
    before, trail.lookups_a_second = trail.lookups_a_second, 10_000
    yield
    trail.lookups_a_second = before


def _leaks(site: Site, number: int) -> list[str]:
    """Key ids of as many users."""
    iam = site.stage.admin.client(site.stage.account, "iam")
    keys = []
    for n in range(number):
        iam.create_user(UserName=f"dev-{n}")
        keys.append(iam.create_access_key(UserName=f"dev-{n}")["AccessKey"]["AccessKeyId"])
    return keys


def _tell(site: Site, record: Record, key_id: str) -> None:
    world: World = replace(site.world(with_secret=False), record=record)
    alert = Alert(key_id, Ground.PERSON, "a test", site.standin.gate.clock.now(), "a test")
    open_incident(world, alert, Mode.DISABLE, "a test")


def _ended(record: Record) -> list[str]:
    """Incidents of which every change is made; their later looks are timers."""
    made = {"attach_quarantine", "revoke_user_sessions", "deactivate_key", "revoke_service_credentials"}
    found = []
    for incident_id in record.incident_ids():
        incident = record.incident(incident_id)
        done = {a.step.unit for a in incident.actions.values() if a.is_applied}
        if made <= done and incident.calls:
            found.append(incident_id)
    return found


def _wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not what():
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.3)


def test_three_workers_two_killed_and_every_incident_ends_once(
    site: Site, record: Record, workers: Callable[[], "subprocess.Popen[bytes]"]
) -> None:
    dice = random.Random(5)
    keys = _leaks(site, INCIDENTS)
    with _many_lookups(site):
        doomed = [workers(), workers()]
        workers()
        for n, key_id in enumerate(keys):
            _tell(site, record, key_id)
            if n in {INCIDENTS // 3, 2 * INCIDENTS // 3}:
                _wait_for(lambda n=n: len(_touched(record)) > n // 2)  # type: ignore[misc]
                victim = doomed.pop(dice.randrange(len(doomed)))
                victim.send_signal(signal.SIGKILL)
        _wait_for(lambda: len(_ended(record)) == INCIDENTS)
    assert sorted(_ended(record)) == sorted(incident_id_of(k) for k in keys)
    _each_change_once(site, record)


def _touched(record: Record) -> list[str]:
    return [i for i in record.incident_ids() if any(a.intended_at for a in record.incident(i).actions.values())]


def _each_change_once(site: Site, record: Record) -> None:
    """In the record as in the account: nothing is done twice with effect."""
    for incident_id in record.incident_ids():
        entries = record.entries(incident_id)
        assert [e.seq for e in entries] == list(range(1, len(entries) + 1))
        done = Counter(
            e.event.step.id
            for e in entries
            if isinstance(e.event, Concluded) and e.event.outcome.kind is OutcomeKind.DONE
        )
        assert set(done.values()) == {1}, done
        intended = {e.event.step.id for e in entries if isinstance(e.event, Intended)}
        assert intended == set(done)
    assert set(_writes(site).values()) == {1}


def _writes(site: Site) -> Counter[tuple[str, Any]]:
    records = [e.record for e in site.standin.gate.trail._events if e.account == site.stage.account]
    return Counter(
        (str(r["eventName"]), json.dumps(r["requestParameters"], sort_keys=True))
        for r in records
        if r["userIdentity"].get("accessKeyId") == site.stage.responder.key_id
        and r["eventName"] in {"AttachUserPolicy", "UpdateAccessKey"}
    )
