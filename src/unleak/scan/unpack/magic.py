"""Which format bytes are of, by how they begin. Asked of every blob of huge histories."""

from unleak.scan.lazy import lazy

# Behind these names are the modules of this folder.
_MAGIC = lazy(
    rb"(?s)"
    rb"(?P<zip>(?:PK00)?PK\x03\x04|PK\x05\x06|PK\x07\x08PK)"
    rb"|(?P<gzip>\x1f\x8b\x08[\x00-\x1f])"
    rb"|(?P<bzip2>BZh[1-9](?:1AY&SY|\x17rE8P\x90))"
    # Of .lzma: properties, a dictionary of whole 64 KiB, a size below 2^40 or unknown, and the coder's first byte.
    rb"|(?P<xz>\xfd7zXZ\x00|\x5d\x00\x00..(?:\xff{8}|.{5}\x00{3})\x00)"
    rb"|(?P<zstd>(?:\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18))"
    rb"|(?P<sevenzip>7z\xbc\xaf\x27\x1c)"
    rb"|(?P<sqlite>SQLite format 3\x00)"
    # A Mach-O file for several processors begins alike, but with a small number where this has its version.
    rb"|(?P<java_class>\xca\xfe\xba\xbe..[\x00\x01][\x2d-\xff])"
)
_FIRST_TWO = {b"PK", b"\x1f\x8b", b"BZ", b"\xfd7", b"\x5d\x00", b"\x28\xb5", b"7z", b"SQ", b"\xca\xfe"}
_FIRST_TWO |= {bytes([first]) + b"\x2a" for first in range(0x50, 0x60)}
_BEFORE_ZIP = {b"#!", b"MZ"}
_PYC_MARK = b"\r\n"
_PRINTABLE = b" ~"
_PYC_HEADERS, _CODE, _FLAG_REF = (8, 12, 16), ord("c"), 0x80
# The last bytes of a tar's first header, which no known tar writes anything to.
_TAR_TAIL, _TAR_ZEROS = slice(500, 508), bytes(8)
_OCTAL = lazy(rb"[ \0]*([0-7]{1,7})[ \0]*")


def is_packed(data: bytes) -> bool:
    """Says no to nearly everything within a fraction of a microsecond."""
    start = data[:2]
    if (
        start in _FIRST_TWO
        or (start in _BEFORE_ZIP and _ends_as_zip(data))
        or data[2:4] == _PYC_MARK
        or data[_TAR_TAIL] == _TAR_ZEROS
    ):
        return format_of(data) != ""
    return False


def format_of(data: bytes) -> str:
    """The name of the module that unpacks it; "" for none."""
    if data[:2] in _BEFORE_ZIP and _ends_as_zip(data):
        return "zip"
    found = _MAGIC.match(data)
    if found is not None:
        return found.lastgroup or ""
    if _is_pyc(data):
        return "pyc"
    return "tar" if is_tar_header(data[:512]) else ""


def _ends_as_zip(data: bytes) -> bool:
    """A program that carries its archive: Python's, Java's, one that unpacks itself."""
    tail = max(0, len(data) - 65_557)
    # One byte is found ten times as fast as four, and no text has this one.
    return data.find(b"\x05", tail) > 0 and data.rfind(b"PK\x05\x06", tail) > 0


def is_tar_header(block: bytes) -> bool:
    """By its checksum, which every tar has: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html"""
    stated = _OCTAL.fullmatch(block, 148, 156)
    if stated is None or len(block) != 512:  # noqa: PLR2004  a tar's block
        return False
    return int(stated[1], 8) == sum(block) - sum(block[148:156]) + 8 * ord(" ")


def _is_pyc(data: bytes) -> bool:
    """A version that is no text, and behind the header, which grew over the years, a code object."""
    if data[2:4] != _PYC_MARK or _PRINTABLE[0] <= data[1] <= _PRINTABLE[1]:
        return False
    return any(len(data) > at and data[at] & ~_FLAG_REF == _CODE for at in _PYC_HEADERS)
