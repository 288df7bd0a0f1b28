"""Zstandard: https://www.rfc-editor.org/rfc/rfc8878"""

from collections.abc import Iterator

import zstandard

from unleak.scan.blob import Problem
from unleak.scan.unpack.budget import Budget
from unleak.scan.unpack.inflate import Codec
from unleak.scan.unpack.member import Member
from unleak.scan.unpack.streams import unpack_streams

NAME = "zstd"
_MAGIC = (b"\x28\xb5\x2f\xfd", *(bytes([first]) + b"\x2a\x4d\x18" for first in range(0x50, 0x60)))
_MOST_WINDOW = 128 << 20


class _Decoder:
    """The library's own cannot stop amid its input. A block of 4 bytes is 128 KiB at most, hence Codec's small piece:
    it inflates to 32 MiB at most.
    """

    needs_input = True

    def __init__(self) -> None:
        self._inner = zstandard.ZstdDecompressor(max_window_size=_MOST_WINDOW).decompressobj()

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes | memoryview, _most: int, /) -> bytes:
        return self._inner.decompress(data)


CODEC = Codec(_Decoder, piece=1024)


def unpack(data: bytes, budget: Budget) -> Iterator[Member | Problem]:
    return unpack_streams(NAME, CODEC, _MAGIC, data, budget)
