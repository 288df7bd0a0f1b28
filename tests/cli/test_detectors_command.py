"""What is looked for is said, for people and for programs, and holds nothing that a scanner finds."""

import json

import pytest
from click.testing import CliRunner

from unleak.cli.detectors import command
from unleak.model.errors import Misuse
from unleak.scan.blob import Blob
from unleak.scan.detector import Detector
from unleak.scan.detectors import DETECTORS
from unleak.scan.scanner import scan


def said(*arguments: str) -> str:
    done = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    assert scan([Blob(done.output.encode(), "output")]).findings == []
    return done.output


def test_each_has_a_line() -> None:
    lines = said().splitlines()[1:]
    assert [line.split()[:2] for line in lines] == [[d.id, d.severity.value] for d in DETECTORS]


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda d: d.id)
def test_one_is_shown_in_full(detector: Detector) -> None:
    text = said(detector.id)
    assert detector.title in text
    assert all(reference in text for reference in detector.references)


def test_programs_get_all_of_it() -> None:
    answer = json.loads(said("--format", "json"))
    assert answer["schema"] == "unleak.detectors/1"
    assert [d["id"] for d in answer["detectors"]] == [d.id for d in DETECTORS]
    assert all(d["examples"] and d["mitigation"] for d in answer["detectors"])


def test_one_that_is_not_there_is_misuse() -> None:
    with pytest.raises(Misuse, match="no detector 'aws_nothing'"):
        CliRunner().invoke(command, ["aws_nothing"], catch_exceptions=False)
