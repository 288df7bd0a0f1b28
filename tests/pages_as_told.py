"""What a page tells: its shell blocks, and what they print. Run, and compared with what is printed in earnest."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARKS = re.compile(r"((?:<!-- .*? -->\n)*)\Z")
NOT_RUN, EXIT, AS = "not run", "exit", "as"


@dataclass(frozen=True, slots=True)
class Block:
    """A shell block, what stands in the `text` block behind it, and the marks in the comments before it.

    `not run: why`; `exit N`, which one of its commands ends with (else each ends with 0); `as NAME`: in whose folder,
    with whose credentials.
    """

    line: int
    code: str
    said: str | None = None
    marks: tuple[tuple[str, str], ...] = ()

    def mark(self, name: str) -> str:
        return dict(self.marks).get(name, "")


def blocks_of(page: Path) -> list[Block]:
    """The shell blocks in order."""
    text, blocks, last = page.read_text(), [], ""
    for fence in FENCE.finditer(text):
        language, content = fence[1], fence[2]
        if language == "sh":
            before = text[: fence.start()]
            blocks.append(Block(before.count("\n") + 1, content, marks=tuple(_marks(before))))
        elif language == "text" and last == "sh":
            blocks[-1] = replace(blocks[-1], said=content)
        last = language
    return blocks


def _marks(before: str) -> Iterator[tuple[str, str]]:
    found = _MARKS.search(before)
    for comment in re.findall(r"<!-- (.*?) -->", found[1] if found else ""):
        name, _, value = comment.partition(": ") if comment.startswith(NOT_RUN) else comment.partition(" ")
        yield name, value


_BEGIN, _END, _BAD = "@@begin", "@@end", "@@ended-with"


def script_of(blocks: list[Block], entering: str = "") -> str:
    """One shell for all: each block between two marks, and a mark for each command that does not end with 0."""
    lines = ["exec 2>&1", f"trap 'echo \"{_BAD} $?\"' ERR"]
    for number, block in enumerate(blocks):
        if who := block.mark(AS):
            lines.append(entering.format(who))
        lines += [f'echo "{_BEGIN} {number}"', block.code, f'echo; echo "{_END} {number}"']
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Ran:
    block: Block
    said: str
    bad: tuple[str, ...]
    """What its commands ended with, but for 0."""


def run(blocks: list[Block], where: Path, environment: dict[str, str], entering: str = "") -> list[Ran]:
    """Whatever a block leaves running ends with the shell."""
    shell = subprocess.Popen(
        ["bash", "-c", script_of(blocks, entering)], cwd=where, env=environment, text=True, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        printed, _ = shell.communicate(timeout=600)
    finally:
        with_all_it_started(shell)
    return [_ran(number, block, printed) for number, block in enumerate(blocks)]


def with_all_it_started(shell: "subprocess.Popen[str]") -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(shell.pid, signal.SIGKILL)


def _ran(number: int, block: Block, printed: str) -> Ran:
    _, began, after = printed.partition(f"{_BEGIN} {number}\n")
    said, ended, _ = after.partition(f"\n{_END} {number}\n")
    assert began, f"the block in line {block.line} was not reached:\n{printed[-2000:]}"
    assert ended, f"the block in line {block.line} came to no end:\n{printed[-2000:]}"
    lines = said.splitlines()
    bad = tuple(line.removeprefix(f"{_BAD} ") for line in lines if line.startswith(_BAD))
    return Ran(block, "\n".join(line for line in lines if not line.startswith(_BAD)), bad)


def environment_of(home: Path) -> dict[str, str]:
    """A user's who has nothing of his own, with `unleak` and `python` of this interpreter on the path."""
    programs = home / "programs"
    programs.mkdir(parents=True)
    for name, module in (("unleak", "-m unleak.cli.main "), ("python", "")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {module}"$@"\n')
        (programs / name).chmod(0o755)
    kept = {name: os.environ[name] for name in ("LANG", "PYTHONPATH", "TMPDIR") if name in os.environ}
    return {**kept, "PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(home), "NO_COLOR": "1"}


_SHAPES = (
    (r"\b(AKIA|ASIA|ACCA)(?:[A-Z2-7]{16}\b|\.\.\.)", r"\1..."),
    (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)?", "TIME"),
    (r"\b\d{4}-\d\d-\d\d\b", "DAY"),
    (r"\b\d\d:\d\d:\d\d\b", "TIME"),
    (r"\binc-[0-9a-f]{10}\b", "inc-X"),
    (r"\bi-[0-9a-f]{17}\b", "i-X"),
    (r"-[0-9a-f]{8}\b", "-X"),
    (r"\bsince [0-9a-f]{12}\b", "since X"),
    (r"\b\d{12}\b", "ACCOUNT"),
)  # fmt: skip


def shaped(line: str) -> str:
    """Ids and times by their shape."""
    for pattern, shape in _SHAPES:
        line = re.sub(pattern, shape, line)
    return line.rstrip()


def agrees(said: str, expected: str) -> str:
    """Empty where `said` is as the page has it: `…` alone stands for any lines, within a line for any text.

    Else the first line of the page that was not printed.
    """
    there = [shaped(line) for line in said.strip("\n").splitlines()]
    at, skipping = 0, False
    for line in (shaped(line) for line in expected.strip("\n").splitlines()):
        if line.strip() == "…":
            skipping = True
            continue
        pattern = re.compile(".*".join(map(re.escape, line.split("…"))) + r"\Z")
        ahead = range(at, len(there) if skipping else min(at + 1, len(there)))
        found = next((n for n in ahead if pattern.match(there[n])), None)
        if found is None:
            return line
        at, skipping = found + 1, False
    return "" if skipping or at == len(there) else f"and no more, but there is: {there[at]}"


def check(ran: list[Ran]) -> None:
    for one in ran:
        told = f"line {one.block.line}: {one.block.code}\n{one.said}"
        code = one.block.mark(EXIT)
        assert one.bad == ((code,) if code else ()), told
        if one.block.said is not None:
            missing = agrees(one.said, one.block.said)
            assert not missing, f"{missing}\n\n{told}"
