"""Where a field is one of some words, these are those of the code: no more, no fewer."""

from collections.abc import Iterator
from enum import Enum
from typing import Any, get_args

import pytest

from unleak.drill.scored import ANSWERS
from unleak.engine.inquiries.kinds import KINDS
from unleak.iam.key_id import KeyKind
from unleak.iam.way import Rank
from unleak.model import bill, data, occasion
from unleak.model.credential import CredentialKind, Origin
from unleak.model.evidence import KeyStatus
from unleak.model.finding import Confidence, Live, Severity
from unleak.model.investigation import Certainty
from unleak.model.plan import Mode, OutcomeKind, TargetKind, Tri, VerdictKind
from unleak.model.review import Age, Weight
from unleak.model.role import Role
from unleak.report import eviction
from unleak.report.published import Published, published
from unleak.rotate.uses import Runs
from unleak.store import findings
from unleak.web.api.accounts import AccountRow
from unleak.web.api.inquiries import InquiryRow
from unleak.web.overview import STATES

Words = frozenset[str]


def _of(kind: type[Enum], *, but: tuple[Enum, ...] = ()) -> Words:
    return frozenset(str(one.value) for one in kind if one not in but)


def _literal(kind: Any, name: str) -> Words:
    return frozenset(get_args(kind.model_fields[name].annotation))


_STANDS = frozenset({"stands", "removed", "not known"})
_STATUS = frozenset({"contained", "not contained", "unknown"})
OF_ALL = {
    "severity": _of(Severity), "mode": _of(Mode), "verdict": _of(Tri), "origin": _of(Origin), "role": _of(Role),
    "runs": _of(Runs), "rank": _of(Rank), "from_mode": _of(Mode), "live": _of(Live), "age": _of(Age),
    "weight": _of(Weight), "word": _of(findings.Word), "outcome": _of(OutcomeKind), "deed": _of(data.Deed),
    "back": _of(data.Back), "present": _of(data.Present), "deeds": _of(data.Deed) | {"overwritten"},
}  # fmt: skip
OF_ONE = {
    "accounts.ready": _literal(AccountRow, "ready"),
    "bill.kind": _of(bill.Kind),
    "bill.state": _STANDS,
    **{f"drills.{answer}": _of(Tri) for answer in ANSWERS},
    "eviction.state": frozenset({
        eviction.OUT, eviction.DONE, eviction.WAITS, eviction.DUE, eviction.FAILED, eviction.BY_HAND,
    }),
    "findings.confidence": _of(Confidence),
    "incident.kind": _of(TargetKind),
    "incident.state": _of(VerdictKind) | {"refused", "lifted"},
    "incident.status": _STATUS,
    "incidents.state": frozenset(STATES),
    "inquiries.state": _literal(InquiryRow, "state"),
    "inquiries.what": frozenset(KINDS),
    "inspection.kind": _of(KeyKind, but=(KeyKind.UNKNOWN, KeyKind.NOT_A_KEY)),
    "inspection.owner.kind": _of(CredentialKind),
    "inspection.owner.status": _of(KeyStatus),
    "investigation.confidence": _of(Certainty),
    "investigation.state": _STANDS,
    "notice.kind": _of(occasion.Kind),
    "notice.status": _STATUS,
    "repository-findings.state": _of(findings.State),
    "rotation.measure.verdict": _of(VerdictKind),
    "rotation.state": frozenset({
        "nobody named", "advised", "planned", "waits", "refused", "handed over", "switched off", "deleted",
    }),
    "rotation.status": _of(KeyStatus),
    "token.kind": frozenset({"token"}),
    "tokens.kind": frozenset({"token"}),
}  # fmt: skip
"""By document and field; with the part between them where two parts of one document have such a field."""


def _words(schema: Any, part: str = "") -> Iterator[tuple[str, str, Words]]:
    """Part, field and words."""
    if isinstance(schema, list):
        for one in schema:
            yield from _words(one, part)
    if not isinstance(schema, dict):
        return
    for name, field in schema["properties"].items() if isinstance(schema.get("properties"), dict) else ():
        listed = field.get("enum") or field.get("items", {}).get("enum")
        if listed:
            yield part, name, frozenset(word for word in listed if word)
    for name, value in schema.items():
        if name == "$defs":
            for title, inner in value.items():
                yield from _words(inner, title)
        else:
            yield from _words(value, part)


@pytest.mark.parametrize("one", published(), ids=lambda p: p.name)
def test_words_are_those_of_the_code(one: Published) -> None:
    for part, name, words in _words(one.schema):
        in_part = OF_ONE.get(f"{one.name}.{part}.{name}")
        assert words == (in_part or OF_ONE.get(f"{one.name}.{name}") or OF_ALL[name]), f"{one.name}.{part}.{name}"
