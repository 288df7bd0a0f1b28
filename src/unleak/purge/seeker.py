"""Does a text hold one of some values? By Python in small ones, by hyperscan at gigabytes a second."""

from collections.abc import Callable, Iterable

_SMALL = 4 << 20
_MARK = 32


class Seeker:
    """Starts hyperscan when so much has been read that this pays."""

    __slots__ = ("__left", "__may_hold", "__values")

    def __init__(self, values: Iterable[bytes]) -> None:
        self.__values = tuple(values)
        self.__left = _SMALL
        self.__may_hold: Callable[[bytes], bool] | None = None

    def __call__(self, data: bytes) -> bool:
        if self.__may_hold is not None and not self.__may_hold(data):
            return False
        self.__left -= len(data)
        if self.__left < 0 and self.__may_hold is None and self.__values:
            self.__may_hold = _database(self.__values)
        return any(value in data for value in self.__values)


def _database(values: tuple[bytes, ...]) -> Callable[[bytes], bool]:
    """Of how they begin: true is to be confirmed."""
    import hyperscan  # noqa: PLC0415  a small history needs it not

    marks = sorted({b"".join(b"\\x%02x" % byte for byte in value[:_MARK]) for value in values})
    database = hyperscan.Database()
    flags = hyperscan.HS_FLAG_SINGLEMATCH
    database.compile(expressions=marks, ids=list(range(len(marks))), elements=len(marks), flags=flags)
    heard: list[int] = []

    def hear(number: int, _start: int, _end: int, _flags: int, _context: object) -> None:
        heard.append(number)

    def may_hold(data: bytes) -> bool:
        heard.clear()
        database.scan(data, match_event_handler=hear)
        return bool(heard)

    return may_hold
