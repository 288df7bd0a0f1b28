"""Credentials that were found are asked about: as AWS answers, once each, never bait, and never yes by accident."""

import base64
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from planted import Fakes

from conftest import Site
from unleak.config import Config
from unleak.drill.stage import VICTIM
from unleak.iam.key_id import account_of
from unleak.model.credential import Credentials, SecretKey, SessionToken
from unleak.model.finding import Confidence, Finding, Live, Severity
from unleak.model.value import replace
from unleak.scan.ask_aws import AskAws, summed_up
from unleak.scan.blob import Blob
from unleak.scan.canary import canary_named, canary_of
from unleak.scan.scanner import Scan, scan
from unleak.scan.verify import Answer, Ask, verify

THINKST, IMITATION = "534261010715", "044858866125"


def found(*credentials: Credentials) -> Scan:
    return Scan(
        [
            Finding(
                "aws_secret",
                Severity.CRITICAL,
                Confidence.HIGH,
                f"fingerprint {n}",
                key_id=c.key_id,
                account_id=account_of(c.key_id),
                has_secret=True,
                credentials=c,
            )
            for n, c in enumerate(credentials)
        ]
    )


def asker(site: Site) -> AskAws:
    return AskAws(site.config, endpoint=site.standin.url, pause=0)


def told(ask: Ask, *credentials: Credentials) -> list[tuple[Live | None, str]]:
    result = found(*credentials)
    verify(result, ask)
    return [(f.live, f.about) for f in result.findings]


def fake(seed: int, prefix: str = "AKIA") -> Credentials:
    fakes = Fakes(seed)
    return Credentials(fakes.key_id(prefix), SecretKey(fakes.secret()))


def key_of(account: str, seed: int = 1) -> str:
    """An id that carries this account."""
    bits = (1 << 47 | int(account) << 7).to_bytes(6, "big") + bytes([seed, 2, 3, 4])
    return "AKIA" + base64.b32encode(bits).decode()


def minted(site: Site) -> Credentials:
    made = site.accounts().leaked(site.stage.victim, "sts").get_session_token(DurationSeconds=900)["Credentials"]
    return Credentials(made["AccessKeyId"], SecretKey(made["SecretAccessKey"]), SessionToken(made["SessionToken"]))


def test_a_live_key_is_found_and_told_whose_it_is(site: Site) -> None:
    arn = f"arn:aws:iam::{site.stage.account}:user/{VICTIM}"
    victim = site.stage.victim
    assert told(asker(site), victim) == [(Live.YES, arn)]
    text = f"aws_access_key_id = {victim.key_id}\naws_secret_access_key = {victim.secret.reveal()}\n"
    result = scan([Blob(text.encode(), "a")])
    result.findings = [replace(f, account_id=None, about="seen before") for f in result.findings]
    verify(result, asker(site))
    (finding,) = result.findings
    assert (finding.live, finding.about) == (Live.YES, f"seen before; {arn}")
    assert finding.account_id == site.stage.account


def test_a_deactivated_key_and_one_that_never_was_are_dead(site: Site) -> None:
    victim = site.stage.victim
    iam = site.stage.admin.client(site.stage.account, "iam")
    iam.update_access_key(UserName=VICTIM, AccessKeyId=victim.key_id, Status="Inactive")
    for live, about in told(asker(site), victim, fake(1)):
        assert live is Live.NO
        assert "does not know it" in about


def test_a_wrong_secret_is_dead_but_its_id_is_not(site: Site) -> None:
    victim = site.stage.victim
    wrong = Credentials(victim.key_id, SecretKey(Fakes(2).secret()))
    for order in ((wrong, victim), (victim, wrong)):
        by_secret = dict(zip(order, told(asker(site), *order), strict=True))
        assert by_secret[victim][0] is Live.YES
        assert by_secret[wrong][0] is Live.NO
        assert "living key" in by_secret[wrong][1]


def test_sessions_need_their_token_and_end(site: Site) -> None:
    session = minted(site)
    without = Credentials(session.key_id, session.secret)
    bent = Credentials(session.key_id, session.secret, SessionToken(Fakes(3).token()))
    answers = told(asker(site), session, without, bent)
    assert [live for live, _ in answers] == [Live.YES, Live.UNKNOWN, Live.NO]
    site.standin.gate.clock.advance(901)
    assert told(asker(site), session) == [(Live.NO, "the session has ended")]


