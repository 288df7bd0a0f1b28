"""An investigation, told: what a tired person reads is right, short and safe, whatever an attacker wrote."""

import gc
import json
import os
import re
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from investigation_world import CI, DEPLOY, LEAK, LEAKED, PACU, big, call, held, iam, small, write
from ocsf_schema import faults

from unleak.model.call import Call
from unleak.model.credential import Origin
from unleak.model.investigation import Certainty, HeldCredential, Investigation, Seen
from unleak.report.investigation import FORMATS, to_html, to_json, to_ocsf, to_text
from unleak.report.investigation.chart import chart
from unleak.report.investigation.timeline import MOST_LINES, timeline
from unleak.report.investigation.tools import TOOLS, tools_of
from unleak.report.investigation.tree import rows_of, shown
from unleak.report.investigation.verdict import Status, status
from unleak.report.investigation.words import clipped, lasting, named, said, span, width_of, wrapped

EMPTY = Investigation(leaked=LEAKED, leaked_at=LEAK, leaked_at_is_known=False)
NASTY = (
    "<script>alert(1)</script>", '"onload=alert(1) x="', "javascript:alert(1)", "</style><img src=x onerror=alert(1)>",
    "\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe", "\x1b[31m\x1b]8;;http://x\x07", "[bold red]x[/]", "{{ 7*7 }}{% raw %}",
    "]]><svg/onload=alert(1)>", "a\nb\r\nc\tNext", "\ud800", "表" * 90, "\u0301" * 300, "&lt;b&gt;", "'", "x" * 5000,
    "",    "arn:aws:iam::1:user/<b>", "-->", "$(id)`id`;--mode", "%s%n{0}",
)  # fmt: skip
HOSTILE = st.one_of(
    st.sampled_from(NASTY), st.text(max_size=60), st.text(alphabet="<>\"'&/=: \u202e\x1b\n[]a", max_size=60)
)


def everywhere(value: Any, text: str) -> Any:
    """The same thing with `text` in every field that holds text, but for `state`, whose words are ours; ids stay apart
    by a number at their end.
    """
    numbers = iter(range(10**6))

    def put(one: Any) -> Any:
        if isinstance(one, str) and not isinstance(one, Enum):
            return f"{text}{next(numbers)}"
        if is_dataclass(one) and not isinstance(one, type):
            return replace(one, **{f.name: put(getattr(one, f.name)) for f in fields(one) if f.name != "state"})
        if isinstance(one, tuple):
            return tuple(map(put, one))
        return {put(k): put(v) for k, v in one.items()} if isinstance(one, dict) else one

    return put(value)


def few() -> Investigation:
    """The small one with less of everything, for many examples."""
    whole = small()
    return replace(whole, credentials=(*whole.credentials[:8], whole.credentials[-1]), calls=whole.calls[-12:])


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: set[tuple[str, tuple[str, ...]]] = set()
        self.values: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add((tag, tuple(name for name, _ in attrs)))
        self.values += attrs


# What is told


def test_the_story_of_a_small_incident() -> None:
    """The whole text. `UNLEAK_WRITE_SNAPSHOTS=1` writes it anew, to be read before it is committed."""
    path = Path(__file__).with_name("investigation_small.txt")
    told = to_text(small())
    if os.environ.get("UNLEAK_WRITE_SNAPSHOTS"):
        path.write_text(told, encoding="utf-8")
    assert told == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("form", FORMATS.values())
def test_nothing_seen_is_no_green(form: Callable[[Investigation], str]) -> None:
    told = form(EMPTY)
    assert told == "" if form is to_ocsf else LEAKED in told
    assert status(EMPTY) is Status.UNSEEN


@pytest.mark.parametrize("form", [to_text, to_html])
def test_what_is_not_known_is_said(form: Callable[[Investigation], str]) -> None:
    told = " ".join(form(EMPTY).split())
    assert "That is no proof" in told
    assert "when is not known" in told
    assert "The trail told nothing" in told


