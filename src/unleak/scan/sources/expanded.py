"""A compressed file as it was before, read as a stream, as long as that is within reason."""

import bz2
import lzma
import tarfile
from typing import IO, Protocol, cast

from isal import igzip, igzip_lib

from unleak.scan.sources.pieces import Readable
from unleak.zstd import zstd

_BZIP2, _XZ, _GZIP = b"BZh", b"\xfd7zXZ\x00", b"\x1f\x8b"
_ZSTANDARD = (b"\x28\xb5\x2f\xfd", *(bytes([0x50 + n]) + b"\x2a\x4d\x18" for n in range(16)))
_HARMLESS = 1 << 30
_RATIO = 200


class Refused(Exception):
    """It was not read to its end; says why."""


FAILURES: tuple[type[Exception], ...] = (
    Refused, OSError, EOFError, ValueError, IndexError, KeyError, OverflowError, MemoryError, RecursionError,
    tarfile.TarError, lzma.LZMAError, zstd.ZstdError, cast("type[Exception]", igzip_lib.IsalError),
)  # fmt: skip
"""What reading a damaged file may raise."""


def expanded(file: IO[bytes], size: int) -> Readable:
    """`file` can be sought in, and has `size` bytes. What is not compressed comes as it is.

    Reading raises one of `FAILURES` where the file is damaged, and Refused where it is a bomb.
    """
    file.seek(0)
    head = file.read(8)
    file.seek(0)
    stream: _Compressed
    if head.startswith(_GZIP):
        stream = igzip.IGzipFile(fileobj=file, mode="rb")  # type: ignore[no-untyped-call]
    elif head.startswith(_ZSTANDARD):
        stream = zstd.ZstdFile(file)
    elif head.startswith(_BZIP2):
        stream = bz2.BZ2File(file)
    elif head.startswith(_XZ):
        stream = lzma.LZMAFile(file)  # noqa: SIM115  whoever opened the file closes it
    else:
        return file
    return _Limited(stream, max(_HARMLESS, _RATIO * size))


def why(failure: BaseException) -> str:
    """For people: nothing that the file itself says."""
    if isinstance(failure, Refused):
        return str(failure)
    if isinstance(failure, EOFError):
        return "cut off: its end is missing"
    if isinstance(failure, MemoryError):
        return "too large for this machine's memory"
    if isinstance(failure, OSError) and failure.strerror:
        return failure.strerror
    return "damaged: not all of it could be read"


class _Compressed(Protocol):
    """What there is before an error is given before it is raised; `read` would not do that."""

    def read1(self, size: int, /) -> bytes: ...


class _Limited:
    def __init__(self, stream: _Compressed, most: int) -> None:
        self._stream, self._left = stream, most

    def read(self, size: int, /) -> bytes:
        data = self._stream.read1(size)
        self._left -= len(data)
        if self._left < 0:
            raise Refused(f"not read to its end: it expands to more than {_RATIO} times its size, as a bomb does")
        return data
