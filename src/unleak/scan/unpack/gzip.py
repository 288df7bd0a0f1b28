"""gzip: https://www.rfc-editor.org/rfc/rfc1952"""

from collections.abc import Iterator

from isal import igzip_lib

from unleak.scan.blob import Problem
from unleak.scan.unpack.budget import Budget
from unleak.scan.unpack.inflate import Codec, Decoder
from unleak.scan.unpack.member import Member
from unleak.scan.unpack.streams import unpack_streams

NAME = "gzip"


def _decoder() -> Decoder:
    decoder: Decoder = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
    return decoder


_CODEC = Codec(_decoder)


def unpack(data: bytes, budget: Budget) -> Iterator[Member | Problem]:
    return unpack_streams(NAME, _CODEC, (b"\x1f\x8b",), data, budget)
