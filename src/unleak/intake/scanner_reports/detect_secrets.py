"""A baseline of detect-secrets, which keeps a SHA-1 of everything and a text of nothing.

Tried with detect-secrets 1.5: https://github.com/Yelp/detect-secrets
"""

from collections.abc import Iterator

from unleak.intake.scanner_reports.fields import at, line_at, place_of, text_at
from unleak.intake.scanner_reports.sighting import Hashed, Item, PassedOver, Reader, Records

_TYPE = "AWS Access Key"


def recognises(records: Records) -> bool:
    return isinstance(at(records, 0, "plugins_used"), list) and isinstance(at(records, 0, "results"), dict)


def read(records: Records) -> Iterator[Item]:
    """What is of another type is not AWS's by the tool's own word."""
    for path, rows in records[0]["results"].items():
        if not isinstance(rows, list):
            yield PassedOver(str(path), "it is damaged: no rows stand there")
            continue
        for number, row in enumerate(rows, 1):
            kind, sha1 = text_at(row, "type"), text_at(row, "hashed_secret")
            if not kind or not sha1:
                yield PassedOver(f"{path}, row {number}", "it is damaged: no hash stands in it")
            elif kind == _TYPE:
                yield Hashed(place_of(path, line_at(row, "line_number")), sha1)


READER = Reader("detect-secrets", recognises, read)
