"""zip, and all that is one: jar, docx, wheel, apk and so on.

`zipfile` reads the list of entries only. Its own inflating of bzip2 and LZMA has no bound; and where the list is
damaged, the entries are there all the same. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

import io
import lzma
import re
import struct
import zipfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import pairwise

from isal import igzip_lib, isal_zlib

from unleak.scan.blob import Problem
from unleak.scan.unpack import bzip2, xz, zstd
from unleak.scan.unpack.budget import Budget
from unleak.scan.unpack.inflate import CUT_OFF, DAMAGED, Codec, Decoder, inflate
from unleak.scan.unpack.member import Member, step
from unleak.scan.unpack.sink import Sink

NAME = "zip"
_LOCAL, _LISTED = b"PK\x03\x04", b"PK\x01\x02"
_RECORD = re.compile(rb"PK(?:\x07\x08|\x03\x04|\x01\x02)")
_HEADER = struct.Struct("<4x2xHH4xLLLHH")
_HEADER_SIZE = 30
_ENCRYPTED, _LZMA_HAS_END, _SIZE_BEHIND, _UTF8 = 0x0001, 0x0002, 0x0008, 0x0800
_STORED, _DEFLATE, _BZIP2, _LZMA, _ZSTD, _XZ = 0, 8, 12, 14, 93, 95
# Of LZMA: a version and a length, two bytes each, and properties.
_LZMA_VERSION, _LZMA_HEADER = 4, 9
_UNKNOWN_SIZE = 0xFFFFFFFF
# The list is read as a whole, at some 600 bytes an entry.
_LONGEST_LIST = 100_000


@dataclass(frozen=True, slots=True)
class _Entry:
    """`begin` to `end`: the packed bytes; `end` and `crc` are None where nobody said. `size`: when inflated."""

    name: str
    flags: int
    method: int
    begin: int
    end: int | None
    size: int
    crc: int | None

    @property
    def step(self) -> str:
        return step("zip entry", self.name)


def unpack(data: bytes, budget: Budget) -> Iterator[Member | Problem]:
    if data.count(_LISTED) > _LONGEST_LIST:
        yield from _walk(data, budget)
        return
    try:
        listed = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except Exception:  # noqa: BLE001  it raises what it likes
        yield Problem(NAME, "its list of entries is damaged or cut off: not all of it could be read")
        yield from _walk(data, budget)
        return
    overlapping = _overlapping(listed, len(data))
    for info in listed:
        local = _local_entry(data, info.header_offset)
        where = step("zip entry", info.filename)
        if info.header_offset in overlapping:
            yield Problem(where, "not read: overlaps another entry, as in a bomb")
        elif local is None:
            yield Problem(where, DAMAGED)
        else:
            yield from _read(data, _as_listed(info, local.begin), budget)


def _as_listed(info: zipfile.ZipInfo, begin: int) -> _Entry:
    end = begin + info.compress_size
    return _Entry(info.filename, info.flag_bits, info.compress_type, begin, end, info.file_size, info.CRC)


def _overlapping(listed: list[zipfile.ZipInfo], size: int) -> set[int]:
    """Where those entries begin that reach into the next one."""
    spans = sorted((i.header_offset, i.header_offset + i.compress_size) for i in listed)
    return {begin for (begin, end), (following, _) in pairwise([*spans, (size, size)]) if end > following}


def _walk(data: bytes, budget: Budget) -> Iterator[Member | Problem]:
    """Without the list: every entry has a header of its own, too."""
    at = data.find(_LOCAL)
    for _ in range(budget.members + 1):
        entry = _local_entry(data, at) if at >= 0 else None
        if entry is None:
            return
        end = yield from _read(data, entry, budget)
        at = data.find(_LOCAL, end)
    yield Problem(NAME, "not all of it could be read: too many entries")


def _local_entry(data: bytes, at: int) -> _Entry | None:
    """None where there is none."""
    if not data.startswith(_LOCAL, at) or len(data) < at + _HEADER_SIZE:
        return None
    flags, method, crc, packed, size, name_size, extra_size = _HEADER.unpack_from(data, at)
    name = data[at + _HEADER_SIZE : at + _HEADER_SIZE + name_size]
    begin = at + _HEADER_SIZE + name_size + extra_size
    unknown = bool(flags & _SIZE_BEHIND) or packed == _UNKNOWN_SIZE
    return _Entry(
        name.decode("utf-8" if flags & _UTF8 else "cp437", "backslashreplace"),
        flags,
        method,
        begin,
        None if unknown else begin + packed,
        size,
        None if flags & _SIZE_BEHIND else crc,
    )


def _read(data: bytes, entry: _Entry, budget: Budget) -> Generator[Member | Problem, None, int]:
    """Returns where it ended."""
    content, why, end = _content(data, entry, budget)
    if content:
        yield Member(entry.step, content)
    if not why and entry.crc is not None and isal_zlib.crc32(content) != entry.crc:
        why = "damaged: it does not fit its checksum"
    if why:
        yield Problem(entry.step, why)
    return end


def _content(data: bytes, entry: _Entry, budget: Budget) -> tuple[bytes, str, int]:
    """And why it is not all, and where it ended."""
    codec = _codec(data, entry)
    if codec is not None and not entry.flags & _ENCRYPTED:
        return _inflated(data, entry, codec, budget)
    end = _next_record(data, entry.begin) if entry.end is None else entry.end
    if entry.flags & _ENCRYPTED:
        return b"", "encrypted", end
    if entry.method != _STORED:
        return b"", f"compressed by method {entry.method}, which is not read", end
    return data[entry.begin : end], CUT_OFF if end > len(data) else "", end


def _inflated(data: bytes, entry: _Entry, codec: Codec, budget: Budget) -> tuple[bytes, str, int]:
    begin = entry.begin + (_LZMA_HEADER if entry.method == _LZMA else 0)
    packed = memoryview(data)[begin : entry.end]
    sink = Sink(budget, len(packed))
    ending = inflate(codec, packed, sink)
    return sink.take(), ending.why, begin + ending.at if entry.end is None else entry.end


def _next_record(data: bytes, begin: int) -> int:
    """Where an entry ends whose size nobody said."""
    following = _RECORD.search(data, begin)
    return following.start() if following else len(data)


def _codec(data: bytes, entry: _Entry) -> Codec | None:
    if entry.method == _LZMA:
        properties = data[entry.begin + _LZMA_VERSION : entry.begin + _LZMA_HEADER]
        return Codec(lambda: _lzma_decoder(properties, None if entry.flags & _LZMA_HAS_END else entry.size))
    return {_DEFLATE: _DEFLATED, _BZIP2: bzip2.CODEC, _ZSTD: zstd.CODEC, _XZ: xz.CODEC}.get(entry.method)


def _deflate_decoder() -> Decoder:
    decoder: Decoder = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_DEFLATE)
    return decoder


_DEFLATED = Codec(_deflate_decoder)


def _lzma_decoder(properties: bytes, size: int | None) -> Decoder:
    """As .lzma, which begins with the same properties and the size."""
    decoder = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=xz.MOST_MEMORY)
    decoder.decompress(properties + (b"\xff" * 8 if size is None else size.to_bytes(8, "little")))
    return decoder
