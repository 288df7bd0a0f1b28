"""AWS's mail, or support case, about an exposed key → the keys that it names. A mail can be forged: it is a claim.

Of its wording only little is relied on; it has changed often, and is translated. AWS has no page that shows it; known
from what people quoted: https://repost.aws/articles/ARoBXj63rWSt2Ww7XKlVV72g is what AWS says of its notices.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from unleak.intake.mail import Mail, mail_of
from unleak.intake.scanner_reports import Report, report_of
from unleak.intake.scanner_reports.fields import place_of
from unleak.intake.scanner_reports.parts import parts_of
from unleak.intake.scanner_reports.sighting import Sighting
from unleak.intake.words import address, said
from unleak.model.clock import stamp

_TOOL = "AWS's notice mail"
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{|\[\s*[\[{\]])")
_TELLS = re.compile(r"(?i)\b(?:aws|amazon)\b")
_KEY = re.compile(r"(?i)access\s*key|\bA[KS]IA[A-Z0-9]{12}")
_ACCOUNT = re.compile(r"(?i)\baccount\b[^0-9\n]{0,40}?\b([0-9]{4}-?[0-9]{4}-?[0-9]{4})\b")
_USER = re.compile(r"(?i)\bIAM\s+user(?:\s*name)?\s*[:(]?\s*[\"“]?([A-Za-z0-9+=,.@_-]{1,64})")
_URL = re.compile(r"https?://[^\s<>\"”')\]]+")
_ENDS = ".,;:!?"


def is_notice(data: bytes) -> bool:
    """AWS is named in it, and an access key; and it is no document of JSON."""
    if _JSON.match(data):
        return False
    mail = mail_of(data)
    text = f"{mail.subject}\n{mail.text}"
    return _TELLS.search(text) is not None and _KEY.search(text) is not None


def read_notice(data: bytes) -> Report:
    """Raises nothing. Its secrets are in `credentials` and nowhere else, as of any report."""
    mail = mail_of(data)
    report = report_of(_TOOL, _items(mail.text))
    none = () if report.found or report.passed_over else ("the mail: it names no key; look at the account's keys",)
    return Report(report.tool, report.found, (*report.passed_over, *none), _about(mail))


def _items(text: str) -> Iterator[Sighting]:
    """A key stands at the address in its own line; else at that of its paragraph; else at the only one of all."""
    everywhere = _places(text)
    alone = everywhere[0] if len(everywhere) == 1 else ""
    for paragraph in re.split(r"\n[ \t]*\n", text):
        lines = paragraph.split("\n")
        rows = [line for line in lines if parts_of(line).ids]
        a_table = len(rows) > 1 and all(_places(row) for row in rows)
        units = lines if a_table else [" ".join(paragraph.split())]
        for unit in units:
            near = _places(unit)
            yield Sighting(place_of(near[0] if len(near) == 1 else alone, 1), unit, public=True if near else None)


def _places(text: str) -> list[str]:
    """Addresses that are none of AWS's own pages."""
    found = dict.fromkeys(address(m.group().rstrip(_ENDS)) for m in _URL.finditer(text))
    return [url for url in found if url and not _is_of_amazon(url)]


def _is_of_amazon(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return True
    return host == "amazon.com" or host.endswith((".amazon.com", ".amazonaws.cn", ".amazon.cn"))


def _about(mail: Mail) -> str:
    """The account, the user and the time, as far as they stand there."""
    text = f"{mail.subject}\n{mail.text}"
    account, user = _ACCOUNT.search(text), _USER.search(text)
    return ", ".join(
        part
        for part in (
            f"account {account.group(1).replace('-', '')}" if account else "",
            f"user {said(user.group(1).rstrip(_ENDS), 64)}" if user else "",
            f"sent {stamp(mail.sent_at)}" if mail.sent_at else "",
        )
        if part
    )
