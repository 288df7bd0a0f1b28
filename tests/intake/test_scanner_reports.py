"""Reports of scanners: every format in its real shape, what is damaged or redacted, and never a secret in words."""

import json
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import reports_world as world
from hypothesis import given, settings
from hypothesis import strategies as st
from reports_world import COMMIT, ID_LINE, PATH, SECRET_LINE, Fakes, Pair, a_pair, as_json, as_lines

from unleak.intake.reported import Reported
from unleak.intake.scanner_reports import READERS, Report, read_report
from unleak.model.errors import Misuse
from unleak.scan.blob import Blob
from unleak.scan.formats import render
from unleak.scan.scanner import scan

A = a_pair()
_AUDIT = world.kingfisher_audit()
_BETTER = world.betterleaks(A)
_ROW = world.trufflehog_row(A)


def ours(format_name: str, pair: Pair = A) -> bytes:
    return render(scan([Blob(pair.file.encode(), pair.path)]), format_name).encode()


def secret_of(reported: Reported) -> str | None:
    return reported.credentials.secret.reveal() if reported.credentials else None


def only(report: Report) -> Reported:
    (found,) = report.found
    return found


# --- the table: format, tool, report, whether it holds the secret, the lines that it names, the commit

_TABLE: list[tuple[str, str, bytes, bool, set[int], str | None]] = [
    ("gitleaks dir", "gitleaks", as_json(world.gitleaks(A)), True, {ID_LINE, SECRET_LINE}, None),
    ("gitleaks git", "gitleaks", as_json(world.gitleaks(A, COMMIT)), True, {ID_LINE, SECRET_LINE}, COMMIT),
    ("gitleaks sarif", "gitleaks", as_json(world.gitleaks_sarif(A)), True, {ID_LINE, SECRET_LINE}, COMMIT),
    ("kingfisher", "kingfisher", as_json(world.kingfisher(world.kingfisher_row(A))), True, {ID_LINE}, None),
    ("kingfisher lines", "kingfisher", as_lines(world.kingfisher_row(A), _AUDIT), True, {ID_LINE}, None),
    ("kingfisher sarif", "kingfisher", as_json(world.kingfisher_sarif(A)), True, {ID_LINE}, COMMIT),
    ("betterleaks", "betterleaks", as_json(_BETTER), True, {ID_LINE}, COMMIT),
    ("betterleaks lines", "betterleaks", as_lines(
        {"schema_version": "1", "finding": _BETTER["findings"][0]}, {"schema_version": "1", "scan": _BETTER["scan"]},
    ), True, {ID_LINE}, COMMIT),
    ("trufflehog", "trufflehog", as_lines(_ROW), True, {ID_LINE}, COMMIT),
    ("trufflehog, old", "trufflehog", as_lines({**_ROW, "RawV2": A.key_id + A.secret}), True, {ID_LINE}, COMMIT),
    ("trufflehog, in parts", "trufflehog", as_lines(
        {**_ROW, "RawV2": "", "SecretParts": {"access_key_id": A.key_id, "secret_access_key": A.secret}},
    ), True, {ID_LINE}, COMMIT),
    ("github", "github secret scanning", as_json(world.github(A)), True, {ID_LINE, SECRET_LINE}, COMMIT),
    ("github pages", "github secret scanning", as_json([world.github(A), []]), True, {ID_LINE, SECRET_LINE}, COMMIT),
    ("ours", "unleak", ours("json"), False, {SECRET_LINE}, None),
    ("ours, lines", "unleak", ours("jsonl"), False, {SECRET_LINE}, None),
    ("ours, sarif", "unleak", ours("sarif"), False, {SECRET_LINE}, None),
]  # fmt: skip
_NAMES = [row[0] for row in _TABLE]


