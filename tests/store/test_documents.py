"""Large documents of an entry lie beside it, and whoever reads the entry finds them in it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from database_world import postgres_fixture, record_fixture, record_url_fixture  # noqa: F401  fixtures
from unleak.model.entry import Checked
from unleak.model.evidence import DescentRead, Exhibit, Fact
from unleak.model.plan import Step, Target, TargetKind
from unleak.store.codec import event_from_json, event_to_json
from unleak.store.documents import put_together, take_apart
from unleak.store.record import Record
from unleak.store.schema import ENTRIES, EXHIBITS

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ACCOUNT = "111122223333"


def _policy(number: int, size: int = 6000) -> str:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::bucket-{number}/*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement] * (size // len(json.dumps(statement)))})
    return text[:size]


def _fact(number: int, former: dict[str, Any] | None) -> Fact:
    arn = f"arn:aws:iam::{ACCOUNT}:role/service-role/application-{number}"
    return Fact(
        arn, "AWS::IAM::Role", "changed", "inline policy deploy-permissions: s3:*, iam:PassRole", "AKIA" + "X" * 16,
        NOW, f"0f1e2d3c-4b5a-6978-8796-a5b4c3d2e{number:03d}", is_principal=True, action="iam:PutRolePolicy",
        part="inline|deploy-permissions", former=former, account=ACCOUNT,
    )  # fmt: skip


def _descent(*facts: Fact) -> Checked:
    read = DescentRead("AKIA" + "X" * 16, Exhibit("", 0, 0), 3, 900, standing=facts)
    return Checked(Step("descent", Target(TargetKind.KEY, read.key_id, ACCOUNT)), (read,))


def _whole() -> Checked:
    named = {"roleName": "application", "policyName": "deploy-permissions"}
    return _descent(*(_fact(n, {**named, "policyDocument": _policy(n)}) for n in range(500)))


def _bodies(record: Record) -> list[str]:
    with record.engine.connect() as db:
        return list(db.execute(sa.select(ENTRIES.c.body).order_by(ENTRIES.c.seq)).scalars())


def _count(record: Record) -> int:
    with record.engine.connect() as db:
        return int(db.execute(sa.select(sa.func.count()).select_from(EXHIBITS)).scalar() or 0)


def test_an_entry_of_many_large_documents_is_small_and_reads_as_it_was(record: Record) -> None:
    event = _whole()
    assert len(event_to_json(event)) > 3_000_000
    record.append("inc-1", 0, [(NOW, event)])
    record.append("inc-1", 1, [(NOW, event)])
    assert all(len(body) < 300_000 for body in _bodies(record))
    assert _count(record) == 500  # however often the same is found
    assert [e.event for e in record.entries("inc-1")] == [event, event]
    assert [e.event for e in record.entries("inc-1", after=1)] == [event]


def test_a_record_of_before_reads_as_ever(record: Record) -> None:
    event = _whole()
    row = {"incident": "inc-1", "seq": 1, "at": NOW.isoformat(), "type": "Checked", "body": event_to_json(event)}
    with record.engine.begin() as db:
        db.execute(ENTRIES.insert(), [row])
    assert [e.event for e in record.entries("inc-1")] == [event]


@pytest.mark.parametrize("harm", ["gone", "altered"])
def test_what_is_lost_is_not_known_and_not_made_up(record: Record, harm: str) -> None:
    large, small = {"policyDocument": _policy(1)}, {"policyDocument": "{}"}
    record.append("inc-1", 0, [(NOW, _descent(_fact(1, large), _fact(2, small), _fact(3, {}), _fact(4, None)))])
    with record.engine.begin() as db:
        db.execute(
            EXHIBITS.delete() if harm == "gone" else EXHIBITS.update().values(content=b'{"policyDocument":"{}"}')
        )
    read = record.entries("inc-1")[0].event
    assert isinstance(read, Checked)
    assert isinstance(read.evidence[0], DescentRead)
    assert [f.former for f in read.evidence[0].standing] == [None, small, {}, None]


_NAMES = st.sampled_from(["former", "former_apart", "type", "standing", "policyDocument", "a" * 64])
_VALUES = st.recursive(
    st.none() | st.text(max_size=600) | st.sampled_from(["DescentRead", "a" * 64]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.none() | st.dictionaries(_NAMES, _VALUES, max_size=4), max_size=4))
def test_whatever_stood_before_comes_back(formers: list[dict[str, Any] | None]) -> None:
    event = _descent(*(_fact(n, former) for n, former in enumerate(formers)))
    plain = json.loads(event_to_json(event))
    engine = sa.create_engine("sqlite://")
    EXHIBITS.create(engine)
    documents = take_apart(plain)
    with engine.begin() as db:
        if documents:
            db.execute(EXHIBITS.insert(), [{"sha256": n, "content": text} for n, text in documents.items()])
        put_together(db, [plain])
    assert event_from_json(json.dumps(plain)) == event
