"""A tar's members one by one, in bounded memory; where it is damaged, that is raised, not taken for its end."""

import tarfile
from collections.abc import Iterator
from typing import IO, Self, cast

from unleak.scan.sources.expanded import Refused
from unleak.scan.sources.pieces import Readable

_BUFFER = 1 << 16
_LONGEST_HEADER = 1 << 20
_BLOCK = 512
_HEADERS = (
    tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK,
)  # fmt: skip


class Member(tarfile.TarInfo):
    """Python's own would take a damaged header for the end, and read a header of any size into memory."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        try:
            made = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if len(buf) == _BLOCK and not any(buf):
                raise
            cut = len(buf) < _BLOCK
            raise Refused("cut off: its end is missing" if cut else "damaged: the rest was not read") from error
        if made.size < 0 or (made.type in _HEADERS and made.size > _LONGEST_HEADER):
            raise Refused("damaged: the rest was not read")
        return made


def is_tar(head: bytes) -> bool:
    """Whether a file that begins so, with a block of 512 bytes, is a tar. An empty one is all zeros."""
    if len(head) != _BLOCK:
        return False
    try:
        Member.frombuf(head, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return True
    except (Refused, ValueError):
        return False
    return True


def members(stream: Readable) -> Iterator[tuple[tarfile.TarInfo, Readable | None]]:
    """Each with its content where it is a file, to be read before the next one is asked for.

    Raises Refused and whatever `expanded.FAILURES` has.
    """
    with tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r|", tarinfo=Member, bufsize=_BUFFER) as tar:
        while (member := tar.next()) is not None:
            if member.size < 0:
                raise Refused("damaged: the rest was not read")
            yield member, cast("Readable | None", tar.extractfile(member)) if member.isreg() else None
            tar.members.clear()  # type: ignore[attr-defined]  # else it keeps them all
