"""A table restored beside the one that is there: from what, of which moment, and what is never done."""

from dataclasses import replace
from datetime import timedelta

import pytest

from conftest import Site
from deeds_of_data import deleted_table, lost_table
from deeds_of_resources import of
from unit_world import bench_of
from unleak.evict.put_back_table import ACTION
from unleak.model.entry import HoldSet, Requested
from unleak.model.errors import AccessDenied, NotPossible
from unleak.model.plan import Change, OutcomeKind, Step, Target
from unleak.unit import Context


def _shown(context: Context, target: Target) -> Change:
    change = ACTION.propose(context, target)
    assert change is not None
    return change


def _asking(context: Context, target: Target, version: str) -> Context:
    step = Step(ACTION.id, target)
    asked = {step.id: Requested(step, "sam", "a test", {"version": version})}
    return replace(context, incident=replace(context.incident, requested=asked))


def _asked_for(site: Site) -> str:
    """The moment that the last restore named, as the trail has it."""
    events = [e.record for e in site.standin.gate.trail._events if e.account == site.stage.account]
    return str([e for e in events if e["eventName"] == "RestoreTableToPointInTime"][-1]["requestParameters"])


def test_it_is_restored_as_of_the_second_before_and_what_is_there_stays(site: Site) -> None:
    target, client = lost_table(site), of(site, "dynamodb")
    context = bench_of(site).context
    change = _shown(context, target)
    client.put_item(TableName="orders", Item={"id": {"S": "since"}})
    ACTION.apply(context, target, change)
    (deed,) = [f for f in context.incident.descent.standing if f.arn == target.id]  # type: ignore[union-attr]
    moment = deed.at.replace(microsecond=0) - timedelta(seconds=1)
    assert change.after["from"] == f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    assert str(int(moment.timestamp())) in _asked_for(site)
    assert client.scan(TableName="orders")["Count"] == 2
    client.update_table(TableName=change.after["table"], DeletionProtectionEnabled=True)
    assert ACTION.undo(context, target, change).kind is OutcomeKind.ASK
    client.update_table(TableName=change.after["table"], DeletionProtectionEnabled=False)
    held = replace(context, incident=replace(context.incident, hold=HoldSet(on=True, who="sam", why="a test")))
    assert ACTION.undo(held, target, change).kind is OutcomeKind.ASK
    with pytest.raises(AccessDenied):  # only what unleak restored may it delete, and write
        context.aws.client(target.account, "dynamodb").delete_table(TableName="orders")


def test_a_deleted_table_comes_from_the_backup_that_was_made_of_it(site: Site) -> None:
    target, client = deleted_table(site), of(site, "dynamodb")
    context = bench_of(site).context
    change = _shown(context, target)
    assert ":table/orders/backup/" in change.after["from"]
    ACTION.apply(context, target, change)
    assert client.scan(TableName=change.after["table"])["Items"] == [{"id": {"S": "a"}}]


def test_without_recovery_it_takes_a_backup_from_before(site: Site) -> None:
    target, client = lost_table(site), of(site, "dynamodb")
    context = bench_of(site).context
    off = {"PointInTimeRecoveryEnabled": False}
    client.update_continuous_backups(TableName="orders", PointInTimeRecoverySpecification=off)
    with pytest.raises(NotPossible, match="did not reach back"):
        ACTION.propose(context, target)
    made = client.create_backup(TableName="orders", BackupName="nightly")["BackupDetails"]["BackupArn"]
    assert _shown(context, target).after["from"] == made
    with pytest.raises(NotPossible, match="did not reach back"):  # it is younger than that
        ACTION.propose(_asking(context, target, "2020-01-01T00:00:00Z"), target)
    with pytest.raises(NotPossible, match="neither a time nor a backup"):
        ACTION.propose(_asking(context, target, "yesterday"), target)
    assert _shown(_asking(context, target, made), target).after["from"] == made


def test_nothing_is_restored_on_a_guess(site: Site) -> None:
    target = lost_table(site)
    context = bench_of(site).context
    other = replace(target, id=target.id.replace("orders", "invoices"))
    with pytest.raises(NotPossible, match="does not say who changed"):
        ACTION.propose(context, other)
