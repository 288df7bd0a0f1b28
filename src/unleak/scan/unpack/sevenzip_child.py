"""Unpacks the 7z archive on standard input, in frames that `sevenzip.py` reads.

py7zr believes sizes and counts in headers and knows codecs that take what memory they are told to; so it may have only
so much of it, and if the codecs fall over a hostile archive, only this process does.
"""

import io
import resource
import struct
import sys

import py7zr
from py7zr.exceptions import PasswordRequired, UnsupportedCompressionMethodError
from py7zr.io import Py7zIO, WriterFactory

_FRAME = struct.Struct(">cL")
_LARGEST_FRAME = 1 << 20
_MOST_MEMORY = 1 << 30


class _Writer(Py7zIO):
    """Passes on what it is given."""

    def write(self, data: bytes | bytearray) -> int:
        for at in range(0, len(data), _LARGEST_FRAME):
            _send(b"D", data[at : at + _LARGEST_FRAME])
        return len(data)

    def read(self, size: int | None = None) -> bytes:  # noqa: ARG002  py7zr's interface
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:  # noqa: ARG002  py7zr's interface
        return 0

    def flush(self) -> None:
        pass

    def size(self) -> int:
        return 0


class _Factory(WriterFactory):
    def create(self, filename: str) -> Py7zIO:
        _send(b"N", filename.encode("utf-8", "backslashreplace"))
        return _Writer()


def main() -> None:
    data = sys.stdin.buffer.read()
    limit = _MOST_MEMORY + 2 * len(data)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    try:
        with py7zr.SevenZipFile(io.BytesIO(data)) as archive:
            archive.extractall(factory=_Factory())
        _send(b"E", b"")
    except PasswordRequired:
        _send(b"P", b"encrypted")
    except UnsupportedCompressionMethodError:
        _send(b"P", b"compressed by a method that is not read")
    except Exception:  # noqa: BLE001  it raises what it likes
        _send(b"P", b"damaged: not all of it could be read")
    sys.stdout.buffer.flush()


def _send(kind: bytes, content: bytes | bytearray) -> None:
    sys.stdout.buffer.write(_FRAME.pack(kind, len(content)))
    sys.stdout.buffer.write(content)


if __name__ == "__main__":
    main()
