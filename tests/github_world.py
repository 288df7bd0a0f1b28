"""A small GitHub over real HTTP: the REST API as far as it is read, with pages of two and answers put in the way."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

PAGE = 2


@dataclass
class Answer:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class GitHub:
    """`things` are answers by path; lists come in pages. `first` are given once each, before those, by path."""

    token: str
    url: str = ""
    things: dict[str, Any] = field(default_factory=dict)
    first: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    written: list[tuple[str, str, Any]] = field(default_factory=list)

    def write(self, method: str, path: str, body: Any, authorization: str) -> Answer:
        """Webhooks are added and mended, repositories changed. `first` may have answers for "PATCH /path"."""
        self.written.append((method, path, body))
        if waiting := self.first.get(f"{method} {path}", []):
            return waiting.pop(0)
        if authorization != f"token {self.token}":
            return Answer(401, {"message": "Bad credentials"})
        if method == "POST" and path.endswith("/hooks"):
            hooks = self.things.setdefault(path, [])
            hooks.append({"id": len(hooks) + 1, **_masked(body)})
            return Answer(201, hooks[-1])
        folder, _, number = path.rpartition("/")
        if folder.endswith("/hooks"):
            self.things[folder][int(number) - 1] |= _masked(body)
            return Answer(200, {})
        if path not in self.things:
            return Answer(404, {"message": "Not Found"})
        merged = {**self.things[path].get("security_and_analysis", {}), **body["security_and_analysis"]}
        self.things[path]["security_and_analysis"] = merged
        return Answer(200, self.things[path])

    def repository(self, name: str, clone_url: str, **more: Any) -> None:
        """Into the list of its owner, an organisation, and with nothing said in it yet."""
        owner = name.split("/", maxsplit=1)[0]
        self.things.setdefault(f"/users/{owner}", {"login": owner, "type": "Organization"})
        self.things.setdefault(f"/orgs/{owner}", {"login": owner, "type": "Organization"})
        self.things.setdefault(f"/orgs/{owner}/repos", []).append({"full_name": name, "clone_url": clone_url, **more})
        for part in ("issues", "issues/comments", "pulls/comments", "comments", "releases"):
            self.things.setdefault(f"/repos/{name}/{part}", [])

    def answer(self, path: str, query: dict[str, str], authorization: str) -> Answer:
        waiting = self.first.get(path, [])
        if waiting:
            return waiting.pop(0)
        if authorization != f"token {self.token}":
            return Answer(401, {"message": "Bad credentials"})
        if path not in self.things:
            return Answer(404, {"message": "Not Found"})
        thing = self.things[path]
        if isinstance(thing, Answer):
            return thing
        if not isinstance(thing, list):
            return Answer(200, thing)
        page = int(query.get("page", "1"))
        more = {**query, "page": str(page + 1)}
        headers = {}
        if len(thing) > page * PAGE:
            headers["Link"] = f'<{self.url}{path}?{urlencode(more)}>; rel="next", <{self.url}{path}>; rel="first"'
        return Answer(200, thing[(page - 1) * PAGE : page * PAGE], headers)


def _masked(hook: Any) -> Any:
    """As GitHub shows a webhook; one whose update names no secret has none any more."""
    config = dict(hook["config"])
    return {**hook, "config": {**config, **({"secret": "********"} if config.get("secret") else {})}}


@contextmanager
def serving(token: str) -> Iterator[GitHub]:
    github = GitHub(token)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, github)) as http:
        github.url = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield github
        finally:
            http.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def __init__(self, github: GitHub, *rest: Any) -> None:
        self._github = github
        super().__init__(*rest)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self._github.asked.append(self.path)
        shown = self.headers.get("Authorization", "")
        self._answer(self._github.answer(parts.path, dict(parse_qsl(parts.query)), shown))

    def do_POST(self) -> None:
        self._write("POST")

    def do_PATCH(self) -> None:
        self._write("PATCH")

    def _write(self, method: str) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
        self._answer(self._github.write(method, self.path, body, self.headers.get("Authorization", "")))

    def _answer(self, found: Answer) -> None:
        body = found.body if isinstance(found.body, bytes) else json.dumps(found.body).encode()
        self.send_response(found.status)
        for name, value in {"Content-Type": "application/json; charset=utf-8", **found.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Quietly."""
