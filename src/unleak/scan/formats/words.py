"""What every format says in the same words, and text that came from outside made fit to print."""

from unleak.model.finding import Finding, Live, Place, Severity
from unleak.scan.detectors import PARTS
from unleak.scan.scanner import Scan

_MOST_REFS = 3
_HEAD = {
    True: "still at HEAD",
    False: "no longer at HEAD, but in history",
    None: "git could not say whether it is at HEAD",
}
_LIVE = {
    Live.YES: "AWS accepts it: it is live",
    Live.NO: "AWS refuses it: it is dead",
    Live.UNKNOWN: "AWS was asked, and could not tell whether it is live",
}


def printable(text: str) -> str:
    """As it is, but for bytes that are no UTF-8: a path may hold any."""
    try:
        raw = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return raw.decode("utf-8", "backslashreplace")


def clean(text: str) -> str:
    """Without what would steer a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def headline(finding: Finding, scan: Scan) -> str:
    """What was found: `AKIA... of account 123456789012 with its secret`."""
    account = f" of account {finding.account_id}" if finding.account_id else ""
    parts = [w for w, has in (("secret", finding.has_secret), ("session token", finding.has_session_token)) if has]
    having = f" with its {' and '.join(parts)}" if parts and finding.key_id else ""
    title = clean(scan.detectors[finding.detector].title)
    if finding.detector not in PARTS:
        return f"{title}{f' of {finding.key_id}' if finding.key_id else ''}{account}"
    return f"{finding.key_id or title}{account}{having}"


def remarks(finding: Finding) -> list[str]:
    """What else is known of it, a line each."""
    lines = []
    if finding.canary:
        lines.append(f"CANARY of {clean(finding.canary)}: nobody's real key, do not use it")
    if finding.live is not None:
        lines.append(_LIVE[finding.live])
    if finding.about:
        lines.append(clean(finding.about))
    return lines


def placed(place: Place) -> str:
    """`app.jar:12 (zip entry config/.env > base64)`."""
    steps = f" ({clean(' > '.join(place.via))})" if place.via else ""
    return f"{clean(place.path)}:{place.line}{steps}"


def introduced(place: Place) -> str:
    """Who brought it in, and where it still is; empty outside of git."""
    if place.commit is None:
        return "" if place.at_head is None else "which no branch or tag reaches"
    date = (place.date or "")[:10]
    since = f"since {place.commit[:12]} by {clean(place.author or '?')} on {date}, {_HEAD[place.at_head]}"
    return f"{since}; on {_listed(place.refs)}" if place.refs else since


def by_nearness(finding: Finding) -> list[Place]:
    """What is still at HEAD comes first: that is where one can point at it."""
    return sorted(finding.places, key=lambda p: p.at_head is not True)


def summary(scan: Scan) -> str:
    looked = f"{counted(scan.blobs, 'file or blob', 'files or blobs')}, {scan.size / 1e6:.1f} MB"
    unsaid = [f"{n} {what}" for n, what in ((scan.left_out, "less severe left out"), (scan.ignored, "ignored")) if n]
    if scan.findings:
        said = f"{counted(len(scan.findings), 'finding')} in {looked}"
    elif not scan.complete:
        said = f"nothing found in what could be read ({looked})"
    elif not scan.blobs:
        said = f"nothing was read, so nothing was found: {looked}"
    else:
        said = f"nothing {'else ' if unsaid else ''}found in {looked}"
    return "; ".join([said, *unsaid])


def is_grave(severity: Severity) -> bool:
    return severity in {Severity.HIGH, Severity.CRITICAL}


def _listed(refs: tuple[str, ...]) -> str:
    more = len(refs) - _MOST_REFS
    return ", ".join(map(clean, refs[:_MOST_REFS])) + (f" and {more} more" if more > 0 else "")
