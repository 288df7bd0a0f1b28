"""Bytes and where they are from."""

from unleak.model.value import Value


class Blob(Value):
    """`oid` is git's name for it; empty outside of git, where `path` names the file. `data` never prints.

    `first_line`: where a large file comes in pieces, the line of the file on which this one begins. `goes_on`: it is
    not the first piece.
    """

    _unshown = frozenset({"data"})

    data: bytes
    path: str
    oid: str = ""
    first_line: int = 1
    goes_on: bool = False


class Problem(Value):
    """What could not be looked at, and why: a scan with problems never ends in 'nothing found'."""

    where: str
    why: str
