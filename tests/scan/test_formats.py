"""Every format: its shape, its escaping, and never a secret, whatever is named after one."""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import Fakes

from unleak.contain import attach_quarantine, deactivate_key, revoke_role_sessions, revoke_user_sessions
from unleak.model.finding import Finding, Live, Place
from unleak.model.value import replace
from unleak.scan.blob import Blob, Problem
from unleak.scan.formats import FORMATS, NAMES, render
from unleak.scan.formats.location import relative
from unleak.scan.formats.masking import masked
from unleak.scan.scanner import Scan, scan

COMMIT = "c0ffee" + "0" * 34


def pair_text(fakes: Fakes, prefix: str = "AKIA") -> str:
    return f"aws_access_key_id = {fakes.key_id(prefix)}\naws_secret_access_key = {fakes.secret()}\n"


def one(path: str = "a.env", *places: Place, **changes: Any) -> Scan:
    """One pair, found at `path`, then at `places`."""
    result = scan([Blob(pair_text(Fakes(1)).encode(), path)])
    (finding,) = result.findings
    result.findings = [replace(finding, places=(*finding.places, *places), **changes)]
    return result


def plain(result: Scan, format_name: str) -> Any:
    return json.loads(render(result, format_name))


# --- the table


def test_the_table_is_lazy_and_whole() -> None:
    code = "import sys, unleak.scan.formats as f; print(*[m for m in sys.modules if m.startswith(f.__name__ + '.')])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert set(shown.split()) == {"unleak.scan.formats.masking"}
    assert tuple(FORMATS) == NAMES
    assert all(isinstance(draw(Scan()), str) for draw in FORMATS.values())


# --- SARIF. No package on the index carries the official schema, so this is its required part, and stricter: only
# what is listed may be there. Names and kinds are those of the specification, the limits GitHub's.

TEXT: dict[str, Any] = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string", "minLength": 1}},
    "additionalProperties": False,
}
LEVEL = {"enum": ["note", "warning", "error"]}


def strict(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    properties = {**required, **optional}
    return {"type": "object", "required": [*required], "properties": properties, "additionalProperties": False}


LOCATION = strict(
    {
        "physicalLocation": strict(
            {
                "artifactLocation": strict(
                    {"uri": {"type": "string", "pattern": r"^(?:file://)?(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+$"}},
                    uriBaseId={"const": "%SRCROOT%"},
                ),
                "region": strict({"startLine": {"type": "integer", "minimum": 1}}),
            }
        )
    },
    message=TEXT,
    id={"type": "integer", "minimum": 0},
)
RULE = strict(
    {
        "id": {"type": "string", "minLength": 1},
        "name": {"type": "string", "maxLength": 255},
        "shortDescription": TEXT,
        "fullDescription": TEXT,
        "help": strict({"text": {"type": "string"}, "markdown": {"type": "string"}}),
        "defaultConfiguration": strict({"level": LEVEL}),
        "properties": strict(
            {
                "precision": {"enum": ["very-high", "high", "medium", "low"]},
                "security-severity": {"type": "string", "pattern": r"^(?:[0-9]\.[0-9]|10\.0)$"},
                "tags": {
                    "type": "array",
                    "items": {"type": "string"},
                    "maxItems": 10,
                    "contains": {"const": "security"},
                },
            }
        ),
    },
    helpUri={"type": "string", "pattern": "^https://"},
)
RESULT = strict(
    {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": LEVEL,
        "message": TEXT,
        "locations": {"type": "array", "minItems": 1, "maxItems": 1, "items": LOCATION},
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
        "properties": {"type": "object"},
    },
    relatedLocations={"type": "array", "minItems": 1, "maxItems": 99, "uniqueItems": True, "items": LOCATION},
)
SARIF = strict(
    {
        "$schema": {"const": "https://json.schemastore.org/sarif-2.1.0.json"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": strict(
                {
                    "tool": strict(
                        {
                            "driver": strict(
                                {
                                    "name": {"const": "unleak"},
                                    "version": {"type": "string"},
                                    "semanticVersion": {"type": "string", "pattern": r"^\d+\.\d+\.\d+"},
                                    "rules": {"type": "array", "minItems": 1, "items": RULE},
                                }
                            )
                        }
                    ),
                    "invocations": {
                        "type": "array",
                        "minItems": 1,
                        "items": strict(
                            {
                                "executionSuccessful": {"type": "boolean"},
                                "toolExecutionNotifications": {
                                    "type": "array",
                                    "items": strict({"level": LEVEL, "message": TEXT}),
                                },
                            }
                        ),
                    },
                    "originalUriBaseIds": strict({"%SRCROOT%": strict({"description": TEXT})}),
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {"type": "array", "items": RESULT},
                }
            ),
        },
    }
)


