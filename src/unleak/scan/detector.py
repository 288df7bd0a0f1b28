"""What a detector declares: one file each, from which help, documentation and tests are derived."""

import re
from collections.abc import Callable
from typing import Protocol

from unleak.model.finding import Severity
from unleak.model.value import Value


class Candidate(Value):
    """Bytes `start` to `end` of a text look like what `detector` finds; `value` is what they say, on line `line`.

    `labelled`: a name beside them says so too. `whose`: the rest of that name, `staging` of `STAGING_SECRET_KEY`.
    `via`: how the text was come by. `allowed`: a comment on the line says that it may stand there.
    """

    _unshown = frozenset({"value"})

    detector: str
    start: int
    end: int
    value: bytes
    line: int
    labelled: bool = False
    whose: bytes = b""
    via: tuple[str, ...] = ()
    allowed: bool = False


class Told(Value):
    """What a value says of itself, offline: its account and key id, and more in words."""

    key_id: str | None = None
    account_id: str | None = None
    about: str = ""


class Anchor(Value):
    """Where in gigabytes a value may be. `pattern` is without lookaround, so that every engine reads it; a value lies
    between `before` bytes ahead of its end and `after` bytes behind it. `opening` is the same for Python's `re`: what
    every match of `pattern` begins with. `more`: other patterns of the same, apart where one alone is slower.
    """

    pattern: bytes
    opening: re.Pattern[bytes]
    before: int
    after: int
    more: tuple[bytes, ...] = ()
    hints: tuple[bytes, ...] = ()


class Described(Protocol):
    """What is shown of a detector, or of a rule of the user's own."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def vendor(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def security_note(self) -> str: ...
    @property
    def mitigation(self) -> str: ...
    @property
    def references(self) -> tuple[str, ...]: ...


def _nothing(_value: bytes) -> Told:
    return Told()


class Detector(Value):
    """`pattern` has one group, the value. `confirm` throws out what only looks alike; `label` is searched before it.

    `anchor` finds the neighbourhood in which `pattern` is tried; `prefixes` are literals with which every value begins,
    so that it is recognised in base64 too. `needs_label`: without a label, or an id close by, a value is none.
    `tells` reads what a value says of itself. `beside_id`: it belongs to the key id next to it.
    `examples` and `counter_examples` hold whole lines, `written` in pieces.
    """

    id: str
    title: str
    severity: Severity
    vendor: str
    family: str
    description: str
    security_note: str
    mitigation: str
    references: tuple[str, ...]
    pattern: re.Pattern[bytes]
    confirm: Callable[[bytes], bool]
    label: re.Pattern[bytes]
    anchor: Anchor
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]
    prefixes: tuple[bytes, ...] = ()
    needs_label: bool = False
    beside_id: bool = False
    tells: Callable[[bytes], Told] = _nothing


def begins(alphabet: bytes) -> bytes:
    """A pattern for where a value of this alphabet may begin: not inside a longer word, but behind the `+` of a diff,
    an escaped line end and a percent-encoded sign, though these end in characters that values have too.
    """
    percent = rb"(?<=%[0-7][0-9A-Fa-f])|(?<=%25[0-7][0-9A-Fa-f])"
    return rb"(?:(?<![" + alphabet + rb"])|(?m:(?<=^\+))|(?<=\\[nrt])|" + percent + rb")"


def written(*pieces: str) -> str:
    """An example, put together when it is used: neither in the source nor in bytecode does a scanner find it."""
    return "".join(pieces)
