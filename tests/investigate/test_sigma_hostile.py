"""A folder of rules is somebody else's text. Whatever is in it, it asks questions of the table, and that is all."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from unleak.investigate.sigma import match, rules
from unleak.investigate.trail import columns

GOOD = {"selection": {"eventName": "CreateUser"}, "condition": "selection"}
BREAK_OUTS = (
    "'); DROP TABLE canary; --",
    "' OR '1'='1",
    "'' OR true --",
    "\\' OR true --",
    "x\\",
    '" OR true --',
    "$$ OR true $$",
    "\\'); DROP TABLE canary; --*",
    "%' OR true OR '%*",
    "*') OR true OR ('*",
    "{0}{value}{field.__class__}",
    "\u2019 OR true",
    "\u202e\u0000",
    "\ud800",
    "a\nb'; DROP TABLE canary",
    "E'\\x27'",
    "chr(39)",
)
FIELDS = (
    "requestParameters.x'y",
    'requestParameters.a"] OR true --',
    "requestParameters.a'); DROP TABLE canary; --",
    "requestParameters.$.a",
    "requestParameters.*",
    "requestParameters.a[*]",
    "requestParameters.a\\",
    "requestParameters..a",
    "requestParameters.",
    "requestParameters." + ".".join("a" * 50),
    "name",
    "true OR name",
    'eventName" OR true --',
    "eventName'",
    "",
    " ",
    "(SELECT 1)",
    "read_text('/etc/passwd')",
    "{field}",
)


def rule(detection: Mapping[str, Any], **more: Any) -> str:
    source = {"product": "aws", "service": "cloudtrail"}
    return json.dumps({"title": "t", "logsource": source, "detection": detection, **more})


@pytest.fixture
def index(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    lines = tmp_path / "e.ndjson"
    event = {"eventName": "CreateUser", "eventID": "1", "requestParameters": {"userName": "x"}, "userAgent": "a" * 5000,
             "eventSource": "iam.amazonaws.com", "eventTime": "2026-01-02T03:04:05Z"}  # fmt: skip
    lines.write_text(json.dumps(event) + "\n")
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE e AS " + columns.select_from(f"'{lines}'"))
        connection.execute("CREATE TABLE canary AS SELECT 1 AS alive")
        yield connection
        assert connection.execute("SELECT * FROM canary").fetchall() == [(1,)]
        assert connection.execute("SELECT count(*) FROM e").fetchall() == [(1,)]


def asked(index: duckdb.DuckDBPyConnection, folder: Path, *texts: str | bytes) -> tuple[set[str], tuple[str, ...]]:
    """Slugs of the rules that match, and the problems; a good rule beside the bad ones must match all the same."""
    where = folder / "rules"
    where.mkdir()
    for at, text in enumerate(texts):
        (where / f"r{at}.yml").write_bytes(text if isinstance(text, bytes) else text.encode())
    (where / "good.yml").write_text(rule(GOOD))
    loaded = rules.load(where)
    matched = match.matches(index, "e", loaded.rules)
    assert matched.problems == ()
    assert "good" in matched.events
    return set(matched.events) - {"good"}, loaded.problems


@pytest.mark.parametrize("modifier", ["", "|contains", "|startswith", "|endswith", "|cased", "|contains|all"])
@pytest.mark.parametrize("field", ["eventName", "requestParameters.userName"])
def test_values_stay_values(index: duckdb.DuckDBPyConnection, tmp_path: Path, field: str, modifier: str) -> None:
    texts = [rule({"s": {field + modifier: text}, "condition": "s"}) for text in BREAK_OUTS]
    got, _ = asked(index, tmp_path, *texts)
    assert got == set()


def test_keywords_and_expressions_stay_values(index: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    keywords = [rule({"s": [text], "condition": "s"}) for text in BREAK_OUTS]
    expressions = [rule({"s": {"eventName|re": text + "'.DROP"}, "condition": "s"}) for text in BREAK_OUTS]
    references = [rule({"s": {"eventName|fieldref": text}, "condition": "s"}) for text in (*BREAK_OUTS, *FIELDS)]
    got, _ = asked(index, tmp_path, *keywords, *expressions, *references)
    assert got == set()


def test_fields_stay_names(index: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    texts = [rule({"s": {field: "CreateUser"}, "condition": "s"}) for field in FIELDS if field.strip()]
    got, problems = asked(index, tmp_path, *texts)
    assert got == set()
    assert len(problems) == len(texts)


def test_names_and_words_of_a_rule_stay_out(index: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    words = "'); DROP TABLE canary; -- \x1b[2J\u202e"
    text = rule({"s'; DROP": {"eventName": "x"}, "condition": "s'; DROP TABLE canary"}, id=words, title=words)
    title = rule(GOOD, title=words, description=words, references=[words], level="critical")
    got, problems = asked(index, tmp_path, text, title)
    assert got == {"r1"}
    assert len(problems) == 1
    assert all(line.isprintable() for line in problems)
    assert all(each.title.isprintable() for each in rules.load(tmp_path / "rules").rules)


def _bomb(levels: int) -> str:
    rows = [f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]" for at in range(1, levels)]
    return "\n".join(["a0: &a0 [x, x]", *rows, "title: t"])


def _cycle() -> str:
    return "title: t\nlogsource: &l {product: aws, service: cloudtrail}\ndetection: &d\n  s: *d\n  condition: s\n"


@pytest.mark.parametrize(
    "text",
    [
        b"\xff\xfe\x00",
        "a: [",
        "just text",
        "- a\n- b",
        "!!python/object/apply:os.system ['true']",
        _bomb(12),
        _cycle(),
        "[" * 50_000,
        "- " * 50_000,
        "a: {" * 20_000,
        "x" * 300_000,
        rule({"s": {"eventName": "x"}, "condition": "(" * 3000 + "s" + ")" * 3000}),
        rule({"s": {"eventName": "x"}, "condition": "not " * 900 + "s"}),
        rule({"s": {"eventName": "x"}, "condition": "s and " * 20_000 + "s"}),
        rule({"s": {"eventName": "x"}, "condition": "t"}),
        rule({"s": {"eventName": "x"}}),
        rule({"s": {"eventName": [f"x{at}" for at in range(9_000)]}, "condition": "s"}),
        rule({"s": {"eventName|re": "(?=a)"}, "condition": "s"}),
        rule({"s": {"eventName|re": "((a{100}){100}){100}"}, "condition": "s"}),
        rule({"s": {"eventName|re": "("}, "condition": "s"}),
        rule({"s": {"eventName|nosuch": "x"}, "condition": "s"}),
        rule({"s": {"eventName|cidr": "x"}, "condition": "s"}),
        rule({"s": {"eventName|expand": "%x%"}, "condition": "s"}),
        rule({"s": {"eventTime|hour": 3}, "condition": "s"}),
        rule({"s": {}, "condition": "s"}),
        rule({"s": None, "condition": "s"}),
        rule({"s": 5, "condition": 5}),
        json.dumps({"title": "t", "correlation": {"type": "event_count", "rules": ["good"], "group-by": ["eventName"],
                    "timespan": "1h", "condition": {"gte": 9}}}),
    ],
)  # fmt: skip
def test_what_is_no_rule_is_a_line(index: duckdb.DuckDBPyConnection, tmp_path: Path, text: str | bytes) -> None:
    got, problems = asked(index, tmp_path, text)
    assert got == set()
    assert len(problems) == 1
    assert problems[0].startswith("r0.yml: ")


def test_expressions_that_ruin_others_are_quick(index: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    patterns = ["(a+)+$b", "(a|aa)+c", "(.*a){25}b", "^(([a-z])+.)+[A-Z]([a-z])+$"]
    got, problems = asked(
        index, tmp_path, *(rule({"s": {"userAgent|re": each}, "condition": "s"}) for each in patterns)
    )
    assert (got, problems) == (set(), ())


def test_a_long_list_is_a_list(index: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    names = [f"Name{at}" for at in range(2_000)]
    got, problems = asked(
        index,
        tmp_path,
        rule({"s": {"eventName": [*names, "CreateUser"]}, "condition": "s"}),
        rule({"s": {"eventName|contains": names}, "condition": "s"}),
        rule({"s": {"requestParameters.userName|contains": [*names, "X"]}, "condition": "s"}),
    )
    assert problems == ()
    assert got == {"r0", "r2"}


def test_two_rules_with_one_id(index: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    same = "5bc0c2ae-6a5f-4a3d-9c55-0d1f3f3f5a11"
    got, problems = asked(index, tmp_path, rule(GOOD, id=same), rule(GOOD, id=same))
    assert got == {same}
    assert len(problems) == 1


def test_other_logs_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(rule(GOOD, logsource={"product": "windows", "service": "security"}))
    (tmp_path / "b.yml").write_text(rule(GOOD, status="deprecated"))
    loaded = rules.load(tmp_path)
    assert (loaded.rules, loaded.problems, loaded.skipped) == ((), (), 2)


def test_a_folder_named_like_a_file(tmp_path: Path) -> None:
    (tmp_path / "x.yml").mkdir()
    (tmp_path / "it's.yml").write_text(rule(GOOD))
    assert len(rules.load(tmp_path).rules) == 1
