"""`unleak serve` as its users run it: a process of its own, over the embedded AWS."""

import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from conftest import Site
from documents import hold
from unleak.store.record import Record
from unleak.store.tokens import Role, Tokens

SECRET = "a shared secret of the test"
UNLEAK = [sys.executable, "-m", "unleak.cli.main"]
CONFIG = f"""
regions = ["us-east-1"]
principals_per_hour = 100000
lookups_a_second = 0

[service]
mode = "disable"
refusals_a_minute = 100000
slowest_seconds = 1.0

[hooks.github]
secret = "{SECRET}"
url = "https://git.example"

[hooks.scanner]
secret = "{SECRET}"

[hooks.eventbridge]
secret = "{SECRET}"
"""


def signed(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@dataclass
class Served:
    """`log` is what it has said so far, a document a line."""

    url: str
    process: "subprocess.Popen[bytes]"
    path: Path
    client: httpx.Client

    @property
    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.path.read_text().splitlines() if line.startswith("{")]

    def hook(self, sender: str, document: object, **headers: str) -> httpx.Response:
        body = json.dumps(document).encode()
        shown = {"X-Hub-Signature-256": signed(body)} if sender == "github" else {"X-Api-Key": SECRET}
        sent = {**shown, **{k.replace("_", "-"): v for k, v in headers.items()}}
        return self.client.post(f"{self.url}/hooks/{sender}", content=body, headers=sent)

    def api(self, method: str, path: str, token: str, document: object = None) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {token}"}
        return self.client.request(method, f"{self.url}/api/v1{path}", json=document, headers=bearer)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(30)


@dataclass
class House:
    """Where `unleak` runs, with its configuration, its record and its environment."""

    site: Site
    folder: Path
    environment: dict[str, str]
    started: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=20))

    def run(self, *arguments: str, may: frozenset[int] = frozenset({0})) -> str:
        """`may`: which exit codes are as they should be."""
        done = subprocess.run(
            [*UNLEAK, *arguments], env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode in may, done.stdout + done.stderr
        hold(done.stdout)
        return done.stdout

    def token(self, role: str) -> str:
        """Good for a month of the service's time, the embedded AWS's, which other tests have moved on by years."""
        now, record = self.site.standin.gate.clock.now(), Record(self.environment["UNLEAK_DATABASE"])
        _, word = Tokens(record).make(f"a {role}", Role(role), (), now, now + timedelta(days=30), "a test")
        record.close()
        return word

    def serve(self, *arguments: str, port: int = 0) -> Served:
        path = self.folder / f"serve-{len(self.started)}.log"
        process = self.start("serve", "--port", str(port), *arguments, log=path)
        deadline = time.monotonic() + 30
        while True:
            assert process.poll() is None, path.read_text()
            assert time.monotonic() < deadline, path.read_text()
            heard = [json.loads(line) for line in path.read_text().splitlines() if '"listening"' in line]
            if heard:
                return Served(f"http://127.0.0.1:{heard[0]['port']}", process, path, self.client)
            time.sleep(0.05)

    def start(self, *arguments: str, log: Path) -> "subprocess.Popen[bytes]":
        with log.open("wb") as said:
            process = subprocess.Popen(
                [*UNLEAK, *arguments], env=self.environment, cwd=self.folder, stdout=said, stderr=said
            )
        self.started.append(process)
        return process


def house_in(site: Site, folder: Path, record_url: str) -> Iterator[House]:
    responder = site.stage.responder
    (folder / "unleak.toml").write_text(CONFIG)
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": site.standin.url,
        "AWS_ACCESS_KEY_ID": responder.key_id,
        "AWS_SECRET_ACCESS_KEY": responder.secret.reveal(),
        "UNLEAK_DATABASE": record_url,
        "UNLEAK_CONFIG": str(folder / "unleak.toml"),
    }
    house = House(site, folder, environment)
    with house.client:
        yield house
    for process in house.started:
        process.kill()
        process.wait()


def wait_for(what: Callable[[], Any], seconds: float = 90) -> Any:
    """What it says once it says anything."""
    deadline = time.monotonic() + seconds
    while not (said := what()):
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.02)
    return said
