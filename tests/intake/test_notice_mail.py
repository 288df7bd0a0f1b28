"""AWS's mail about an exposed key: as text and as a mail, in its several wordings, and whatever else a file holds."""

import base64
import quopri
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reports_world import Fakes, a_pair

from unleak.intake.notice_mail import is_notice, read_notice
from unleak.intake.reading import read
from unleak.intake.scanner_reports import Report
from unleak.model.errors import Misuse

A, B = a_pair(), a_pair(2)
URL = "https://github.com/octo/app/blob/b3581ee06eee26d971bd3b76bb788c85ecf0c6c0/rust/tests/s3_test.rs"
ACCOUNT = "111122223333"
SUBJECT = f"[Action Required] Your AWS Access Key is Exposed for AWS Account {ACCOUNT}"
LATER = f"""Dear AWS customer,

We have become aware that the AWS Access Key {A.key_id}, belonging to IAM User deploy-bot, along with the
corresponding Secret Key is publicly available online at {URL} .

We have applied the "AWSCompromisedKeyQuarantineV3" policy to the IAM User listed above. View it at
https://console.aws.amazon.com/iam/home#policies .
"""
EARLIER = f"""Subject: Your AWS account {ACCOUNT} is compromised
Severity: Urgent
Correspondence: Dear AWS Customer,

Your AWS Account is compromised! We have become aware that the AWS Access Key {A.key_id} (belonging to IAM user
"deploy-bot") along with the corresponding Secret Key is publicly available online at {URL}.
"""
IRREGULAR = f"""Irregular activity in your AWS account: {ACCOUNT}

IAM user: deploy-bot
Event name: GetCallerIdentity
Access key: {A.key_id}
"""


def a_mail(text: str, *, html: bool = False, subject: str = SUBJECT, encoding: str | None = None) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "no-reply-aws@amazon.com", "a@example.com", subject
    mail["Date"] = "Mon, 23 Nov 2026 05:05:06 +0100"
    paragraphs = "".join(f"<p>{p}</p>" for p in text.split("\n\n"))
    if html:
        mail.set_content(f"<style>p {{}}</style><html>{paragraphs}</html>", subtype="html", cte=encoding)
    else:
        mail.set_content(text, cte=encoding)
    return mail


def forwarded(text: str) -> EmailMessage:
    outer = a_mail("See below.", subject="Fwd: what is this?")
    outer.add_attachment(a_mail(text))
    return outer


_QUOTED = "\n".join(f"> {line}" for line in LATER.split("\n"))
_WRAPPED = LATER.replace("AWS Access Key", "AWS Access\nKey").replace("publicly available", "publicly\navailable")


@pytest.mark.parametrize(
    "data",
    [
        LATER.encode(), EARLIER.encode(), _QUOTED.encode(), _WRAPPED.encode(), LATER.replace("\n", "\r\n").encode(),
        LATER.encode("utf-16"), b"\xef\xbb\xbf" + LATER.encode(), ("[Action Required]\n" + LATER).encode(),
        *(a_mail(LATER, encoding=e).as_bytes() for e in ("7bit", "quoted-printable", "base64")),
        *(a_mail(LATER, html=True, encoding=e).as_bytes() for e in ("quoted-printable", "base64")),
        a_mail(_QUOTED).as_bytes(), forwarded(LATER).as_bytes(),
        a_mail(LATER, subject="=?utf-8?b?4p2E?= x").as_bytes().replace(b"\n", b"\r\n"),
    ],
)  # fmt: skip
def test_every_form(data: bytes) -> None:
    (found,) = read(data).found
    assert (found.key_id, found.credentials, found.tool, found.public) == (A.key_id, None, "AWS's notice mail", True)
    assert [p.path for p in found.places] == [URL]
    assert "user deploy-bot" in read(data).about


@pytest.mark.parametrize(
    ("data", "about"),
    [
        (a_mail(LATER).as_bytes(), f"account {ACCOUNT}, user deploy-bot, sent 2026-11-23T04:05:06Z"),
        (EARLIER.encode(), f"account {ACCOUNT}, user deploy-bot"),
        (IRREGULAR.encode(), f"account {ACCOUNT}, user deploy-bot"),
        (f"AWS account 1111-2222-3333: access key {A.key_id}".encode(), f"account {ACCOUNT}"),
        (f"AWS says: access key {A.key_id}".encode(), ""),
    ],
)
def test_what_else_it_says(data: bytes, about: str) -> None:
    report = read(data)
    assert ([r.key_id for r in report.found], report.about) == ([A.key_id], about)


