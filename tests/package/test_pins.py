"""constraints.txt pins all that pyproject.toml may bring along, in a version that pyproject.toml takes."""

import re

import pytest
from closure import EXTRAS, PROJECT, ROOT, closure
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

LINES = (ROOT / "constraints.txt").read_text().splitlines()
PINS = [Requirement(line) for line in LINES if line and not line.lstrip().startswith("#")]
HERE = {canonicalize_name(r.name): r for r in PINS if r.marker is None or r.marker.evaluate()}


@pytest.mark.parametrize("extra", EXTRAS)
def test_all_that_an_extra_brings_is_pinned(extra: str) -> None:
    missing = closure(extra).keys() - HERE.keys()
    assert not missing, "run `make lock`"


def test_what_is_pinned_is_what_is_wanted() -> None:
    lines = [*PROJECT["dependencies"], *(line for lines in EXTRAS.values() for line in lines)]
    for wanted in map(Requirement, lines):
        name = canonicalize_name(wanted.name)
        if name != "unleak" and (wanted.marker is None or wanted.marker.evaluate({"extra": ""})):
            (pin,) = HERE[name].specifier
            assert pin.operator == "=="
            assert wanted.specifier.contains(Version(pin.version)), wanted


def test_tools_of_the_release_are_pinned_too() -> None:
    tools = (ROOT / "ci" / "release.in").read_text().split()
    assert {canonicalize_name(tool) for tool in tools} <= HERE.keys()


def test_no_host_is_named() -> None:
    assert not re.search(r"https?:|index-url|find-links|@", "\n".join(LINES))
