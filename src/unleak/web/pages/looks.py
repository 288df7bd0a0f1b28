"""How a page is made of a template: everything escaped, every time in UTC and in the reader's own zone."""

import hashlib
from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from unleak.report.words import plainly
from unleak.store.tokens import Role
from unleak.web.bearer import Bearer
from unleak.web.kept import Kept
from unleak.web.pages.menu import MENU

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
STATIC = {f.name: f.read_bytes() for f in (files(__package__) / "static").iterdir()}
_MARK = hashlib.sha256(b"".join(STATIC[name] for name in sorted(STATIC))).hexdigest()[:12]
_PERSON = Markup("<person></person>")
"""Where the head of a shared page goes: nothing that is escaped can look like it."""


def page(
    request: Request, bearer: Bearer | None, template: str, status: int = 200, **context: Any
) -> HTMLResponse:  # fmt: skip
    """`context` is what the template tells; everything else that it needs is here."""
    whole = around(request, bearer)
    person = Markup(drawn("person.html", **whole))  # noqa: S704  escaped as it was drawn
    return HTMLResponse(drawn(template, **whole, person=person, **context), status, HEADERS)


def shared(
    request: Request, bearer: Bearer, kept: Kept, name: Hashable, template: str, tell: Callable[[], Mapping[str, Any]]
) -> HTMLResponse:
    """A page that all see alike who may the same, drawn once for them. `name` is what it is drawn from; what `tell`
    tells may depend on that, on the address, and on the role and the accounts of the bearer, and on nothing else of
    theirs: only the head of the page is, and no template has more of a person at hand.
    """

    def draw() -> str:
        nobody = {k: v for k, v in around(request, bearer).items() if k != "bearer"}
        return drawn(template, **nobody, person=_PERSON, **tell())

    token = bearer.token
    text = kept.of((name, template, request.url.path, request.url.query, token.role, token.accounts), draw)
    return HTMLResponse(text.replace(_PERSON, drawn("person.html", **around(request, bearer)), 1), 200, HEADERS)


def around(request: Request, bearer: Bearer | None) -> dict[str, Any]:
    """What every page shows around its matter."""
    return {"bearer": bearer, "at": request.url.path, "menu": MENU, "may": _may(bearer), "query": request.query_params}


def drawn(template: str, **context: Any) -> str:
    return _TEMPLATES.get_template(template).render(**context)


def _may(bearer: Bearer | None) -> Any:
    return lambda role: bearer is not None and bearer.token.role.may(Role(role))


def plain(value: object) -> object:
    return plainly(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def when(value: datetime | None, nothing: str = "not known") -> Markup:
    """UTC, which the browser turns into the reader's own time."""
    if value is None:
        return Markup("<span class=soft>{}</span>").format(nothing)
    at = value.astimezone(UTC)
    return Markup('<time datetime="{}">{} UTC</time>').format(f"{at:%Y-%m-%dT%H:%M:%SZ}", f"{at:%Y-%m-%d %H:%M:%S}")


def how_long(value: timedelta | None) -> str:
    """In the two largest units."""
    if value is None:
        return "not known"
    seconds = max(0, int(value.total_seconds()))
    parts = [(seconds // 86400, "d"), (seconds // 3600 % 24, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s")]
    first = next((n for n, (count, _) in enumerate(parts) if count), len(parts) - 1)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count or unit == "s")


def counted(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def with_query(path: str, query: Mapping[str, str], **changed: object) -> str:
    """This page with some of its filters changed; what is empty is left out."""
    said = {**dict(query), **{k: str(v) for k, v in changed.items()}}
    kept = {k: v for k, v in said.items() if v}
    return path + (f"?{urlencode(kept)}" if kept else "")


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader(__package__ or "unleak.web.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=plain,
    )
    made.filters.update(when=when, how_long=how_long, counted=counted)
    made.globals.update(mark=_MARK, with_query=with_query)
    return made


_TEMPLATES = _environment()
