"""Keeps the disks of a machine for the investigation: a snapshot of each volume, named by the incident, before the
machine is terminated. Of its memory AWS keeps nothing.

https://docs.aws.amazon.com/ebs/latest/userguide/ebs-creating-snapshot.html
"""

from collections.abc import Iterable, Mapping
from typing import Any

from unleak.aws.client import Client
from unleak.model.errors import NotFound, NotPossible
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Target, Tri
from unleak.unit import ByHand, Context

_TAG = "unleak"
"""AWS takes no client token here: by the value of this tag, which nobody can guess, twice is once."""


class SnapshotDisks:
    id = "snapshot_disks"
    title = "Keep the disks of the instance as snapshots"
    permissions = (
        "ec2:DescribeInstances", "ec2:DescribeSnapshots", "ec2:CreateSnapshots", "ec2:CreateTags", "ec2:DeleteSnapshot",
    )  # fmt: skip
    breaking = False
    reversible = True
    deletes = False
    undone_by = "deleting the snapshots that it took; a legal hold keeps them"
    by_hand = ByHand(
        console="EC2 (region {region}) > Snapshots > Create snapshot > Instance > {name}",
        cli="aws ec2 create-snapshots --region {region} --instance-specification InstanceId={name}  # its memory only "
        "the machine itself can give: AVML or LiME by Systems Manager, or hibernation where it was set up for it",
    )
    references = (
        "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-creating-snapshot.html",
        "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSnapshots.html",
    )

    def propose(self, context: Context, target: Target) -> Change | None:
        ec2 = _ec2(context, target)
        volumes = _volumes(ec2, target)
        kept = _of_ours(context, ec2, volumes)
        if all(_is_kept(kept[v]) for v in volumes):
            return None
        return Change(
            summary=f"keep {len(volumes)} disks of instance {target.name} as snapshots, in account {target.account}",
            breaks="nothing; they cost as long as they are kept, and whoever may read them reads what is on the disks",
            undo="delete these snapshots",
            after={"volumes": volumes},
        )

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        ec2, volumes = _ec2(context, target), list(change.after["volumes"])
        kept = {v for v, snapshots in _of_ours(context, ec2, volumes).items() if _is_kept(snapshots)}
        if kept < set(volumes):  # those of one call are of one moment
            ec2.create_snapshots(
                InstanceSpecification={"InstanceId": target.name, **_without(kept, _boot_volume(ec2, target))},
                Description=f"unleak: {target.name}, {context.incident.id}",
                TagSpecifications=[{"ResourceType": "snapshot", "Tags": [{"Key": _TAG, "Value": _mark(context)}]}],
            )
        return Outcome(OutcomeKind.DONE, change.summary)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        ec2 = _ec2(context, target, fresh=True)
        volumes = list(change.after["volumes"]) if change else _volumes(ec2, target)
        return told(target.name, _of_ours(context, ec2, volumes))

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        if context.incident.is_held:
            return Outcome(OutcomeKind.ASK, f"a legal hold keeps the snapshots of {target.name}")
        ec2 = _ec2(context, target)
        ours = [s for each in _of_ours(context, ec2, change.after["volumes"]).values() for s in each]
        for snapshot in ours:
            ec2.delete_snapshot(SnapshotId=snapshot["SnapshotId"])
        return Outcome(OutcomeKind.DONE if ours else OutcomeKind.ALREADY, f"{len(ours)} snapshots deleted")


def told(instance: str, kept: Mapping[str, list[Mapping[str, Any]]]) -> Look:
    """By the states of the snapshots of each volume, as AWS names them."""
    states = {volume: {str(s["State"]) for s in each} for volume, each in kept.items()}
    missing = [v for v, seen in states.items() if not seen - {"error"}]
    if missing or not states:
        return Look(Tri.NO, detail=f"{instance}: no snapshot of {', '.join(missing) or 'any disk'}")
    waiting = [v for v, seen in states.items() if "completed" not in seen]
    if waiting:
        return Look(Tri.COULD_NOT_LOOK, detail=f"{instance}: the snapshot of {', '.join(waiting)} is not complete yet")
    return Look(Tri.YES, detail=f"{instance}: each of its {len(states)} disks is kept", immediate=True)


def _without(kept: set[str], boot: str) -> dict[str, Any]:
    """What need not be taken once more, as CreateSnapshots wants it said."""
    data = sorted(kept - {boot})
    return {"ExcludeBootVolume": boot in kept} | ({"ExcludeDataVolumeIds": data} if data else {})


def _is_kept(snapshots: Iterable[Mapping[str, Any]]) -> bool:
    return any(s["State"] != "error" for s in snapshots)


def _mark(context: Context) -> str:
    return context.incident.name_of("disks")


def _ec2(context: Context, target: Target, *, fresh: bool = False) -> Client:
    return context.aws.client(target.account, "ec2", target.region, fresh=fresh)


def _disks(ec2: Client, target: Target) -> dict[str, str]:
    """The volume of each device; the first is the one that it boots from. Empty where the instance is gone."""
    try:
        found = ec2.describe_instances(InstanceIds=[target.name])["Reservations"]
    except NotFound:
        found = []
    machines = [i for r in found for i in r["Instances"]]
    return {
        str(d["DeviceName"]): str(d["Ebs"]["VolumeId"])
        for i in machines
        for d in sorted(i.get("BlockDeviceMappings", ()), key=lambda d: d["DeviceName"] != i.get("RootDeviceName"))
        if d.get("Ebs")
    }


def _boot_volume(ec2: Client, target: Target) -> str:
    return next(iter(_disks(ec2, target).values()), "")


def _volumes(ec2: Client, target: Target) -> list[str]:
    volumes = sorted(_disks(ec2, target).values())
    if not volumes:
        raise NotPossible(f"{target.name} has no disk that could be kept: it is gone, or has none of EBS", "look at it")
    return volumes


def _of_ours(context: Context, ec2: Client, volumes: Iterable[str]) -> dict[str, list[Mapping[str, Any]]]:
    """Of each volume, the snapshots that this incident took."""
    ours = [{"Name": f"tag:{_TAG}", "Values": [_mark(context)]}]
    found = list(ec2.pages("describe_snapshots", "Snapshots", OwnerIds=["self"], Filters=ours))
    return {volume: [s for s in found if s["VolumeId"] == volume] for volume in volumes}


ACTION = SnapshotDisks()
