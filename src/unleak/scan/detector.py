"""What a detector declares: one file each, from which help, documentation and tests are derived."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from unleak.model.finding import Severity


@dataclass(frozen=True, slots=True)
class Candidate:
    """Bytes `start` to `end` of a blob look like what `detector` finds. `labelled`: a name beside them says so too."""

    detector: str
    start: int
    end: int
    labelled: bool = False


@dataclass(frozen=True, slots=True)
class Detector:
    """`pattern` has one group, the value. `confirm` throws out what only looks alike; `label` is searched before it.

    `examples` and `counter_examples` hold whole lines; in the source they are written in pieces, so that a scanner
    does not find them there.
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
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]


def begins(alphabet: bytes) -> bytes:
    """A pattern for where a value of this alphabet may begin: not inside a longer word, but behind the `+` of a diff,
    an escaped line end and a percent-encoded sign, though these end in characters that values have too.
    """
    return rb"(?:(?<![" + alphabet + rb"])|(?m:(?<=^\+))|(?<=\\[nrt])|(?<=%[0-7][0-9A-Fa-f]))"