def test_a_mail_of_several_keys() -> None:
    table = (
        f"We became aware that the following AWS Access Keys are publicly available online.\n\n"
        f" Access Key            Web Site\n {A.key_id}  {URL}1\n {B.key_id}  {URL}2\n"
    )
    assert {(r.key_id, *(p.path for p in r.places)) for r in read(table.encode()).found} == {
        (A.key_id, URL + "1"),
        (B.key_id, URL + "2"),
    }


def test_a_mail_that_masks_its_keys_or_quotes_a_secret() -> None:
    masked = b"Dear AWS Customer, the AWS Access Key ****-****-WBAA is publicly available online at https://x.example/a"
    assert read(masked).passed_over == ("the mail: it names no key; look at the account's keys",)
    quoted = f"The AWS Access Key is online at {URL}:\n\n{A.file}"
    (found,) = read(quoted.encode()).found
    assert found.credentials is not None
    assert found.credentials.secret.reveal() == A.secret
    assert A.secret not in repr(read(quoted.encode()))


def test_the_documentations_example_and_bait_are_nobodys_key() -> None:
    bait = Fakes(4).key_id_of("052310077262")
    for key_id in ("AKIAIOSFODNN7EXAMPLE", bait):
        report = read(LATER.replace(A.key_id, key_id).encode())
        assert report.found == ()
        assert report.passed_over


@pytest.mark.parametrize(
    "data",
    [
        b"", b"hello", b"From: a\nTo: b\n\nlunch?", f"key {A.key_id}".encode(), b'{"aws": "access key"}',
        b'[{"aws": "access key"}]', b'  {"aws": "access key"',
    ],
)  # fmt: skip
def test_what_is_neither_mail_nor_report(data: bytes) -> None:
    with pytest.raises(Misuse):
        read(data)


def test_a_report_is_still_a_report() -> None:
    """Its lines hold AWS's name and keys, and a log may stand before them."""
    from reports_world import as_lines, trufflehog_row  # noqa: PLC0415

    report = read(b"a log of AWS access key scans\n" + as_lines(trufflehog_row(A)))
    assert report.tool == "trufflehog"


def test_a_mail_is_not_slow() -> None:
    """Lines that look like headers, and go on for long."""
    began = datetime.now(UTC)
    for data in (b"A: b\r\n" * 20_000, b"A: b\n x\n" * 20_000, b"aws access key " + b"a" * 200_000, b"<" * 20_000):
        is_notice(data)
    assert (datetime.now(UTC) - began).total_seconds() < 5


_PIECES = st.sampled_from([
    "aws", "access key", A.key_id, A.secret, A.file, URL, "\n", "\n\n", "> ", "Content-Type: text/html; charset=x\n",
    "Content-Transfer-Encoding: base64\n", "Content-Type: multipart/mixed; boundary=b\n", "--b\n", "--b--\n", "<p>",
    "Subject: =?utf-8?q?=ff?=\n", "=?x?b?", "Date: 99 Foo\n", "From: a\n", "<![x", "<!--", "&#0;", "http://[", "=3D",
    "\0", "\ud800",
])  # fmt: skip


@given(
    st.one_of(
        st.binary(max_size=200), st.lists(_PIECES, max_size=12).map(lambda p: "".join(p).encode("utf-8", "replace"))
    )
)
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise_and_no_secret_is_said(data: bytes) -> None:
    report: Any = read_notice(data)
    assert isinstance(report, Report)
    # What is part of an address can be told from one by nobody.
    assume(not re.search(rb"http\S*" + re.escape(A.secret.encode()), data))
    assert A.secret not in repr(report)
    for encoded in (base64.b64encode(data), quopri.encodestring(data)):
        read_notice(b"From: a\nSubject: b\nContent-Transfer-Encoding: base64\nContent-Type: text/html\n\n" + encoded)