def sarif(result: Scan) -> dict[str, Any]:
    document = plain(result, "sarif")
    jsonschema.Draft202012Validator(SARIF).validate(document)
    run: dict[str, Any] = document["runs"][0]
    return run


def everything() -> Scan:
    fakes = Fakes(2)
    texts = [pair_text(fakes), pair_text(fakes, "ASIA") + f"token = {fakes.token()}", fakes.key_id(), "x"]
    texts += [f"token = {fakes.token()}", f"secret = {fakes.secret()}"]
    return scan([Problem("there\udcff", "no\nway\x1b[2J"), *(Blob(t.encode(), f"f{n}") for n, t in enumerate(texts))])


def test_sarif_is_whole_and_each_result_names_its_rule() -> None:
    run = sarif(everything())
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == 5
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] == rules[result["ruleIndex"]]["defaultConfiguration"]["level"]
    by_id = {r["id"]: float(r["properties"]["security-severity"]) for r in rules}
    assert by_id["aws_secret"] > 9.0, "GitHub's critical"
    assert 7.0 <= by_id["aws_session_token"] < 9.0, "GitHub's high"
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [n["message"]["text"] for n in invocation["toolExecutionNotifications"]] == [
        "could not look: there\N{REPLACEMENT CHARACTER}: no\N{REPLACEMENT CHARACTER}way\N{REPLACEMENT CHARACTER}\\[2J"
    ]
    assert sarif(scan([]))["invocations"][0]["executionSuccessful"] is True


def test_sarif_points_at_head_and_links_to_every_other_place() -> None:
    gone = Place("old/[id]{x}\\.ts", 3, COMMIT, at_head=False)
    kept = Place("app.jar", 4, COMMIT, at_head=True, via=("zip entry config/.env", "base64"))
    (result,) = sarif(one("a.env", gone, kept))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "app.jar"
    assert result["locations"][0]["message"]["text"] == f"line 4 in zip entry config/.env > base64, commit {COMMIT}"
    related = {
        place["id"]: place["physicalLocation"]["artifactLocation"]["uri"] for place in result["relatedLocations"]
    }
    assert related == {1: "a.env", 2: "old/%5Bid%5D%7Bx%7D%5C.ts"}
    assert r"[a.env:2](1), [old/\[id\]{{x}}\\.ts:3](2)." in result["message"]["text"]


def test_sarif_of_a_thousand_places_stays_within_github_s_limits() -> None:
    (result,) = sarif(one("a", *(Place(f"b{n}", 1) for n in range(1000))))["results"]
    assert len(result["relatedLocations"]) == 99
    assert "and 990 more places" in result["message"]["text"]
    assert result["properties"]["places"] == 1001


