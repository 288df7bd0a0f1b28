"""Data put back: asked for, shown, approved, done, seen, and taken back; and what is not put back on a guess."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from data_world import Attacked

from conftest import Site
from unleak.cli import main as cli
from unleak.engine.local import open_incident, run
from unleak.evict.put_back_object import ACTION
from unleak.model.alert import Ground
from unleak.model.entry import Approved, Requested
from unleak.model.errors import NotPossible
from unleak.model.incident import Incident
from unleak.model.plan import Mode, OutcomeKind, Step, Target, TargetKind
from unleak.playbook import playbook
from unleak.respond import World, undo
from unleak.review.data import things
from unleak.review.versions import with_versions
from unleak.unit import Context


def _opened(site: Site) -> tuple[World, Incident]:
    world = site.world(with_secret=False)
    told = replace(site.alert(Ground.PERSON))
    incident, _ = run(world, open_incident(world, told, Mode.OBSERVE, "a test").id, until=world.clock.now())
    return world, incident


def _asked(world: World, incident: Incident, step: Step, **options: str) -> Incident:
    world.record.append(
        incident.id, incident.seq, [(world.clock.now(), Requested(step, "sam", "overwritten", options))]
    )
    return run(world, incident.id, until=world.clock.now())[0]


def _approved(world: World, incident: Incident, step: Step) -> Incident:
    now = world.clock.now()
    pending = next(p for p in playbook(incident, now).pending if p.step == step)
    assert pending.change is not None
    yes = Approved(step, pending.change.digest(step), "sam", "go", now + timedelta(hours=1))
    world.record.append(incident.id, incident.seq, [(now, yes)])
    return run(world, incident.id, until=now + timedelta(seconds=30))[0]


def test_everything_that_was_overwritten_is_put_back_by_approval_and_can_be_taken_back(site: Site) -> None:
    attacked = Attacked(site)
    attacked.attack()
    world, incident = _opened(site)
    rows = [t for t in with_versions(site.stage.admin, things(attacked.calls())) if t.before and t.before.action]
    assert len(rows) == 4
    steps: list[Step] = []
    for thing in rows:
        assert thing.before is not None
        step = Step(thing.before.action, Target(TargetKind.RESOURCE, thing.arn, attacked.account))
        incident = _asked(world, incident, step, version=thing.before.version)
        assert attacked.text("own/a.csv") == (b"before" if steps else b"ransom")
        incident = _approved(world, incident, step)
        state = incident.action(step)
        assert state is not None
        assert state.outcome is not None
        assert state.outcome.kind is OutcomeKind.DONE, state.outcome
        steps.append(step)
    assert attacked.text("own/a.csv") == attacked.text("own/b.csv") == b"before"
    assert attacked.ssm.get_parameter(Name="/app/url")["Parameter"]["Value"] == "https://before.example"
    assert attacked.secret() == "before"
    for step in steps:
        _, outcome = undo(world, incident.id, step.id, who="sam", why="a mistake")
        assert outcome.kind is OutcomeKind.DONE, outcome
    assert attacked.text("own/a.csv") == b"ransom"
    assert attacked.secret() == "theirs"
    entries = "".join(str(e) for e in world.record.entries(incident.id))
    assert not any(value in entries for value in ("before.example", "evil.example"))


def test_the_attackers_version_stays_beneath_as_evidence(site: Site) -> None:
    attacked = Attacked(site)
    attacked.attack()
    world, incident = _opened(site)
    (row,) = [t for t in with_versions(site.stage.admin, things(attacked.calls())) if t.arn.endswith("b.csv")]
    assert row.before is not None
    step = Step("put_back_object", Target(TargetKind.RESOURCE, row.arn, attacked.account))
    _approved(world, _asked(world, incident, step, version=row.before.version), step)
    told = attacked.s3.list_object_versions(Bucket=attacked.bucket, Prefix="own/b.csv")
    assert (len(told["Versions"]), len(told["DeleteMarkers"])) == (2, 1)
    head = attacked.s3.head_object(Bucket=attacked.bucket, Key="own/b.csv")
    assert head["Metadata"]["unleak-put-back"] == f"{incident.id}/{row.before.version}"


def _refused(site: Site, target: str, **options: str) -> str:
    world, incident = _opened(site)
    step = Step(ACTION.id, Target(TargetKind.RESOURCE, target, site.stage.account))
    asked = replace(incident, requested={step.id: Requested(step, "sam", "a test", options)})
    with pytest.raises(NotPossible) as error:
        ACTION.propose(Context(world.aws, world.clock, asked, world.vault, world.record.keep), step.target)
    return str(error.value)


def test_nothing_is_put_back_on_a_guess(site: Site) -> None:
    attacked = Attacked(site)
    arn = f"arn:aws:s3:::{attacked.bucket}/own/a.csv"
    assert "does not say who changed" in _refused(site, arn)
    assert "has no version" in _refused(site, arn, version="of-another-object")
    assert "between two times" in _refused(site, f"arn:aws:s3:::{attacked.bucket}/own/*")


def test_without_versioning_a_copy_would_destroy_evidence(site: Site) -> None:
    attacked = Attacked(site, versioning=False)
    assert "versioning is not on" in _refused(site, f"arn:aws:s3:::{attacked.bucket}/own/a.csv", version="null")


def test_who_wrote_since_it_was_shown_is_not_written_over(site: Site) -> None:
    attacked = Attacked(site)
    attacked.attack()
    (row,) = [t for t in with_versions(site.stage.admin, things(attacked.calls())) if t.arn.endswith("a.csv")]
    assert row.before is not None
    world, incident = _opened(site)
    step = Step(ACTION.id, Target(TargetKind.RESOURCE, row.arn, attacked.account))
    asked = replace(incident, requested={step.id: Requested(step, "sam", "a test", {"version": row.before.version})})
    context = Context(world.aws, world.clock, asked, world.vault, world.record.keep)
    change = ACTION.propose(context, step.target)
    assert change is not None
    attacked.put("own/a.csv", b"mended by its owner")
    with pytest.raises(NotPossible):
        ACTION.apply(context, step.target, change)
    assert attacked.text("own/a.csv") == b"mended by its owner"


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run_unleak(site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """As the responder, who may read versions by the policy that unleak declares."""
    responder = site.stage.responder
    monkeypatch.setenv("AWS_ENDPOINT_URL", site.standin.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", responder.key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", responder.secret.reveal())
    monkeypatch.setenv("UNLEAK_HOME", str(tmp_path / "record"))
    monkeypatch.chdir(tmp_path)

    def ran(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["unleak", *arguments])
        code: object = 0
        try:
            cli.main()
        except SystemExit as left:
            code = left.code
        out, err = capsys.readouterr()
        assert isinstance(code, int)
        return code, out, err

    return ran


def _log(records: list[dict[str, Any]]) -> str:
    Path("trail.json").write_text(json.dumps({"Records": records}, separators=(",", ":")))
    return "trail.json"


def test_the_command_tells_what_was_done_to_data(site: Site, run_unleak: Run) -> None:
    attacked = Attacked(site)
    at = attacked.attack()
    key, leaked = site.stage.victim.key_id, f"{at - timedelta(minutes=5):%Y-%m-%dT%H:%M:%SZ}"
    code, out, err = run_unleak("data", key, "--trail", _log(attacked.records), "--leaked-at", leaked)
    assert code == 3, err  # it knows nothing of items and messages, and says so
    assert "5 things changed, 2 only read" in out
    assert "CAN BE PUT BACK: 4" in out
    assert "DynamoDB items: none of these calls was on one" in out
    assert "S3 objects: none" not in out
    code, out, _ = run_unleak("data", key, "--trail", "trail.json", "--leaked-at", leaked, "--format", "json")
    assert json.loads(out)["schema"] == "unleak.data/1"


def test_a_trail_of_management_events_alone_is_no_clean_answer(site: Site, run_unleak: Run) -> None:
    attacked = Attacked(site)
    at = attacked.attack()
    management = [r for r in attacked.records if r["eventSource"] != "s3.amazonaws.com"]
    leaked = f"{at - timedelta(minutes=5):%Y-%m-%dT%H:%M:%SZ}"
    code, out, _ = run_unleak("data", site.stage.victim.key_id, "--trail", _log(management), "--leaked-at", leaked)
    assert code == 3
    assert "could not look: S3 objects" in out


def test_a_reply_to_the_support_case_is_drafted_from_the_record(site: Site, run_unleak: Run, tmp_path: Path) -> None:
    key = site.stage.victim.key_id
    assert run_unleak("respond", key, "--reason", "sam saw it", "--mode", "disable", "--no-wait")[0] in {0, 1}
    (tmp_path / "bill.json").write_text('{"schema": "unleak.findings/1"}')
    assert run_unleak("incident", "reply", key, "--bill", "bill.json")[0] == 2
    done = run_unleak("incident", "reply", key, "--case", "17000000001")
    assert done[0] == 0
    assert "Case: 17000000001" in done[1]
    assert f"set access key {key}" in done[1]
    assert "a draft" in done[2]
