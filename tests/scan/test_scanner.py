"""One finding a secret, the promised fields, and never a secret in what is printed."""

import copy
import hashlib
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import Fakes

from unleak.model.finding import Confidence, Finding, Severity
from unleak.model.value import replace
from unleak.scan.blob import Blob, Problem
from unleak.scan.formats import FORMATS
from unleak.scan.scanner import Scan, scan

FIELDS = {
    "detector",
    "key_id",
    "account",
    "severity",
    "confidence",
    "has_secret",
    "has_session_token",
    "secret_sha256",
    "fingerprint",
    "places",
    "about",
    "canary",
    "live",
}
PLACE_FIELDS = {"path", "line", "commit", "author", "date", "at_head", "refs", "via"}


def scanned(**files: str) -> Scan:
    return scan([Blob(text.encode(), path) for path, text in files.items()])


def pair_text(key_id: str, secret: str, above: int = 0) -> str:
    return "\n" * above + f"aws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n"


def session_text(key_id: str, secret: str, token: str) -> str:
    return f"{pair_text(key_id, secret)}aws_session_token = {token}\n"


def shown(result: Scan) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(FORMATS["json"](result))
    return document


def test_a_secret_in_many_blobs_is_one_finding() -> None:
    fakes = Fakes(1)
    key_id, secret = fakes.key_id(), fakes.secret()
    files = {f"copy{n}": pair_text(key_id, secret, above=n) for n in range(50)}
    (finding,) = scanned(**files).findings
    assert [(p.path, p.line) for p in finding.places] == [(f"copy{n}", n + 2) for n in range(50)]
    assert (finding.severity, finding.confidence) == (Severity.CRITICAL, Confidence.HIGH)


@pytest.mark.parametrize("alone", ["id", "secret", "token", "id and token"])
@pytest.mark.parametrize("pair_first", [True, False])
def test_a_part_that_stands_alone_joins_its_pair(alone: str, pair_first: bool) -> None:  # noqa: FBT001
    fakes = Fakes(2)
    key_id, secret, token = fakes.key_id("ASIA"), fakes.secret(), fakes.token()
    parts = {
        "id": key_id,
        "secret": f"secret = {secret}",
        "token": f"token = {token}",
        "id and token": f"{key_id}\n{token}",
    }
    files = {"whole": session_text(key_id, secret, token), "part": parts[alone]}
    (finding,) = scanned(**(files if pair_first else dict(reversed(files.items())))).findings
    assert {p.path for p in finding.places} == {"whole", "part"}
    assert finding.credentials is not None


def test_a_token_seen_in_one_of_two_places_is_kept() -> None:
    fakes = Fakes(3)
    key_id, secret, token = fakes.key_id("ASIA"), fakes.secret(), fakes.token()
    files = {"a": pair_text(key_id, secret), "b": session_text(key_id, secret, token), "c": pair_text(key_id, secret)}
    (finding,) = scanned(**files).findings
    assert finding.has_session_token
    assert finding.credentials is not None
    assert finding.credentials.token is not None
    assert finding.credentials.token.reveal() == token


def test_a_token_that_is_apart_from_its_pair_is_a_finding_of_its_own() -> None:
    """What is said to have a token has it in hand: without it, a trial would take a live session for a dead one."""
    fakes = Fakes(4)
    key_id, secret, token = fakes.key_id("ASIA"), fakes.secret(), fakes.token()
    with_secret, with_token = scanned(a=pair_text(key_id, secret), b=f"{key_id}\n{token}").findings
    assert (with_secret.has_secret, with_secret.has_session_token) == (True, False)
    assert (with_token.has_secret, with_token.has_session_token) == (False, True)


def test_one_id_with_two_secrets_is_two_findings() -> None:
    fakes = Fakes(5)
    key_id = fakes.key_id()
    found = scanned(a=pair_text(key_id, fakes.secret()), b=pair_text(key_id, fakes.secret()), c=key_id).findings
    assert [f.key_id for f in found] == [key_id, key_id]
    assert sorted(len(f.places) for f in found) == [1, 2]


