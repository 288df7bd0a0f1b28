"""The stand-in as a server on loopback, and the handle that tests and the drill hold it by."""

import json
import logging
import os
import threading
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.http import http_date
from werkzeug.serving import make_server

from unleak.standin.controls import turn
from unleak.standin.forwarding import Environ
from unleak.standin.gate import Gate
from unleak.standin.moto_engine import StartResponse
from unleak.standin.sessions import RootKey

CONTROL = "/_standin"
_OK = 200
# How long an end may take to be noticed.
_POLL_SECONDS = 0.05


class _Handler(MotoRequestHandler):
    """Keeps connections open, as AWS does, and says nothing on the terminal."""

    protocol_version = "HTTP/1.1"

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The time on every answer is the dialled one, as the time on AWS's answers is AWS's."""
        dial = getattr(self.server, "dial", None)
        return http_date(dial.now()) if dial is not None and timestamp is None else super().date_time_string(timestamp)

    def log_request(self, *_: object) -> None:
        return


class Standin:
    """`with Standin() as aws:` runs it in threads of this process; `aws.url` is the endpoint.

    Its controls are also there over HTTP, as POST to `/_standin/…` with JSON; see `controls.py`.
    """

    def __init__(self, port: int = 0) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.gate = Gate(DomainDispatcherApplication(create_backend_app))
        self._server = make_server("127.0.0.1", port, self._application, threaded=True, request_handler=_Handler)
        self._server.dial = self.gate.clock  # type: ignore[attr-defined]
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), name="standin", daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self) -> None:
        """Until it ends, or this thread is interrupted."""
        while self._thread.is_alive():
            self._thread.join(1)

    def _application(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", ""))
        if not path.startswith(CONTROL):
            return self.gate(environ, start_response)
        status, answer = self._control(path.removeprefix(CONTROL).strip("/"), environ)
        body = json.dumps(answer).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start_response(f"{status} {'OK' if status == _OK else 'Error'}", headers)
        return [body]

    def _control(self, what: str, environ: Environ) -> tuple[int, dict[str, Any]]:
        if environ.get("REQUEST_METHOD") != "POST":
            return 405, {"error": "a control is turned by POST"}
        try:
            asked = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) or b"{}")
            if not isinstance(asked, dict):
                return 400, {"error": f"{what}: JSON of another kind than an object"}
            return _OK, turn(self.gate, self.url, what, asked)
        except (KeyError, TypeError, ValueError, LookupError, OverflowError) as error:
            return 400, {"error": f"{what}: {error!r}"}


@dataclass(frozen=True, slots=True)
class Controls:
    """The stand-in's controls from afar. Raises OSError where `url` is no stand-in."""

    url: str

    def account(self, account: str) -> RootKey:
        made = self._post("accounts", account=account)
        return RootKey(made["account"], made["key_id"], made["secret"])

    def advance(self, seconds: float) -> str:
        """The stand-in's time afterwards, ISO 8601."""
        return str(self._post("clock", advance=seconds)["now"])

    def lag(self, least: float, most: float, seed: int = 0) -> None:
        self._post("lag", least=least, most=most, seed=seed)

    def machine(self, account: str, instance: str) -> dict[str, str]:
        """What the instance finds in its metadata service."""
        found: dict[str, str] = self._post("metadata", account=account, instance=instance)
        return found

    def delivery(self, seconds: float) -> None:
        self._post("delivery", seconds=seconds)

    def _post(self, what: str, **asked: Any) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310  loopback, a URL that we made
            f"{self.url}{CONTROL}/{what}", json.dumps(asked).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  as above
            read: dict[str, Any] = json.load(answer)
        return read
