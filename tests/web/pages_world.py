"""People at the pages: browsers without a script, and what a page holds when it is read as HTML."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser

from fastapi.testclient import TestClient

from unleak.model.finding import Confidence, Finding, Place, Severity
from unleak.model.plan import Tri
from unleak.model.readiness import Checked, Readiness
from unleak.store.sightings import Look, Sighting
from unleak.store.tokens import Role
from unleak.web.app import make_app
from unleak.web.service import Service

HERE = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Person:
    """Somebody with a browser of their own. `role` None: not signed in."""

    client: TestClient

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path, follow_redirects=False)
        assert answer.status_code == status, answer.text
        return str(answer.text)

    def send(self, path: str, **form: str) -> int:
        return self.forge(HERE, path, **form)

    def forge(self, headers: Mapping[str, str], path: str, **form: str) -> int:
        """As a page of another site would have it sent."""
        status: int = self.client.post(path, data=form, headers=headers, follow_redirects=False).status_code
        return status


def person(service: Service, role: Role | None, *accounts: str, name: str = "", https: bool = False) -> Person:
    """Signed in as people are: with a token, at the page."""
    client = TestClient(
        make_app(service),
        base_url="https://testserver" if https else "http://testserver",
        raise_server_exceptions=False,
    )
    made = Person(client)
    if role is not None:
        now = service.world.clock.now()
        whose = name or f"a {role}"
        _, word = service.tokens.make(whose, role, accounts, now, now + timedelta(days=1), "a test")
        assert made.send("/signin", token=word) == 303
    return made


def note_one(service: Service, fingerprint: str, account: str, text: str = "app/.env") -> None:
    """A finding in acme/shop, and a check of its account. `text` stands in every place that somebody else fills."""
    now = service.world.clock.now()
    place = Place(text, 1, "c" * 40, text, "2026-11-23T04:00:00+00:00", at_head=True, refs=(text,))
    one = Finding("aws_secret", Severity.CRITICAL, Confidence.HIGH, fingerprint, "AKIAIOSFODNN7EXAMPLE", account,
                  places=(place,))  # fmt: skip
    look = Look("acme/shop", fingerprint, text, now, now, whole=True, gap=text, seen=(Sighting(one),))
    service.inbox.note(look)
    rows = (Readiness(account, "access", Tri.NO, text, text),)
    service.readiness.keep_checks([Checked(account, now, text[:80], "here", rows)])


class Read(HTMLParser):
    """A page as a browser takes it: which elements, which attributes that run something, which text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.runs: list[str] = []
        self.fields: dict[str, str] = {}
        self.text, self.closing, self._form = "", "", ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.elements.append(tag)
        self._form = said.get("action") or "" if tag == "form" else self._form
        if said.get("name") == "digest" and self._form.endswith("/close"):
            self.closing = said.get("value") or ""
        outside = [v for n, v in attrs if n in {"src", "href", "action"} and v and not v.startswith(("/", "#"))]
        self.runs += [n for n, _ in attrs if n.startswith("on") or n == "style"] + outside
        if tag == "input" and said.get("name"):
            self.fields[str(said["name"])] = said.get("value") or ""

    def handle_data(self, data: str) -> None:
        self.text += data
