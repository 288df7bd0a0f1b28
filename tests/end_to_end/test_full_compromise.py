"""An account after everything that an attacker can do to it is the account from before, but for the leaked key."""

from dataclasses import replace

from account_dump import changed, dump_of
from conftest import Site
from unleak.drill.photograph import differences, photograph
from unleak.drill.putting_right import put_right
from unleak.drill.technique import Loot, make
from unleak.drill.techniques.full_compromise import TECHNIQUE
from unleak.engine.local import open_incident, run
from unleak.model.alert import Ground
from unleak.model.plan import Mode, Tri


def test_the_account_is_as_it_was_before(site: Site) -> None:
    TECHNIQUE.prepare(site.stage)
    leaked = site.stage.victim.key_id
    seen = photograph(site.stage.admin, site.stage.account)
    before = dump_of(site)  # only now: services begin to hold something when they are first looked at
    site.standin.gate.clock.advance(3600)
    leaked_at = site.standin.gate.clock.now()
    loot = Loot(site.accounts(), site.stage, {"key": site.stage.victim})
    results = [make(move, loot) for move in TECHNIQUE.moves]
    failed = [(m.action, r.code) for m, r in zip(TECHNIQUE.moves, results, strict=True) if r.accepted is not Tri.YES]
    assert failed == []
    assert len(differences(seen, photograph(site.stage.admin, site.stage.account))) > 10
    world = site.world()
    incident = open_incident(world, replace(site.alert(Ground.PERSON), leaked_at=leaked_at), Mode.LOCKDOWN, "a test")
    run(world, incident.id)
    again = [make(move, loot) for move in TECHNIQUE.moves if move.wanted]
    assert {r.accepted for r in again} == {Tri.NO}
    done = put_right(world, incident.id)
    assert done.why_not == "", (done.by_hand, done.agreed)
    assert differences(seen, photograph(site.stage.admin, site.stage.account)) == [
        f"key {leaked} of aws-victim is missing"
    ]
    found = [path for path in changed(before, dump_of(site)) if leaked not in path and not _stays(path)]
    assert not found, "\n".join(found)


def _stays(path: str) -> bool:
    """What no eviction can or should take away."""
    logs, interfaces = "/s3 aws/buckets/acme-logs-", "/ec2 us-east-1/enis: None"
    orders, tags = "/ec2 us-east-1/launch_template_insert_order", "/ec2 us-east-1/tags: None -> {'i-"
    if "/next_version_num: " in path:
        return True  # IAM gives no version's number twice
    # The trail's files are evidence; of what is gone the engine keeps interfaces, tags and the order.
    return path.startswith((logs, interfaces, orders, tags))
