"""Bytes of a report → what JSON says, whole or a line at a time."""

import codecs
import json
from typing import Any

from unleak.intake.scanner_reports.sighting import PassedOver
from unleak.model.errors import Misuse

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HINT = "give JSON, JSON lines or SARIF, as the scanner wrote it"


def records_of(data: bytes) -> tuple[list[Any], list[PassedOver]]:
    """One record for a JSON document, one a line for JSON lines, and the lines that could not be read.

    Raises Misuse where it is neither.
    """
    text = decoded(data)
    if not text.strip():
        raise Misuse("the report is empty", "TruffleHog writes nothing where it finds nothing; others always say so")
    try:
        return [json.loads(text)], []
    except RecursionError as error:
        raise Misuse("the report is no JSON of a scanner: it is nested too deep", _HINT) from error
    except ValueError:
        return _lines(text)


def decoded(data: bytes) -> str:
    """UTF-8, or UTF-16 where it says so: PowerShell redirects so. A damaged character costs its row only."""
    if data.startswith(_UTF16):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def _lines(text: str) -> tuple[list[Any], list[PassedOver]]:
    """A scanner's own log may stand between the rows: `2>&1` is typed easily."""
    records, damaged = [], []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            records.append(json.loads(line))
        except (ValueError, RecursionError):
            damaged.append(PassedOver(f"line {number}", "it is no JSON"))
    if not any(isinstance(r, dict) for r in records):
        raise Misuse("the report is neither JSON nor JSON lines, or it is cut off", _HINT)
    return records, damaged
