"""How much unpacking may cost."""

from unleak.model.value import Value

_MIB = 1 << 20


class Budget(Value, frozen=False):
    """One for each outermost blob; what is packed in it, on every level, shares it.

    `size`: bytes that may still be inflated. `members`: how many may still be read, the only or first one of an
    archive not counted. `largest`: bytes of one member.
    What inflates to more than `ratio` times its packed size is a bomb, unless it stays below `harmless` bytes.
    What lies in an archive as it is, as in a tar, is not inflated and costs no `size`.
    """

    size: int = 512 * _MIB
    members: int = 20_000
    depth: int = 5
    largest: int = 256 * _MIB
    ratio: int = 200
    harmless: int = 32 * _MIB

    def room(self, packed: int) -> int:
        """How many bytes a member may have that takes `packed` bytes."""
        return max(0, min(self.size, self.largest, self._no_bomb(packed)))

    def why_no_more(self, packed: int) -> str:
        """Which of the limits makes the room what it is, in words."""
        if self.size <= min(self.largest, self._no_bomb(packed)):
            return "not read to its end: too much is packed in this file"
        if self.largest <= self._no_bomb(packed):
            return f"not read to its end: larger than {self.largest // _MIB} MiB"
        return f"not read to its end: inflates to more than {self.ratio} times its size, as a bomb does"

    def _no_bomb(self, packed: int) -> int:
        return max(self.ratio * packed, self.harmless)