def test_what_may_stand_is_not_told_to_be_removed() -> None:
    other = replace(small().remaining[0], arn="", type="x", detail="x:DoIt (3 times)", state="not known")
    found = replace(EMPTY, remaining=(other,))
    told = " ".join(to_text(found).split())
    assert "whether 1 other change stands is not known" in told
    assert "Changed too, and whether it stands is not known: 1 (x:DoIt (3 times))." in told
    assert "Removed again" not in told
    assert "Take out what stands or may stand" in told
    assert "whether it stands is not known: 1 (x:DoIt (3 times))" in to_html(found)
    event = replace(call(1, "x:DoIt"), event_id=other.event_id)
    (finding,) = map(json.loads, to_ocsf(replace(found, calls=(event,))).splitlines())
    assert faults(finding) == []
    assert finding["resources"][0]["name"] == "x:DoIt (3 times)"


def test_integrity_is_told() -> None:
    found = replace(EMPTY, seen=Seen(integrity="digests vouch for all files"))
    assert "Integrity: digests vouch for all files" in to_text(found)
    assert json.loads(to_json(found))["trail"]["integrity"] == "digests vouch for all files"


def test_only_refused_calls_are_no_abuse() -> None:
    tried = replace(EMPTY, calls=(call(1, "sts:GetCallerIdentity", error="InvalidClientTokenId"),))
    assert status(tried) is Status.TRIED
    assert "nothing was accepted" in to_text(tried)


def test_what_is_capped_is_in_the_verdict() -> None:
    assert "More was there than was followed" in to_text(replace(small(), capped="more than 9")).split("What stands")[0]


def test_possible_credentials_are_blamed_on_nobody() -> None:
    one = held("ASIA" + "MAYBE", Origin.MINTED, LEAKED, "AssumeRole", DEPLOY, 5, 1, Certainty.POSSIBLE)
    told = " ".join(to_text(replace(EMPTY, credentials=(one,))).split())
    assert "No other credential was seen to come of it; 1 more is possible" in told


@pytest.mark.parametrize("width", [80, 100, 140])
def test_no_line_is_too_wide(width: int) -> None:
    for found in (small(), big(), everywhere(few(), "表<x>" * 30)):
        assert max(map(width_of, to_text(found, width=width).splitlines())) <= width


def test_colour_is_asked_for_and_adds_only_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in to_text(small(), colour=True), "NO_COLOR is set"
    monkeypatch.delenv("NO_COLOR")
    assert "\x1b" not in to_text(small())
    coloured = to_text(small(), colour=True)
    assert "\x1b[31m" in coloured
    assert re.sub(r"\x1b\[\d*m", "", coloured) == to_text(small())


# JSON


def test_json_has_all_of_it() -> None:
    found = json.loads(to_json(small()))
    assert found["schema"] == "unleak.investigation/1"
    assert found["leaked_at"] == "2026-11-23T03:00:00Z"
    assert found["exposure"] == {
        "from": "2026-11-23T03:00:00Z",
        "first_abuse": "2026-11-23T03:12:00Z",
        "last_accepted": "2026-11-23T03:35:09Z",
        "contained_at": None,
        "seconds_to_first_abuse": 720.0,
    }
    assert len(found["credentials"]) == 219
    assert {c["origin"] for c in found["credentials"]} == {"leaked", "minted", "created", "stolen"}
    assert len(found["actions"]) == sum(len(t.calls) for t in small().techniques)
    assert {r["state"] for r in found["resources"]} == {"stands", "removed"}
    assert found["who"]["tools"][0] == {"name": "Kali Linux", "calls": 36, "is_attack_tool": True}
    assert found["trail"]["gaps"] == [{"from": "2026-11-23T06:00:00Z", "to": "2026-11-23T07:00:00Z"}]


def test_json_does_not_count_from_a_guess() -> None:
    guessed = json.loads(to_json(replace(small(), leaked_at_is_known=False)))
    assert guessed["exposure"]["seconds_to_first_abuse"] is None


# OCSF


