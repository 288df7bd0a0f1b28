"""The drill as a user runs it: it passes with containment, and fails without. A proof needs both."""

import json
import subprocess
import sys
from pathlib import Path

from documents import hold
from unleak.store.readiness import ReadinessStore
from unleak.store.record import Record

UNLEAK = [sys.executable, "-m", "unleak.cli.main"]
SESSION_CALLS = (
    "session: ec2:StartInstances",
    "session: ec2:RunInstances as ops-admin",
    "role: s3:GetObject customers.csv",
)


def _run(*arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run([*UNLEAK, *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=300)
    hold(done.stdout)
    return done


def test_with_containment_the_attack_fails(tmp_path: Path) -> None:
    record = Record(f"sqlite:///{tmp_path / 'home' / 'unleak.db'}")
    done = _run("drill", "--format", "json", "--seed", "3", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    drill = json.loads(done.stdout)
    assert drill["passed"]
    assert drill["contained"]
    by_name = {c["call"]: c for c in drill["calls"]}
    for call in by_name.values():
        if call["matters"]:
            assert call["before"] == "yes"
            assert call["after"] not in {"yes", "could_not_look"}
    assert all(by_name[name]["control"] == "yes" for name in SESSION_CALLS)
    assert by_name["key: sts:GetCallerIdentity"]["control"] == "InvalidClientTokenId"
    assert drill["seconds"]["quarantined"] < 67
    kept = ReadinessStore(record).drills()[""]
    matter = sum(c["matters"] for c in drill["calls"])
    assert (kept.passed, kept.wanted, kept.accepted, kept.refused) == (True, matter, matter, matter)
    assert record.incident_ids() == [], "a drill's incident is none of the record's"
    record.close()


def test_without_containment_the_drill_fails(tmp_path: Path) -> None:
    done = _run("drill", "--no-contain", "--format", "json", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    drill = json.loads(done.stdout)
    assert drill["attack_succeeded_before"]
    assert not drill["attack_failed_after"]
    assert not drill["passed"]
    assert not (tmp_path / "home").exists(), "without a record, a drill makes none"


def test_the_demo_writes_its_report_and_no_secret(tmp_path: Path) -> None:
    done = _run("demo", "--output", "out", "--picture", "demo.svg", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for name in ("incident.html", "incident.md", "incident.json"):
        assert str(Path("out") / name) in done.stdout
    text = (tmp_path / "out" / "incident.json").read_text()
    hold(text)
    story = json.loads(text)
    assert story["status"] == "contained"
    assert {m["state"] for m in story["measures"]} == {"holds"}
    assert {k["how"] for k in story["keys"]} == {"", "GetSessionToken", "AssumeRole"}
    assert [c["kind"] for c in story["created"]] == ["instance"]
    assert any(c["outcome"] != "accepted" and c["after_containment"] for c in story["calls"])
    assert not any(c["outcome"] == "accepted" and c["after_containment"] for c in story["calls"])
    assert (tmp_path / "demo.svg").read_text().startswith("<svg")
