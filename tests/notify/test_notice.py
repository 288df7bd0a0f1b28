"""The words: as they were agreed on, and harmless whatever an attacker writes."""

import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from notify_world import (
    ABUSED,
    ACCOUNT,
    CHANGE,
    GONE,
    IN_PLACE,
    KEY,
    KEY_TARGET,
    KNOWN,
    MINUTE,
    NOW,
    PLACE,
    QUARANTINE,
    SESSION,
    SHOWN,
    USER,
    checked,
    done,
    incident,
    messages,
    notices,
    opened,
    told,
)
from unleak.model.entry import Concluded, Event
from unleak.model.evidence import DescentRead, Exhibit, Fact
from unleak.model.occasion import Kind
from unleak.model.plan import Change, Outcome, OutcomeKind, Step, Target, TargetKind
from unleak.model.value import replace
from unleak.notify.notice import for_committer, trial_notice
from unleak.notify.safe import Exact, quoted, safe

SNAPSHOT = Path(__file__).parent / "notices.txt"
REFUSED = Concluded(Step("revoke_user_sessions", USER), Outcome(OutcomeKind.REFUSED, "AWS does not let us"))
EVENTS: list[Event] = [
    opened(leaked_at=NOW - 30 * MINUTE), *KNOWN, *done(QUARANTINE, CHANGE, IN_PLACE, GONE), *SHOWN, ABUSED, REFUSED
]  # fmt: skip


def _page() -> str:
    found = incident(*EVENTS)
    first = notices(found, NOW + 15 * MINUTE)
    heard = told("on-call", *(o.id for m in messages(found) for o in m.occasions if o.kind is Kind.OPENED))
    later = notices(incident(*EVENTS, heard), NOW + 6 * MINUTE)
    shown = [*first.values(), *(later[k] for k in (Kind.ACTED, Kind.WAITS)), trial_notice(NOW, "0")]
    pages = [f"### {n.kind}\nSubject: {n.subject}\n\n{n.text}" for n in shown]
    subject, text = for_committer(first[Kind.OPENED])
    return "\n\n".join([*pages, f"### to the committer\nSubject: {subject}\n\n{text}"]) + "\n"


def test_the_words_are_the_agreed_ones() -> None:
    page = _page().replace(KEY, "THE-LEAKED-KEY").replace(SESSION.key_id, "ITS-SESSION")
    assert page == SNAPSHOT.read_text(encoding="utf-8"), page


HOSTILE = st.text(max_size=60) | st.sampled_from(
    [
        "<!channel> <http://evil.example|click>", "*bold* _it_ `code` ~s~", "[x](http://evil.example)", "@everyone",
        "x\r\nBcc: all@example.com", "<script>alert(1)</script>", "\N{RIGHT-TO-LEFT OVERRIDE}cod.exe", "a|b|c",
        "www.evil.example", "<at>Everyone</at>", "&lt;!here&gt;", "{{ 7 * 7 }}", "'; rm -rf / #", "\x1b[2J", "#general",
        "\u2028", "javascript:alert(1)", "!here",
    ]
)  # fmt: skip
_MARKUP = re.compile(r"[<>&`*\[\]|~\\]|://|www\.|javascript:\S|(?<![A-Za-z0-9])[@#!]\w")


@settings(max_examples=200, deadline=None)
@given(HOSTILE)
def test_nothing_that_an_attacker_writes_is_markup_a_link_a_header_or_a_call(hostile: str) -> None:
    user = Target(TargetKind.USER, f"arn:aws:iam::{ACCOUNT}:user/{hostile}", ACCOUNT)
    fact = Fact(f"arn:{hostile}", hostile, hostile, hostile, KEY, NOW, "e9")
    found = incident(
        opened(place=replace(PLACE, path=hostile, author=hostile), reason=hostile, who=hostile),
        *KNOWN,
        *done(Step("attach_quarantine", user), Change(f"do {hostile}", hostile, hostile), GONE),
        *SHOWN,
        checked("descent", KEY_TARGET, DescentRead(KEY, Exhibit("", 0, 0), 1, 1, (fact,))),
        checked("calls_of_key", KEY_TARGET, unknown=f"no {hostile}"),
    )
    for notice in notices(found, NOW + 20 * MINUTE).values():
        subject, text = for_committer(notice)
        assert "\n" not in notice.subject + subject
        for line in f"{notice.subject}\n{notice.text}\n{text}".split("\n"):
            assert line.isprintable()
            assert not _MARKUP.search(line), line


@given(HOSTILE)
def test_a_command_quotes_what_is_harmless_or_nothing(hostile: str) -> None:
    step = quoted(f"deny_all:arn:aws:iam::{ACCOUNT}:user/{hostile}")
    assert step is None or re.fullmatch(r"'[^'\s<>&`*\[\]|~\\$;]+'", step)


def test_our_own_commands_stand_as_they_are() -> None:
    assert safe(Exact("unleak incident approve 'a:b#2'")) == "unleak incident approve 'a:b#2'"
    assert quoted(f"revoke_user_sessions:{USER.id}#2") == f"'revoke_user_sessions:{USER.id}#2'"


def test_a_file_that_is_named_like_a_secret_is_masked() -> None:
    secret = "wJalrXUtnFEMIK7MDENG" + "bPxRfiCYzQ1R2S3T4U5V"
    found = incident(opened(place=replace(PLACE, path=f"aws_secret_access_key={secret}")), *KNOWN)
    for notice in notices(found).values():
        assert secret not in notice.text + notice.subject + for_committer(notice)[1]
