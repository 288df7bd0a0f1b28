r"""Signs of a value written as escapes: `\/` in JSON, `%2B` in a URL, `&#47;` in XML. Only `+`, `/` and `=` need it."""

from bisect import bisect_right

from unleak.scan.lazy import lazy

_ESCAPE = lazy(
    rb"\\{1,16}(?:/|u00(?:2[FfBb]|3[Dd])|x(?:2[FfBb]|3[Dd]))|%(?:25)?(?:2[FfBb]|3[Dd])"
    rb"|&(?:#(?:x0*(?:2[FfBb]|3[Dd])|0*(?:4[37]|61))|sol|plus|equals);"
)
_PLUS = (b"B", b"b", b"B;", b"b;", b"43;", b"plus;")
_EQUALS = (b"3D", b"3d", b"3D;", b"3d;", b"61;", b"equals;")


class Plain:
    """Bytes `start` to `end` of a text without escapes; `at` says where in the text a byte of it stands."""

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self._places = [0]
        self._shifts = [start]
        pieces, last, length, shift = [], start, 0, start
        for escape in _ESCAPE.finditer(data, start, end):
            pieces += [data[last : escape.start()], _sign(escape.group())]
            length += escape.start() - last + 1
            last = escape.end()
            shift += len(escape.group()) - 1
            self._places.append(length)
            self._shifts.append(shift)
        self.data = b"".join([*pieces, data[last:end]])

    def at(self, offset: int) -> int:
        return offset + self._shifts[bisect_right(self._places, offset) - 1]


def _sign(escape: bytes) -> bytes:
    return b"+" if escape.endswith(_PLUS) else b"=" if escape.endswith(_EQUALS) else b"/"


def has_escapes(data: bytes, start: int, end: int) -> bool:
    return _ESCAPE.search(data, start, end) is not None
