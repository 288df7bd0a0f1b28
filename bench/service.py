# ruff: noqa: INP001, T201  a script that prints
"""`unleak serve`: how many alerts a second while it is killed, how soon a push is contained, and what bad requests do.

    python bench/service.py [--seconds 20] [--processes 2] [--pushes 30] [--bad 10000] [--repositories 60]
        [--postgresql] [--json FILE]

Server, worker and the embedded AWS share this machine's processors. The parts are apart: --only alerts, and so on. With
--postgresql, on a PostgreSQL of its own; `scale` (repositories of an owner, by one, two and three workers) always is.
"""

import argparse
import base64
import http.client
import json
import os
import random
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa

sys.path[:0] = [str(Path(__file__).parent.parent / "tests"), str(Path(__file__).parent.parent / "tests" / "web")]

from repository_world import Repository
from service_world import SECRET, House, Served, house_in, signed, wait_for

from conftest import Site, site_in
from database_world import postgres
from unleak.cli.world import record_at
from unleak.engine.errands import errand_of
from unleak.engine.local import incident_id_of
from unleak.engine.procrastinate import enqueue_errands
from unleak.intake.notice import Whole
from unleak.model.alert import Ground
from unleak.model.entry import Concluded
from unleak.standin.server import Standin
from unleak.store.codec import event_from_json
from unleak.store.inbox import Inbox, Received
from unleak.store.record import Record
from unleak.store.schema import ENTRIES

_SENDERS = 16


@dataclass
class Load:
    """What was answered with yes, and how long each answer took."""

    seconds: list[float] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


def key_of(number: int) -> str:
    """A key id that says no account."""
    return "AKIAI" + base64.b32encode(sha256(str(number).encode()).digest()).decode()[:15]


def exposure(number: int) -> bytes:
    key = key_of(number)
    return json.dumps({
        "version": "0", "id": f"{number:08d}", "detail-type": "AWS Health Event", "source": "aws.health",
        "account": "111122223333", "time": "2026-11-23T04:00:00Z", "region": "us-east-1", "resources": [key],
        "detail": {
            "eventArn": f"arn:aws:health:us-east-1::event/RISK/AWS_RISK_CREDENTIALS_EXPOSED/{number}",
            "service": "RISK", "eventTypeCode": "AWS_RISK_CREDENTIALS_EXPOSED", "eventTypeCategory": "issue",
            "startTime": "Mon, 23 Nov 2026 04:00:00 GMT", "affectedEntities": [{"entityValue": key}],
        },
    }).encode()  # fmt: skip


def alerts(house: House, seconds: float, kills: float, processes: int) -> dict[str, Any]:
    """Signed alerts of distinct keys. Every few seconds one of the server's processes is killed, whichever it is; where
    it is the one that keeps the others, all is started again at the same port.
    """
    port = _free_port()
    load, over = Load(), threading.Event()
    begin = partial(house.serve, "--at-once", "0", "--processes", str(processes), port=port)
    served = [begin()]
    senders = [threading.Thread(target=_send, args=(port, n, load, over)) for n in range(_SENDERS)]
    began = time.monotonic()
    for sender in senders:
        sender.start()
    killed = [0, 0]
    while time.monotonic() - began < seconds:
        time.sleep(kills * random.uniform(0.7, 1.3) if kills else seconds)
        if kills and time.monotonic() - began < seconds:
            victim = random.choice(_processes(served[-1]))
            killed[victim == served[-1].process.pid] += 1
            os.kill(victim, signal.SIGKILL)
            if victim == served[-1].process.pid:
                served[-1].process.wait()
                served.append(begin())
    over.set()
    for sender in senders:
        sender.join()
    took = time.monotonic() - began
    served[-1].stop()
    record = record_at(house.environment["UNLEAK_DATABASE"])
    stored = _keys(record)
    record.close()
    ordered = sorted(load.seconds)
    return {
        "taken": len(load.taken), "a second": round(len(load.taken) / took, 1), "kills": sum(killed),
        "of the keeper": killed[True], "lost": len(load.taken - stored),
        "p50 ms": round(1000 * statistics.median(ordered), 1),
        "p99 ms": round(1000 * ordered[int(len(ordered) * 0.99)], 1), "refused": dict(load.refused),
    }  # fmt: skip


def _processes(served: Served) -> list[int]:
    """The one that was started, and those that it started."""
    keeper = served.process.pid
    return [keeper, *map(int, Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split())]


