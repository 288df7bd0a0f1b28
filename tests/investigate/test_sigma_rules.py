"""Every rule of ours over its own examples, the way events really come in: as lines of JSON, read into the index."""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unleak.investigate.sigma import match, rules
from unleak.investigate.sigma.rule import LEVELS, Rule
from unleak.investigate.trail import columns

TACTICS = frozenset(
    {
        "initial-access", "execution", "persistence", "privilege-escalation", "defense-evasion", "credential-access",
        "discovery", "lateral-movement", "collection", "exfiltration", "impact", "resource-development",
    }
)  # fmt: skip


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def ours(cache: Path) -> tuple[Rule, ...]:
    loaded = rules.load(cache=cache)
    assert loaded.problems == ()
    assert loaded.skipped == 0
    return loaded.rules


def named(events: Sequence[Mapping[str, Any]], asked: Sequence[Rule], folder: Path) -> list[set[str]]:
    """The slugs of the rules that name each of the events."""
    lines = folder / "events.ndjson"
    whole = {"eventSource": "none.amazonaws.com", "eventName": "None", "eventTime": "2026-01-02T03:04:05Z"}
    told = ({**whole, **event, "eventID": str(at)} for at, event in enumerate(events))
    lines.write_text("".join(json.dumps(event) + "\n" for event in told))
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE e AS " + columns.select_from(f"'{lines}'"))
        matched = match.matches(connection, "e", asked)
    assert matched.problems == ()
    slugs = {rule.id: rule.slug for rule in asked}
    return [{slugs[rule] for rule, ids in matched.events.items() if str(at) in ids} for at in range(len(events))]


def test_examples_match_and_counter_examples_do_not(ours: tuple[Rule, ...], tmp_path: Path) -> None:
    examples = [(rule.slug, event) for rule in ours for event in rule.examples]
    counters = [(rule.slug, event) for rule in ours for event in rule.counter_examples]
    got = named([event for _, event in examples + counters], ours, tmp_path)
    missed = [each for each, slugs in zip(examples, got, strict=False) if each[0] not in slugs]
    wrong = [each for each, slugs in zip(counters, got[len(examples) :], strict=True) if each[0] in slugs]
    assert missed == []
    assert wrong == []


def test_a_failed_attempt_is_named_as_well(ours: tuple[Rule, ...], tmp_path: Path) -> None:
    examples = [(rule.slug, {**event, "errorCode": "AccessDenied"}) for rule in ours for event in rule.examples]
    got = named([event for _, event in examples], ours, tmp_path)
    assert [slug for (slug, _), slugs in zip(examples, got, strict=True) if slug not in slugs] == []


def test_each_rule_says_what_it_must(ours: tuple[Rule, ...]) -> None:
    assert len(ours) == len(list(rules.OURS.glob("*.yml")))
    for rule in ours:
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", rule.id), rule.slug
        assert rule.title, rule.slug
        assert rule.description, rule.slug
        assert rule.references, rule.slug
        assert rule.false_positives, rule.slug
        assert rule.examples, rule.slug
        assert rule.counter_examples, rule.slug
        assert rule.level in LEVELS, rule.slug
        assert rule.techniques, rule.slug
        assert all(re.fullmatch(r"T\d{4}(\.\d{3})?", technique) for technique in rule.techniques), rule.slug
        assert rule.tactics, rule.slug
        assert TACTICS.issuperset(rule.tactics), rule.slug
    assert len({rule.title for rule in ours}) == len(ours)


def test_quiet_by_design(ours: tuple[Rule, ...]) -> None:
    """What only looks around is never loud."""
    only_looks = [rule for rule in ours if set(rule.tactics) == {"discovery"}]
    assert only_looks
    assert {rule.level for rule in only_looks} <= {"informational", "low", "medium"}
    assert sum(rule.level == "critical" for rule in ours) < len(ours) / 4


def test_what_was_compiled_is_kept(ours: tuple[Rule, ...], cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "import_module", None)
    assert rules.load(cache=cache).rules == ours


@pytest.mark.parametrize(
    "damage", [b"", b"[]", b"{}", b'{"rules": [{}], "problems": [], "skipped": 0}', b"\xff", b"[" * 100_000, b"null"]
)
def test_a_damaged_cache_is_as_none(damage: bytes, tmp_path: Path) -> None:
    folder, cache = tmp_path / "rules", tmp_path / "cache"
    folder.mkdir()
    shutil.copy(rules.OURS / "iam-create-user.yml", folder)
    first = rules.load(folder, cache)
    (file,) = cache.iterdir()
    file.write_bytes(damage)
    assert rules.load(folder, cache) == first
    assert json.loads(file.read_bytes())["rules"][0]["slug"] == "iam-create-user"


