"""A log file as lines of JSON, one record a line: what the index reads.

Files as CloudTrail delivers them are cut by their separators, without parsing. Whatever else holds records is parsed:
answers of LookupEvents, arrays, one object a line or many after another, EventBridge's and CloudWatch Logs' wrapping.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from unleak.investigate.trail.columns import FIRST_YEAR, LAST_YEAR
from unleak.investigate.trail.inflate import Damaged, pieces
from unleak.model.clock import parse_stamp

_DELIVERED = re.compile(rb'\s*\{\s*"Records"\s*:\s*\[\s*(?=\{"eventVersion"|\])')
_LINES = re.compile(rb'\s*\{"eventVersion"')
_BETWEEN = b'},{"eventVersion"'
_NEXT_FILE = re.compile(rb'\}\s*\]\s*\}\s*\{\s*"Records"\s*:\s*\[\s*\{"eventVersion"')
_CUT = b'}\n{"eventVersion"'
_LONGEST_RECORD = 32 * 1024 * 1024
_SPARE = 1024
_DEEPEST = 20
"""Wrapping within wrapping, at most."""


@dataclass(slots=True)
class Written:
    """What became of one file. `lines` counts non-empty lines; `problem` is empty where everything was read. `doubt`:
    the quick way saw what only the patient one understands.
    """

    lines: int = 0
    problem: str = ""
    strangers: int = 0
    doubt: bool = False


def write_lines(path: Path, out: IO[bytes]) -> Written:
    """Appends the records of a file. Raises OSError. Nothing is checked where the file looks as CloudTrail delivers it:
    a reader that fails on the lines, or counts others, asks for `write_parsed_lines` instead.
    """
    done = Written()
    try:
        feed = pieces(path)
        first = next(feed, b"")
        if head := _DELIVERED.match(first):
            _cut(first[head.end() :], feed, out, done, wrapped=True)
        elif _LINES.match(first) and b"\n" in first[:_LONGEST_RECORD]:
            _cut(first, feed, out, done, wrapped=False)
        else:
            return write_parsed_lines(path, out)
    except Damaged as error:
        done.problem = _told(error)
    return done


def _told(error: Damaged) -> str:
    return f"{error}: the records before that were read"


def _cut(piece: bytes, feed: Iterator[bytes], out: IO[bytes], done: Written, *, wrapped: bool) -> None:
    """The last line of a piece waits for the next one; what a damaged file breaks off in the middle is left out. Raises
    Damaged.
    """
    carry = b""
    while True:
        text = carry + piece if carry else piece
        text = text.replace(_BETWEEN, _CUT)
        if b'"Records"' in text:
            text = _NEXT_FILE.sub(_CUT, text)
        end = text.rfind(b'\n{"eventVersion"') + 1
        with memoryview(text) as view:
            out.write(view[:end])
        done.lines += text.count(b"\n", 0, end)
        carry = text[end:]
        if len(carry) > 2 * _LONGEST_RECORD:
            carry, done.doubt = b"", True
        try:
            following = next(feed, None)
        except Damaged:
            _write_parsed(iter((carry,)), out, done)
            raise
        if following is None:
            break
        piece = following
    last = carry.rstrip()
    if wrapped and last:
        bare = last.removesuffix(b"}").rstrip().removesuffix(b"]").rstrip()
        done.doubt |= not last.endswith(b"}") or not last[:-1].rstrip().endswith(b"]")
        last = bare
    if last:
        out.write(last + b"\n")
        done.lines += 1


def write_parsed_lines(path: Path, out: IO[bytes]) -> Written:
    """The slow and patient way: what is a record is written, what is none is counted. Raises OSError."""
    done = Written()
    try:
        _write_parsed(pieces(path), out, done)
    except Damaged as error:
        done.problem = _told(error)
    if done.strangers:
        done.problem = "; ".join(filter(None, (done.problem, f"{done.strangers} pieces could not be read as records")))
    return done


def _write_parsed(feed: Iterator[bytes], out: IO[bytes], done: Written) -> None:
    """Raises Damaged, after all that could be read."""
    for record in _Reader(feed, done).records():
        line = _line(record)
        if len(line) > _LONGEST_RECORD - _SPARE:
            done.strangers += 1
            continue
        out.write(line + b"\n")
        done.lines += 1


def _line(record: dict[str, Any]) -> bytes:
    """Halves of characters stand in no valid text: question marks do."""
    return json.dumps(_typed(record), separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")


def parsed_records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file of any form. Raises OSError; what cannot be read is left out."""
    with suppress(Damaged):
        yield from _Reader(pieces(path), Written()).records()


_TEXTS = ("eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress", "userAgent", "errorCode",
          "errorMessage", "recipientAccountId", "eventID", "requestID", "sharedEventID", "eventType", "eventCategory",
          "sessionCredentialFromConsole")  # fmt: skip


def _typed(record: dict[str, Any]) -> dict[str, Any]:
    """As the index expects it: texts where texts belong, objects where objects do, times in UTC."""
    texts = {k: v if isinstance(v, str) else json.dumps(v) for k in _TEXTS if (v := record.get(k)) is not None}
    who = record.get("userIdentity")
    return {
        **record, **texts,
        "eventTime": at.replace(tzinfo=None).isoformat() + "Z" if (at := _time(record)) else None,
        "readOnly": record.get("readOnly") is True or record.get("readOnly") == "true",
        "userIdentity": _typed_identity(who) if isinstance(who, dict) else None,
    }  # fmt: skip