@pytest.mark.parametrize("make", [small, big])
def test_every_finding_fits_the_schema(make: Callable[[], Investigation]) -> None:
    found = make()
    findings = [json.loads(line) for line in to_ocsf(found).splitlines()]
    assert [f for finding in findings for f in faults(finding)] == []
    assert len(findings) == 1 + len(found.techniques)
    assert len({f["metadata"]["uid"] for f in findings}) == len(findings)


def test_a_finding_tells_technique_caller_and_events() -> None:
    stopped = next(f for f in map(json.loads, to_ocsf(small()).splitlines()) if "Trail" in f["message"])
    assert stopped["severity"] == "Critical"
    assert stopped["finding_info"]["attacks"] == [
        {"technique": {"uid": "T1562"}, "sub_technique": {"uid": "T1562.008"}}
    ]
    (evidence,) = stopped["evidences"]
    assert evidence["api"]["response"] == {"error": "AccessDenied", "code": 403}
    assert evidence["actor"]["session"]["credential_uid"] == LEAKED
    assert evidence["data"]["event_id"].startswith("e-")


def test_the_check_of_the_schema_finds_faults() -> None:
    event = json.loads(to_ocsf(small()).splitlines()[0])
    assert faults({**event, "made_up": 1}) == [".made_up is unknown"]
    assert faults({**event, "severity_id": 9})
    assert faults({k: v for k, v in event.items() if k != "cloud"}) == [".cloud is missing"]
    assert faults({**event, "evidences": [{}]})


# The timeline


def test_reads_become_a_burst_and_changes_stand_alone() -> None:
    whats = [line.what for line in timeline(small())]
    assert whats[0] == "ListUsers, ListRoles, ListBuckets, … 33 calls, 24 refused"
    assert "StopLogging org-trail was tried and failed: AccessDenied" in whats
    assert whats[-1] == "RunInstances p4d.24xlarge x 3"


def test_a_pause_ends_a_burst_and_credentials_have_their_own() -> None:
    calls = (call(0, "a:X"), call(1, "a:X", key_id="other"), call(2, "a:X"), call(40, "a:X"))
    assert [(line.credentials[0], line.made) for line in timeline(replace(EMPTY, calls=calls))] == [
        (LEAKED, 2),
        ("other", 1),
        (LEAKED, 1),
    ]


def test_many_lines_are_put_together_without_losing_a_call() -> None:
    found = big()
    lines = timeline(found)
    assert len(lines) <= MOST_LINES
    assert sum(line.made for line in lines) == len(found.calls)
    assert sum(line.accepted for line in lines) == sum(c.accepted for c in found.calls)
    assert [line.first for line in lines] == sorted(line.first for line in lines)


def test_a_grave_call_is_not_lost_among_many() -> None:
    many = [write(n * 20, "iam:TagUser", {"userName": f"u{n}"}) for n in range(400)]
    stop = write(4001, "cloudtrail:StopLogging", {"name": "t"}, error="AccessDenied")
    whats = [line.what for line in timeline(replace(EMPTY, calls=tuple(sorted([*many, stop], key=lambda c: c.at))))]
    assert "StopLogging t was tried and failed: AccessDenied" in whats


@given(st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 3), st.booleans(), st.booleans()), max_size=120),
       st.integers(1, 40))  # fmt: skip
def test_no_call_is_lost_or_told_twice(marks: list[tuple[int, int, bool, bool]], most: int) -> None:
    calls = tuple(
        call(at, f"s:Op{who}", key_id=f"K{who}", read_only=read, error="" if ok else "AccessDenied")
        for at, who, read, ok in sorted(marks)
    )
    lines = timeline(replace(EMPTY, calls=calls), most)
    assert len(lines) <= most
    assert sum(line.made for line in lines) == len(calls)


# The tree


def test_leaves_that_are_alike_are_one_row() -> None:
    rows = rows_of(small())
    assert [r.standing_for for r in rows] == [1, 1, 1, 214, 1, 1]
    assert [r.depth for r in rows] == [0, 1, 2, 2, 1, 2]
    assert [r.above for r in rows] == [None, 0, 1, 1, 0, 4]


