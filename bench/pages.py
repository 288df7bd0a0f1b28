# ruff: noqa: INP001, T201  a script that prints
"""The pages of `unleak serve`: ten thousand incidents, a large one, and how containment fares while many watch.

    python bench/pages.py [--incidents 10000] [--viewers 200] [--rounds 20] [--processes 1]
        [--postgresql] [--json FILE] [--goals]

Everything is asked over HTTP. Server, worker, viewers and the embedded AWS share this machine's processors; the load is
printed beside each part. The parts are apart: --only pages, --only viewers.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx

sys.path[:0] = [str(Path(__file__).parent.parent / "tests"), str(Path(__file__).parent.parent / "tests" / "web")]

from pages_store import add_large, fill
from service import key_of
from service_world import House, Served, house_in, wait_for

from conftest import site_in
from database_world import postgres
from unleak.cli.world import record_at
from unleak.engine.local import incident_id_of
from unleak.model.clock import WallClock
from unleak.model.entry import Concluded
from unleak.standin.server import Standin
from unleak.store.record import Record
from unleak.store.tokens import Kind, Role, Tokens

_ENTRIES, _CREDENTIALS = 5000, 2000
_GOALS = {"list": 100.0, "large": 300.0, "bytes": 150_000}
_PAUSE = 4.0


def sessions(record: Record, number: int) -> list[str]:
    """Of so many people, who may see everything and decide on it."""
    now, tokens = WallClock().now(), Tokens(record)
    until = now + timedelta(hours=5)
    return [
        tokens.make(f"person {n}", Role.APPROVER, (), now, until, f"a measurement, {n}", Kind.SESSION)[1]
        for n in range(number)
    ]


def asked(client: httpx.Client, path: str) -> tuple[float, int]:
    """Milliseconds until the last byte, and how many bytes."""
    began = time.perf_counter()
    answer = client.get(path)
    took = 1000 * (time.perf_counter() - began)
    assert answer.status_code == 200, answer.text
    return round(took, 1), len(answer.content)


def often(client: httpx.Client, path: str, number: int) -> dict[str, Any]:
    each = [asked(client, path) for _ in range(number)]
    return {**spread([ms for ms, _ in each], "ms"), "bytes": max(size for _, size in each)}


def spread(values: Sequence[float], unit: str, digits: int = 1) -> dict[str, Any]:
    ordered = sorted(values)
    if not ordered:
        return {"count": 0}
    last = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return {f"p50 {unit}": round(statistics.median(ordered), digits), f"p99 {unit}": round(last, digits)}


def browser(served: Served, word: str) -> httpx.Client:
    return httpx.Client(base_url=served.url, cookies={"unleak": word}, timeout=1200)


def pages(house: House, number: int) -> dict[str, Any]:
    """In a store of so many incidents, and one of 5,000 entries. No worker runs."""
    record = record_at(house.environment["UNLEAK_DATABASE"])
    began = time.monotonic()
    fill(record, house.site, number, key_of)
    large = add_large(record, incident_id_of(key_of(0)), key_of(number), _ENTRIES, _CREDENTIALS)
    made = {"store made in s": round(time.monotonic() - began), "entries of the large one": record.length(large)}
    record.close()
    return made | answered(house, number, large)


def answered(house: House, number: int, large: str) -> dict[str, Any]:
    """Nothing is worked out yet at the first start; at the second one it lies in the store."""
    record = record_at(house.environment["UNLEAK_DATABASE"])
    [word] = sessions(record, 1)
    record.close()
    told: dict[str, Any] = {}
    for start in ("first ever", "first after a start"):
        served = house.serve("--at-once", "0")
        with browser(served, word) as client:
            asked(client, "/static/unleak.svg")  # the connection
            told[f"list, {start}, ms"], _ = asked(client, "/incidents")
            if start != "first ever":
                told["lists"] = dict(_lists(client, key_of(number // 2)))
                told["large"] = dict(_large(client, large))
        served.stop()
    return told


def _lists(client: httpx.Client, key_id: str) -> Iterator[tuple[str, Any]]:
    last = client.get("/incidents").text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    for path in ("/incidents", f"/incidents?q={key_id[5:14].lower()}", "/incidents?state=works&mode=disable", last):
        yield path.replace("&amp;", "&"), often(client, path.replace("&amp;", "&"), 100)
    anew = [asked(client, f"/incidents?anew={n}")[0] for n in range(20)]
    yield "/incidents, drawn anew", spread(anew, "ms")
    yield "metrics", often(client, "/metrics", 10)


def _large(client: httpx.Client, incident: str) -> Iterator[tuple[str, Any]]:
    first = f"/incidents/{incident}"
    yield "first after a start, ms", asked(client, first)[0]
    yield "again", often(client, first, 50)
    yield "drawn anew", spread([asked(client, f"{first}?anew={n}")[0] for n in range(50)], "ms")
    for part in ("?show=all", "/timeline?show=all", "/timeline?show=all&begin=4800", "/credentials",
                 "/credentials?begin=1800", "/things"):  # fmt: skip
        yield part, often(client, first + part, 10)


def viewers(house: House, number: int, rounds: int, processes: int) -> dict[str, Any]:
    """Half of them at the list, the others at each incident as soon as it is told of. Each is of another user's key."""
    served = house.serve("--processes", str(processes))
    record = record_at(house.environment["UNLEAK_DATABASE"])
    words = sessions(record, number)
    watching = subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "pages_viewers.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert watching.stdin is not None
    say = partial(_say, watching.stdin)
    say(json.dumps({"url": served.url, "words": words, "at the list": number // 2}))
    time.sleep(3 + number / 50)
    seconds, incidents, spent = [], [], _processor_seconds(served.process.pid)
    began_all = time.monotonic()
    for n in range(rounds):
        report = _report(house, f"of-{number}-{n}")
        began = time.time()
        answer = served.hook("scanner", report)
        assert answer.status_code == 202, answer.text
        incidents += answer.json()["incidents"]
        say(incidents[-1])
        seconds.append(wait_for(partial(_changed_at, record, incidents[-1])) - began)
        time.sleep(_PAUSE)
    took = time.monotonic() - began_all
    spent = _processor_seconds(served.process.pid) - spent
    seen = json.loads(watching.communicate(b"\n")[0])
    told = {
        "viewers": number, **spread(seconds, "s", 2), "slowest s": round(max(seconds), 2),
        "processor s of the server a second": round(spent / took, 2), **_seen(record, seen),
    }  # fmt: skip
    served.stop()
    record.close()
    return told


def _say(to: Any, line: str) -> None:
    to.write(line.encode() + b"\n")
    to.flush()


def _seen(record: Record, seen: dict[str, Any]) -> dict[str, Any]:
    """How long after an entry of their incident they heard of it, and had the page that tells it."""
    entries = {name: [e.at.timestamp() for e in record.entries(name)] for name in {n for _, n, _ in seen["heard"] if n}}
    late = [at - entries[of][length - 1] for at, of, length in seen["heard"] if of]
    return {
        "heard": len(late), "heard after": spread(late, "s", 2),
        "pages": len(seen["pages"]), "page": spread([1000 * s for s in seen["pages"]], "ms"),
        "refused": {str(code): n for code, n in Counter(seen["refused"]).items()},
    }  # fmt: skip


def _report(house: House, name: str) -> list[dict[str, Any]]:
    """Both halves of the key of a new user, as gitleaks writes them."""
    iam = house.site.stage.admin.client(house.site.stage.account, "iam")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    rows = (("aws-access-token", key["AccessKeyId"]), ("generic-api-key", f"secret = {key['SecretAccessKey']}"))
    return [
        {"RuleID": rule, "Description": "", "StartLine": line, "EndLine": line, "StartColumn": 1, "EndColumn": 2,
         "Match": text, "Secret": text, "File": f"{name}/.env", "SymlinkFile": "", "Commit": "", "Entropy": 4,
         "Author": "", "Email": "", "Date": "", "Message": "", "Tags": [], "Fingerprint": ""}
        for line, (rule, text) in enumerate(rows, 1)
    ]  # fmt: skip


def _changed_at(record: Record, incident_id: str) -> float:
    """When the first change was done, by the record."""
    done = [e.at.timestamp() for e in record.entries(incident_id) if isinstance(e.event, Concluded)]
    return min(done, default=0.0)


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def missed(told: dict[str, Any]) -> Iterator[str]:
    for path, figures in told.get("pages", {}).get("lists", {}).items():
        if path.startswith("/") and figures["p99 ms"] > _GOALS["list"]:
            yield f"{path}: {figures['p99 ms']} ms"
    for part, figures in told.get("pages", {}).get("large", {}).items():
        ms, size = (figures, 0) if isinstance(figures, float) else (figures["p99 ms"], figures.get("bytes", 0))
        if ms > _GOALS["large"] or size > _GOALS["bytes"]:
            yield f"large {part}: {ms} ms, {size} bytes"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--incidents", type=int, default=10_000)
    options.add_argument("--processes", type=int, default=1, help="of the server, for viewers")
    options.add_argument("--viewers", type=int, default=200)
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--postgresql", action="store_true")
    options.add_argument("--only", choices=["pages", "viewers"], action="append")
    options.add_argument("--json", type=Path)
    options.add_argument("--goals", action="store_true", help="exit code 1 where one is not met")
    given = options.parse_args()
    parts: dict[str, Callable[[House], dict[str, Any]]] = {
        "pages": lambda house: pages(house, given.incidents),
        "nobody watches": lambda house: viewers(house, 0, given.rounds, given.processes),
        "they watch": lambda house: viewers(house, given.viewers, given.rounds, given.processes),
    }
    wanted = given.only or ["pages", "viewers"]
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name, postgres() as database:
        for part, measure in parts.items():
            if ("pages" if part == "pages" else "viewers") not in wanted:
                continue
            folder = Path(name) / part.replace(" ", "-")
            folder.mkdir()
            url = database() if given.postgresql else f"sqlite:///{folder / 'unleak.db'}"
            with Standin() as standin:  # another one each time: to contain something moves its clock on
                for house in house_in(site_in(standin, folder), folder, url):
                    load = os.getloadavg()[0]
                    told[part] = measure(house) | {"load": f"{load:.1f} to {os.getloadavg()[0]:.1f}"}
            print(part, json.dumps(told[part], indent=1), flush=True)
    if given.json:
        given.json.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    if given.goals and (wrong := list(missed(told))):
        sys.exit("goals not met: " + "; ".join(wrong))


if __name__ == "__main__":
    main()
