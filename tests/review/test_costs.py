"""`unleak bill` against the stand-in's Cost Explorer."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from conftest import Site
from unleak.cli import main as cli
from unleak.engine.local import open_incident
from unleak.model.alert import Ground
from unleak.model.entry import Checked
from unleak.model.errors import AccessDenied, CouldNotLook
from unleak.model.evidence import DescentRead
from unleak.model.investigation import Remaining
from unleak.model.plan import Mode, Step, Target, TargetKind
from unleak.report.bill import from_json
from unleak.review.costs import spending
from unleak.standin.server import Standin

EC2 = "Amazon Elastic Compute Cloud - Compute"
TODAY = datetime.now(UTC).date()
LEAK = datetime.combine(TODAY - timedelta(days=4), datetime.min.time(), UTC)
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def standin() -> Iterator[Standin]:
    """Of its own: what the engine makes is dated by the real clock, and that of the shared one is ahead of it."""
    with Standin() as running:
        yield running


def _lay(site: Site, day: date, service: str, region: str, amount: float, **more: object) -> None:
    thing = {"day": day.isoformat(), "service": service, "region": region, "amount": amount, **more}
    site.standin.gate.lay("ce", site.stage.account, "us-east-1", thing)


def _usual(site: Site) -> None:
    for ago in range(70, -1, -1):
        _lay(site, TODAY - timedelta(days=ago), EC2, "us-east-1", 40)


def _miner(site: Site) -> None:
    for ago in range(3, -1, -1):
        _lay(site, TODAY - timedelta(days=ago), EC2, "ap-south-1", 0.28, resource="i-0abc")


def test_days_services_and_regions_in_one_request(site: Site) -> None:
    _usual(site)
    _miner(site)
    _lay(site, TODAY, EC2, "us-east-1", -500, record_type="Credit")
    _lay(site, TODAY, "Tax", "NoRegion", 90, record_type="Tax")
    told = spending(site.stage.admin, site.stage.account, LEAK, NOW)
    assert told.requests == 1
    assert (told.currency, told.first) == ("USD", LEAK.date() - timedelta(days=63))
    assert set(told.amounts) == {(EC2, "us-east-1"), (EC2, "ap-south-1")}
    assert set(told.amounts[EC2, "us-east-1"].values()) == {40.0}
    assert told.estimated_from is not None
    assert told.estimated_from <= TODAY


def test_pages_are_joined(site: Site) -> None:
    for number in range(1300):
        _lay(site, TODAY - timedelta(days=number % 3), f"Service {number // 3}", "us-east-1", 1)
    told = spending(site.stage.admin, site.stage.account, LEAK, NOW)
    assert told.requests == 3
    assert sum(sum(days.values()) for days in told.amounts.values()) == 1300


def test_cost_explorer_that_is_off_is_no_clean_bill(site: Site) -> None:
    site.standin.gate.lay("ce", site.stage.account, "us-east-1", {"activated": False})
    with pytest.raises(CouldNotLook, match="has no data in Cost Explorer"):
        spending(site.stage.admin, site.stage.account, LEAK, NOW)


def test_who_may_not_ask_is_told_what_to_grant(site: Site) -> None:
    with pytest.raises(AccessDenied) as refused:
        spending(site.accounts(), site.stage.account, LEAK, NOW)
    assert "ce:GetCostAndUsage" in refused.value.hint


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """As the responder, who may ask Cost Explorer."""
    responder = site.stage.responder
    monkeypatch.setenv("AWS_ENDPOINT_URL", site.standin.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", responder.key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", responder.secret.reveal())
    asks = {"Effect": "Allow", "Action": "ce:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [asks]})
    iam = site.stage.admin.client(site.stage.account, "iam")
    iam.put_user_policy(UserName="unleak-responder", PolicyName="asks-costs", PolicyDocument=document)

    def ran(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["unleak", "bill", *arguments])
        with pytest.raises(SystemExit) as left:
            cli.main()
        out, err = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return left.value.code, out, err

    return ran


def test_a_cheap_machine_in_an_unused_region_stands_out(site: Site, run: Run) -> None:
    _usual(site)
    _miner(site)
    code, out, _ = run("--since", LEAK.date().isoformat(), "--account", site.stage.account, "--by-resource")
    assert code == 1, out
    assert f"{EC2} in ap-south-1" in out
    assert "cost nothing before" in out
    assert "i-0abc" in out
    assert "us-east-1" not in out
    assert "2 questions to Cost Explorer, 0.02 dollars" in out
    code, out, _ = run("--since", LEAK.date().isoformat(), "--format", "json")
    assert [a.region for a in from_json(out).anomalies] == ["ap-south-1"]


def test_nothing_out_of_the_usual_is_no_finding(site: Site, run: Run) -> None:
    _usual(site)
    code, out, _ = run("--since", LEAK.date().isoformat())
    assert code == 0, out
    assert "nothing can be known yet" in out


def test_an_account_that_cannot_be_looked_at_is_told(site: Site, run: Run) -> None:
    site.standin.gate.lay("ce", site.stage.account, "us-east-1", {"activated": False})
    code, out, err = run("--since", LEAK.date().isoformat())
    assert code == 3
    assert "COULD NOT LOOK" in out
    assert "has no data in Cost Explorer" in err


def test_misuse_is_said(run: Run) -> None:
    assert run("AKIA" + "SOMEBODYS" + "0009")[0] == 2
    assert run("--since", "2026-11-23", "--account", "12")[0] == 2


def test_the_incident_says_since_when_whose_and_what_stands_behind_it(
    site: Site, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    _usual(site)
    _miner(site)
    monkeypatch.setenv("UNLEAK_HOME", str(site.config.home))
    world, key = site.world(with_secret=False), site.stage.victim.key_id
    incident = open_incident(world, replace(site.alert(Ground.PERSON), leaked_at=LEAK), Mode.OBSERVE, "a test")
    arn = f"arn:aws:ec2:ap-south-1:{site.stage.account}:instance/i-0abc"
    made = Remaining(arn, "AWS::EC2::Instance", "created", "c5.large", key, LEAK, "e1", "removed")
    exhibit = world.record.keep([json.dumps(asdict(made), default=str).encode()])
    found = DescentRead(key, exhibit, 1, 1, removed=1)
    step = Step("descent", Target(TargetKind.KEY, key, site.stage.account))
    world.record.append(incident.id, incident.seq, [(world.clock.now(), Checked(step, (found,)))])
    code, out, err = run(key, "--account", site.stage.account)
    assert code == 1, err
    assert f"{arn}: created c5.large by {key}" in out
    assert "(removed)" in out