@pytest.mark.parametrize(("tool", "data", "holds_secret", "lines", "commit"), [r[1:] for r in _TABLE], ids=_NAMES)
def test_every_format(tool: str, data: bytes, holds_secret: bool, lines: set[int], commit: str | None) -> None:  # noqa: FBT001
    report = read_report(data)
    found = only(report)
    assert (report.tool, found.tool, found.key_id) == (tool, tool, A.key_id)
    assert secret_of(found) == (A.secret if holds_secret else None)
    assert {(p.path, p.line, p.commit) for p in found.places} == {(PATH, line, commit) for line in lines}
    assert report.passed_over == ()


@pytest.mark.parametrize("data", [r[2] for r in _TABLE], ids=_NAMES)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "crlf"])
def test_as_windows_saves_it(data: bytes, encoding: str) -> None:
    """PowerShell's `>` writes UTF-16, its editor a mark before UTF-8."""
    text = data.decode()
    saved = text.replace("\n", "\r\n").encode() if encoding == "crlf" else text.encode(encoding)
    assert read_report(saved) == read_report(data)


def test_every_reader_is_in_the_table() -> None:
    assert {r.tool for r in READERS} - {"SARIF", "detect-secrets"} == {row[1] for row in _TABLE}


@pytest.mark.parametrize(("tool", "data"), [(r[1], r[2]) for r in _TABLE], ids=_NAMES)
def test_only_one_reader_recognises_a_report(tool: str, data: bytes) -> None:
    lines = [line for line in data.decode().split("\n") if line]
    try:
        records = [json.loads(data)]
    except ValueError:
        records = [json.loads(line) for line in lines]
    assert len([r for r in READERS if r.recognises(records)]) == 1, tool


def test_what_else_a_place_tells() -> None:
    (place,) = only(read_report(as_lines(_ROW))).places
    assert (place.author, place.date) == ("Ann <ann@example.com>", "2026-11-23T04:05:06+00:00")
    odd = {**_ROW, "SourceMetadata": {"Data": {"Git": {"file": PATH, "line": 2, "timestamp": "yesterday"}}}}
    (place,) = only(read_report(as_lines(odd))).places
    assert place.date is None


# --- which belong together


def test_halves_in_rows_of_their_own_have_to_be_near() -> None:
    rows = world.gitleaks(A)
    rows[0]["StartLine"] = ID_LINE + 6
    report = read_report(as_json(rows))
    assert only(report).credentials is None
    assert report.passed_over == (f"{PATH}:{ID_LINE + 6}: a secret without its key id",)


@pytest.mark.parametrize("change", [{"File": "another.env"}, {"Commit": COMMIT}])
def test_halves_in_another_file_or_version_do_not_belong_together(change: dict[str, str]) -> None:
    rows = world.gitleaks(A)
    rows[0] |= change
    assert only(read_report(as_json(rows))).credentials is None


def test_named_secrets_of_neighbours_find_their_ids() -> None:
    other = a_pair(2, line=ID_LINE + 2)
    report = read_report(as_json(world.gitleaks(A) + world.gitleaks(other)))
    assert {f.key_id: secret_of(f) for f in report.found} == {A.key_id: A.secret, other.key_id: other.secret}


def test_unnamed_secrets_of_neighbours_are_nobodys(tmp_path: Path) -> None:
    """The SARIF of gitleaks keeps the name of no value; the file does."""
    other = a_pair(2, line=ID_LINE + 2)
    results = [r for p in (A, other) for r in world.gitleaks_sarif(p)["runs"][0]["results"]]
    data = as_json(world.sarif("gitleaks", results))
    report = read_report(data)
    assert [(f.key_id, f.credentials) for f in report.found] == [(A.key_id, None), (other.key_id, None)]
    assert report.passed_over == tuple(
        f"{p.key_id}: secrets stand beside it, and none is surely its own" for p in (A, other)
    )
    planted(tmp_path, A.file + other.file.lstrip("\n"))
    report = read_report(data, tmp_path)
    assert {f.key_id: secret_of(f) for f in report.found} == {A.key_id: A.secret, other.key_id: other.secret}
    assert report.passed_over == ()