def _typed_identity(who: dict[str, Any]) -> dict[str, Any]:
    kept = {k: v for k, v in who.items() if isinstance(v, str)}
    context = who.get("sessionContext")
    if not isinstance(context, dict):
        return kept
    plain = {k: v for k in ("ec2RoleDelivery", "sourceIdentity") if isinstance(v := context.get(k), str)}
    inner = {k: _texts(v) for k in ("sessionIssuer", "attributes") if isinstance(v := context.get(k), dict)}
    return {**kept, "sessionContext": {**plain, **inner}}


def _time(record: dict[str, Any]) -> datetime | None:
    """None for what is no time, or none at which there was a CloudTrail."""
    try:
        at = parse_stamp(record["eventTime"]).astimezone(UTC)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return at if FIRST_YEAR <= at.year <= LAST_YEAR else None


def _is_record(found: dict[str, Any]) -> bool:
    named = all(isinstance(found.get(k), str | int) for k in ("eventSource", "eventName", "eventID"))
    return named and found["eventID"] != "" and _time(found) is not None


def _texts(given: dict[str, Any]) -> dict[str, str]:
    return {k: v for k, v in given.items() if isinstance(v, str)}


class _Reader:
    """Takes objects off a text, one after the other, and opens what wraps records. `_at` is how far it has come."""

    _DECODER = json.JSONDecoder(strict=False)
    _HEADS = re.compile(r'([\s,\]}\ufeff]+|(\{\s*"(Records|Events|events|logEvents)"\s*:\s*)?\[|"\w+"\s*:)+')

    def __init__(self, feed: Iterator[bytes], done: Written) -> None:
        self._feed, self._done = feed, done
        self._text, self._at, self._ended, self._rest = "", 0, False, b""
        self._lists, self._keyed = 0, False
        self._damage: Damaged | None = None

    def records(self) -> Iterator[dict[str, Any]]:
        """Raises Damaged, after all that could be read."""
        while self._at < len(self._text) or self._more():
            if heads := self._HEADS.match(self._text, self._at):
                self._pass(heads.group())
                if self._at == len(self._text):
                    continue
            try:
                found, end = self._DECODER.raw_decode(self._text, self._at)
            except (ValueError, RecursionError):
                if not self._more() and not self._jump():
                    break
                continue
            if not isinstance(found, dict | list) and end == len(self._text) and self._more():
                continue
            self._at = end
            yield from self._opened(found, keyed=self._keyed)
            self._keyed = False
        if self._damage or self._lists > 0:
            raise self._damage or Damaged("ends too early")

    def _pass(self, heads: str) -> None:
        """Over what stands between objects. `_keyed`: what comes next stands beside the records, under a key."""
        self._at += len(heads)
        self._lists += heads.count("[") - heads.count("]")
        self._keyed = heads.rstrip().endswith(":") or (self._keyed and heads.isspace())

    def _more(self) -> bool:
        """Whether the text has grown: an object that does not end may end there."""
        if self._ended or len(self._text) - self._at > 2 * _LONGEST_RECORD:
            return False
        try:
            piece = next(self._feed, None)
        except Damaged as error:
            self._damage, piece = error, None
        if piece is None:
            self._ended = True
            piece, keep = self._rest, len(self._rest)
        else:
            piece = self._rest + piece
            keep = _whole_characters(piece)
        self._text, self._at = self._text[self._at :] + piece[:keep].decode("utf-8", "replace"), 0
        self._rest = piece[keep:]
        return not self._ended or bool(keep)

    def _jump(self) -> bool:
        """Over what cannot be read, to where the next record may begin."""
        self._done.strangers += 1
        found = self._text.find('{"eventVersion"', self._at + 1)
        if found < 0:
            found = self._text.find("\n{", self._at + 1)
        self._at = found if found >= 0 else len(self._text)
        return found >= 0 or self._more()

    def _opened(self, found: object, depth: int = 0, *, keyed: bool = False) -> Iterator[dict[str, Any]]:
        if isinstance(found, dict) and _is_no_log(found):
            return
        if isinstance(found, dict) and _is_record(found):
            yield found
        elif isinstance(found, dict | list) and depth < _DEEPEST:
            inner = found if isinstance(found, list) else list(_wrapped(found))
            if not inner and isinstance(found, dict) and not keyed:
                self._done.strangers += 1
            for one in inner:
                yield from self._opened(one, depth + 1)
        elif not keyed:
            self._done.strangers += 1


def _wrapped(found: dict[str, Any]) -> Iterator[object]:
    """What may be records, or hold some."""
    yield from (found[k] for k in ("Records", "Events", "events", "logEvents", "detail", "event") if k in found)
    yield from (_parsed(t) for k in ("CloudTrailEvent", "message", "_raw") if isinstance(t := found.get(k), str))


def _parsed(text: str) -> object:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _is_no_log(found: dict[str, Any]) -> bool:
    """Digests and insights lie beside the logs, and say nothing about calls; CloudWatch Logs tries whether a
    subscription can be reached.
    """
    beside = any(k in found for k in ("digestStartTime", "digestS3Bucket", "insightDetails"))
    return (beside and "eventSource" not in found) or found.get("messageType") == "CONTROL_MESSAGE"


def _whole_characters(data: bytes) -> int:
    """How many bytes end with a whole character."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte < 0x80:  # noqa: PLR2004  a character of one byte
            return len(data)
        if byte >= 0xC0:  # noqa: PLR2004  where one of several begins
            return len(data) - back
    return len(data)