def test_a_circle_is_told_once() -> None:
    ring = tuple(held(f"K{n}", Origin.MINTED, f"K{(n + 1) % 5}", "AssumeRole", DEPLOY, n) for n in range(5))
    itself = held("SELF", Origin.MINTED, "SELF", "AssumeRole", DEPLOY, 9)
    rows = rows_of(replace(EMPTY, credentials=(*ring, itself)))
    assert sorted(r.credential.key_id for r in rows) == ["K0", "K1", "K2", "K3", "K4", "SELF"]


def chain_of(number: int) -> tuple[HeldCredential, ...]:
    keys = [LEAKED, *(f"ASIA{n:06d}" for n in range(1, number))]
    return tuple(
        held(k, Origin.MINTED, keys[i - 1] if i else None, "AssumeRole", DEPLOY, i, 1) for i, k in enumerate(keys)
    )


def fan_of(number: int) -> tuple[HeldCredential, ...]:
    leaked, *others = chain_of(number)
    return (leaked, *(replace(c, parent=LEAKED, principal_arn=iam(f"role/r{i}")) for i, c in enumerate(others)))


@pytest.mark.parametrize("credentials", [chain_of(5000), fan_of(5000)], ids=["chain", "fan"])
def test_five_thousand_credentials_are_no_matter(credentials: tuple[HeldCredential, ...]) -> None:
    found = replace(EMPTY, credentials=credentials)
    gc.collect()
    gc.disable()  # a long-lived test process holds a hundred megabytes of others' objects to go through
    started = time.process_time()
    rows = rows_of(found)
    kept, left = shown(rows, 30)
    took = time.process_time() - started
    gc.enable()
    assert took < 0.3
    assert len(rows) == 5000
    assert len(kept) + left == 5000
    assert kept[0].credential.key_id == LEAKED
    assert max(map(width_of, to_text(found).splitlines())) <= 100


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2), st.integers(0, 3)), max_size=40), st.integers(1, 20))
def test_the_tree_has_each_credential_once(marks: list[tuple[int, int, int]], most: int) -> None:
    origins = (Origin.MINTED, Origin.CREATED, Origin.STOLEN)
    made = tuple(
        held(f"K{n}", origins[kind], f"K{up}", "How", DEPLOY, n, events) for n, (up, kind, events) in enumerate(marks)
    )
    rows = rows_of(replace(EMPTY, credentials=made))
    told = [c.key_id for r in rows for c in (r.folded or (r.credential,))]
    assert sorted(told) == sorted(c.key_id for c in made)
    kept, left = shown(rows, most)
    assert len(kept) <= most
    assert sum(r.standing_for for r in kept) + left == len(made)
    assert all(r.above is None or (r.above < i and kept[r.above].depth == r.depth - 1) for i, r in enumerate(kept))


# Tools