def test_another_rule_is_another_cache(tmp_path: Path) -> None:
    folder, cache = tmp_path / "rules", tmp_path / "cache"
    folder.mkdir()
    shutil.copy(rules.OURS / "iam-create-user.yml", folder)
    rules.load(folder, cache)
    shutil.copy(rules.OURS / "iam-create-role.yml", folder)
    assert {rule.slug for rule in rules.load(folder, cache).rules} == {"iam-create-user", "iam-create-role"}


def test_no_rule_is_a_problem(tmp_path: Path) -> None:
    assert rules.load(tmp_path / "none").problems != ()


def test_a_rule_that_the_database_refuses_is_left_out(ours: tuple[Rule, ...], tmp_path: Path) -> None:
    bad = replace(ours[0], id="bad", slug="bad", gate_sql="", rest_sql="no_such_column = 1")
    lines = tmp_path / "e.ndjson"
    event = {"eventSource": "iam.amazonaws.com", "eventName": "CreateUser", "eventID": "1"}
    lines.write_text(json.dumps({**event, "eventTime": "2026-01-02T03:04:05Z"}) + "\n")
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE e AS " + columns.select_from(f"'{lines}'"))
        matched = match.matches(connection, "e", [*ours[:50], bad, *ours[50:]])
        whole = match.matches(connection, "e", ours)
    assert len(matched.problems) == 1
    assert matched.problems[0].startswith("bad: ")
    assert matched.events == whole.events
    assert whole.events


def sigma(detection: Mapping[str, Any], **more: Any) -> str:
    source = {"product": "aws", "service": "cloudtrail"}
    text = json.dumps({"title": "t", "logsource": source, "detection": detection, **more}, ensure_ascii=False)
    return re.sub("[^ -~]", lambda found: f"\\U{ord(found[0]):08x}", text)  # YAML knows no surrogate pairs


SPEECH: list[tuple[str, Mapping[str, Any], Mapping[str, Any], bool]] = [
    ("any case", {"eventName": "createuser"}, {"eventName": "CreateUser"}, True),
    ("cased", {"eventName|cased": "createuser"}, {"eventName": "CreateUser"}, False),
    ("wildcard", {"eventName": "Create*er"}, {"eventName": "CreateUser"}, True),
    ("one letter", {"eventName": "Create?ser"}, {"eventName": "CreateUser"}, True),
    ("percent is no wildcard", {"eventName": "C%r*x"}, {"eventName": "CreateUserx"}, False),
    ("percent", {"eventName": "C%r*x"}, {"eventName": "C%r x"}, True),
    ("underscore is no wildcard", {"eventName": "C_*_r"}, {"eventName": "CrxUsar"}, False),
    ("escaped star", {"eventName": r"a\*b"}, {"eventName": "axb"}, False),
    ("contains", {"userAgent|contains": "KALI"}, {"userAgent": "x kali y"}, True),
    ("contains all", {"userAgent|contains|all": ["kali", "y"]}, {"userAgent": "x kali"}, False),
    ("starts", {"eventName|startswith": "CreateFunction"}, {"eventName": "CreateFunction20150331"}, True),
    ("ends", {"eventName|endswith": "User"}, {"eventName": "CreateUserX"}, False),
    ("expression", {"eventName|re": "^(Create|Delete)User$"}, {"eventName": "DeleteUser"}, True),
    ("expressions have case", {"eventName|re": "createuser"}, {"eventName": "CreateUser"}, False),
    ("expression, any case", {"eventName|re|i": "createuser"}, {"eventName": "CreateUser"}, True),
    ("range", {"sourceIPAddress|cidr": "203.0.113.0/25"}, {"sourceIPAddress": "203.0.113.127"}, True),
    ("out of range", {"sourceIPAddress|cidr": "203.0.113.0/25"}, {"sourceIPAddress": "203.0.113.128"}, False),
    ("range, 6", {"sourceIPAddress|cidr": "2001:db8::/32"}, {"sourceIPAddress": "2001:db8:1::1"}, True),
    ("exists", {"errorCode|exists": True}, {"errorCode": "x"}, True),
    ("exists not", {"errorCode|exists": False}, {"errorCode": "x"}, False),
    ("null", {"errorCode": None}, {"eventName": "x"}, True),
    ("null within", {"requestParameters.a": None}, {"requestParameters": {"b": 1}}, True),
    ("not null within", {"requestParameters.a": None}, {"requestParameters": {"a": 1}}, False),
    ("number", {"requestParameters.a": 5}, {"requestParameters": {"a": 5}}, True),
    ("less", {"requestParameters.a|lt": 5}, {"requestParameters": {"a": 5}}, False),
    ("at least", {"requestParameters.a|gte": 5}, {"requestParameters": {"a": 5.5}}, True),
    ("no number", {"requestParameters.a|gte": 5}, {"requestParameters": {"a": "x"}}, False),
    ("true", {"requestParameters.a": True}, {"requestParameters": {"a": True}}, True),
    ("true as text", {"requestParameters.a": "true"}, {"requestParameters": {"a": True}}, True),
    ("column of booleans", {"readOnly": True}, {"readOnly": True}, True),
    ("deep", {"requestParameters.a.b.c": "x"}, {"requestParameters": {"a": {"b": {"c": "X"}}}}, True),
    ("in a list", {"requestParameters.a": "y"}, {"requestParameters": {"a": ["x", "y"]}}, True),
    ("through a list", {"requestParameters.a.b": "y"}, {"requestParameters": {"a": [{"b": "x"}, {"b": "y"}]}}, True),
    ("through lists", {"requestParameters.a.b": "y"}, {"requestParameters": {"a": [{"b": ["x", "y"]}]}}, True),
    ("a part as text", {"requestParameters.a|contains": '"/0'}, {"requestParameters": {"a": [{"b": "/0"}]}}, True),
    ("all as text", {"requestParameters|contains": "10.0"}, {"requestParameters": {"a": [{"b": "10.0"}]}}, True),
    ("answer", {"responseElements.a": "x"}, {"responseElements": {"a": "x"}}, True),
    ("more", {"additionalEventData.MFAUsed": "No"}, {"additionalEventData": {"MFAUsed": "No"}}, True),
    ("identity", {"userIdentity.sessionContext.sessionIssuer.arn|endswith": "/r"},
     {"userIdentity": {"sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::123456789012:role/r"}}}}, True),
    ("field", {"userIdentity.userName|fieldref": "requestParameters.userName"},
     {"userIdentity": {"userName": "a"}, "requestParameters": {"userName": "A"}}, True),
    ("other field", {"userIdentity.userName|fieldref": "requestParameters.userName"},
     {"userIdentity": {"userName": "a"}, "requestParameters": {"userName": "b"}}, False),
    ("field that nobody has", {"noSuchField": "x"}, {"noSuchField": "x"}, False),
]  # fmt: skip