def test_the_alert_stays_the_same_when_lines_move() -> None:
    text = pair_text(Fakes(3))
    prints = {
        json.dumps(sarif(scan([Blob(t.encode(), path)]))["results"][0]["partialFingerprints"])
        for t, path in ((text, "a"), (f"\n\n{text}", "a"), (text, "b"))
    }
    assert len(prints) == 1
    assert "primaryLocationLineHash" in prints.pop(), "the only one that GitHub heeds"


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("src/a b.py", "src/a%20b.py"),
        ("100%.txt", "100%25.txt"),
        ("c:x#y?z", "c%3Ax%23y%3Fz"),
        ("ä/ü", "%C3%A4/%C3%BC"),
        ("raw\udcff", "raw%FF"),
        ("line\nend", "line%0Aend"),
        ("(standard input)", "%28standard%20input%29"),
    ],
)
def test_uris_say_every_byte_of_a_path(path: str, uri: str) -> None:
    (result,) = sarif(one(path))["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": uri, "uriBaseId": "%SRCROOT%"}
    assert unquote_to_bytes(uri) == path.encode("utf-8", "surrogateescape")


def test_paths_are_relative_to_where_one_looks_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here" / "sub").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    assert relative("sub/x", "sub") == "sub/x", "not to what was scanned: the repository is here"
    assert relative(f"{tmp_path}/here/sub/x", f"{tmp_path}/here/sub") == "sub/x"
    assert relative(f"{tmp_path}/there/x", f"{tmp_path}/there") == "x"
    assert relative("../there/x", "../there/") == "x"
    assert relative(f"{tmp_path}/there/x", f"{tmp_path}/there/x") == "x", "a single file"
    assert relative("../elsewhere", "sub") is None
    (result,) = sarif(one("../elsewhere"))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {
        "uri": f"file://{quote(str(tmp_path))}/elsewhere"
    }


# --- GitHub's workflow commands