@pytest.mark.parametrize(
    ("agent", "names"),
    [
        (
            "aws-cli/2.15.0 Python/3.11.6 Linux/6.6.9-amd64 source/x86_64.kali.2024 prompt/off",
            ["Kali Linux", "AWS CLI"],
        ),
        ("Boto3/1.34.0 md/Botocore#1.34.0 os/linux#6.6.9-kali1-amd64 lang/python#3.11", ["Kali Linux"]),
        ("aws-cli/2.22.0 md/awscrt#0.23 os/linux#6.11.2 md/distrib#kali.2024", ["Kali Linux", "AWS CLI"]),
        ("aws-cli/1.16 Python/3.7 Linux/5.5.17-1parrot1-amd64 botocore/1.12", ["Parrot Linux", "AWS CLI"]),
        ("Boto3/1.9 Python/3.6 Linux/4.19.2-pentoo Botocore/1.12", ["Pentoo Linux"]),
        (PACU, ["Pacu"]),
        ("stratus-red-team_9f2c", ["Stratus Red Team"]),
        ("ScoutSuite/5.13", ["ScoutSuite"]),
        ("Boto3/1.26 Prowler/3.11", ["Prowler"]),
        ("aws-sdk-go-v2/1.17 cloudfox/1.14", ["CloudFox"]),
        ("TruffleHog", ["TruffleHog"]),
        ("S3 Browser/11.6.7 (https://s3browser.com)", ["S3 Browser"]),
        ("Cyberduck/8.7 (Mac OS X/13.5)", ["Cyberduck"]),
        ("rclone/v1.63.1", ["rclone"]),
        ("APN/1.0 HashiCorp/1.0 Terraform/1.6 aws-sdk-go/1.44", ["Terraform"]),
        ("aws-sdk-go-v2/1.17.7 os/linux", ["AWS SDK for Go"]),
        ("aws-sdk-java/2.20", ["AWS SDK for Java"]),
        ("aws-sdk-js/3.300", ["AWS SDK for JavaScript"]),
        ("aws-cli/2.9 Python/3.9", ["AWS CLI"]),
        ("Boto3/1.26.90 Python/3.9", ["boto3"]),
        ("console.amazonaws.com", ["Console"]),
        ("Mozilla/5.0 (X11; Linux x86_64)", ["Console"]),
        ("autoscaling.amazonaws.com", ["a service of AWS"]),
        ("my-parrots/1.0", []),
        ("kalimba/2", []),
        ("", []),
    ],
)
def test_agents_name_tools(agent: str, names: list[str]) -> None:
    assert [t.name for t in tools_of(agent)] == names


def test_each_tool_is_named_once() -> None:
    assert len({t.name for t in TOOLS}) == len(TOOLS)
    assert all(re.compile(t.pattern) for t in TOOLS)


# A page


def test_the_page_needs_nothing_and_runs_nothing() -> None:
    page = to_html(small())
    tags = Tags(page)
    assert not {t for t, _ in tags.seen} & {
        "script",
        "iframe",
        "img",
        "link",
        "object",
        "embed",
        "form",
        "image",
        "use",
    }
    assert all(value and value.startswith("#") for name, value in tags.values if name in {"href", "xlink:href"})
    assert not {name for name, _ in tags.values} & {"src", "style", "srcset", "action"}
    policy = next(v for n, v in tags.values if n == "content")
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "url(" not in page
    assert "@import" not in page


def test_every_part_has_its_place() -> None:
    page = to_html(small())
    for part in ("stands", "credentials", "did", "timeline", "who", "near", "untold", "next"):
        assert f'<section id="{part}"' in page
        assert f'href="#{part}"' in page
    assert page.count('role="img"') == 2


def test_pictures_are_whole() -> None:
    pictures = re.findall(r"<svg.*?</svg>", to_html(big()), re.DOTALL)
    assert len(pictures) == 2
    for one in pictures:
        assert ET.fromstring(one).find("{http://www.w3.org/2000/svg}title") is not None  # noqa: S314  our own page


def test_origins_differ_in_more_than_colour() -> None:
    page = to_html(small())
    for origin in Origin:
        assert f'class="box {origin.value}' in page
    shapes = {re.sub(r"[^A-Z]", "", d) for d in re.findall(r'class="box [^>]* d="([^"]*)"', page)}
    assert len(shapes) == 4


def test_a_chart_counts_every_call() -> None:
    drawn = chart(big().calls)
    assert drawn is not None
    numbers = [[int(n.replace(",", "")) for n in re.findall(r"([\d,]+) (?:acc|ref)", b.title)] for b in drawn.bars]
    assert sum(map(sum, numbers)) == 5000
    assert len(drawn.bars) <= 96


@pytest.mark.parametrize(
    ("hours", "unit"), [(3, "hour"), (95, "hour"), (200, "3 hours"), (2000, "day"), (9000, "4 days")]
)
def test_long_times_have_wider_bars(hours: int, unit: str) -> None:
    drawn = chart((call(0, "a:X"), call(hours * 60, "a:X")))
    assert drawn is not None
    assert drawn.unit == unit
    assert all(bar.x + bar.wide <= drawn.width for bar in drawn.bars)


# Hostile values in every place