@pytest.mark.parametrize(("selection", "event", "fits"), [row[1:] for row in SPEECH], ids=[row[0] for row in SPEECH])
def test_what_sigma_says(selection: Mapping[str, Any], event: Mapping[str, Any], fits: bool, tmp_path: Path) -> None:  # noqa: FBT001  a table's column
    (tmp_path / "r.yml").write_text(sigma({"selection": selection, "condition": "selection"}))
    (tmp_path / "not.yml").write_text(sigma({"selection": selection, "condition": "not selection"}))
    (got,) = named([event], rules.load(tmp_path).rules, tmp_path)
    assert got == {"r" if fits else "not"}


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        ("1 of them", True),
        ("all of them", False),
        ("1 of sel_*", True),
        ("all of sel_*", False),
        ("sel_a and not sel_b", True),
        ("not (sel_a and not sel_b)", False),
        ("(sel_b or sel_a) and other", True),
        ("not 1 of sel_*", False),
        (["sel_b", "sel_a"], True),
    ],
)
def test_conditions(condition: object, fits: bool, tmp_path: Path) -> None:  # noqa: FBT001  as above
    parts = {"sel_a": {"eventName": "X"}, "sel_b": {"errorCode": "Y"}, "other": ["find me", 17]}
    (tmp_path / "r.yml").write_text(sigma({**parts, "condition": condition}))
    (got,) = named([{"eventName": "X", "errorMessage": "do Find Me"}], rules.load(tmp_path).rules, tmp_path)
    assert got == ({"r"} if fits else set())


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_a_name_matches_itself_and_no_other(tmp_path_factory: pytest.TempPathFactory, name: str, other: str) -> None:
    folder = tmp_path_factory.mktemp("r")
    escaped = re.sub(r"([\\*?])", r"\\\1", name)
    (folder / "r.yml").write_text(sigma({"selection": {"eventName": escaped}, "condition": "selection"}))
    loaded = rules.load(folder)
    assert loaded.problems == ()
    itself, another = named([{"eventName": name}, {"eventName": other}], loaded.rules, folder)
    assert itself == {"r"}
    if name.casefold() != other.casefold() and name.lower() != other.lower() and name.upper() != other.upper():
        assert another == set()
