"""Each channel over a real connection: a mail server, a web server, the embedded AWS."""

import hashlib
import hmac
import json
import logging
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.session import Session
from botocore.validate import ParamValidator

from conftest import Site
from mail_world import Mailbox, Receiver, mail_server, web_server
from notify_world import ACCOUNT, KNOWN, NOW, PLACE, QUARANTINE, SHOWN, done, incident, notices, opened
from unleak.aws.accounts import Accounts
from unleak.config import Config
from unleak.model.credential import CredentialKind
from unleak.model.errors import UnleakError
from unleak.model.evidence import KeyOwner, KeyStatus
from unleak.model.incident import Incident
from unleak.model.occasion import Kind
from unleak.model.value import replace
from unleak.notify.channel import Access, NotTold
from unleak.notify.channels import CHANNELS
from unleak.notify.channels.apprise_url import marked
from unleak.notify.channels.committer import addresses
from unleak.notify.channels.security_hub import finding
from unleak.notify.channels.webhook import SIGNATURE
from unleak.notify.notice import Notice, trial_notice
from unleak.notify_settings import NotifySetting

PASSWORD = "p1antedp4ssw0rd"
FOUND = incident(opened(), *KNOWN, *done(QUARANTINE), *SHOWN)


@pytest.fixture(name="mailbox")
def mailbox_fixture() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture(name="receiver")
def receiver_fixture() -> Iterator[Receiver]:
    with web_server() as running:
        yield running


def _notice() -> Notice:
    return notices(FOUND)[Kind.OPENED]


def _send(kind: str, notice: Notice, aws: Accounts | None = None, domains: tuple[str, ...] = (), **values: str) -> str:
    setting = NotifySetting("a-channel", kind, values, domains)
    return CHANNELS[kind].send(notice, Access(setting, aws or Accounts(Config.nowhere()), "us-east-1"))


def _mailto(box: Mailbox, **more: str) -> str:
    extra = "".join(f"&{k}={v}" for k, v in more.items())
    return f"mailto://127.0.0.1:{box.port}/?from=unleak@example.com&to=team@example.com&mode=insecure{extra}"


# --- mail


def test_a_mail_says_what_happened_and_carries_the_mark(mailbox: Mailbox) -> None:
    notice = _notice()
    _send("apprise", notice, url=_mailto(mailbox, format="text"))
    ((to, mail),) = mailbox.mails
    assert to == ["team@example.com"]
    assert mail["Subject"] == notice.subject
    assert mail["X-Unleak-Notice"] == notice.mark
    assert "inc-1" in mail["References"]
    assert mail.get_content().replace("\r\n", "\n").strip() == notice.text


def test_the_same_notice_sent_again_has_the_same_mark(mailbox: Mailbox) -> None:
    for _ in range(2):
        _send("apprise", _notice(), url=_mailto(mailbox))
    assert len({mail["X-Unleak-Notice"] for _, mail in mailbox.mails}) == 1


def test_pagerduty_is_given_the_mark_to_know_it_again_by_and_nobody_elses_url_is_touched() -> None:
    assert parse_qs(urlsplit(marked("pagerduty://key@token", "m1", "inc-1")).query) == {"dedup": ["m1"]}
    for url in ("slack://a/b/c", "pagerduty://key@token?dedup=ours", "msteams://x"):
        assert marked(url, "m1", "inc-1") == url