def test_without_an_answer_nobody_is_dead(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        ask = AskAws(Config(tmp_path), endpoint=f"http://127.0.0.1:{port}")
        answers = told(ask, *(fake(n) for n in range(12)))
    assert answers == [(Live.UNKNOWN, "the endpoint could not be reached")] * 12


@contextmanager
def answering(status: int, code: str, message: str) -> Iterator[tuple[str, list[str]]]:
    """An AWS that always says the same, and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.headers["Authorization"])
            self.rfile.read(int(self.headers["Content-Length"]))
            body = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "code", "message", "about"),
    [
        (400, "Throttling", "Rate exceeded", "no clear answer: Throttling"),
        (503, "ServiceUnavailable", "later", "no clear answer: ServiceUnavailable"),
        (403, "AccessDenied", "no", "no clear answer: AccessDenied"),
        (403, "SignatureDoesNotMatch", "Signature expired: 1 is now earlier than 2 (3 - 5 min.)", "set its clock"),
        (403, "SignatureDoesNotMatch", "Signature not yet current: 2 is still later than 1", "set its clock"),
    ],
)
def test_what_is_no_clear_answer_is_none(tmp_path: Path, status: int, code: str, message: str, about: str) -> None:
    with answering(status, code, message) as (url, asked):
        ((live, words),) = told(AskAws(Config(tmp_path), endpoint=url), fake(4))
    assert live is Live.UNKNOWN
    assert about in words
    assert len(asked) == 1, "it is not asked again and again"


def test_an_endpoint_of_the_environment_is_the_only_one_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(403, "InvalidClientTokenId", "invalid") as (url, asked):
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        ((live, _),) = told(AskAws(Config(tmp_path)), fake(5))
    assert (live, len(asked)) == (Live.NO, 1)
    assert "us-east-1/sts" in asked[0]


def test_nothing_that_aws_repeats_is_kept(tmp_path: Path) -> None:
    session = replace(fake(6, "ASIA"), token=SessionToken(Fakes(6).token()))
    assert session.token is not None
    words = f"does not match. The Canonical String should have been x-amz-security-token:{session.token.reveal()}"
    for code in ("SignatureDoesNotMatch", "Other"):
        with answering(403, code, words) as (url, _):
            result = found(session)
            verify(result, AskAws(Config(tmp_path), endpoint=url))
        assert "Canonical" not in repr(result)
        assert session.token.reveal() not in repr(result)


LIVE, DEAD, UNSURE = Answer(Live.YES, arn="arn"), Answer(Live.NO, "wrong"), Answer(Live.UNKNOWN, "silent")


@pytest.mark.parametrize(
    ("answers", "live"),
    [
        ([None, None, None], Live.NO),
        ([None, LIVE], Live.YES),
        ([UNSURE, LIVE], Live.YES),
        ([UNSURE, DEAD], Live.NO),
        ([None, UNSURE, None], Live.UNKNOWN),
    ],
)
def test_a_key_is_dead_only_if_no_partition_knows_it(answers: list[Answer | None], live: Live) -> None:
    assert summed_up(answers).live is live


class Recorder:
    def __init__(self, answer: Callable[[Credentials], Answer]) -> None:
        self.asked: list[Credentials] = []
        self._answer = answer

    def __call__(self, credentials: Credentials) -> Answer:
        self.asked.append(credentials)
        return self._answer(credentials)


def test_each_credential_is_asked_about_once_and_progress_is_told() -> None:
    ask = Recorder(lambda _: Answer(Live.NO, "dead"))
    some = [fake(n) for n in range(20)]
    result, steps = found(*some, *some), list[tuple[int, int]]()
    verify(result, ask, progress=lambda done, whole: steps.append((done, whole)))
    assert sorted(c.key_id for c in ask.asked) == sorted(c.key_id for c in some)
    assert [f.live for f in result.findings] == [Live.NO] * 40
    assert steps == [(n, 20) for n in range(1, 21)]


def test_a_key_has_one_secret() -> None:
    ask = Recorder(lambda _: Answer(Live.YES, arn="arn"))
    key_id = Fakes(8).key_id()
    answers = told(ask, *(Credentials(key_id, SecretKey(Fakes(n).secret())) for n in range(3)))
    assert len(ask.asked) == 1
    assert [live for live, _ in answers] == [Live.YES, Live.NO, Live.NO]


def test_many_secrets_of_one_id_do_not_keep_anybody_waiting() -> None:
    ask = Recorder(lambda _: Answer(Live.NO, "wrong"))
    key_id = Fakes(8).key_id()
    answers = told(ask, *(Credentials(key_id, SecretKey(Fakes(n).secret())) for n in range(50)))
    assert len(ask.asked) == 5
    assert {live for live, _ in answers[5:]} == {Live.UNKNOWN}


def test_bait_is_left_alone_unless_asked_for() -> None:
    ask = Recorder(lambda c: Answer(Live.YES, arn=f"arn:aws:iam::{account_of(c.key_id)}:user/x"))
    bait = [Credentials(key_of(a), SecretKey(Fakes(9).secret())) for a in (THINKST, IMITATION)]
    own = Credentials(key_of("123456789012"), SecretKey(Fakes(9).secret()))
    result = found(*bait, own)
    verify(result, ask)
    assert ask.asked == [own]
    assert [f.live for f in result.findings] == [None, None, Live.YES]
    assert [f.canary for f in result.findings] == ["Thinkst (canarytokens.org)", "an imitation of canarytokens.org", ""]
    verify(result, ask, ask_canaries=True)
    assert [f.live for f in result.findings] == [Live.YES] * 3


def test_bait_is_known_by_its_account_alone() -> None:
    for seed in range(5):
        assert canary_of(key_of(THINKST, seed), None) == canary_of("AKIA", THINKST) == "Thinkst (canarytokens.org)"
    assert canary_of(key_of("534261010716"), None) == ""
    assert canary_of("AKIA" + "I" + key_of(THINKST)[5:], None) == "", "an old id does not tell"


@pytest.mark.parametrize(
    ("arn", "owner"),
    [
        ("arn:aws:iam::111122223333:user/canarytokens.com@@abc", "Thinkst (canarytokens.org)"),
        (f"arn:aws:iam::{THINKST}:user/x", "Thinkst (canarytokens.org)"),
        ("arn:aws:iam::111122223333:user/SpaceCrab/l", "SpaceCrab"),
        ("arn:aws:iam::111122223333:user/SpaceCrabs", ""),
        ("", ""),
    ],
)
def test_bait_that_told_its_name_is_known_by_it(arn: str, owner: str) -> None:
    assert canary_named(arn) == owner