def test_betterleaks_could_not_tell_which() -> None:
    """Each of two ids has both secrets for candidates; what stands next to what tells."""
    other = a_pair(2, line=ID_LINE + 2)
    first = world.betterleaks(A, world.betterleaks_component(other.secret, PATH, other.line + 1))
    second = world.betterleaks(other, world.betterleaks_component(A.secret, PATH, A.line + 1))
    second["findings"][0]["component_sets"].reverse()
    report = read_report(as_json({**first, "findings": first["findings"] + second["findings"]}))
    assert {f.key_id: secret_of(f) for f in report.found} == {A.key_id: A.secret, other.key_id: other.secret}


def test_trufflehog_tries_every_secret_with_every_id(tmp_path: Path) -> None:
    stranger = Fakes(3).secret()
    rows = [_ROW, {**_ROW, "RawV2": f"{A.key_id}:{stranger}"}]
    report = read_report(as_lines(*rows))
    assert only(report).credentials is None
    assert report.passed_over == (f"{A.key_id}: secrets stand beside it, and none is surely its own",)
    assert secret_of(only(read_report(as_lines({**rows[0], "Verified": True}, rows[1])))) == A.secret
    planted(tmp_path)
    assert secret_of(only(read_report(as_lines(*rows), tmp_path))) == A.secret


def test_a_key_in_many_rows_is_one() -> None:
    rows = world.gitleaks(A) + world.gitleaks(a_pair(path="b.env"))
    found = only(read_report(as_json(rows)))
    assert {p.path for p in found.places} == {PATH, "b.env"}
    assert secret_of(found) == A.secret


def test_a_session_with_its_token() -> None:
    fakes = Fakes(5)
    key_id, secret, token = fakes.key_id("ASIA"), fakes.secret(), fakes.token()
    row = {**_ROW, "DetectorName": "AWSSessionKey", "Raw": key_id, "RawV2": f"{key_id}:{secret}:{token}"}
    credentials = only(read_report(as_lines(row))).credentials
    assert credentials is not None
    assert credentials.token is not None
    assert (credentials.secret.reveal(), credentials.token.reveal()) == (secret, token)


def test_a_session_whose_token_is_a_row_of_its_own() -> None:
    fakes = Fakes(6)
    pair, token = Pair(fakes.key_id("ASIA"), fakes.secret()), fakes.token()
    rows = [*world.gitleaks(pair), world.gitleaks_row(f"AWS_SESSION_TOKEN={token}", token, PATH, SECRET_LINE + 1)]
    credentials = only(read_report(as_json(rows))).credentials
    assert credentials is not None
    assert credentials.token is not None
    assert credentials.token.reveal() == token


@pytest.mark.parametrize("order", [1, -1])
def test_the_fuller_of_two_rows_is_kept(order: int) -> None:
    """Kingfisher has a row for the pair, and one for the token and what it depends on."""
    fakes = Fakes(7)
    pair, token = Pair(fakes.key_id("ASIA"), fakes.secret()), fakes.token()
    others = {"AKID": pair.key_id, "AWS_SECRET_ACCESS_KEY": pair.secret}
    rows = [world.kingfisher_row(pair), world.kingfisher_row(pair, snippet=token, dependent_captures=others, line=4)]
    credentials = only(read_report(as_json(world.kingfisher(*rows[::order])))).credentials
    assert credentials is not None
    assert credentials.token is not None
    assert credentials.token.reveal() == token


def test_a_token_joins_a_pair_that_is_known_already() -> None:
    fakes = Fakes(7)
    pair, token = Pair(fakes.key_id("ASIA"), fakes.secret()), fakes.token()
    rows = [world.kingfisher_row(pair), world.kingfisher_row(pair, snippet=token, dependent_captures=None, line=4)]
    found = only(read_report(as_json(world.kingfisher(*rows))))
    assert found.credentials is not None
    assert found.credentials.token is not None


