"""What nobody should send: each is refused with its word, and what is real is still heard."""

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from service_world import SECRET, Served, house_in, signed

from conftest import Site, site_in
from unleak.standin.server import Standin
from unleak.store.record import Record
from unleak.store.tokens import Role, Tokens


@pytest.fixture(scope="module")
def served(standin: Standin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("service")
    for house in house_in(site_in(standin, folder), folder, f"sqlite:///{folder / 'unleak.db'}"):
        settings = folder / "unleak.toml"
        settings.write_text(settings.read_text().replace("[service]", "[service]\nlargest_message = 100000"))
        yield house.serve("--at-once", "0")


def post(served: Served, sender: str, body: bytes, **headers: str) -> tuple[int, str]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = served.client.post(f"{served.url}/hooks/{sender}", content=body, headers=sent)
    return answer.status_code, answer.json()["reason"]


GOOD = json.dumps({"zen": "Keep it logically awesome."}).encode()
DEEP = b"[" * 20_000 + b"]" * 20_000


@pytest.mark.parametrize(
    ("sender", "body", "headers", "answer"),
    [
        ("nobody", GOOD, {}, (404, "no_such_sender")),
        ("sns", b"{}", {}, (404, "not_configured")),
        ("github", GOOD, {}, (401, "not_signed")),
        ("github", GOOD, {"X_Hub_Signature_256": "sha256=" + "0" * 64}, (401, "bad_signature")),
        ("github", GOOD, {"X_Hub_Signature_256": signed(GOOD, "another")}, (401, "bad_signature")),
        ("github", GOOD + b"\n", {"X_Hub_Signature_256": signed(GOOD)}, (401, "bad_signature")),
        ("github", b"{", {"X_Hub_Signature_256": signed(b"{")}, (400, "not_json")),
        ("github", b"", {"X_Hub_Signature_256": signed(b"")}, (400, "not_json")),
        ("github", b"\xff\xfe", {"X_Hub_Signature_256": signed(b"\xff\xfe")}, (400, "not_json")),
        ("github", DEEP, {"X_Hub_Signature_256": signed(DEEP)}, (400, "not_json")),
        ("github", b"[1]", {"X_Hub_Signature_256": signed(b"[1]")}, (422, "not_understood")),
        ("eventbridge", b'{"detail-type": "x"}', {"X_Api_Key": "wrong"}, (401, "bad_signature")),
        ("scanner", b"hello", {"X_Api_Key": SECRET}, (422, "not_understood")),
        ("scanner", b"x" * 100_001, {"X_Api_Key": SECRET}, (413, "too_large")),
    ],
)
def test_each_is_refused_with_its_word(
    served: Served, sender: str, body: bytes, headers: dict[str, str], answer: tuple[int, str]
) -> None:
    assert post(served, sender, body, **headers) == answer
    assert served.client.get(f"{served.url}/readyz").status_code == 200


def test_a_body_without_a_length_is_cut_where_it_is_too_large(served: Served) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(200):
            yield b"x" * 1000

    answer = served.client.post(f"{served.url}/hooks/scanner", content=pieces(), headers={"X-Api-Key": SECRET})
    assert (answer.status_code, answer.json()["reason"]) == (413, "too_large")


def test_who_is_told_that_it_is_too_much_hears_it_while_still_sending(served: Served) -> None:
    with _socket(served) as eager:
        eager.sendall(b"POST /hooks/scanner HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n")
        for _ in range(30):
            eager.sendall(b"x" * 100_000)
        said = b"".join(iter(lambda: eager.recv(4096), b""))
    assert b" 413 " in said
    assert b"too_large" in said


def _socket(served: Served) -> socket.socket:
    host, port = served.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=15)


def test_who_is_slow_with_a_body_is_answered_and_left(served: Served) -> None:
    with _socket(served) as slow:
        slow.sendall(b"POST /hooks/scanner HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1")
        said = b"".join(iter(lambda: slow.recv(4096), b""))
    assert b" 408 " in said
    assert b"too_slow" in said


def test_who_never_ends_the_head_is_left(served: Served) -> None:
    with _socket(served) as slow:
        slow.sendall(b"POST /hooks/scanner HTTP/1.1\r\nHost: x\r\n")
        assert slow.recv(4096) == b""


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/incidents", {"key_id": "AKIAIOSFODNN7EXAMPLE"}),
        ("/incidents", {"key_id": "x", "reason": "r"}),
        ("/incidents", {"key_id": "AKIAIOSFODNN7EXAMPLE", "reason": "r", "unknown": 1}),
        ("/incidents", {"key_id": "AKIAIOSFODNN7EXAMPLE", "reason": "r" * 2001}),
        ("/incidents", {"key_id": "AKIAIOSFODNN7EXAMPLE", "reason": "r", "leaked_at": "9999-12-31T23:59:59-12:00"}),
        ("/incidents", {"key_id": "AKIAIOSFODNN7EXAMPLE", "reason": "r", "leaked_at": "2026-11-23T12:00:00"}),
        ("/tokens", {"name": " ", "role": "viewer"}),
        ("/tokens", {"name": "a", "role": "king"}),
    ],
)
def test_the_api_says_what_was_wrong_and_repeats_nothing(
    served: Served, admin: str, path: str, document: dict[str, Any]
) -> None:
    answer = served.api("POST", path, admin, document)
    assert (answer.status_code, answer.json()["reason"]) == (422, "not_understood")
    assert "r" * 20 not in answer.text


def test_a_reason_that_holds_a_secret_is_not_taken(served: Served, admin: str, secret: str) -> None:
    document = {"key_id": "AKIAIOSFODNN7EXAMPLE", "reason": f"aws_secret_access_key = {secret}"}
    answer = served.api("POST", "/incidents", admin, document)
    assert (answer.status_code, answer.json()["reason"]) == (422, "misuse")
    assert secret not in answer.text + served.path.read_text()


@pytest.fixture
def secret(site: Site) -> str:
    return site.stage.victim.secret.reveal()


@pytest.fixture
def admin(served: Served) -> str:
    """Made beside the service, as its operator does."""
    record = Record(f"sqlite:///{served.path.parent / 'unleak.db'}")
    now = datetime.now(UTC)
    _, word = Tokens(record).make("ops", Role.ADMIN, (), now, now + timedelta(days=99), "a test")
    record.close()
    return word