_ALLOWED = Tags(to_html(small())).seen | Tags(to_html(big())).seen | Tags(to_html(EMPTY)).seen
_KNOWN_TAGS = {tag for tag, _ in _ALLOWED} | {"br"}
_KNOWN_NAMES = {name for _, names in _ALLOWED for name in names}


def check_page(page: str) -> None:
    tags = Tags(page)
    assert {t for t, _ in tags.seen} <= _KNOWN_TAGS
    assert {name for name, _ in tags.values} <= _KNOWN_NAMES
    opened = re.findall(r"<(?!/)([^\s>/]*)", page.split("</style>", 1)[1])
    assert set(opened) <= _KNOWN_TAGS
    assert all(c.isprintable() or c == "\n" for c in page)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HOSTILE)
def test_nothing_hostile_gets_through(text: str) -> None:
    found = everywhere(few(), text)
    check_page(to_html(found))
    told = to_text(found)
    assert all(line.isprintable() for line in told.splitlines())
    assert max(map(width_of, told.splitlines())) <= 100
    assert to_json(found).isascii()
    assert [f for line in to_ocsf(found).splitlines() for f in faults(json.loads(line))] == []


@pytest.mark.parametrize("text", NASTY)
def test_known_tricks(text: str) -> None:
    found = everywhere(few(), text)
    check_page(to_html(found))
    assert "49" not in text
    told = to_text(found)
    assert told.isprintable() or all(line.isprintable() for line in told.split("\n"))


@pytest.mark.parametrize("text", ['"<&' * 400, "表" * 900, "\ud800" * 900])
def test_a_page_full_of_tricks_stays_small(text: str) -> None:
    page = to_html(everywhere(replace(big(), calls=big().calls[:2000]), text))
    check_page(page)
    assert len(page.encode()) < 300_000


# Much of it


@pytest.mark.parametrize(
    ("name", "most"), [("text", 60_000), ("html", 300_000), ("json", 5_000_000), ("ocsf", 4_000_000)]
)
def test_a_big_incident_is_told_soon_and_short(name: str, most: int) -> None:
    found = big()
    started = time.process_time()
    told = FORMATS[name](found)
    assert time.process_time() - started < 1.5
    assert len(told.encode()) < most
    assert told.count("\n") <= 200 or name != "text"


def test_the_text_is_short_at_its_worst() -> None:
    """Narrow, wide letters, everything too much."""
    worst = everywhere(replace(big(), calls=big().calls[:500]), "表 x " * 40)
    assert to_text(worst).count("\n") <= 200


# Words


def test_words() -> None:
    assert clipped("abcdef", 4) == "abc…"
    assert clipped("表表表", 5) == "表表…"
    assert said("a\x1bb\u202ec") == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"
    assert named(CI) == "user/ci-deploy"
    assert named(DEPLOY) == "role/deploy/x"
    assert named("") == "not known"
    assert lasting(41) == "41 seconds"
    assert lasting(3 * 86400) == "3 days"
    assert span(LEAK, LEAK) == "11-23 03:00"
    assert span(LEAK, LEAK + timedelta(days=1)) == "11-23 03:00\N{EN DASH}11-24 03:00"
    assert span(None, None) == ""


@given(st.text(max_size=200), st.integers(12, 60))
def test_wrapping_loses_nothing(text: str, width: int) -> None:
    lines = wrapped(text, width, "  ", "    ")
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width_of(line) <= width for line in lines)


def test_gaps_and_problems_are_told() -> None:
    seen = Seen(1, LEAK, LEAK, ((LEAK, LEAK + timedelta(hours=2)),), ("region x: denied",))
    told = to_text(replace(EMPTY, seen=seen))
    assert "(2 hours)" in told
    assert "Could not look: region x: denied" in told


def test_times_and_calls_are_what_the_world_says() -> None:
    """The builders of these tests, so that nobody reads a wrong one."""
    one = call(3, "iam:ListUsers")
    assert isinstance(one, Call)
    assert isinstance(one.at, datetime)
    assert one.at - LEAK == timedelta(minutes=3)
