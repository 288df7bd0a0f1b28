"""bzip2, also of several streams, as its parallel kin write it."""

import bz2
from collections.abc import Iterator

from unleak.scan.blob import Problem
from unleak.scan.unpack.budget import Budget
from unleak.scan.unpack.inflate import Codec
from unleak.scan.unpack.member import Member
from unleak.scan.unpack.streams import unpack_streams

NAME = "bzip2"
CODEC = Codec(bz2.BZ2Decompressor)


def unpack(data: bytes, budget: Budget) -> Iterator[Member | Problem]:
    return unpack_streams(NAME, CODEC, (b"BZh",), data, budget)
