"""Every document that unleak tells has a schema, each schema a document, and each field says what it is."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

import unleak
from documents import faults, strict
from unleak.cli.schema import command
from unleak.model.errors import Misuse
from unleak.report.eviction import BY_HAND, Left, to_json
from unleak.report.published import Published, published

SCHEMAS = {p.id: p for p in published()}
AT = datetime(2026, 11, 23, 3, 12, 41, tzinfo=UTC)
EACH = pytest.mark.parametrize("one", SCHEMAS.values(), ids=lambda p: p.name)
NOT_TOLD = {
    "unleak.found/1": "an answer's second line in the record, from which its other formats are made",
    "unleak.purge-journal/1": "how far a purge came, read by the next one",
    "unleak.rules/1": "what pySigma made of rules, kept for the next time",
}


def _parts(schema: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema in it that has properties."""
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield at, schema
        for name, value in schema.items():
            yield from _parts(value, f"{at}/{name}")
    elif isinstance(schema, list):
        for number, value in enumerate(schema):
            yield from _parts(value, f"{at}/{number}")


def test_every_document_of_the_code_has_a_schema_and_none_has_no_document() -> None:
    code = "".join(p.read_text() for p in Path(unleak.__file__).parent.rglob("*.py"))
    named = set(re.findall(r'"(unleak\.[a-z-]+/\d+)"', code))
    assert named == SCHEMAS.keys() | NOT_TOLD.keys()


@EACH
def test_each_is_a_schema_of_that_document(one: Published) -> None:
    Draft202012Validator.check_schema(one.schema)
    assert one.schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert one.schema["properties"]["schema"]["const"] == one.id
    assert one.told_by


@EACH
def test_each_field_says_what_it_is_and_whether_it_is_always_there(one: Published) -> None:
    """One that is not always there says when it is: `Only …`."""
    for at, part in _parts(one.schema):
        assert part["description"].endswith((".", "?")), at
        for name, field in part["properties"].items():
            assert field["description"].endswith((".", "?")), f"{at}/{name}"
            assert (name in part["required"]) != field["description"].startswith("Only "), f"{at}/{name}"


@EACH
def test_each_leaves_room_for_new_fields_that_the_tests_do_not(one: Published) -> None:
    assert all("additionalProperties" not in part for _, part in _parts(one.schema))
    assert all(part["additionalProperties"] is False for _, part in _parts(strict(one.schema)))


def test_a_document_with_a_field_too_many_or_a_time_without_zone_is_found() -> None:
    good = {"schema": "unleak.problem/1", "reason": "misuse", "said": "no", "next": ""}
    assert faults(good) == []
    assert faults({**good, "made_up": 1})
    assert faults({k: v for k, v in good.items() if k != "next"})
    assert faults({"schema": "unleak.made-up/1"})
    times = {"made_at": "2026-11-23T03:12:41Z", "expires_at": "2026-11-23T03:12:41Z", "ended_at": None}
    token: dict[str, Any] = {
        "id": "a",
        "name": "a",
        "role": "viewer",
        "accounts": [],
        "made_by": "a",
        "kind": "token",
        **times,
    }
    assert faults({"schema": "unleak.tokens/1", "tokens": [token]}) == []
    assert faults({"schema": "unleak.tokens/1", "tokens": [{**token, "made_at": "2026-11-23 03:12:41"}]})


@EACH
def test_the_command_shows_it(one: Published) -> None:
    for name in (one.name, one.id):
        assert CliRunner().invoke(command, [name], catch_exceptions=False).output == one.text


def test_without_a_name_it_lists_them() -> None:
    text = CliRunner().invoke(command, [], catch_exceptions=False).output
    assert all(p.id in text and p.title in text for p in SCHEMAS.values())


def test_one_that_is_not_there_is_misuse() -> None:
    with pytest.raises(Misuse, match="no document 'nothing'"):
        CliRunner().invoke(command, ["nothing"], catch_exceptions=False)


def test_what_an_attacker_left_is_told_as_its_schema_says() -> None:
    """Elsewhere no test tells more than an empty list of it."""
    row = Left("arn:aws:iam::700000000001:user/x", "AWS::IAM::User", "created", "", "AKIA", AT, "e1", BY_HAND)
    told = json.loads(to_json("inc-0123456789", [row], is_whole=True))
    assert (faults(told), told["things"][0]["at"]) == ([], "2026-11-23T03:12:41Z")