def test_the_only_candidate_of_betterleaks_may_stand_far_away() -> None:
    row = world.betterleaks(A)["findings"][0]
    row["component_sets"] = [world.betterleaks_component(A.secret, PATH, 400)]
    assert secret_of(only(read_report(as_json({**_BETTER, "findings": [row]})))) == A.secret


def test_a_path_in_sarif_is_an_address() -> None:
    for uri in ("a%20b.env", "file:///a%20b.env"):
        data = as_json(world.gitleaks_sarif(Pair(A.key_id, A.secret, uri)))
        assert {p.path for p in only(read_report(data)).places} == {uri.removeprefix("file://").replace("%20", " ")}
    document = world.gitleaks_sarif(A)
    for result in document["runs"][0]["results"]:
        result["locations"][0]["physicalLocation"]["artifactLocation"] = {"index": 1}
    document["runs"][0]["artifacts"] = [{"location": {"uri": "no"}}, {"location": {"uri": PATH}}]
    assert {p.path for p in only(read_report(as_json(document))).places} == {PATH}


def test_what_stands_around_a_snippet() -> None:
    location = world.sarif_location(PATH, ID_LINE, A.key_id)
    location["physicalLocation"]["contextRegion"] = {"startLine": 1, "snippet": {"text": A.file}}
    report = read_report(as_json(world.sarif("x", [{"ruleId": "aws", "message": {}, "locations": [location]}])))
    assert secret_of(only(report)) == A.secret
    assert {p.line for p in only(report).places} == {ID_LINE, SECRET_LINE}


# --- what GitHub tells


@pytest.mark.parametrize("told", [True, False, None])
def test_public_is_githubs_word(told: bool | None) -> None:  # noqa: FBT001
    alert = world.github_alert("aws_access_key_id", A.key_id, PATH, ID_LINE, publicly_leaked=told)
    assert only(read_report(as_json([alert]))).public is told
    assert only(read_report(as_json(world.gitleaks(A)))).public is None


def test_all_locations_of_an_alert() -> None:
    issue = {"type": "issue_body", "details": {"issue_body_url": "https://api.github.com/repos/o/r/issues/1"}}
    commit = {"type": "commit", "details": {"path": "b.env", "start_line": 9, "commit_sha": COMMIT}}
    alert = world.github_alert("aws_access_key_id", A.key_id, PATH, ID_LINE, locations=[commit, issue])
    places = {(p.path, p.line) for p in only(read_report(as_json(alert))).places}
    assert places == {(PATH, ID_LINE), ("b.env", 9), ("https://api.github.com/repos/o/r/issues/1", 1)}


def test_an_alert_without_location_is_its_own_place() -> None:
    alerts = [{**a, "first_location_detected": None} for a in world.github(A)]
    report = read_report(as_json(alerts))
    assert [p.path for p in only(report).places] == [f"https://github.com/o/r/security/secret-scanning/{ID_LINE}"]
    assert only(report).credentials is None


def test_alerts_that_hold_nothing_or_were_closed() -> None:
    hidden = world.github_alert("aws_access_key_id", None, PATH, 4)
    closed = world.github_alert("aws_access_key_id", A.key_id, PATH, 5, state="resolved", resolution="false_positive")
    revoked = world.github_alert("aws_access_key_id", A.key_id, PATH, 6, state="resolved", resolution="revoked")
    report = read_report(as_json([hidden, closed, revoked]))
    assert [p.line for p in only(report).places] == [6]
    assert report.passed_over == (
        "alert 4: the value is hidden: ask GitHub without hide_secret",
        "alert 5: somebody closed it at GitHub as false_positive",
    )


# --- what the report does not hold, the files do


def planted(root: Path, text: str = A.file) -> None:
    (root / PATH).parent.mkdir(exist_ok=True)
    (root / PATH).write_text(text)


