"""The bytes of a pack's entry: libdeflate is up to three times as fast as zlib, but takes 4 microseconds to begin."""

import zlib

from deflate import DeflateError, zlib_decompress

_LITTLE = 400


def inflate(deflated: memoryview, size: int) -> bytes | None:
    """None where the bytes are damaged: the checksum or the length does not fit."""
    try:
        if size < _LITTLE:
            inflated = zlib.decompress(deflated, bufsize=size or 1)
        else:
            inflated = bytes(zlib_decompress(deflated, size))
    except (DeflateError, ValueError, zlib.error):
        return None
    return inflated if len(inflated) == size else None