def as_runner_reads(line: str) -> tuple[str, dict[str, str], str]:
    """What ActionCommand.cs of GitHub's runner makes of a line."""
    properties: dict[str, str] = {}
    command, _, data = line.removeprefix("::").partition("::")
    name, _, listed = command.partition(" ")
    for entry in filter(None, listed.strip().split(",")):
        key, _, value = entry.partition("=")
        for escaped, sign in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
            value = value.replace(escaped, sign)
        properties[key] = value
    for escaped, sign in (("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        data = data.replace(escaped, sign)
    return name, properties, data


@pytest.mark.parametrize(
    "path",
    ["plain", "a,line=7,b", "a::set-env name=x::y", "100%25%0A", "line\nend\rover", "\n::error::x", "ünï", " padded"],
)
def test_workflow_commands_say_the_path_and_nothing_else(path: str) -> None:
    *commands, last = render(one(path), "github").split("\n")
    (command,) = commands
    assert not last.startswith("::")
    name, properties, message = as_runner_reads(command)
    assert (name, properties["file"], properties["line"]) == ("error", path, "2")
    assert properties.keys() == {"file", "line", "title"}
    assert message.startswith("AKIA")


def test_workflow_commands_by_severity_and_for_problems() -> None:
    commands = [as_runner_reads(line) for line in render(everything(), "github").split("\n")[:-1]]
    assert [name for name, _, _ in commands] == ["error"] * 4 + ["notice", "error"]
    assert commands[-1][1] == {"title": "unleak could not look"}
    assert "\x1b" not in commands[-1][2]


# --- GitLab: the required part of schema 15.0.7, as its description has it

IDENTIFIER = strict({name: {"type": "string", "minLength": 1} for name in ("type", "name", "value")})
SCANNER = strict(
    {
        **{name: {"type": "string", "minLength": 1} for name in ("id", "name", "version")},
        "vendor": strict({"name": {"type": "string", "minLength": 1}}),
    }
)
TIME = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$"}
FILE_LOCATION = strict(
    {
        "type": {"const": "file-location"},
        "file_name": {"type": "string", "minLength": 1},
        "line_start": {"type": "integer"},
    }
)
GITLAB = strict(
    {
        "version": {"const": "15.0.7"},
        "scan": strict(
            {
                "type": {"const": "secret_detection"},
                "status": {"enum": ["success", "failure"]},
                "analyzer": SCANNER,
                "scanner": SCANNER,
                "start_time": TIME,
                "end_time": TIME,
            },
            messages={
                "type": "array",
                "items": strict(
                    {"level": {"enum": ["info", "warn", "fatal"]}, "value": {"type": "string", "minLength": 1}}
                ),
            },
        ),
        "vulnerabilities": {
            "type": "array",
            "items": strict(
                {
                    "id": {"type": "string", "pattern": "^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
                    "category": {"const": "secret_detection"},
                    "name": {"type": "string", "maxLength": 255},
                    "description": {"type": "string"},
                    "severity": {"enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"]},
                    "solution": {"type": "string", "maxLength": 7000},
                    "identifiers": {"type": "array", "minItems": 1, "items": IDENTIFIER},
                    "links": {"type": "array", "items": strict({"url": {"type": "string", "pattern": "^https://"}})},
                    "location": strict(
                        {
                            "file": {"type": "string"},
                            "commit": strict(
                                {"sha": {"type": "string", "minLength": 1}},
                                author={"type": "string"},
                                date={"type": "string"},
                            ),
                            "start_line": {"type": "integer"},
                        }
                    ),
                },
                details=strict(
                    {
                        "places": strict(
                            {
                                "type": {"const": "list"},
                                "name": {"type": "string", "minLength": 1},
                                "items": {"type": "array", "items": FILE_LOCATION},
                            }
                        )
                    }
                ),
            ),
        },
        "remediations": {"const": []},
    }
)


def test_gitlab_report() -> None:
    validator = jsonschema.Draft202012Validator(GITLAB)
    document = plain(everything(), "gitlab")
    validator.validate(document)
    assert document["scan"]["status"] == "failure"
    assert document["scan"]["messages"][0]["level"] == "fatal"
    assert [v["severity"] for v in document["vulnerabilities"]].count("Critical") == 3
    assert len({v["id"] for v in document["vulnerabilities"]}) == 5
    document = plain(one("a", Place("b", 7, COMMIT, "Ann", "2026-01-02T03:04:05Z", at_head=True)), "gitlab")
    validator.validate(document)
    (found,) = document["vulnerabilities"]
    commit = {"sha": COMMIT, "author": "Ann", "date": "2026-01-02T03:04:05Z"}
    assert found["location"] == {"file": "b", "commit": commit, "start_line": 7}
    assert found["details"]["places"]["items"] == [{"type": "file-location", "file_name": "a", "line_start": 2}]
    assert document["scan"]["status"] == "success"


# --- JUnit, CSV, JSON lines


def test_junit_counts_what_it_holds() -> None:
    (suite,) = ET.fromstring(render(everything(), "junit"))  # noqa: S314  our own
    assert [suite.get(n) for n in ("tests", "failures", "errors", "skipped")] == ["6", "5", "1", "0"]
    assert (len(suite.findall("testcase/failure")), len(suite.findall("testcase/error"))) == (5, 1)


@pytest.mark.parametrize(("result", "skipped"), [(scan([Blob(b"x", "x")]), 0), (Scan(), 1)], ids=["clean", "unread"])
def test_junit_has_a_test_where_nothing_was_found(result: Scan, skipped: int) -> None:
    (suite,) = ET.fromstring(render(result, "junit"))  # noqa: S314  our own
    assert [suite.get(n) for n in ("tests", "failures", "errors", "skipped")] == ["1", "0", "0", str(skipped)]


def test_junit_is_xml_whatever_a_path_holds() -> None:
    path = "<&\"'>]]>\x00\x0b\ufffe\udcff\n"
    (suite,) = ET.fromstring(render(one(path), "junit"))  # noqa: S314  our own
    (case,) = suite
    assert str(case.get("file")).startswith("<&\"'>]]>")


@pytest.mark.parametrize("path", ["=1+1", "+page.js", "-x", "@scope/x", "\tx", "\nx"])
def test_csv_cells_are_no_formulas(path: str) -> None:
    (row,) = csv.DictReader(io.StringIO(render(one(path), "csv"), newline=""))
    assert row["path"] == f"'{path}"


def test_csv_has_a_row_for_each_place_and_problem() -> None:
    result = one('a,"b"\nc', Place("d", 4, COMMIT, "Ann", at_head=True, refs=("main", "v1"), via=("gzip", "base64")))
    result.problems = [Problem("e", "why")]
    first, second, problem = csv.DictReader(io.StringIO(render(result, "csv"), newline=""))
    assert (first["row"], first["path"], first["line"], first["has_secret"]) == ("finding", 'a,"b"\nc', "2", "yes")
    assert (second["via"], second["refs"], second["at_head"]) == ("gzip > base64", "main v1", "yes")
    assert (problem["row"], problem["path"], problem["about"], problem["severity"]) == ("problem", "e", "why", "")


def test_json_lines_are_those_of_json_and_an_end() -> None:
    result = everything()
    result.ignored = 2
    *lines, end = map(json.loads, render(result, "jsonl").split("\n"))
    document = plain(result, "json")
    assert lines == document["findings"]
    assert end == {
        "schema": "unleak.findings-end/1", "complete": False, "problems": document["problems"],
        "findings": 5, "ignored": 2, "left_out": 0,
    }  # fmt: skip


# --- text

LIVE = {Live.YES: "it is live", Live.NO: "it is dead", Live.UNKNOWN: "could not tell"}


def test_text_says_where_in_full() -> None:
    refs = tuple(f"branch{n}" for n in range(7))
    place = Place("app.jar", 12, COMMIT, "Ann", "2026-01-02T03:04:05Z", True, ("zip entry config/.env", "base64"), refs)  # noqa: FBT003  at HEAD
    result = one()
    result.findings = [replace(result.findings[0], places=(place,))]
    assert (
        "  app.jar:12 (zip entry config/.env > base64)  since c0ffee000000 by Ann on 2026-01-02, still at HEAD; "
        "on branch0, branch1, branch2 and 4 more\n"
    ) in render(result, "text")


@pytest.mark.parametrize("live", Live)
def test_text_says_what_else_is_known(live: Live) -> None:
    text = render(one(live=live, about="of user alice"), "text")
    assert LIVE[live] in text
    assert "\n  of user alice\n" in text


def test_nobody_is_sent_to_contain_a_canary() -> None:
    text = render(one(canary="Thinkst"), "text")
    assert "  CANARY of Thinkst: nobody's real key, do not use it\n" in text
    assert "respond" not in text
    assert "WHAT TO DO" not in text


def test_advice_stands_once_with_the_commands_of_our_own_actions() -> None:
    fakes = Fakes(4)
    result = scan(Blob(pair_text(fakes).encode(), f"f{n}") for n in range(30))
    text = render(result, "text")
    assert text.count("WHAT TO DO") == 1
    assert text.count("next: unleak respond AKIA") == 30
    (key_id,) = {f.key_id for f in one().findings}
    names = {"name": "USER", "user": "USER", "key_id": key_id}
    single = render(one(), "text")
    wanted = [a.ACTION.by_hand.cli.format(**names) for a in (attach_quarantine, deactivate_key, revoke_user_sessions)]
    shown = [single.index(command) for command in wanted]
    assert shown == sorted(shown), "deny, deactivate, revoke"
    session = render(scan([Blob(pair_text(fakes, "ASIA").encode(), "a")]), "text")
    assert revoke_role_sessions.ACTION.by_hand.cli.format(name="ROLE") in session
    assert "update-access-key" not in session, "a session has no key of its own"


SUMMARIES: dict[str, Callable[[], Scan]] = {
    "nothing was read, so nothing was found: 0 files or blobs, 0.0 MB": Scan,
    "nothing found in 1 file or blob, 0.0 MB": lambda: scan([Blob(b"x", "x")]),
    "nothing found in 2 files or blobs, 0.0 MB": lambda: scan([Blob(b"x", "x"), Blob(b"y", "y")]),
    "nothing found in what could be read (0 files or blobs, 0.0 MB)": lambda: scan([Problem("x", "y")]),
    "nothing else found in 1 file or blob, 0.0 MB; 3 less severe left out; 2 ignored": lambda: replace(
        scan([Blob(b"x", "x")]), left_out=3, ignored=2
    ),
    "1 finding in 1 file or blob, 0.0 MB; 1 ignored": lambda: replace(one(), ignored=1),
    "5 findings in 6 files or blobs, 0.0 MB": everything,
}


@pytest.mark.parametrize("said", SUMMARIES)
def test_the_last_line_is_honest(said: str) -> None:
    assert render(SUMMARIES[said](), "text").rsplit("\n", 1)[-1] == said


def test_colours_only_when_asked_for() -> None:
    assert "\x1b" not in render(one(), "text")
    assert render(one(), "text", colour=True).startswith("\x1b[31m\x1b[1mCRITICAL\x1b[0m  AKIA")


# --- never a secret

PLACES: dict[str, Callable[[str], Place]] = {
    "path": lambda s: Place(s, 1),
    "author": lambda s: Place("p", 1, COMMIT, s, at_head=True),
    "refs": lambda s: Place("p", 1, COMMIT, refs=("main", s)),
    "via": lambda s: Place("p", 1, via=(f"zip entry {s}",)),
}
NOISE = st.one_of(st.text(max_size=12), st.sampled_from(["/", "+", "A", "dir/", "\udcff", "%2F", "\\", "x" * 40]))


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    kind=st.sampled_from(["pair", "lone", "token"]),
    where=st.sampled_from([*PLACES, "blob", "problem", "source", "about"]),
    disguise=st.sampled_from([str, quote, lambda s: s.replace("/", "\\/")]),
    before=NOISE,
    after=NOISE,
)
def test_no_format_prints_a_planted_secret_wherever_it_stands(
    seed: int, kind: str, where: str, disguise: Callable[[str], str], before: str, after: str
) -> None:
    fakes = Fakes(seed)
    secret = fakes.token() if kind == "token" else fakes.secret()
    text = {"pair": f"{fakes.key_id()} secret = {secret}", "lone": f"secret = {secret}", "token": f"token = {secret}"}[
        kind
    ]
    named = f"{before}{disguise(secret)}{after}"
    result = scan([Blob(text.encode(), named if where == "blob" else "x")])
    result.findings = [_placed(f, where, named) for f in result.findings]
    if where == "problem":
        result.problems = [Problem(named, f"cannot read {named}")]
    if where == "source":
        result.source = named
    assert result.findings or kind == "lone", "a random value may look like none"
    if result.findings:
        for name in NAMES:
            shown = render(result, name)
            assert not any(form in shown for form in {secret, quote(secret), secret.replace("/", "\\/")}), name
            assert secret[8:-8] not in shown, name


def _placed(finding: Finding, where: str, named: str) -> Finding:
    if where == "about":
        return replace(finding, about=named, canary=named)
    return replace(finding, places=(*finding.places, PLACES[where](named))) if where in PLACES else finding


def test_what_is_named_after_a_pair_is_masked_though_nothing_was_found() -> None:
    fakes = Fakes(5)
    key_id, secret = fakes.key_id(), fakes.secret()
    result = masked(Scan(problems=[Problem(f"{key_id}_{secret}.txt", "denied"), Problem("a/b.txt", "denied")]))
    assert [p.where for p in result.problems] == [f"{key_id}_****.txt", "a/b.txt"]


def test_other_long_names_stay_as_they_are() -> None:
    path = f"src/main/java/com/example/{Fakes(6).sha1()}/AbstractSingletonProxyFactoryBean.java"
    (shown,) = masked(one(path)).findings
    assert shown.places[0].path == path
    assert not re.search(r"\*", path)
