"""JSON lines of TruffleHog 3.

Not tried: from what its repository and its issues show of `--json`. Of AWS keys, `Raw` is the id and `RawV2` the id and
the secret, with a colon between them since 2025 and a session's token behind another; newer ones name the parts
themselves. https://github.com/trufflesecurity/trufflehog
"""

from collections.abc import Iterator
from typing import Any

from unleak.intake.scanner_reports.fields import at, line_at, place_of, text_at
from unleak.intake.scanner_reports.sighting import Item, PassedOver, Reader, Records, Sighting
from unleak.model.finding import Place

_PARTS = ("access_key_id", "secret_access_key", "session_token")


def recognises(records: Records) -> bool:
    return any(isinstance(r, dict) and "DetectorName" in r and "SourceMetadata" in r for r in records)


def read(records: Records) -> Iterator[Item]:
    """Every other row is its log."""
    for number, row in enumerate(records, 1):
        if at(row, "DetectorName") is None:
            continue
        text = _text(row)
        if not text:
            yield PassedOver(f"row {number}", "it is damaged: no raw result stands in it")
            continue
        place, scope = _place(row)
        yield Sighting(place, text, rule=text_at(row, "DetectorName"), scope=scope, tried=at(row, "Verified") is True)


def _text(row: Any) -> str:
    """The parts, each with its name."""
    raw, both = text_at(row, "Raw") or text_at(row, "Redacted"), text_at(row, "RawV2")
    if not text_at(row, "DetectorName").startswith("AWS"):
        return both or raw
    parts = [text_at(row, "SecretParts", name) for name in _PARTS]
    if not all(parts[:2]):
        parts = [raw, *both.removeprefix(raw).removeprefix(":").split(":", 1)] if both.startswith(raw) else [raw, both]
    return " ".join(f"aws_{name} = {part}" for name, part in zip(_PARTS, parts, strict=False) if part)


def _place(row: Any) -> tuple[Place, str]:
    """Every kind of source says it under a name of its own, in much the same words."""
    data = at(row, "SourceMetadata", "Data")
    source = next(iter(data.values()), None) if isinstance(data, dict) else None
    where = next((text_at(source, name) for name in ("file", "link", "path") if text_at(source, name)), "")
    place = place_of(
        where,
        line_at(source, "line"),
        commit=text_at(source, "commit"),
        author=text_at(source, "email"),
        date=text_at(source, "timestamp"),
    )
    return place, text_at(source, "repository")


READER = Reader("trufflehog", recognises, read)
