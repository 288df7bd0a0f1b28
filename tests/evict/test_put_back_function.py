"""A function put back: what its code is afterwards, what is never written, and when it is refused."""

import json
from dataclasses import replace

import pytest

from conftest import Site
from deeds_of_data import function_package, overwritten_function
from deeds_of_resources import of
from unit_world import bench_of
from unleak.aws.function_code import _fetched, code_of
from unleak.evict.put_back_function import ACTION
from unleak.model.entry import Requested
from unleak.model.errors import CouldNotLook, NotPossible
from unleak.model.evidence import Fact
from unleak.model.plan import Change, OutcomeKind, Step, Target, Tri
from unleak.unit import Context

VARIABLES = {"token": "ours-7"}


def _knowing(context: Context, *facts: Fact, asked: Requested | None = None) -> Context:
    descent = context.incident.descent
    assert descent is not None
    requested = {asked.step.id: asked} if asked else {}
    incident = replace(context.incident, descent=replace(descent, standing=facts), requested=requested)
    return replace(context, incident=incident)


def _shown(context: Context, target: Target) -> Change:
    change = ACTION.propose(context, target)
    assert change is not None
    return change


def test_code_and_settings_are_those_of_the_version_and_no_value_is_kept(site: Site) -> None:
    target, client = overwritten_function(site), of(site, "lambda")
    context = bench_of(site).context
    change = _shown(context, target)
    assert set(change.after["parts"]) == {"Code", "Role", "Environment", "Timeout"}
    outcome = ACTION.apply(context, target, change)
    told = client.get_function_configuration(FunctionName="jobs")
    assert code_of(client, "jobs", "$LATEST")["ZipFile"] == function_package("ours")
    assert (told["Environment"]["Variables"], told["Timeout"]) == (VARIABLES, 3)
    kept = client.list_versions_by_function(FunctionName="jobs")["Versions"][-1]
    assert (kept["Version"], kept["Description"]) == ("2", context.incident.name_of("found"))
    assert code_of(client, "jobs", "2")["ZipFile"] == function_package("theirs")
    undone = ACTION.undo(context, target, change)
    assert client.get_function_configuration(FunctionName="jobs")["Environment"]["Variables"]["token"] == "theirs"
    written = json.dumps([dict(change.before), dict(change.after)]) + repr((change, outcome, undone))
    assert "ours-7" not in written
    assert "theirs" not in written


def test_an_interrupted_step_goes_on_and_others_work_is_not_written_over(site: Site) -> None:
    target, client = overwritten_function(site), of(site, "lambda")
    context = bench_of(site).context
    change = _shown(context, target)
    found = client.get_function_configuration(FunctionName="jobs")
    client.publish_version(FunctionName="jobs", Description=context.incident.name_of("found"))
    client.update_function_code(FunctionName="jobs", ZipFile=function_package("ours"))
    assert ACTION.apply(context, target, change).kind is OutcomeKind.DONE
    assert ACTION.verify(context, target, change).in_place is Tri.YES
    assert len(client.list_versions_by_function(FunctionName="jobs")["Versions"]) == 3
    client.update_function_code(FunctionName="jobs", ZipFile=function_package("mended by its owner"))
    assert ACTION.verify(context, target, change).in_place is Tri.NO
    assert ACTION.undo(context, target, change).kind is OutcomeKind.ASK
    with pytest.raises(NotPossible, match="written since"):
        ACTION.apply(context, target, change)
    assert code_of(client, "jobs", "$LATEST")["ZipFile"] == function_package("mended by its owner")
    assert found["CodeSha256"] == change.before["code"]


def test_nothing_is_put_back_on_a_guess_or_with_the_leaked_key(site: Site) -> None:
    target, client = overwritten_function(site), of(site, "lambda")
    context, key = bench_of(site).context, site.stage.victim.key_id
    facts = [f for f in context.incident.descent.standing if f.arn == target.id]  # type: ignore[union-attr]
    with pytest.raises(NotPossible, match="does not say who changed"):
        ACTION.propose(_knowing(context), target)
    opened = replace(facts[0], part="permission|in")  # who opened it did not change its code
    with pytest.raises(NotPossible, match="does not say who changed"):
        ACTION.propose(_knowing(context, opened), target)
    before_all = replace(facts[0], at=facts[0].at.replace(year=2020))
    with pytest.raises(NotPossible) as error:
        ACTION.propose(_knowing(context, before_all), target)
    assert error.value.hint == "deploy it again from its source"
    step = Step(ACTION.id, target)
    asked = Requested(step, "sam", "a test", {"version": "1"})
    assert _shown(_knowing(context, asked=asked), target).after["parts"] == ["Code"]
    with pytest.raises(NotPossible, match="no such version"):
        ACTION.propose(_knowing(context, asked=replace(asked, options={"version": "9"})), target)
    client.update_function_configuration(FunctionName="jobs", Environment={"Variables": {"AWS_ACCESS_KEY_ID": key}})
    client.publish_version(FunctionName="jobs")
    client.update_function_configuration(FunctionName="jobs", Environment={"Variables": {}})
    later = [replace(f, at=f.at.replace(year=2999)) for f in facts]
    holding = replace(context.incident, credentials={key: None})  # type: ignore[dict-item]
    with pytest.raises(NotPossible, match="holds a key"):
        ACTION.propose(_knowing(replace(context, incident=holding), *later), target)
    client.delete_function(FunctionName="jobs")
    with pytest.raises(NotPossible, match="was deleted"):
        ACTION.propose(context, target)


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/code", "http://awslambda-us-east-1-tasks.s3.us-east-1.amazonaws.com/code", "file:///etc/passwd",
     "https://amazonaws.com.evil.example/code", "", "https://evilamazonaws.com/code"],
)  # fmt: skip
def test_code_is_fetched_from_nowhere_else(address: str) -> None:
    with pytest.raises(CouldNotLook, match="not where AWS keeps it"):
        _fetched({"Location": address}, "http://127.0.0.1:5000")