@pytest.mark.parametrize("data", [ours("json"), ours("jsonl"), ours("sarif"), as_json(world.detect_secrets(A))])
def test_secrets_come_from_the_files(data: bytes, tmp_path: Path) -> None:
    planted(tmp_path)
    found = only(read_report(data, tmp_path))
    assert (found.key_id, secret_of(found)) == (A.key_id, A.secret)
    above = data.replace(PATH.encode(), f"{tmp_path.name}/{PATH}".encode())
    assert secret_of(only(read_report(above, tmp_path))) == A.secret


def test_detect_secrets_without_the_files() -> None:
    report = read_report(as_json(world.detect_secrets(A)))
    why = "detect-secrets keeps no secret: run `unleak scan` on the repository"
    assert (report.found, report.passed_over) == ((), (f"{PATH}:{ID_LINE}: {why}",))


@pytest.mark.parametrize("text", [a_pair(9).file, f"\n{A.file}", ""])
def test_detect_secrets_is_believed_only_where_the_hash_fits(text: str, tmp_path: Path) -> None:
    planted(tmp_path, text)
    report = read_report(as_json(world.detect_secrets(A)), tmp_path)
    assert (report.found, report.passed_over) == ((), (f"{PATH}:{ID_LINE}: what has this hash does not stand there",))


def test_a_report_leads_nowhere_outside(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside.env", tmp_path / "root"
    root.mkdir()
    outside.write_text(A.file)
    (root / "link.env").symlink_to(outside)
    for path in (str(outside), "../outside.env", "link.env", "\0", "a" * 5000, "."):
        pair = Pair(A.key_id, A.secret, path)
        assert only(read_report(as_json(world.kingfisher(world.kingfisher_row(pair, dependent_captures=None))), root)
                    ).credentials is None  # fmt: skip


# --- what is passed over


@pytest.mark.parametrize(
    ("data", "places"),
    [
        (as_json(world.gitleaks_redacted(A)), [f"{PATH}:{ID_LINE}"]),
        (
            as_json(
                world.kingfisher(
                    world.kingfisher_row(A, snippet="[REDACTED:8c2a852e]", dependent_captures=None),
                ),
            ),
            [f"{PATH}:{ID_LINE}"],
        ),
        (as_json(world.betterleaks(Pair("REDACTED", "REDACTED"))), [f"{PATH}:{ID_LINE}"]),
        (as_json(world.gitleaks_sarif(Pair("REDACTED", "REDACTED"))), [f"{PATH}:{ID_LINE}"]),
        (as_json([world.gitleaks_row("AKIAGSCAEC...", "AKIAGSCAEC...", PATH, 7)]), [f"{PATH}:7"]),
    ],
    ids=["gitleaks", "kingfisher", "betterleaks", "sarif", "gitleaks, half"],
)
def test_redacted_rows(data: bytes, places: list[str]) -> None:
    report = read_report(data)
    assert report.found == ()
    assert report.passed_over == tuple(f"{p}: the report keeps no value: write it without redaction" for p in places)


@pytest.mark.parametrize("damage", [None, 7, "row", {"Match": 5}])
def test_a_damaged_row_does_not_hide_the_others(damage: Any) -> None:
    other = a_pair(2, path="b.env")
    one_result, other_result = (world.gitleaks_sarif(p)["runs"][0]["results"] for p in (A, other))
    damaged_result = 5 if isinstance(damage, dict) else damage
    findings = [world.kingfisher_row(A), damage, world.kingfisher_row(other)]
    rows = [world.betterleaks(A)["findings"][0], damage, world.betterleaks(other)["findings"][0]]
    reports = [
        (as_json([*world.gitleaks(A), damage, *world.gitleaks(other)]), "row 3"),
        (as_json(world.kingfisher(*findings)), "row 2"),
        (as_json({**_BETTER, "findings": rows}), "row 2"),
        (as_json(world.sarif("x", [*one_result, damaged_result, *other_result])), "result 3"),
        (as_json([*world.github(A), damage, *world.github(other)]), "row 3"),
        (
            as_lines(_ROW, {**_ROW, "Raw": 7, "RawV2": damage and 5, "Redacted": None}, world.trufflehog_row(other)),
            "row 2",
        ),
        (ours("json").replace(b'"findings": [', b'"findings": [' + json.dumps(damage).encode() + b","), "row 1"),
    ]
    for data, where in reports:
        report = read_report(data)
        assert A.key_id in {f.key_id for f in report.found}
        assert where == "row 1" or {f.key_id for f in report.found} == {A.key_id, other.key_id}
        assert [p.startswith(f"{where}: it is damaged") for p in report.passed_over] == [True]


def test_a_damaged_line_and_a_log_between_the_rows() -> None:
    log = as_lines({"level": "info-0", "ts": "2026-11-23T04:05:06Z", "logger": "trufflehog", "msg": "running source"})
    data = "🐷 TruffleHog. Unearth your secrets.\n".encode() + log + as_lines(_ROW) + as_lines(_ROW)[:100]
    report = read_report(data)
    assert only(report).key_id == A.key_id
    assert report.passed_over == ("line 1: it is no JSON", "line 4: it is no JSON")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (
            as_json({"findings": [world.kingfisher_row(A)], "audit": world.kingfisher_audit(failed=1)}),
            "kingfisher could",
        ),
        (as_lines(world.kingfisher_row(A), world.kingfisher_audit(partial=1)), "kingfisher could"),
        (as_json(world.betterleaks(A, state="incomplete")), "betterleaks could"),
        (b"\n".join(ours("jsonl").splitlines()[:-1]), "it is cut off"),
        (ours("json").replace(b'"complete": true', b'"complete": false'), "not everything could"),
        (ours("sarif").replace(b'"executionSuccessful": true', b'"executionSuccessful": false'), "its tool could"),
    ],
)
def test_a_scan_that_did_not_see_everything_says_so(data: bytes, why: str) -> None:
    report = read_report(data)
    assert only(report).key_id == A.key_id
    assert [p.startswith(f"the report: {why}") for p in report.passed_over] == [True]


