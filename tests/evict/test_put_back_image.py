"""A tag put back: on which image, what keeps the attacker's, and when it is refused."""

from dataclasses import replace

import pytest

from conftest import Site
from deeds_of_data import image_in, moved_tag, removed_tag
from deeds_of_resources import of
from unit_world import bench_of
from unleak.evict.put_back_image import ACTION
from unleak.model.entry import Requested
from unleak.model.errors import NotPossible
from unleak.model.evidence import Fact
from unleak.model.plan import Change, OutcomeKind, Step, Target
from unleak.unit import Context


def _shown(context: Context, target: Target) -> Change:
    change = ACTION.propose(context, target)
    assert change is not None
    return change


def _knowing(context: Context, *facts: Fact) -> Context:
    descent = context.incident.descent
    assert descent is not None
    return replace(context, incident=replace(context.incident, descent=replace(descent, standing=facts)))


def _images(site: Site) -> dict[str, list[str]]:
    told = of(site, "ecr").describe_images(repositoryName="team/app")["imageDetails"]
    return {i["imageDigest"]: sorted(i.get("imageTags", ())) for i in told}


def test_the_attackers_image_stays_with_a_tag_of_ours(site: Site) -> None:
    target = moved_tag(site)
    context, before = bench_of(site).context, _images(site)
    change = _shown(context, target)
    ACTION.apply(context, target, change)
    theirs = _images(site)[change.before["digest"]]
    assert len(theirs) == 1
    assert theirs[0].startswith(context.incident.name_of("found"))
    assert _images(site)[change.after["digest"]] == ["live", "v1"]
    ACTION.undo(context, target, change)
    assert _images(site) == before


def test_who_moved_it_since_is_asked(site: Site) -> None:
    target = moved_tag(site)
    context = bench_of(site).context
    change = _shown(context, target)
    mended = image_in(site, "v2", "live", layer="c")
    with pytest.raises(NotPossible, match="moved since"):
        ACTION.apply(context, target, change)
    assert ACTION.undo(context, target, change).kind is OutcomeKind.ASK
    assert "live" in _images(site)[mended]


def test_an_image_never_loses_its_last_tag(site: Site) -> None:
    target = removed_tag(site)
    context = bench_of(site).context
    change = _shown(context, target)
    assert change.before["digest"] == ""
    ACTION.apply(context, target, change)
    of(site, "ecr").batch_delete_image(repositoryName="team/app", imageIds=[{"imageTag": "v1"}])
    outcome = ACTION.undo(context, target, change)
    assert outcome.kind is OutcomeKind.ASK
    assert "would delete it" in outcome.detail
    assert _images(site)[change.after["digest"]] == ["live"]


def test_nothing_is_put_back_on_a_guess(site: Site) -> None:
    target = moved_tag(site)
    context = bench_of(site).context
    (fact,) = [f for f in context.incident.descent.standing if f.part == "image|live"]  # type: ignore[union-attr]
    with pytest.raises(NotPossible, match="does not say who changed"):
        ACTION.propose(_knowing(context), target)
    with pytest.raises(NotPossible, match="the trail does not tell"):
        ACTION.propose(_knowing(context, replace(fact, former=None)), target)
    with pytest.raises(NotPossible, match="nothing bore"):
        ACTION.propose(_knowing(context, replace(fact, former={})), target)
    gone = {"imageDigest": "sha256:" + "d" * 64}
    with pytest.raises(NotPossible, match="not in team/app any more"):
        ACTION.propose(_knowing(context, replace(fact, former=gone)), target)
    with pytest.raises(NotPossible, match="is no tag"):
        ACTION.propose(context, replace(target, id=target.id.replace(":live", ":sha256:abc")))
    step = Step(ACTION.id, target)
    asked = {step.id: Requested(step, "sam", "a test", {"version": str(fact.former["imageDigest"])})}  # type: ignore[index]
    by_a_person = replace(context, incident=replace(_knowing(context).incident, requested=asked))
    assert _shown(by_a_person, target).after["digest"] == fact.former["imageDigest"]  # type: ignore[index]
