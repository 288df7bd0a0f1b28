"""One compressed stream, inflated piece by piece, so that nobody's word for its size is needed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from unleak.scan.unpack.sink import Sink, TooMuch

CUT_OFF = "cut off: its end is missing"
DAMAGED = "damaged: not all of it could be read"
_FIRST, _OUT = 256, 1 << 18
_SALVAGE_LEAST, _SALVAGE_PIECES = 16, 1 << 16


class Decoder(Protocol):
    """As the decompressors of `bz2` and `lzma` have it."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes | memoryview, max_length: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Codec:
    """`piece`: how many packed bytes to give the decoder at once, at most."""

    make: Callable[[], Decoder]
    piece: int = 1 << 14


@dataclass(frozen=True, slots=True)
class Ending:
    """Where a stream ended, or reading it did, and why that is not its true end; "" where it is."""

    at: int
    why: str = ""


def inflate(codec: Codec, packed: memoryview, sink: Sink) -> Ending:
    """The stream at the beginning of `packed`. A damaged one is read again in small pieces, up to the damage."""
    begun = len(sink)
    ending = _inflate(codec, packed, sink, codec.piece)
    if ending.why == DAMAGED:
        sink.cut(begun)
        piece = min(codec.piece, max(_SALVAGE_LEAST, len(packed) // _SALVAGE_PIECES))
        ending = _inflate(codec, packed, sink, piece)
    return ending


def _inflate(codec: Codec, packed: memoryview, sink: Sink, most: int) -> Ending:
    """Begins with small pieces: of what it is given, a short stream has to copy what it leaves over."""
    at, piece = 0, min(_FIRST, most)
    try:
        decoder = codec.make()
        while not decoder.eof:
            feed = packed[at : at + piece] if decoder.needs_input else b""
            if decoder.needs_input and not feed:
                return Ending(at, CUT_OFF)
            at, piece = at + len(feed), min(2 * piece, most)
            out = decoder.decompress(feed, min(_OUT, sink.room + 1))
            if not (feed or out or decoder.needs_input or decoder.eof):
                return Ending(at, DAMAGED)
            sink.write(out)
        return Ending(at - len(decoder.unused_data))
    except TooMuch as full:
        return Ending(at, full.why)
    except Exception:  # noqa: BLE001  decoders raise what they like
        return Ending(at, DAMAGED)
