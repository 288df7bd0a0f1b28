"""xz, and the older .lzma, which is one stream without a checksum.

https://tukaani.org/xz/xz-file-format.txt
"""

import lzma
from collections.abc import Iterator

from unleak.scan.blob import Problem
from unleak.scan.unpack.budget import Budget
from unleak.scan.unpack.inflate import Codec
from unleak.scan.unpack.member import Member
from unleak.scan.unpack.streams import unpack_streams

NAME = "xz"
_MAGIC = b"\xfd7zXZ\0"
# `xz -9` asks for 65 MiB to unpack; a header may ask for 4 GiB.
MOST_MEMORY = 256 << 20


def _decoder() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_AUTO, memlimit=MOST_MEMORY)


CODEC = Codec(_decoder)


def unpack(data: bytes, budget: Budget) -> Iterator[Member | Problem]:
    return unpack_streams(NAME, CODEC, (_MAGIC,), data, budget)
