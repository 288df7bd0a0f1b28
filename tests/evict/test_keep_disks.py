"""What `unleak evict --keep-disks` asks for: once for each machine that would be terminated."""

from conftest import Site
from deeds_of_resources import machine
from deeds_world import deeds_in, did
from unleak.engine.evictions import ask_to_keep, left
from unleak.engine.local import open_incident
from unleak.model.alert import Ground
from unleak.model.entry import Checked
from unleak.model.evidence import DescentRead, Exhibit
from unleak.model.plan import Mode, Plan, Step, Target, TargetKind


def test_each_machine_that_would_be_terminated_is_asked_for_once(site: Site) -> None:
    instance, key = machine(site), site.stage.victim.key_id
    did(site, instance, "EC2::Instance", "created", action="ec2:RunInstances")
    world = site.world(with_secret=False)
    incident = open_incident(world, site.alert(Ground.PERSON), Mode.DISABLE, "a test")
    read = DescentRead(key, Exhibit("", 0, 0), 1, 1, standing=deeds_in(site.stage.account))
    looked = Checked(Step("descent", Target(TargetKind.KEY, key, site.stage.account)), (read,))
    world.record.append(incident.id, incident.seq, [(world.clock.now(), looked)])
    once = ask_to_keep(world, world.record.incident(incident.id), "a test", "evidence")
    again = ask_to_keep(world, once, "a test", "evidence")
    assert (list(once.requested), again.seq) == ([f"snapshot_disks:{instance.id}"], once.seq)
    assert once.requested[f"snapshot_disks:{instance.id}"].why == "evidence"
    assert [row.step_id.partition(":")[0] for row in left(once, Plan())] == ["snapshot_disks", "stop_instance"]
