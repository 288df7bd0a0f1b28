"""Lines of text with a style, drawn plain or in colour.

No markup is parsed: a line is clean text, and only what is written here is a control sequence.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from unleak.report.investigation.words import clean, clipped, width_of


class Style(Enum):
    """With its parameters of the control sequence SGR."""

    PLAIN = ""
    HEAD = "1"
    BAD = "31"
    WARN = "33"
    SOFT = "2"


@dataclass(frozen=True, slots=True)
class Ink:
    """One line."""

    text: str
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of a row. `least` columns stay when the row is too wide; 0: it is never cut. `pad`: to so many columns."""

    text: str
    least: int = 0
    pad: int = 0


def row(cells: Iterable[Cell], width: int, indent: str = "  ", gap: str = "  ") -> str:
    """The cells beside each other in `width` columns: the longest that may be cut is cut first."""
    texts = [c for c in cells if c.text or c.pad]
    shown = [c.text + " " * (c.pad - width_of(c.text)) for c in texts]
    while (over := width_of(indent + gap.join(shown).rstrip()) - width) > 0:
        widths = [width_of(t) if c.least and width_of(t) > c.least else 0 for t, c in zip(shown, texts, strict=True)]
        if not any(widths):
            break
        i = widths.index(max(widths))
        second = max((w for j, w in enumerate(widths) if j != i), default=0)
        step = max(1, min(over, widths[i] - second))
        shown[i] = clipped(shown[i].rstrip(), max(texts[i].least, widths[i] - step))
    return clipped((indent + gap.join(shown)).rstrip(), width)


def draw(lines: Iterable[Ink], *, colour: bool) -> str:
    """In colour only if that is asked for and `NO_COLOR` is not set: https://no-color.org"""
    coloured = colour and not os.environ.get("NO_COLOR")
    return "\n".join(_drawn(line, coloured=coloured) for line in lines) + "\n"


def _drawn(line: Ink, *, coloured: bool) -> str:
    text = clean(line.text).rstrip()
    if not coloured or line.style is Style.PLAIN or not text:
        return text
    return f"\x1b[{line.style.value}m{text}\x1b[0m"
