"""The bytes of a log file, in pieces of bounded size: gzip (several members too), zstd, or plain."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from isal import igzip_lib

from unleak.zstd import zstd

PIECE = 32 * 1024 * 1024
_READ = 1024 * 1024
_ZSTD_READ = 1024
"""zstd has no bound for what comes out at once: this much of it holds at most 32 MiB."""
_STEP = 64 * 1024
_GZIP = b"\x1f\x8b"
_ISAL_ERROR = cast("type[Exception]", igzip_lib.IsalError)
_ZSTD = b"\x28\xb5\x2f\xfd"


class Damaged(Exception):
    """The file ends too early or is no valid archive. What came before the damage was given."""


def pieces(path: Path) -> Iterator[bytes]:
    """At most 32 MiB each. Raises Damaged, after all that could be read; OSError where the file cannot be opened."""
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(0)
        if head.startswith(_GZIP):
            yield from _gathered(_gzip(file))
        elif head == _ZSTD:
            yield from _gathered(_zstd(file))
        else:
            while piece := file.read(PIECE):
                yield piece


def _gathered(feed: Iterator[bytes]) -> Iterator[bytes]:
    """Many small members make few pieces: whoever joins them would copy them again and again."""
    held, size = list[bytes](), 0
    try:
        for piece in feed:
            held.append(piece)
            size += len(piece)
            if size >= min(_READ, PIECE):
                yield b"".join(held) if len(held) > 1 else piece
                held, size = [], 0
    except Damaged:
        yield b"".join(held)
        raise
    if held:
        yield b"".join(held)


def _gzip(file: BinaryIO) -> Iterator[bytes]:
    """Nothing but zeros after a whole member is padding, as gzip itself takes it."""
    data, members = file.read(_READ), 0
    while data:
        if len(data) < len(_GZIP):
            data += file.read(_READ)
        if data.startswith(_GZIP):
            inflater = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
            yield from _member(inflater, data, file)
            members += 1
            data = inflater.unused_data or file.read(_READ)
        elif members and data.startswith(b"\0"):
            data = data.lstrip(b"\0") or file.read(_READ)
        else:
            raise Damaged("bytes that are no gzip follow" if members else "is no gzip")


def _member(inflater: igzip_lib.IgzipDecompressor, data: bytes, file: BinaryIO) -> Iterator[bytes]:
    begin, given = file.tell() - len(data), 0
    while True:
        try:
            piece = inflater.decompress(data, PIECE)
        except _ISAL_ERROR as error:
            yield from _saved(file, begin, given)
            raise Damaged("is damaged inside") from error
        if piece:
            given += len(piece)
            yield piece
        if inflater.eof:
            return
        data = file.read(_READ) if inflater.needs_input else b""
        if inflater.needs_input and not data:
            raise Damaged("ends too early")


def _saved(file: BinaryIO, begin: int, given: int) -> Iterator[bytes]:
    """What a member holds before its damage, but for what was given: once more, and where it fails byte by byte."""
    file.seek(begin)
    inflater, data, seen, step = zlib.decompressobj(31), file.read(_READ), 0, _STEP
    while data and not inflater.eof:
        before = inflater.copy()
        try:
            piece = inflater.decompress(data, step)
        except zlib.error:
            if step == 1:
                return
            inflater, step = before, 1
            continue
        seen += len(piece)
        if seen > given:
            yield piece[max(0, len(piece) - (seen - given)) :]
        data = inflater.unconsumed_tail or file.read(_READ)


def _zstd(file: BinaryIO) -> Iterator[bytes]:
    data = file.read(_ZSTD_READ)
    while data:
        inflater = zstd.ZstdDecompressor()
        while not inflater.eof:
            if not data:
                raise Damaged("ends too early")
            try:
                piece = inflater.decompress(data)
            except zstd.ZstdError as error:
                raise Damaged("is damaged inside") from error
            if piece:
                yield piece
            data = inflater.unused_data or file.read(_ZSTD_READ)
