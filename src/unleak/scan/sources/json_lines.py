"""JSON as lines of names and values, so that a line says what stands there."""

import json
from collections.abc import Iterator

_LONG = 200
_Pairs = tuple[tuple[str, object], ...]


def json_lines(data: bytes) -> bytes:
    """`config.Env.2: NAME=value` and so on, in the document's order, also of a name that stands there twice.

    Values that have lines keep them; of long names, the end stands beside their values.
    Raises ValueError, or RecursionError, where `data` is no JSON.
    """
    document = json.loads(data, object_pairs_hook=tuple, parse_int=str, parse_float=str)
    return "\n".join(_lines(document)).encode(errors="surrogatepass")


def _lines(document: object) -> Iterator[str]:
    waiting: list[tuple[str, object]] = [("", document)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, tuple):
            pairs: _Pairs = value
            yield from (key for key, _ in pairs if len(key) > _LONG)
            waiting += reversed([(_below(name, key), below) for key, below in pairs])
        elif isinstance(value, list):
            waiting += reversed([(_below(name, str(number)), below) for number, below in enumerate(value)])
        else:
            yield f"{name}: {value}" if name else str(value)


def _below(name: str, key: str) -> str:
    return f"{name[-_LONG:]}.{key[-_LONG:]}" if name else key[-_LONG:]
