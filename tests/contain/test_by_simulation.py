"""The simulator's word: it may add to a proof, and never makes green what it contradicts."""

import json

import pytest

from conftest import Site
from unit_world import bench_of
from unleak.contain.by_simulation import ASKED, with_simulation
from unleak.model.plan import Look, Target, TargetKind, Tri


def _victim(site: Site) -> Target:
    return Target(TargetKind.USER, f"arn:aws:iam::{site.stage.account}:user/aws-victim", site.stage.account)


def test_what_the_simulator_contradicts_is_could_not_tell(site: Site) -> None:
    """Nothing is denied here, whatever a look may have seen."""
    seen = with_simulation(bench_of(site).context, Look(Tri.YES, detail="it is written"), _victim(site), ASKED)
    assert seen.in_place is Tri.COULD_NOT_LOOK
    assert "is not denied" in seen.detail


def test_what_the_simulator_confirms_is_said(site: Site) -> None:
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    iam = site.stage.admin.client(site.stage.account, "iam")
    iam.put_user_policy(UserName="aws-victim", PolicyName="no", PolicyDocument=document)
    seen = with_simulation(bench_of(site).context, Look(Tri.YES, detail="it is written"), _victim(site), ASKED)
    assert (seen.in_place, seen.detail) == (Tri.YES, "it is written; simulated: denied")


@pytest.mark.parametrize(
    "look", [Look(Tri.NO), Look(Tri.COULD_NOT_LOOK), Look(Tri.YES, Tri.YES), Look(Tri.YES, Tri.NO)]
)
def test_where_a_look_or_a_trial_has_spoken_nobody_asks_it(site: Site, look: Look) -> None:
    bench = bench_of(site)
    assert with_simulation(bench.context, look, _victim(site), ASKED) == look
    assert "iam:SimulatePrincipalPolicy" not in bench.called