def test_what_cannot_be_responded_to() -> None:
    secret = Fakes(4).secret()
    bearer, bait = Fakes(4).key_id("ABIA"), Fakes(4).key_id_of("052310077262")
    rows = [
        world.gitleaks_row(f"aws_secret_access_key={secret}", secret, "a", 1, "generic-api-key"),
        world.gitleaks_row(bearer, bearer, "b", 2),
        world.gitleaks_row(bait, bait, "e", 5),
        world.gitleaks_row("something else", "else", "c", 3),
        world.gitleaks_row("ghp_" + secret[:36], "ghp_" + secret[:36], "d", 4, "github-pat"),
    ]
    report = read_report(as_json(rows))
    assert report.found == ()
    assert set(report.passed_over) == {
        "a:1: a secret without its key id",
        f"b:2: {bearer} is a bearer token of a service",
        "c:3: there is no key in it",
        f"e:5: {bait} is bait, and nobody's real key",
    }


@pytest.mark.parametrize(
    ("data", "tool"),
    [
        (b"[]", ""),
        (b"[[]]", ""),
        (as_json([world.gitleaks_row("ghp_x", "ghp_x", "d", 4, "github-pat")]), "gitleaks"),
        (as_json(world.kingfisher()), "kingfisher"),
        (as_json({**_BETTER, "findings": []}), "betterleaks"),
        (as_json(world.sarif("CodeQL", [{"ruleId": "js/xss", "message": {"text": "no"}}])), "CodeQL"),
        (as_json(world.sarif("", [])), "SARIF"),
        (as_json({**world.detect_secrets(A), "results": {}}), "detect-secrets"),
        (render(scan([]), "json").encode(), "unleak"),
        (render(scan([]), "jsonl").encode(), "unleak"),
    ],
)
def test_a_report_without_aws_keys(data: bytes, tool: str) -> None:
    assert read_report(data) == Report(tool)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (" \r\n".encode("utf-16"), "empty"),
        (b"PK\x03\x04\xff\xfe", "neither JSON"),
        (as_json(world.gitleaks(A))[:-40], "neither JSON"),
        (b"5", "no report"),
        (b'{"a": 1}', "no report"),
        (b'{"a": 1}\n{"b": 2}\n', "no report"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"version": "1.0.0", "runs": []}', "no report"),
    ],
)
def test_what_is_not_understood(data: bytes, says: str) -> None:
    with pytest.raises(Misuse, match=says) as raised:
        read_report(data)
    assert raised.value.hint


