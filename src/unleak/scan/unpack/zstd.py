"""Zstandard: https://www.rfc-editor.org/rfc/rfc8878"""

from collections.abc import Iterator

from unleak.scan.blob import Problem
from unleak.scan.unpack.budget import Budget
from unleak.scan.unpack.inflate import Codec
from unleak.scan.unpack.member import Member
from unleak.scan.unpack.streams import unpack_streams
from unleak.zstd import zstd

NAME = "zstd"
_MAGIC = (b"\x28\xb5\x2f\xfd", *(bytes([first]) + b"\x2a\x4d\x18" for first in range(0x50, 0x60)))

CODEC = Codec(zstd.ZstdDecompressor)
"""It asks for 128 MiB of memory at most, whatever a frame says of itself."""


def unpack(data: bytes, budget: Budget) -> Iterator[Member | Problem]:
    return unpack_streams(NAME, CODEC, _MAGIC, data, budget)