def _keys(record: Record) -> set[str]:
    with record.engine.connect() as db:
        bodies = db.execute(sa.select(ENTRIES.c.body).where(ENTRIES.c.seq == 1)).scalars()
        return {event_from_json(b).alert.key_id for b in bodies}  # type: ignore[union-attr]


def _send(port: int, first: int, load: Load, over: threading.Event) -> None:
    """As a sender would: on one connection, and the same message again where nothing was answered."""
    number, connection = first, http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"X-Api-Key": SECRET}
    while not over.is_set():
        began = time.perf_counter()
        try:
            connection.request("POST", "/hooks/eventbridge", exposure(number), headers)
            answer = connection.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            time.sleep(0.02)
            continue
        took = time.perf_counter() - began
        with load.lock:
            if answer.status in {200, 202}:
                load.seconds.append(took)
                load.taken.add(key_of(number))
            else:
                load.refused[json.loads(said)["reason"]] += 1
        number += _SENDERS


def pushes(house: House, folder: Path, number: int) -> dict[str, Any]:
    """From the webhook's first byte until AWS has said yes to the quarantine; each brings the key of another user."""
    seconds = []
    iam = house.site.stage.admin.client(house.site.stage.account, "iam")
    repository = Repository.made(house, folder)
    served = house.serve()
    record = record_at(house.environment["UNLEAK_DATABASE"])
    for n in range(number):
        iam.create_user(UserName=f"dev-{n}")
        key = iam.create_access_key(UserName=f"dev-{n}")["AccessKey"]
        text = f'KEY = "{key["AccessKeyId"]}"\nSECRET = "{key["SecretAccessKey"]}"\n'
        before, after = repository.push({f"s{n}.py": text}, f"{n}")
        began = time.time()
        answer = served.hook("github", repository.webhook(before, after), X_GitHub_Event="push")
        assert answer.status_code == 202, answer.text
        seconds.append(wait_for(partial(_quarantined, record, key["AccessKeyId"])) - began)
        time.sleep(0.5)
    served.stop()
    record.close()
    ordered = sorted(seconds)
    return {
        "pushes": number, "p50 s": round(statistics.median(ordered), 2),
        "p99 s": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))], 2), "slowest s": round(ordered[-1], 2),
    }  # fmt: skip


def _quarantined(record: Record, key_id: str) -> float:
    for entry in record.entries(incident_id_of(key_id)):
        if isinstance(entry.event, Concluded) and entry.event.step.unit == "attach_quarantine":
            return time.time()
    return 0.0


def bad(house: House, number: int) -> dict[str, Any]:
    """Malformed, forged, replayed, too large and slow ones, from several senders; real ones between them."""
    settings = house.folder / "unleak.toml"
    settings.write_text(settings.read_text().replace("[service]", "[service]\nlargest_message = 100000"))
    served = house.serve("--at-once", "0")
    first = served.hook("eventbridge", json.loads(exposure(1)))
    assert first.status_code == 202, first.text
    memory = [_memory(served)]
    said: Counter[str] = Counter()
    real: list[float] = []
    dice = random.Random(3)
    slow = [threading.Thread(target=_slowly, args=(served, said)) for _ in range(20)]
    for one in slow:
        one.start()
    for n in range(number - 2 * len(slow)):
        kind = dice.randrange(5)
        said[_one_bad(served, kind, n)] += 1
        if n % 500 == 0:
            memory.append(_memory(served))
            began = time.perf_counter()
            good = served.hook("eventbridge", json.loads(exposure(1_000_000 + n)))
            assert good.status_code == 202, good.text
            real.append(time.perf_counter() - began)
    for one in slow:
        one.join()
    memory.append(_memory(served))
    served.stop()
    return {
        "requests": sum(said.values()), "answers": dict(said), "MB at first": memory[0], "MB at most": max(memory),
        "MB at the end": memory[-1], "real ones between": len(real), "slowest real ms": round(1000 * max(real), 1),
    }  # fmt: skip


