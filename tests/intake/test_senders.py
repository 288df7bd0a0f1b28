"""Every sender keeps the promises of its shape, and no message raises anything but Refused, or says a secret."""

import ast
import base64
import json
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import events_world as events
import pytest
import reports_world as reports
import senders_world as world
from hypothesis import given, settings
from hypothesis import strategies as st
from reports_world import a_pair
from senders_world import BY_ID, CERT_URL, FORMER, KEY_NAME, SECRET, TOPIC, Web, access, certificate, key_set, showing

from unleak.intake.aws_events import KINDS
from unleak.intake.notice import Access, Heard, Message, Reason, Refused, Sender
from unleak.intake.queue_message import from_queue
from unleak.intake.senders import SENDERS
from unleak.intake.senders.github import _EVENTS
from unleak.intake.words import said
from unleak.model.alert import Ground

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "intake.md").read_text()
SOURCES = ROOT / "src" / "unleak" / "intake"
A = a_pair()
_MARK = "\N{REPLACEMENT CHARACTER}"
WEB = Web({
    CERT_URL: certificate(),
    "https://keys.example.com/all": key_set(**{KEY_NAME: world.public(world.partner_key())}),
})  # fmt: skip
SETTINGS = {"secret": SECRET, "former_secret": FORMER, "topics": TOPIC, "keys_url": "https://keys.example.com/all"}


def section(heading: str) -> str:
    found = re.search(rf"^#+ `{heading}`.*?\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/intake.md has no section `{heading}`"
    return found.group(1)


# --- conformance


@pytest.mark.parametrize("sender", SENDERS, ids=lambda s: s.id)
def test_a_sender_is_a_file_and_a_section_of_its_own(sender: Sender) -> None:
    assert (SOURCES / "senders" / f"{sender.id}.py").is_file()
    assert sender.title
    assert not set(sender.needs) & set(sender.takes)
    text = section(sender.id)
    for name in (*sender.needs, *sender.takes):
        assert f"`{name}`" in text
    for address in sender.references:
        assert address.startswith("https://")
    assert f"[hooks.{sender.id}]" in PAGE


def test_every_file_is_registered() -> None:
    assert {p.stem for p in (SOURCES / "senders").glob("[a-z]*.py")} == set(BY_ID)
    assert {p.stem for p in (SOURCES / "aws_events").glob("[a-z]*.py")} - {"kind"} == {k.id for k in KINDS}


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.id)
def test_every_kind_of_event_is_documented(kind: Any) -> None:
    assert f"`{kind.id}`" in PAGE
    assert all(f"`{name}`" in PAGE for name in kind.detail_types)


@pytest.mark.parametrize("sender", SENDERS, ids=lambda s: s.id)
def test_without_its_needs_it_refuses_everything(sender: Sender) -> None:
    if sender.needs:
        with pytest.raises(Refused) as caught:
            sender.hear(VALID[sender.id][0], access(WEB))
        assert caught.value.reason is Reason.NOT_CONFIGURED


def test_secrets_are_compared_in_constant_time_only() -> None:
    """What compares them is one file."""
    for path in SOURCES.rglob("*.py"):
        names = {n.attr for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Attribute)}
        assert ("compare_digest" in names) == (path.name == "shared_secret.py"), path


# --- the secret in a header


@pytest.mark.parametrize("sender", ["eventbridge", "scanner"])
@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"authorization": f"Bearer {SECRET}"}, None),
        ({"authorization": f"bearer  {FORMER}"}, None),
        ({"x-api-key": SECRET}, None),
        ({"authorization": "Basic " + base64.b64encode(f"unleak:{SECRET}".encode()).decode()}, None),
        ({}, Reason.NOT_SIGNED),
        ({"authorization": ""}, Reason.NOT_SIGNED),
        ({"authorization": "Bearer "}, Reason.NOT_SIGNED),
        ({"authorization": "Basic ????"}, Reason.NOT_SIGNED),
        ({"authorization": SECRET}, Reason.NOT_SIGNED),
        ({"x-api-key": SECRET[:-1]}, Reason.BAD_SIGNATURE),
        ({"x-api-key": SECRET + "\n"}, Reason.BAD_SIGNATURE),
        ({"x-api-key": "\N{SNOWMAN}\ud800"}, Reason.BAD_SIGNATURE),
        ({"authorization": f"Bearer {SECRET}x"}, Reason.BAD_SIGNATURE),
        ({"authorization": "Basic " + "QQ=="}, Reason.NOT_SIGNED),
    ],
)  # fmt: skip
def test_a_secret_is_shown(sender: str, headers: dict[str, str], reason: Reason | None) -> None:
    message = showing(VALID[sender][0].body, headers)
    if reason is None:
        assert world.hear(sender, message, access(WEB, **SETTINGS)).reports
    else:
        with pytest.raises(Refused) as caught:
            world.hear(sender, message, access(WEB, **SETTINGS))
        assert caught.value.reason is reason


