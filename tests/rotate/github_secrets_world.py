"""GitHub's secrets of Actions, as far as a rotation asks for them: a server that opens what was sealed for it."""

import json
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from nacl.public import PrivateKey, SealedBox

TOKEN = "t" * 40


@dataclass(slots=True)
class Repository:
    """`secrets` are in the clear; `refuses`: HTTP statuses that the next writes answer."""

    folder: str
    private: PrivateKey = field(default_factory=PrivateKey.generate)
    secrets: dict[str, str] = field(default_factory=dict)
    updated: dict[str, str] = field(default_factory=dict)
    refuses: list[int] = field(default_factory=list)
    url: str = ""

    def put(self, name: str, value: str) -> None:
        self.secrets[name] = value
        self.updated[name] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def answer(self, method: str, path: str, token: str | None, body: Any) -> tuple[int, Any]:
        name = path.removeprefix(f"{self.folder}/")
        if token != f"Bearer {TOKEN}":
            return 401, {"message": "Bad credentials"}
        if name == path:
            return 404, {"message": "Not Found"}
        if name == "public-key":
            return 200, {"key_id": "7", "key": b64encode(bytes(self.private.public_key)).decode()}
        if method == "PUT":
            if self.refuses and (status := self.refuses.pop(0)):
                return status, {"message": "no"}
            assert body["key_id"] == "7"
            self.put(name, SealedBox(self.private).decrypt(b64decode(body["encrypted_value"])).decode())
            return 204, None
        return (200, {"name": name, "updated_at": self.updated[name]}) if name in self.secrets else (404, {})


@contextmanager
def github(folder: str = "/repos/acme/app/actions/secrets") -> Iterator[Repository]:
    repository = Repository(folder)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        repository.secrets[name], repository.updated[name] = "old", "2025-01-01T00:00:00Z"

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._go("GET")

        def do_PUT(self) -> None:
            self._go("PUT")

        def _go(self, method: str) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, said = repository.answer(method, self.path, self.headers.get("Authorization"), body)
            text = b"" if said is None else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    repository.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield repository
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
