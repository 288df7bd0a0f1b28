"""A ticket system, or any program of one's own: JSON, signed."""

import hashlib
import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from unleak import __version__
from unleak.model.document import rfc3339, written
from unleak.model.incident import Incident
from unleak.notify.channel import PATIENCE_SECONDS, Access, NotTold
from unleak.notify.notice import Notice
from unleak.notify_settings import NotifySetting
from unleak.scan.formats.masking import masked_text

SCHEMA = "unleak.notice/1"
SIGNATURE = "X-Unleak-Signature-256"
_TAKEN, _MOVED = range(200, 300), range(300, 400)


def body_of(notice: Notice) -> bytes:
    """The same bytes for the same notice. Values are as the record has them: whoever shows them must escape them."""
    story = notice.story
    told = {
        "id": notice.mark,
        "kind": notice.kind.value,
        "test": notice.is_test,
        "at": rfc3339(notice.at),
        "subject": notice.subject,
        "text": notice.text,
        "occasions": [{"id": o.id, "what": o.what, "step": o.step or None} for o in notice.occasions],
        "incident": {
            "id": story.incident_id,
            "key_id": story.key_id,
            "account": story.account or None,
            "owner": story.owner or None,
            "status": story.status,
            "mode": story.mode,
            "opened_at": rfc3339(story.opened_at),
            "leaked_at": rfc3339(story.leaked_at),
            "places": list(story.places),
            "pending": [{"step": w.step_id, "what": w.what, "needs": w.needs} for w in story.pending],
            "by_hand": list(story.by_hand),
            "unknown": list(story.unknown),
        },
    }
    return written(SCHEMA, _masked(told), compact=True).encode()


def _masked(value: Any) -> Any:
    """A file or a branch may be named after a secret."""
    if isinstance(value, str):
        return masked_text(value)
    if isinstance(value, list):
        return [_masked(v) for v in value]
    return {k: v if k == "id" else _masked(v) for k, v in value.items()} if isinstance(value, dict) else value


def signature(secret: str, body: bytes) -> str:
    """`sha256=` and the hex digits of the HMAC over the body as it is sent."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Webhook:
    kind: str = "webhook"
    title: str = "A signed JSON request, for a ticket system or a program of yours"
    settings: Mapping[str, str] = field(
        default_factory=lambda: {
            "url": "https; plain http to this machine only",
            "secret": "what the HMAC is made with, shared with the receiver",
        }
    )
    permissions: tuple[str, ...] = ()
    references: tuple[str, ...] = (
        "https://www.rfc-editor.org/rfc/rfc2104",
        "https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/",
    )

    def concerns(self, incident: Incident, setting: NotifySetting) -> bool:
        del incident, setting
        return True

    def send(self, notice: Notice, access: Access) -> str:
        body = body_of(notice)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"unleak/{__version__}",
            "Idempotency-Key": notice.mark,
            SIGNATURE: signature(access.value("secret"), body),
        }
        status = _post(access.value("url"), body, headers)
        if status in _MOVED:
            raise NotTold(f"it answered {status}: no redirect is followed", "write its final url", refused=True)
        if status not in _TAKEN:
            raise NotTold(f"it answered {status}", "look into the receiver's log", refused=True)
        return f"answered {status}"


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """One request, to this host and no other, by no proxy. Its answer is not read: nothing of it is believed."""
    connection, target = _connection(url)
    try:
        connection.request("POST", target, body, dict(headers))
        return connection.getresponse().status
    except (OSError, HTTPException) as error:
        raise NotTold(f"it could not be reached ({type(error).__name__})", "check its url, and that it runs") from error
    finally:
        connection.close()


def _connection(url: str) -> tuple[HTTPConnection, str]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if not host or not url.isascii() or not url.isprintable() or " " in url:
        raise NotTold("its url is no url", "write it like https://tickets.example.com/unleak", refused=True)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if parts.scheme == "https":
        return HTTPSConnection(host, port, timeout=PATIENCE_SECONDS), target
    if parts.scheme == "http" and _is_here(host):
        return HTTPConnection(host, port, timeout=PATIENCE_SECONDS), target
    raise NotTold("its url is not https", "plain http goes to this machine only", refused=True)


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


WEBHOOK = Webhook()