def test_the_fingerprint_stays_when_lines_move_and_files_are_renamed() -> None:
    fakes = Fakes(6)
    key_id, secret = fakes.key_id(), fakes.secret()
    before = scanned(old=pair_text(key_id, secret)).findings[0].fingerprint
    assert scanned(new=f"# moved\n{secret}\n\n{key_id}").findings[0].fingerprint == before
    assert scanned(new=pair_text(key_id, fakes.secret())).findings[0].fingerprint != before
    assert scanned(new=pair_text(fakes.key_id(), secret)).findings[0].fingerprint != before
    assert scanned(new=key_id).findings[0].fingerprint != before


def test_what_is_worse_comes_first() -> None:
    fakes = Fakes(7)
    lone, token = fakes.key_id(), fakes.token()
    found = scanned(a=lone, b=f"token {token}", c=pair_text(fakes.key_id(), fakes.secret())).findings
    assert [f.severity.value for f in found] == ["critical", "high", "low"]


def test_json_has_the_promised_fields_and_no_others() -> None:
    fakes = Fakes(8)
    key_id, secret = fakes.key_id(), fakes.secret()
    document = shown(scanned(config=pair_text(key_id, secret)))
    assert document.keys() == {"schema", "complete", "findings", "problems"}
    assert document["schema"] == "unleak.findings/1"
    (finding,) = document["findings"]
    assert finding.keys() == FIELDS
    assert (finding["key_id"], finding["severity"], finding["confidence"]) == (key_id, "critical", "high")
    assert (finding["has_secret"], finding["has_session_token"]) == (True, False)
    assert finding["secret_sha256"] == hashlib.sha256(secret.encode()).hexdigest()[:16]
    (place,) = finding["places"]
    assert place.keys() == PLACE_FIELDS
    assert (place["path"], place["line"], place["commit"], place["at_head"]) == ("config", 2, None, None)


def test_json_tells_the_account_where_the_id_does() -> None:
    known = "AKIA" + "ZHO3CC62YYHHCD6N"
    assert shown(scanned(a=known))["findings"][0]["account"] == "634503960501"
    assert shown(scanned(a="AKIA" + "I" + known[5:]))["findings"][0]["account"] is None


WEAKER: dict[str, Callable[[Fakes], str]] = {
    "a lone id": lambda f: f.key_id(),
    "a lone secret": lambda f: f"secret = {f.secret()}",
    "a lone token": lambda f: f"token = {f.token()}",
    "an id with a token": lambda f: f"{f.key_id('ASIA')} {f.token()}",
}


@pytest.mark.parametrize("make", WEAKER.values(), ids=WEAKER)
def test_no_hash_of_anything_weaker_than_a_pair(make: Callable[[Fakes], str]) -> None:
    (finding,) = scanned(a=make(Fakes(9))).findings
    assert finding.secret_sha256 is None
    assert finding.credentials is None
    assert json.loads(FORMATS["json"](Scan([finding])))["findings"][0]["secret_sha256"] is None


def test_a_problem_is_told_and_the_scan_is_not_complete() -> None:
    result = scan([Problem("there\udcff", "no way\x1b[2J"), Blob(b"nothing", "here")])
    document = shown(result)
    assert document["complete"] is False
    assert document["problems"] == [{"where": "there\\xff", "why": "no way\x1b[2J"}]
    text = FORMATS["text"](result)
    assert "COULD NOT LOOK" in text
    assert "nothing found in what could be read" in text
    assert "\x1b" not in text


@settings(deadline=None)
@given(data=st.binary(max_size=3000))
def test_no_bytes_are_too_much(data: bytes) -> None:
    for render in FORMATS.values():
        render(scan([Blob(data, "x")]))


