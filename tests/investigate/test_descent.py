"""What the check says where it could not look: it found nothing, and that is no answer."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from trail_world import record

from conftest import Site
from unit_world import bench_of
from unleak.investigate.descent import CHECK
from unleak.investigate.run import Wish, investigate
from unleak.investigate.trail.opened import opened
from unleak.model.clock import parse_stamp
from unleak.model.errors import CouldNotLook
from unleak.model.plan import Target, TargetKind


def test_a_trail_that_may_not_be_read_is_told(site: Site) -> None:
    iam = site.stage.admin.client(site.stage.account, "iam")
    deny = {"Effect": "Deny", "Action": "cloudtrail:LookupEvents", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    iam.put_user_policy(UserName="unleak-responder", PolicyName="no", PolicyDocument=document)
    target = Target(TargetKind.KEY, site.stage.victim.key_id, site.stage.account)
    with pytest.raises(CouldNotLook, match="not everywhere"):
        list(CHECK.run(bench_of(site).context, target))


def test_logs_that_end_before_the_leak_are_no_answer(tmp_path: Path) -> None:
    log = tmp_path / "log.json"
    log.write_text(json.dumps({"Records": [record(0)]}))
    last = parse_stamp(record(0)["eventTime"])

    def problems(leaked_at: timedelta) -> tuple[str, ...]:
        sources = opened((str(log),), lambda: pytest.fail("no AWS"), "", tmp_path)
        wish = Wish("AKIA" + "A" * 16, tmp_path / "home", last + leaked_at)
        return investigate(wish, sources, last).seen.problems

    assert ["before the leak" in p for p in problems(timedelta(hours=1))] == [True]
    assert problems(timedelta(hours=-1)) == ()
