"""Bytes of a mail, or of what somebody copied out of one → its subject, its time and its text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser

from unleak.intake.scanner_reports.documents import decoded

_HEADERS = re.compile(rb"\A(?:From [^\n]*\n)?(?:[A-Za-z][A-Za-z0-9-]{1,60}:[^\n]*\n(?:[ \t][^\n]*\n)*){2,}\r?\n")
_QUOTED = re.compile(r"(?m)^(?:[ \t]*>)+ ?")
_UNREADABLE = (MessageError, RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError)
"""What the standard library's readers of mail and pages raise for damaged ones."""
_BREAKS = {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "blockquote"}
_SILENT = {"style", "script", "head", "title"}
_UNSEEN = str.maketrans("", "", "\u200b\u200c\u200d\u2060\ufeff\u00ad")


@dataclass(frozen=True, slots=True)
class Mail:
    """`text` has its lines, without the marks of quotation."""

    subject: str
    text: str = field(repr=False)
    sent_at: datetime | None = None


def mail_of(data: bytes) -> Mail:
    """Raises nothing: what cannot be decoded is left out, and what is no mail is text."""
    if not _HEADERS.match(data):
        return Mail("", _plain(decoded(data)))
    try:
        message = message_from_bytes(data)
        texts = list(_texts(message))
        subject, sent_at = _subject(message), _sent_at(message)
    except _UNREADABLE:
        return Mail("", _plain(decoded(data)))
    return Mail(subject, _plain("\n\n".join(texts)), sent_at)


def _texts(message: Message) -> Iterator[str]:
    """Of the two forms of one text, both: either may be the poorer. Forwarded mails are parts too."""
    for part in message.walk():
        kind = part.get_content_type()
        if part.is_multipart() or kind not in {"text/plain", "text/html"}:
            continue
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            continue
        try:
            text = content.decode(part.get_content_charset() or "utf-8", "replace")
        except LookupError:
            text = content.decode("utf-8", "replace")
        yield _of_html(text) if kind == "text/html" else text


class _Reader(HTMLParser):
    """What is seen of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._silent += tag in _SILENT
        if tag in _BREAKS:
            self.parts.append("\n")
        elif tag in {"td", "th"}:
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in _SILENT))
        if tag in _BREAKS - {"br"}:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data.replace("\n", " "))


def _of_html(text: str) -> str:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return "".join(reader.parts)


def _subject(message: Message) -> str:
    raw = str(message.get("Subject", ""))
    try:
        return " ".join(str(make_header(decode_header(raw))).split())
    except (MessageError, LookupError, ValueError):
        return " ".join(raw.split())


def _sent_at(message: Message) -> datetime | None:
    try:
        sent = parsedate_to_datetime(str(message.get("Date", "")))
        return (sent if sent.tzinfo else sent.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _plain(text: str) -> str:
    return _QUOTED.sub("", text.translate(_UNSEEN).replace("\r\n", "\n").replace("\u00a0", " "))
