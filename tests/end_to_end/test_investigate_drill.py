"""The drill's attack, reconstructed from nothing but its trail: every credential, its parent, and what stands."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from conftest import Site
from unleak.drill.technique import Loot, make
from unleak.drill.techniques.key_deletion_is_not_enough import TECHNIQUE
from unleak.investigate.run import Wish, investigate
from unleak.investigate.trail.opened import EVENT_HISTORY, opened
from unleak.model.credential import Credentials, Origin, SecretKey, SessionToken
from unleak.model.investigation import Investigation


def _attack(site: Site) -> Loot:
    """With what the machine finds in its metadata used by the attacker as well."""
    loot = Loot(site.stage.admin, site.stage, {"key": site.stage.victim})
    for move in TECHNIQUE.moves:
        make(move, loot)
    gate = site.standin.gate
    found = gate.machines.credentials(site.stage.account, "us-east-1", loot.seen["instance"], gate.clock.now())
    loot.held["machine"] = Credentials(
        found["AccessKeyId"], SecretKey(found["SecretAccessKey"]), SessionToken(found["Token"])
    )
    loot.client("machine", "ec2").describe_instances()
    return loot


def _bucket(site: Site) -> str:
    name, account = f"trail-{site.stage.account}", site.stage.account
    site.stage.admin.client(account, "s3").create_bucket(Bucket=name)
    cloudtrail = site.stage.admin.client(account, "cloudtrail")
    cloudtrail.create_trail(Name="all", S3BucketName=name, IsMultiRegionTrail=True)
    cloudtrail.start_logging(Name="all")
    return f"s3://{name}"


def _event_history(_: Site) -> str:
    return EVENT_HISTORY


@pytest.mark.parametrize("source", [_event_history, _bucket])
def test_key_deletion_is_not_enough_is_reconstructed_exactly(
    source: Callable[[Site], str], site: Site, tmp_path: Path
) -> None:
    name, began = source(site), site.standin.gate.clock.now() - timedelta(seconds=5)
    loot = _attack(site)
    site.standin.gate.delivery.deliver(site.standin.gate.clock.now() + timedelta(minutes=1))
    sources = opened((name,), lambda: site.stage.admin, site.stage.account, tmp_path, lookups_a_second=0)
    found = investigate(Wish(site.stage.victim.key_id, tmp_path, began), sources, datetime.now(UTC))

    held = {c.key_id: c for c in found.credentials}
    assert set(held) == {c.key_id for c in loot.held.values()}, found.seen.problems
    parents = {name: held[c.key_id].parent for name, c in loot.held.items()}
    key, session = loot.held["key"].key_id, loot.held["session"].key_id
    assert parents == {"key": None, "session": key, "role": session, "machine": session}
    assert {held[c.key_id].origin for n, c in loot.held.items() if n != "key"} == {Origin.MINTED}
    _machine_stands(found, loot)
    assert not found.seen.problems


def _machine_stands(found: Investigation, loot: Loot) -> None:
    machines = [r for r in found.remaining if r.type == "AWS::EC2::Instance" and r.deed == "created"]
    assert [(m.arn.rsplit("/", 1)[-1], m.by, m.state) for m in machines] == [
        (loot.seen["instance"], loot.held["session"].key_id, "stands")
    ]
    refused = {c.action for c in found.calls if not c.accepted}
    assert refused == {"secretsmanager:ListSecrets", "iam:CreateUser"}