def test_a_mail_server_that_is_not_there_is_told_without_its_password(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        caplog.set_level(logging.DEBUG)
        with pytest.raises(NotTold) as error:
            _send("apprise", _notice(), url=f"mailtos://user:{PASSWORD}@127.0.0.1:{port}?from=a@example.com")
    said = capfd.readouterr()
    assert not error.value.refused
    assert PASSWORD not in str(error.value) + error.value.hint + said.out + said.err + caplog.text


def test_a_url_that_apprise_does_not_know_is_refused_and_not_said(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotTold) as error:
        _send("apprise", _notice(), url=f"nonsense://{PASSWORD}")
    assert error.value.refused
    said = capfd.readouterr()
    assert PASSWORD not in str(error.value) + said.out + said.err


# --- committers

AUTHORS: dict[str, tuple[str, ...]] = {
    "Dev <dev@example.com>": ("dev@example.com",),
    "dev@EXAMPLE.com": ("dev@EXAMPLE.com",),
    "Dev <dev@sub.example.com>": (),
    "Dev <dev@example.com.evil.example>": (),
    "Dev <dev@evil.example>": (),
    "dev": (),
    "": (),
    "Doe, Dev <dev@example.com>": ("dev@example.com",),
    "Dev <dev@example.com, all@example.com>": (),
    "Dev <dev@example.com>\r\nBcc: all@example.com": (),
    "Dev <a b@example.com>": (),
    "Dev <dev%40evil.example@example.com>": (),
    'Dev <"a@evil.example"@example.com>': (),
}


@pytest.mark.parametrize(("author", "to"), AUTHORS.items())
def test_only_a_plain_address_of_an_allowed_domain_is_written_to(author: str, to: tuple[str, ...]) -> None:
    assert addresses([author], ["example.com"]) == to


def test_the_committer_is_told_calmly_and_nobody_else_is(mailbox: Mailbox) -> None:
    url = _mailto(mailbox, cc="boss@example.com", bcc="audit@example.com")
    assert _send("committer", _notice(), domains=("example.com",), url=url) == "dev@example.com"
    ((to, mail),) = mailbox.mails
    assert to == ["dev@example.com"]
    assert mail["Subject"] == "An AWS key of yours was found in a commit"
    assert ACCOUNT not in str(mail)


def test_who_committed_nothing_is_not_written_to() -> None:
    setting = NotifySetting("c", "committer", {}, ("example.com",))
    assert CHANNELS["committer"].concerns(FOUND, setting)
    for author in (None, "Dev <dev@evil.example>"):
        found = incident(opened(place=replace(PLACE, author=author)))
        assert not CHANNELS["committer"].concerns(found, setting)


# --- webhook


def test_a_webhook_is_signed_versioned_and_known_again(receiver: Receiver) -> None:
    notice = _notice()
    assert _send("webhook", notice, url=receiver.url, secret="s3cret") == "answered 202"
    ((path, headers, body),) = receiver.posts
    assert path == "/hook?team=a"
    assert headers["Idempotency-Key"] == notice.mark
    assert headers[SIGNATURE] == "sha256=" + hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    told: dict[str, Any] = json.loads(body)
    assert (told["schema"], told["id"], told["kind"]) == ("unleak.notice/1", notice.mark, "opened")
    assert told["incident"]["status"] == "not contained"
    assert [o["step"] for o in told["occasions"]][-1] == f"deactivate_key:{notice.story.key_id}"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(receiver: Receiver, status: int) -> None:
    with web_server() as elsewhere:
        receiver.answer, receiver.location = status, elsewhere.url
        with pytest.raises(NotTold, match=f"{status}: no redirect"):
            _send("webhook", _notice(), url=receiver.url, secret="x")
        assert elsewhere.posts == []


REFUSED = [
    "http://tickets.example.com/x",
    "ftp://127.0.0.1/",
    "https://",
    "nonsense",
    "http://[::1",
    "https://a/ b\r\nX: y",
]


@pytest.mark.parametrize("url", REFUSED)
def test_what_is_no_https_url_gets_nothing(url: str) -> None:
    with pytest.raises(NotTold) as error:
        _send("webhook", _notice(), url=url, secret="x")
    assert error.value.refused


def test_a_refusal_and_an_unreachable_receiver_are_two_things(receiver: Receiver) -> None:
    receiver.answer = 500
    with pytest.raises(NotTold, match="answered 500") as refused:
        _send("webhook", _notice(), url=receiver.url, secret="x")
    with pytest.raises(NotTold, match="could not be reached") as gone:
        _send("webhook", _notice(), url="http://127.0.0.1:1/", secret="x")
    assert (refused.value.refused, gone.value.refused) == (True, False)


def test_a_variable_that_is_not_set_is_named(receiver: Receiver) -> None:
    setting = NotifySetting("hook", "webhook", {"url": receiver.url, "secret": ""}, missing=("UNLEAK_HOOK",))
    with pytest.raises(NotTold, match="UNLEAK_HOOK: not set"):
        CHANNELS["webhook"].send(_notice(), Access(setting, Accounts(Config.nowhere()), "us-east-1"))
    assert receiver.posts == []


# --- Security Hub


def test_a_finding_has_the_shape_that_aws_wants() -> None:
    shape = Session().get_service_model("securityhub").operation_model("BatchImportFindings").input_shape
    for notice in (*notices(FOUND).values(), trial_notice(NOW, "m")):
        made = {"Findings": [finding(notice, ACCOUNT, "eu-west-1", "aws")]}
        report = ParamValidator().validate(made, shape)
        assert not report.has_errors(), report.generate_report()


def test_a_finding_is_brought_up_to_date_and_not_made_twice(site: Site) -> None:
    admin = site.stage.admin.client(site.stage.account, "securityhub", "us-east-1")
    mine = KeyOwner(FOUND.key_id, site.stage.account, KeyStatus.ACTIVE)
    notice = notices(_owned(mine))[Kind.OPENED]
    with pytest.raises(UnleakError):  # it may not, by the responder's policy alone
        _send("security_hub", notice, site.accounts())
    with pytest.raises(NotTold) as error:
        _send("security_hub", notice, site.accounts())
    assert error.value.refused
    admin.enable_security_hub()
    for _ in range(2):
        assert _send("security_hub", notice, site.stage.admin, region="us-east-1").endswith("us-east-1")
    (found,) = admin.get_findings()["Findings"]
    assert found["Id"] == f"us-east-1/{site.stage.account}/unleak/inc-1"


def _owned(owner: KeyOwner) -> Incident:
    from notify_world import KEY_TARGET, checked  # noqa: PLC0415  only here

    return incident(opened(), checked("find_owner", KEY_TARGET, owner))


def test_a_finding_waits_for_the_account_and_stays_out_of_foreign_ones() -> None:
    hub, setting = CHANNELS["security_hub"], NotifySetting("hub", "security_hub")
    assert hub.concerns(FOUND, setting)
    assert not hub.concerns(incident(opened()), setting)
    foreign = KeyOwner(FOUND.key_id, ACCOUNT, KeyStatus.UNKNOWN, kind=CredentialKind.FOREIGN)
    assert not hub.concerns(_owned(foreign), setting)
