"""Where the bytes of one member are collected, up to what the budget allows."""

import io

from unleak.scan.unpack.budget import Budget


class TooMuch(Exception):
    """The member is larger than it may be. `why` says so to a reader."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Sink:
    """For a member that takes `packed` bytes. Never holds more than the budget's room for it."""

    def __init__(self, budget: Budget, packed: int) -> None:
        self._budget = budget
        self._room = budget.room(packed)
        self._why = budget.why_no_more(packed)
        self._held = io.BytesIO()

    def __len__(self) -> int:
        return self._held.tell()

    @property
    def room(self) -> int:
        return self._room - len(self)

    def write(self, data: bytes) -> None:
        """Raises TooMuch once what fits is written."""
        room = self.room
        if len(data) <= room:
            self._held.write(data)
        else:
            self._held.write(memoryview(data)[:room])
            raise TooMuch(self._why)

    def cut(self, size: int) -> None:
        """Back to the first `size` bytes."""
        self._held.seek(size)
        self._held.truncate()

    def take(self) -> bytes:
        """What was collected, at the expense of the budget."""
        self._budget.size -= len(self)
        return self._held.getvalue()
