"""What looks and never writes: the checks of an incident, and those of a review."""

import json
import sys
from collections.abc import Iterator

from generator.page import codes, page, paragraphs, table, wrapped
from unleak.engine.permissions import review_policies
from unleak.respond import CHECKS
from unleak.review import CHECKS as REVIEW_CHECKS
from unleak.review.check import Scope


def pages() -> dict[str, str]:
    return {"checks.md": page("Checks", _checks()), "review.md": page("What a review looks at", _review())}


def _checks() -> Iterator[str]:
    yield from ("What unleak looks at. A check never writes.", "")
    rows = ((c.id, c.title, codes(c.permissions)) for c in CHECKS.values())
    yield from table("Check", "What it does", "Needs", rows=rows)


def _review() -> Iterator[str]:
    yield "What `unleak review` looks at, in this order of worth. `--check ID` takes one of them. None of them writes."
    yield ""
    for c in REVIEW_CHECKS:
        doc = sys.modules[type(c).__module__ if c.id in type(c).__module__ else f"unleak.review.{c.id}"].__doc__ or ""
        yield from (f"## {c.id}", "", *wrapped(f"{c.title}. {_once(c.scope)}."), "", *paragraphs(doc))
        yield from (*wrapped(f"Tells of {codes(c.types)}."), "")
        yield from (*wrapped(f"Needs {codes(c.permissions)}."), "")
    yield from ("## The policy", "", "As `unleak setup policy --review` prints it: managed policies, each within IAM's")
    yield from ("limit of 6,144 characters.", "", "```json", json.dumps(list(review_policies()), indent=2), "```")


def _once(scope: Scope) -> str:
    return "Once in an account" if scope is Scope.GLOBAL else "In every region"
