"""Zstandard: of the standard library since Python 3.14; the same for those before, until they are no more.

https://docs.python.org/3/library/compression.zstd.html
"""

import sys

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["zstd"]
