"""The bytes of a log file, in pieces of bounded size: gzip (several members too), zstd, or plain."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import zstandard
from isal import igzip_lib

PIECE = 32 * 1024 * 1024
_READ = 1024 * 1024
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
            yield from _gzip(file)
        elif head == _ZSTD:
            yield from _zstd(file)
        else:
            while piece := file.read(PIECE):
                yield piece


def _gzip(file: BinaryIO) -> Iterator[bytes]:
    """Nothing but zeros or rubbish after a whole member is padding, as gzip itself takes it."""
    data, members = file.read(_READ), 0
    while data:
        if not data.startswith(_GZIP):
            if members and not data.strip(b"\0"):
                return
            raise Damaged("bytes that are no gzip follow" if members else "is no gzip")
        inflater = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
        yield from _member(inflater, data, file)
        members += 1
        data = inflater.unused_data or file.read(_READ)


def _member(inflater: igzip_lib.IgzipDecompressor, data: bytes, file: BinaryIO) -> Iterator[bytes]:
    while True:
        try:
            piece = inflater.decompress(data, PIECE)
        except _ISAL_ERROR as error:
            raise Damaged("is damaged inside") from error
        if piece:
            yield piece
        if inflater.eof:
            return
        data = file.read(_READ) if inflater.needs_input else b""
        if inflater.needs_input and not data:
            raise Damaged("ends too early")


def _zstd(file: BinaryIO) -> Iterator[bytes]:
    try:
        with zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True) as reader:
            while piece := reader.read(PIECE):
                yield piece
    except zstandard.ZstdError as error:
        raise Damaged("is damaged inside") from error