PIECES = st.sampled_from(
    [
        "AKIA",
        "ASIA",
        "\n",
        "=",
        "secret",
        "sk:",
        '"',
        "\\n",
        "%2F",
        "\\/",
        "\x1b[31m",
        "\ufeff",
        "IQoJb3JpZ2lu",
        "/",
        "+",
    ]
)


@settings(max_examples=200, deadline=None)
@given(pieces=st.lists(st.one_of(PIECES, st.integers(0, 60).map(lambda n: Fakes(n).secret()[:n])), max_size=60))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_no_mixture_of_halves_is_too_much(encoding: str, pieces: list[str]) -> None:
    scan([Blob("".join(pieces).encode(encoding), "x")])


@settings(max_examples=100, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    noise=st.lists(st.binary(max_size=60), min_size=4, max_size=4),
    order=st.permutations([0, 1, 2]),
)
def test_no_planted_secret_is_ever_printed(seed: int, noise: list[bytes], order: list[int]) -> None:
    fakes = Fakes(seed)
    key_id, secret, token = fakes.key_id("ASIA"), fakes.secret(), fakes.token()
    parts = [f"id = {key_id}", f"secret = {secret}", f"token = {token}"]
    lines = [parts[n].encode() for n in order]
    data = b"\n".join(p for couple in zip(noise, [*lines, b""], strict=True) for p in couple)
    blob = Blob(data, "x")
    result = scan([blob])
    assert key_id in {f.key_id for f in result.findings}
    printed = [render(result) for render in FORMATS.values()]
    printed += [repr(result), str(result), f"{result}", repr(blob)]
    for f in result.findings:
        printed += [repr(f), str(f), f"{f}", f"{f.credentials!r} {f.credentials!s} {f.credentials}"]
    for text in printed:
        assert secret not in text
        assert secret[:16] not in text
        assert token not in text
        assert token[12:40] not in text


def whole_session() -> Finding:
    fakes = Fakes(10)
    (finding,) = scanned(a=session_text(fakes.key_id("ASIA"), fakes.secret(), fakes.token())).findings
    return finding


@pytest.mark.parametrize("take", [pickle.dumps, copy.deepcopy], ids=["pickle", "deepcopy"])
def test_credentials_are_neither_pickled_nor_copied(take: Callable[[object], object]) -> None:
    finding = whole_session()
    assert finding.credentials is not None
    for thing in (finding, finding.credentials, finding.credentials.secret, finding.credentials.token):
        with pytest.raises(TypeError, match="stays in memory"):
            take(thing)
    with pytest.raises(TypeError, match="stays in memory"):
        copy.copy(finding.credentials.secret)


def test_text_says_what_to_do_next() -> None:
    fakes = Fakes(11)
    key_id, session = fakes.key_id(), fakes.key_id("ASIA")
    result = scanned(a=pair_text(key_id, fakes.secret()), b=session_text(session, fakes.secret(), fakes.token()), c="x")
    result.source = "my folder"
    text = FORMATS["text"](result)
    assert f"next: unleak respond {key_id} --secret-from 'my folder' --mode disable" in text
    assert f"next: unleak inspect {session}" in text, "`unleak respond` takes ids of users' keys only"
    assert f"{session} of account" in text or f"{session} with its secret and session token" in text


def test_text_does_not_say_that_nothing_was_found_where_something_was_left_out() -> None:
    result = replace(scanned(a="x"), left_out=3)
    assert "3 less severe left out" in FORMATS["text"](result)


def test_nothing_in_a_path_steers_the_terminal() -> None:
    result = scan([Blob(Fakes(12).key_id().encode(), "a\x1b[2J\nb\udcff")])
    text = FORMATS["text"](result)
    assert "\x1b" not in text
    assert "a\N{REPLACEMENT CHARACTER}[2J" in text
    text.encode("utf-8")
    assert shown(result)["findings"][0]["places"][0]["path"] == "a\x1b[2J\nb\\xff"
