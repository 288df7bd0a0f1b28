"""A log file as lines of JSON, one record a line: what the index reads.

Files as CloudTrail delivers them are cut by their separators, without parsing. Whatever else holds records is parsed:
answers of LookupEvents, arrays, one object a line or many after another, EventBridge's and CloudWatch Logs' wrapping.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from unleak.investigate.trail.inflate import Damaged, pieces

_DELIVERED = re.compile(rb'\s*\{\s*"Records"\s*:\s*\[\s*(?=\{"eventVersion"|\])')
_LINES = re.compile(rb'\s*\{"eventVersion"')
_BETWEEN = b'},{"eventVersion"'
_NEXT_FILE = re.compile(rb'\}\s*\]\s*\}\s*\{\s*"Records"\s*:\s*\[\s*\{"eventVersion"')
_CUT = b'}\n{"eventVersion"'
_LONGEST_RECORD = 32 * 1024 * 1024


@dataclass(slots=True)
class Written:
    """What became of one file. `lines` counts non-empty lines; `problem` is empty where everything was read."""

    lines: int = 0
    problem: str = ""
    strangers: int = field(default=0)


def write_lines(path: Path, out: IO[bytes]) -> Written:
    """Appends the records of a file. Raises OSError. Nothing is checked where the file looks as CloudTrail delivers it:
    a reader that fails on the lines asks for `write_parsed_lines` instead.
    """
    done = Written()
    try:
        feed = pieces(path)
        first = next(feed, b"")
        if head := _DELIVERED.match(first):
            _cut(first[head.end() :], feed, out, done)
        elif _LINES.match(first) and b"\n" in first[:_LONGEST_RECORD]:
            _cut(first, feed, out, done)
        else:
            return write_parsed_lines(path, out)
    except Damaged as error:
        done.problem = f"{error}: the records before that were read"
    return done


def _cut(piece: bytes, feed: Iterator[bytes], out: IO[bytes], done: Written) -> None:
    """The last line of a piece waits for the next one; what a damaged file breaks off in the middle is left out."""
    carry = b""
    while True:
        text = carry + piece if carry else piece
        text = text.replace(_BETWEEN, _CUT)
        text = _NEXT_FILE.sub(_CUT, text)
        end = text.rfind(b'\n{"eventVersion"') + 1
        out.write(text[:end])
        done.lines += text.count(b"\n", 0, end)
        carry = text[end:]
        following = next(feed, None)
        if following is None:
            break
        piece = following
    last = carry.rstrip()
    last = last.removesuffix(b"}").rstrip().removesuffix(b"]").rstrip() if last.endswith((b"]}", b"] }")) else last
    if last:
        out.write(last + b"\n")
        done.lines += 1


def write_parsed_lines(path: Path, out: IO[bytes]) -> Written:
    """The slow and patient way: what is a record is written, what is none is counted. Raises OSError."""
    done = Written()
    try:
        for record in _Reader(pieces(path), done).records():
            line = json.dumps(_typed(record), separators=(",", ":")).encode()
            if len(line) > _LONGEST_RECORD:
                done.strangers += 1
                continue
            out.write(line + b"\n")
            done.lines += 1
    except Damaged as error:
        done.problem = f"{error}: the records before that were read"
    if done.strangers:
        done.problem = "; ".join(filter(None, (done.problem, f"{done.strangers} pieces could not be read as records")))
    return done


_TEXTS = ("eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress", "userAgent", "errorCode",
          "errorMessage", "recipientAccountId", "eventID", "requestID", "sharedEventID", "eventType", "eventCategory",
          "sessionCredentialFromConsole")  # fmt: skip


def _typed(record: dict[str, Any]) -> dict[str, Any]:
    """As the index expects it: texts where texts belong, objects where objects do."""
    texts = {k: v if isinstance(v, str) else json.dumps(v) for k in _TEXTS if (v := record.get(k)) is not None}
    who = record.get("userIdentity")
    return {
        **record, **texts,
        "readOnly": record.get("readOnly") in {True, "true"},
        "userIdentity": _typed_identity(who) if isinstance(who, dict) else None,
    }  # fmt: skip


def _typed_identity(who: dict[str, Any]) -> dict[str, Any]:
    kept = {k: v for k, v in who.items() if isinstance(v, str)}
    context = who.get("sessionContext")
    if not isinstance(context, dict):
        return kept
    inner = {k: _texts(v) if isinstance(v, dict) else v for k, v in context.items() if isinstance(v, dict | str)}
    return {**kept, "sessionContext": {k: v for k, v in inner.items() if isinstance(v, dict) == (k not in _PLAIN)}}


_PLAIN = frozenset({"ec2RoleDelivery", "sourceIdentity", "assumedRoot"})


def _texts(given: dict[str, Any]) -> dict[str, str]:
    return {k: v for k, v in given.items() if isinstance(v, str)}


class _Reader:
    """Takes objects off a text, one after the other, and opens what wraps records. `_at` is how far it has come."""

    _DECODER = json.JSONDecoder()
    _HEADS = re.compile(r'([\s,\]}]+|(\{\s*"(Records|Events|logEvents)"\s*:\s*)?\[)+')

    def __init__(self, feed: Iterator[bytes], done: Written) -> None:
        self._feed, self._done = feed, done
        self._text, self._at, self._ended, self._rest = "", 0, False, b""
        self._damage: Damaged | None = None

    def records(self) -> Iterator[dict[str, Any]]:
        self._more()
        if self._text.startswith("\ufeff"):
            self._at = 1
        while self._at < len(self._text) or self._more():
            if heads := self._HEADS.match(self._text, self._at):
                self._at = heads.end()
                if self._at == len(self._text):
                    continue
            try:
                found, self._at = self._DECODER.raw_decode(self._text, self._at)
            except (ValueError, RecursionError):
                if not self._more() and not self._jump():
                    break
                continue
            yield from self._opened(found)
        if self._damage:
            raise self._damage

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
        return bool(keep)

    def _jump(self) -> bool:
        """Over what cannot be read, to where the next record may begin."""
        self._done.strangers += 1
        found = self._text.find('{"eventVersion"', self._at + 1)
        if found < 0:
            found = self._text.find("\n{", self._at + 1)
        self._at = found if found >= 0 else len(self._text)
        return found >= 0 or self._more()

    def _opened(self, found: object) -> Iterator[dict[str, Any]]:
        if isinstance(found, dict) and "eventSource" in found and "eventName" in found:
            yield found
        elif isinstance(found, dict):
            inner = [found[k] for k in ("Records", "Events", "logEvents", "detail", "event") if k in found]
            texts = [found[k] for k in ("CloudTrailEvent", "message", "_raw") if isinstance(found.get(k), str)]
            if not inner and not texts and not self._is_no_log(found):
                self._done.strangers += 1
            for one in inner:
                yield from self._opened(one)
            for text in texts:
                yield from self._opened(self._parsed(text))
        elif isinstance(found, list):
            for one in found:
                yield from self._opened(one)
        else:
            self._done.strangers += 1

    @staticmethod
    def _parsed(text: str) -> object:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return None

    @staticmethod
    def _is_no_log(found: dict[str, Any]) -> bool:
        """Digests lie beside the logs, and say nothing about calls."""
        return "digestStartTime" in found or "digestS3Bucket" in found


def _whole_characters(data: bytes) -> int:
    """How many bytes end with a whole character."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte < 0x80:  # noqa: PLR2004  a character of one byte
            return len(data)
        if byte >= 0xC0:  # noqa: PLR2004  where one of several begins
            return len(data) - back
    return len(data)
