"""How much of what leaks is found, each id with its own secret, and nothing where there is nothing."""

from functools import cache

import pytest
from labelled_shape_world import Credential, Shape
from labelled_world import SEED, Score, all_of, harmless, judge, leaks

from unleak.model.finding import Finding
from unleak.scan.blob import Blob
from unleak.scan.scanner import scan

LEAKS, HARMLESS = leaks(), harmless()
OF_PAIRS = {"aws_access_key_id", "aws_secret", "aws_session_token"}


def named(shapes: list[Shape]) -> list[object]:
    return [pytest.param(s, id=s.name.replace(" ", "-").replace(",", "")) for s in shapes]


@cache
def findings(shape: Shape) -> tuple[Finding, ...]:
    return tuple(scan([Blob(shape.data, shape.file)]).findings)


def credentials(shape: Shape) -> list[Credential]:
    """What the findings say. A secret without an id is known by its fingerprint only."""
    secrets = {fingerprint_of(c.secret): c.secret for c in shape.expected if c.secret}
    return [credential(f, secrets) for f in findings(shape) if f.detector in OF_PAIRS or f.key_id]


def credential(finding: Finding, secrets: dict[str, str]) -> Credential:
    whole = finding.credentials
    if whole is not None:
        return Credential(whole.key_id, whole.secret.reveal(), whole.token.reveal() if whole.token else None)
    if finding.has_secret:
        return Credential(finding.key_id, secrets.get(finding.fingerprint, f"unknown: {finding.places}"))
    return Credential(finding.key_id)


@cache
def fingerprint_of(secret: str) -> str:
    (finding,) = scan([Blob(f"aws_secret_access_key = {secret}\n".encode(), "alone")]).findings
    return finding.fingerprint


@pytest.mark.parametrize("shape", named(LEAKS))
def test_a_leak_is_found(shape: Shape) -> None:
    there, score = all_of(shape.expected), judge(shape, credentials(shape))
    assert there.ids - score.ids == set(), "ids not found"
    assert there.secrets - score.secrets == set(), "secrets not found"
    assert score.wrong == set(), "paired wrongly"
    assert there.pairs - score.pairs == set(), "not paired"
    assert there.tokens - score.tokens == set(), "not found with its token"
    assert score.strange == set(), "not what it was taken for"
    others = [f.detector for f in findings(shape) if f.detector not in OF_PAIRS]
    assert len(others) == len(shape.others), "keys that are no pairs"


@pytest.mark.parametrize("shape", named(HARMLESS))
def test_what_is_harmless_is_not_flagged(shape: Shape) -> None:
    assert [(f.detector, f.key_id, f.places) for f in findings(shape)] == []


def test_the_score_of_the_whole_set() -> None:
    there, score = Score(), Score()
    for shape in LEAKS:
        there.add(all_of(shape.expected))
        score.add(judge(shape, credentials(shape)))
    flagged = [s.name for s in HARMLESS if findings(s)]
    said = (
        f"{len(score.ids)} of {len(there.ids)} ids, {len(score.secrets)} of {len(there.secrets)} secrets, "
        f"{len(score.pairs)} of {len(there.pairs)} pairs, {len(score.wrong)} wrong, {len(flagged)} harmless flagged"
    )
    assert len(score.ids) >= 52 / 53 * len(there.ids), said
    assert len(score.secrets) >= 50 / 53 * len(there.secrets), said
    assert len(score.pairs) >= 49 / 50 * len(there.pairs), said
    assert (len(score.wrong), len(flagged)) == (0, 0), said


def test_the_set_is_large_and_the_same_for_the_same_seed() -> None:
    there = Score()
    for shape in LEAKS:
        there.add(all_of(shape.expected))
    assert len(LEAKS) >= 61
    assert len(HARMLESS) >= 20
    assert min(len(there.ids), len(there.secrets)) >= 53
    assert len(there.pairs) >= 50
    assert [s.data for s in leaks() + harmless()] == [s.data for s in LEAKS + HARMLESS]
    again = {s.name: s.expected for s in leaks(SEED + 1)}
    assert all(again[s.name].isdisjoint(s.expected) for s in LEAKS if s.expected)
