"""What the pages for newcomers show is what happens: their shell blocks run, word for word, and print what they say.

Every other page shows command lines that unleak takes, and links that lead to a heading.
"""

import re
import shlex
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from command_lines import commands_of, mistake
from leaks_world import ENTER, KINDS, make_leaks
from pages_as_told import AS, EXIT, FENCE, NOT_RUN, agrees, blocks_of, check, environment_of, run
from unleak.standin.server import Standin

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "bench" / "README.md", *sorted(DOCS.glob("*.md"))]


def test_the_first_ten_minutes(tmp_path: Path) -> None:
    blocks = [b for b in blocks_of(DOCS / "start.md") if not b.mark(NOT_RUN)]
    ran = run(blocks, tmp_path, environment_of(tmp_path / "home"))
    check(ran)
    assert not (tmp_path / "home" / "unleak-practice").exists(), "it leaves nothing behind"


def test_i_have_just_leaked_a_key(tmp_path: Path, standin: Standin) -> None:
    leaks = tmp_path / "leaks"
    make_leaks(standin, leaks)
    blocks = [b for b in blocks_of(DOCS / "leaked.md") if not b.mark(NOT_RUN)]
    assert {b.mark(AS) for b in blocks} == set(KINDS)
    named = [replace(b, code=re.sub(r"A[KS]IA\.\.\.", '"$KEY"', b.code)) for b in blocks]
    environment = environment_of(tmp_path / "home") | {"LEAKS": str(leaks), "AWS_EC2_METADATA_DISABLED": "true"}
    check(run(named, leaks, environment, ENTER))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_command_line_is_one_that_unleak_takes(page: Path) -> None:
    lines = [words for block in blocks_of(page) for words in commands_of(block.code)]
    assert [(shlex.join(words), why) for words in lines if (why := mistake(words))] == []


@pytest.mark.parametrize(("line", "why"), [
    ("unleak scan . --histroy", "No such option"), ("unleak incident shwo X", "there is no shwo"),
    ("git diff | unleak scan - extra", "nothing takes extra"), ("unleak respond X --mode off", "is not one of"),
    ("unleak incident undo X step", "is missing"), ("unleak nothing", "there is no nothing"),
])  # fmt: skip
def test_a_mistake_is_seen(line: str, why: str) -> None:
    (words,) = commands_of(line)
    assert why in mistake(words)


@pytest.mark.parametrize(("said", "expected"), [
    ("a\nb\nc\n", "a\n…\nc\n"), ("a 1 b", "a … b"), ("at 12:01:02", "at 08:00:00"), ("a\nb\n", "a\n…\n"),
])  # fmt: skip
def test_what_is_told_is_compared(said: str, expected: str) -> None:
    assert agrees(said, expected) == ""


@pytest.mark.parametrize(("said", "expected"), [
    ("a\nb\n", "a\n"), ("a\n", "a\nb\n"), ("at noon", "at 08:00:00"), ("a\nb\n", "b\n"), ("b\na\n", "a\n…\nb\n"),
])  # fmt: skip
def test_what_is_not_told_is_seen(said: str, expected: str) -> None:
    assert agrees(said, expected)


def _anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    plain = [re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading) for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_to_a_heading(page: Path) -> None:
    links = re.findall(r"\]\(([^):#]*)#([^)]+)\)", FENCE.sub("", page.read_text()))
    there = [(page.parent / target if target else page, anchor) for target, anchor in links]
    assert [f"{target.name}#{anchor}" for target, anchor in there if anchor not in _anchors(target)] == []


def test_pages_show_what_a_reader_may_paste() -> None:
    """Each output belongs to a block before it; marks are known."""
    for page in ("start.md", "leaked.md"):
        for one, other in pairwise(FENCE.finditer((DOCS / page).read_text())):
            assert other[1] != "text" or one[1] == "sh", f"{page}: {other[2]}"
        known = {NOT_RUN, EXIT, AS}
        assert {name for block in blocks_of(DOCS / page) for name, _ in block.marks} <= known
