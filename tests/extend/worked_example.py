"""A page of docs/extend, as a tree of source sees it: its files, the lines that it changes, and what it runs."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(
    r"(?:^\*\*`(?P<path>[^`\n]+)`\*\*\n\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_PLACE = re.compile(r"^@@\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Change:
    """`old` stands once in the file at `path`, and becomes `new`."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Page:
    """`files`: whole ones, by their path. `tests` are the files of tests that it runs, `words` what the names of those
    tests hold that it is about: `pytest TESTS -k 'WORD or WORD'`.
    """

    name: str
    files: dict[str, str]
    changes: tuple[Change, ...]
    commands: tuple[str, ...]
    tests: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def touched(self) -> list[str]:
        return list(dict.fromkeys((*self.files, *(c.path for c in self.changes))))

    def write(self, tree: Path) -> None:
        """Word for word. Fails where a file is there already, or a line that changes is not there, or twice."""
        for path, text in self.files.items():
            assert not (tree / path).exists(), f"{self.name}: {path} exists by now, take another example"
            (tree / path).write_text(text)
        for change in self.changes:
            before = (tree / change.path).read_text()
            times = before.count(change.old)
            assert times == 1, f"{self.name}: {change.path} has moved on, this is there {times} times:\n{change.old}"
            (tree / change.path).write_text(before.replace(change.old, change.new))


def read(page: Path) -> Page:
    files: dict[str, str] = {}
    changes: list[Change] = []
    commands: list[str] = []
    for fence in _FENCE.finditer(page.read_text()):
        match fence["kind"]:
            case "diff":
                changes += _changes(fence["text"])
            case "sh":
                commands += fence["text"].splitlines()
            case "python" | "yaml":
                assert fence["path"], f"{page.name}: a file without its path:\n{fence['text']}"
                files[fence["path"]] = fence["text"]
    (run,) = (shlex.split(c) for c in commands if "-m pytest" in c)
    tests, words = run[run.index("pytest") + 1 : run.index("-k")], run[run.index("-k") + 1].split(" or ")
    return Page(page.stem, files, tuple(changes), tuple(commands), tuple(tests), tuple(words))


def _changes(text: str) -> Iterator[Change]:
    """`+++ PATH`, then for each place `@@` and its lines, as a diff has them."""
    head, *places = _PLACE.split(text)
    for place in places:
        yield Change(head.removeprefix("+++ ").strip(), _side(place, "-"), _side(place, "+"))


def _side(place: str, sign: str) -> str:
    """What was there, or what comes. An empty line stays one without the blank before it."""
    kept = (line for line in place.splitlines(keepends=True) if line[0] in f" \n{sign}")
    return "".join(line if line == "\n" else line[1:] for line in kept)
