"""When something was made, as AWS's services write it."""

from datetime import UTC, datetime

_MILLISECONDS = 100_000_000_000


def moment(value: object) -> datetime | None:
    """From a datetime, a text of ISO 8601, or seconds or milliseconds since 1970. None for what tells no time."""
    try:
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=UTC)
        if isinstance(value, str) and value[:1].isdigit():
            return _read(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if value > _MILLISECONDS else value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _read(text: str) -> datetime | None:
    if text.isdecimal():
        return moment(int(text)) if len(text) > len("20261123") else None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
