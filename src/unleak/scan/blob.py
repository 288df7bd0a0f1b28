"""Bytes and where they are from."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Blob:
    """`oid` is git's name for it; empty outside of git, where `path` names the file. `data` never prints.

    `first_line`: where a large file comes in pieces, the line of the file on which this one begins. `goes_on`: it is
    not the first piece.
    """

    data: bytes = field(repr=False)
    path: str
    oid: str = ""
    first_line: int = 1
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be looked at, and why: a scan with problems never ends in 'nothing found'."""

    where: str
    why: str