# --- reports of scanners


def test_a_report_is_posted_with_the_secret_or_signed_with_it() -> None:
    body = reports.as_json(reports.gitleaks(A))
    for headers in ({"x-signature-256": world.signed(body)}, {"x-api-key": SECRET}):
        heard = world.hear("scanner", showing(body, headers), access(secret=SECRET))
        (found,) = heard.reports
        assert (found.key_id, heard.ground_of(found), heard.who) == (
            A.key_id,
            Ground.FOUND_SECRET,
            "a report of gitleaks",
        )
    for headers in ({"x-signature-256": world.signed(body + b"\n")}, {"x-signature-256": "", "x-api-key": SECRET}):
        with pytest.raises(Refused):
            world.hear("scanner", showing(body, headers), access(secret=SECRET))


def test_a_report_without_the_secret_is_a_claim() -> None:
    body = reports.as_json([reports.gitleaks_row(A.key_id, A.key_id, "a", 1)])
    heard = world.hear("scanner", showing(body), access(secret=SECRET))
    assert [heard.ground_of(r) for r in heard.reports] == [Ground.CLAIM]
    assert world.hear("scanner", showing([]), access(secret=SECRET)).passed_over == ("the report names no AWS key",)
    with pytest.raises(Refused) as caught:
        world.hear("scanner", showing({"x": 1}), access(secret=SECRET))
    assert caught.value.reason is Reason.NOT_UNDERSTOOD


@pytest.mark.parametrize("path", ["a\ud800b", "a\0b"])
def test_what_no_database_takes_is_left_out(path: str) -> None:
    rows = [reports.gitleaks_row(A.key_id, A.key_id, path, 1), reports.gitleaks_row("AKIA...", "AKIA...", path, 2)]
    heard = world.hear("scanner", showing(rows), access(secret=SECRET))
    stand_in = "a?b" if "\0" not in path else f"a{_MARK}b"
    assert [p.path for r in heard.reports for p in r.places] == [stand_in]
    assert [p.startswith(f"{stand_in}:2: ") for p in heard.passed_over] == [True]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("test-1", "test-1"), (A.key_id, A.key_id), ("c0ffee" * 7, "c0ffee" * 7), ("y" * 500, "y" * 200),
        ("a\0b\ud800\x1b[31m", f"a{_MARK}b{_MARK}{_MARK}[31m"), (5, ""), (None, ""), ([A.secret], ""),
        (A.secret, "****"), (f"x {A.secret}+y", "x ****"),
        (f"aws_secret_access_key={A.secret}", "aws_secret_access_key=****"),
    ],
)  # fmt: skip
def test_what_others_wrote_is_said_again_in_short_and_without_a_secret(text: Any, shown: str) -> None:
    assert said(text) == shown


# --- whatever the message

_TOKENS = [{"token": f"{A.key_id} {A.secret}", "type": "aws_pair", "url": events.URL, "source": "content"}]
_EVENTS_OF_AWS = [
    events.health_of_entities(A.key_id), events.health_of_metadata(A.key_id), events.guardduty(A.key_id),
    events.attack_sequence(A.key_id), events.asff(A.key_id), events.ocsf(A.key_id), events.quarantine(A.key_id),
]  # fmt: skip
_OF_GITHUB = [("secret_scanning_alert", events.host_alert()), ("push", events.push()), ("public", events.push()),
              ("ping", {})]  # fmt: skip
VALID: dict[str, list[Message]] = {
    "github": [world.of_github(*one) for one in _OF_GITHUB],
    "github_partner": [world.of_partner(_TOKENS)],
    "eventbridge": [showing(e) for e in _EVENTS_OF_AWS],
    "sns": [world.of_sns(world.sns_envelope(json.dumps(e))) for e in _EVENTS_OF_AWS]
    + [world.of_sns(world.confirmation())],
    "scanner": [showing(reports.as_json(reports.gitleaks(A)))],
}


@pytest.mark.parametrize("sender", SENDERS, ids=lambda s: s.id)
def test_what_is_valid_is_heard_and_comes_again_as_the_same(sender: Sender) -> None:
    for message in VALID[sender.id]:
        heard = sender.hear(message, access(WEB, **SETTINGS))
        assert heard.id == sender.hear(message, access(WEB, **SETTINGS)).id
        assert heard.id.startswith(f"{sender.id}:")
        assert heard.reports or heard.errands or heard.passed_over


_LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just(10**400), st.just("\0\ud800"),
    st.sampled_from([A.key_id, A.secret, f"{A.key_id} {A.secret}", "x" * 5000, events.URL, "2026-11-23T04:00:00Z",
                     A.file, "refs/heads/main"]),
)  # fmt: skip
_NAMES = st.sampled_from([
    "token", "type", "url", "alert", "repository", "full_name", "action", "detail", "source", "detail-type", "findings",
    "Resources", "resource", "service", "Message", "eventTypeCode", "affectedEntities", "RuleID", "Match", "x",
])  # fmt: skip
_ANY = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3), max_leaves=8
)


def _ways(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(w for k, v in inner for w in _ways(v, (*way, k)))]


@st.composite
def _mutated(draw: st.DrawFn, values: list[Any]) -> Any:
    """A valid one, with something else in up to three places."""
    value = json.loads(json.dumps(draw(st.sampled_from(values))))
    for _ in range(draw(st.integers(1, 3))):
        way = draw(st.sampled_from(_ways(value)))
        if not way:
            return draw(_ANY)
        at = value
        for step in way[:-1]:
            at = at[step]
        at[way[-1]] = draw(_ANY)
    return value


def _bodies(values: list[Any]) -> st.SearchStrategy[bytes]:
    as_json = st.one_of(_ANY, _mutated(values)).map(lambda v: json.dumps(v).encode())
    doubled = as_json.map(lambda b: b.replace(b"{", b'{"x": 1, "x": 2, ', 1))
    return st.one_of(as_json, doubled, as_json.map(lambda b: b[:-1]), st.binary(max_size=50),
                     st.just(b"[" * 50_000), st.just(b'{"a":' * 50_000), st.just(b"9" * 5000))  # fmt: skip


def calm(hear: Callable[[Message, Access], Heard], message: Message) -> None:
    """Heard, or refused; and nothing secret is said either way."""
    try:
        heard = hear(message, access(WEB, **SETTINGS))
    except Refused as refused:
        shown = "".join([*traceback.format_exception(refused), refused.hint])
    else:
        words = (heard.id, heard.who, heard.reason, heard.passed_over, heard.reports, heard.answer)
        shown = f"{words!r}"
        written = [
            heard.id,
            heard.who,
            heard.reason,
            *heard.passed_over,
            *(p.path for r in heard.reports for p in r.places),
        ]
        assert "\0" not in "".join(written)
        "".join(written).encode()
        assert all(len(w) < 2500 for w in (heard.who, heard.reason))
    for secret in (A.secret, SECRET, FORMER):
        assert secret not in shown
        assert secret not in repr(message)


@given(_bodies([_TOKENS]))
@settings(max_examples=120, deadline=None)
def test_no_body_of_a_partner_raises(body: bytes) -> None:
    calm(BY_ID["github_partner"].hear, world.of_partner(body))


@given(_bodies([v for _, v in _OF_GITHUB]), st.sampled_from(sorted(_EVENTS)) | st.text(max_size=9))
@settings(max_examples=200, deadline=None)
def test_no_body_of_github_raises(body: bytes, event: str) -> None:
    calm(BY_ID["github"].hear, world.of_github(event, body))


@given(_bodies(_EVENTS_OF_AWS))
@settings(max_examples=200, deadline=None)
def test_no_event_raises(body: bytes) -> None:
    calm(BY_ID["eventbridge"].hear, showing(body))
    calm(lambda message, _: from_queue(message.body, [TOPIC]), showing(body))


@given(_bodies([world.sns_envelope("x"), world.confirmation()]))
@settings(max_examples=100, deadline=None)
def test_no_envelope_raises(body: bytes) -> None:
    calm(BY_ID["sns"].hear, world.of_sns(body))
    calm(lambda message, _: from_queue(message.body, [TOPIC]), showing(body))


@given(_mutated(_EVENTS_OF_AWS), st.sampled_from(["MessageId", "Subject", "Timestamp"]), st.text(max_size=20))
@settings(max_examples=60, deadline=None)
def test_no_signed_envelope_raises(event: Any, field: str, text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    calm(BY_ID["sns"].hear, world.of_sns(world.sns_envelope(json.dumps(event), **{field: text})))


@given(_bodies([reports.gitleaks(A)]))
@settings(max_examples=80, deadline=None)
def test_no_report_raises(body: bytes) -> None:
    calm(BY_ID["scanner"].hear, showing(body))


@given(st.sampled_from(SENDERS), st.dictionaries(
    st.sampled_from(["authorization", "x-api-key", "x-hub-signature-256", "x-signature-256", "x-github-event",
                     "github-public-key-identifier", "github-public-key-signature", "x-amz-sns-rawdelivery"]),
    st.text(max_size=80), max_size=5))  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_no_header_raises(sender: Sender, headers: dict[str, str]) -> None:
    for message in VALID[sender.id][:2]:
        calm(sender.hear, Message(message.body, headers, message.at))