def scale(house: House, folder: Path, number: int) -> dict[str, Any]:
    """Each repository once, by one, two and three workers: seconds, and processor seconds of the workers each."""
    repositories = [_repository(folder / f"r{n}.git") for n in range(number)]
    told: dict[str, Any] = {"repositories": number}
    world = house.site.world(with_secret=False)
    record = record_at(house.environment["UNLEAK_DATABASE"])
    inbox = Inbox(record, enqueue_errands)
    for workers in (1, 2, 3):
        for url in repositories:
            errand = errand_of(Whole(url, f"file://{url}", mark=f"{workers}"), "bench", Ground.CLAIM)
            inbox.take(Received(errand[0], "bench", world.clock.now(), (), [errand]))
        began = time.monotonic()
        running = [house.start("worker", "--at-once", "1", log=folder / f"w{workers}-{n}.log") for n in range(workers)]
        wait_for(lambda: not inbox.due(world.clock.now() + timedelta(days=1)), 600)
        took = time.monotonic() - began
        spent = sum(_processor_seconds(process.pid) for process in running)
        for process in running:
            process.kill()
            process.wait()
        told[f"{workers} workers"] = {"s": round(took, 1), "processor s a repository": round(spent / number, 3)}
    told["set aside"] = len(inbox.aside())
    record.close()
    return told


def _repository(path: Path) -> str:
    """Of twenty commits, with a file or two each."""
    who = ("-c", "user.name=dev", "-c", "user.email=dev@acme.example")
    subprocess.run(["git", "init", "-q", "-b", "main", str(path)], check=True)
    for n in range(20):
        (path / f"f{n % 7}.py").write_text("\n".join(f"value_{n}_{k} = {k * n}" for k in range(300)))
        subprocess.run(["git", "-C", str(path), "add", "-A"], check=True)
        subprocess.run(["git", "-C", str(path), *who, "commit", "-q", "-m", f"{n}"], check=True)
    return str(path)


def _processor_seconds(pid: int) -> float:
    """Of a process and of the children that it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return sum(int(fields[n]) for n in (11, 12, 13, 14)) / os.sysconf("SC_CLK_TCK")


def _one_bad(served: Served, kind: int, n: int) -> str:
    body = json.dumps({"n": n, "x": "y" * (n % 2000)}).encode()
    sender, headers = "github", {"X-Hub-Signature-256": "sha256=" + f"{n:064x}"}
    if kind == 1:
        body, headers = body[: len(body) // 2], {"X-Hub-Signature-256": signed(body[: len(body) // 2])}
    elif kind == 2:
        sender, body, headers = "eventbridge", exposure(1), {"X-Api-Key": SECRET}
    elif kind == 3:
        body, headers = b"x" * 150_000, {}
    elif kind == 4:
        sender, headers = "eventbridge", {"X-Api-Key": f"guess {n}"}
    answer = served.client.post(f"{served.url}/hooks/{sender}", content=body, headers=headers)
    return str(answer.json()["reason"])


def _slowly(served: Served, said: Counter[str]) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    for head in (
        b"POST /hooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1",
        b"POST /hooks/github HTTP/1.1\r\n",
    ):
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(head)
            heard = b"".join(iter(lambda c=connection: c.recv(4096), b""))  # type: ignore[misc]
        said["too_slow" if b"too_slow" in heard else "hung up" if not heard else "?"] += 1


def _memory(served: Served) -> int:
    status = Path(f"/proc/{served.process.pid}/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) // 1024


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--kills", type=float, default=5, help="seconds between two kills; 0: none")
    options.add_argument("--processes", type=int, default=2, help="of the server, for alerts")
    options.add_argument("--pushes", type=int, default=30)
    options.add_argument("--bad", type=int, default=10_000)
    options.add_argument("--repositories", type=int, default=60)
    options.add_argument("--postgresql", action="store_true")
    options.add_argument("--only", choices=["alerts", "pushes", "bad", "scale"], action="append")
    options.add_argument("--json", type=Path)
    asked = options.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    told: dict[str, Any] = {}
    with Standin() as standin, tempfile.TemporaryDirectory() as name, postgres() as database:
        for part in asked.only or ["alerts", "pushes", "bad", "scale"]:
            folder = Path(name) / part
            folder.mkdir()
            shared = asked.postgresql or part == "scale"
            site: Site = site_in(standin, folder)
            for house in house_in(site, folder, database() if shared else f"sqlite:///{folder / 'unleak.db'}"):
                if part == "alerts":
                    told[part] = alerts(house, asked.seconds, asked.kills, asked.processes)
                elif part == "pushes":
                    told[part] = pushes(house, folder, asked.pushes)
                elif part == "bad":
                    told[part] = bad(house, asked.bad)
                else:
                    told[part] = scale(house, folder, asked.repositories)
            print(part, json.dumps(told[part]), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