# --- properties

_json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(st.binary(max_size=200) | st.text(alphabet='{}[]",:1a\n \\u', max_size=60).map(str.encode))
def test_no_bytes_raise_anything_but_misuse(data: bytes) -> None:
    try:
        read_report(data)
    except Misuse as error:
        assert error.hint  # noqa: PT017


_SAMPLES: list[Callable[[Pair], list[Any]]] = [
    lambda p: [world.gitleaks(p, COMMIT)],
    lambda p: [world.gitleaks_sarif(p)],
    lambda p: [world.kingfisher_sarif(p)],
    lambda p: [world.kingfisher(world.kingfisher_row(p))],
    lambda p: [world.betterleaks(p, world.betterleaks_component(p.secret, p.path, 9))],
    lambda p: [world.trufflehog_row(p), world.trufflehog_row(p)],
    lambda p: [world.detect_secrets(p)],
    lambda p: [world.github(p)],
    lambda p: [json.loads(ours("json", p))],
    lambda p: [json.loads(ours("sarif", p))],
    lambda p: [json.loads(line) for line in ours("jsonl", p).splitlines()],
]


def _ways(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """To everything in a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(longer for key, one in inner for longer in _ways(one, (*way, key)))]


def _put(value: Any, way: tuple[Any, ...], new: Any) -> Any:
    if not way:
        return new
    changed = value.copy()
    changed[way[0]] = _put(value[way[0]], way[1:], new)
    return changed


def test_a_file_named_after_a_secret() -> None:
    pair = Pair(A.key_id, A.secret, path=f"dir/{A.secret}.env")
    for named in (world.gitleaks(pair), world.gitleaks_sarif(pair), world.github(pair)):
        report = read_report(as_json(named))
        assert {p.path for p in only(report).places} == {"dir/****.env"}
        assert secret_of(only(report)) == A.secret


def test_a_file_named_after_a_secret_that_nobody_claims() -> None:
    """It is quoted without a name, and far from any id."""
    rows = world.gitleaks_sarif(A)["runs"][0]["results"]
    rows[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = f"dir/{A.secret}.env"
    report = read_report(as_json(world.sarif(f"of/{A.secret}", rows)))
    assert report.tool == "of/****"
    assert [p.path for p in only(report).places] == ["dir/****.env"]
    assert only(report).credentials is None


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_stands_in_a_report_no_secret_is_said(data: st.DataObject) -> None:
    """The secret is planted in a path too, and one or two things in the report are anything."""
    secret = Fakes(8).secret()
    pair = Pair(Fakes(8).key_id(), secret, path=f"of-{secret}.env")
    records = data.draw(st.sampled_from(_SAMPLES))(pair)
    for _ in range(data.draw(st.integers(0, 2))):
        way = data.draw(st.sampled_from(_ways(records)[1:]))
        records = _put(records, way, data.draw(_json_values | st.just(secret)))
    try:
        report = read_report(as_lines(*records))
    except Misuse as error:
        said = "".join([*traceback.format_exception(error), error.hint, repr(error)])
    else:
        said = f"{report} {report!r}"
    assert pair.secret not in said
