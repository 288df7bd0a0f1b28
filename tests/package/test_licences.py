"""Every package that the product brings along may be given along with it, and the page of licences says under what."""

import re

import pytest
from closure import ROOT, closure
from licences import PAGE, PERMISSIVE, WEAK_COPYLEFT, licence_of, named_in, rows

PINNED = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "constraints.txt").read_text(), re.MULTILINE))


@pytest.mark.parametrize("name", sorted(closure("all")))
def test_each_licence_is_known_and_fits(name: str) -> None:
    licences = named_in(licence_of(closure("all")[name], name))
    assert licences
    assert licences <= PERMISSIVE | WEAK_COPYLEFT


def test_the_core_is_permissive() -> None:
    assert [n for n, p in closure().items() if not named_in(licence_of(p, n)) <= PERMISSIVE] == []


def test_the_page_is_of_what_is_installed() -> None:
    """It is written on the oldest Python, which needs the most; here fewer may be wanted."""
    page = [line for line in PAGE.read_text().splitlines() if re.match(r"\| [a-z0-9]", line)]
    assert set(rows().values()) <= set(page), "run `make docs`"
    assert {line.split(" ")[1] for line in page} <= PINNED


def test_what_only_its_lesser_half_allows_is_not_taken_for_allowed() -> None:
    assert named_in("MIT AND (GPL-3.0-only OR BSD-3-Clause)") == {"MIT", "GPL-3.0-only", "BSD-3-Clause"}
