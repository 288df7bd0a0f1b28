"""Alerts of GitHub's secret scanning, as its REST API lists them.

Not tried: https://docs.github.com/en/rest/secret-scanning/secret-scanning
An id and its secret are two alerts, `aws_access_key_id` and `aws_secret_access_key`; `hide_secret=true` leaves the
value out. Locations are another call, whose answer may stand in an alert as `locations`.
"""

from collections.abc import Iterator
from typing import Any

from unleak.intake.scanner_reports.fields import at, line_at, place_of, rows_at, text_at
from unleak.intake.scanner_reports.sighting import Item, PassedOver, Reader, Records, Sighting
from unleak.model.finding import Place

_NO_LEAK = {"false_positive", "used_in_tests", "pattern_deleted", "pattern_edited"}
_ADDRESSES = ("html_url", "url")


def recognises(records: Records) -> bool:
    return any("secret_type" in r and ("html_url" in r or "locations_url" in r) for r in _alerts(records))


def _alerts(records: Records) -> Iterator[dict[str, Any]]:
    """One alert, a list of them, or a list of pages. What is none of these is a damaged row."""
    for record in records:
        for page in record if isinstance(record, list) else [record]:
            yield from (
                alert if isinstance(alert, dict) else {} for alert in (page if isinstance(page, list) else [page])
            )


def read(records: Records) -> Iterator[Item]:
    for number, alert in enumerate(_alerts(records), 1):
        where, kind = f"alert {line_at(alert, 'number')}", text_at(alert, "secret_type")
        if not kind:
            yield PassedOver(f"row {number}", "it is damaged: no type of secret stands in it")
        elif text_at(alert, "resolution") in _NO_LEAK and kind.startswith("aws"):
            yield PassedOver(where, f"somebody closed it at GitHub as {alert['resolution']}")
        elif not text_at(alert, "secret"):
            if kind.startswith("aws"):
                yield PassedOver(where, "the value is hidden: ask GitHub without hide_secret")
        else:
            yield from _sightings(alert, kind)


def _sightings(alert: dict[str, Any], kind: str) -> Iterator[Sighting]:
    public, scope = at(alert, "publicly_leaked"), text_at(alert, "html_url").partition("/security/")[0]
    for place in _places(alert):
        yield Sighting(
            place,
            f"{kind} = {alert['secret']}",
            rule=kind,
            scope=scope,
            public=public if isinstance(public, bool) else None,
        )


def _places(alert: dict[str, Any]) -> list[Place]:
    """Without a location, the alert itself is the place."""
    listed = [at(one, "details") or one for one in rows_at(alert, "locations")]
    first = at(alert, "first_location_detected")
    found = [_place(where) for where in (first, *listed) if isinstance(where, dict)]
    address = next((text_at(alert, name) for name in _ADDRESSES if text_at(alert, name)), "")
    return list(dict.fromkeys(p for p in found if p.path)) or [place_of(address, 1)]


def _place(where: dict[str, Any]) -> Place:
    """A line of a file, or the address of an issue, a pull request, a discussion or a comment."""
    addresses = (v for k, v in where.items() if k.endswith("_url") and isinstance(v, str))
    path = text_at(where, "path").removeprefix("/") or next(addresses, "")
    return place_of(path, line_at(where, "start_line"), commit=text_at(where, "commit_sha"))


READER = Reader("github secret scanning", recognises, read)
