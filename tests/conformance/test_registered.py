"""A unit that is written and in no tuple is never run: each file that declares one is registered."""

import re
from pathlib import Path

import pytest

import unleak
from unleak import contain, evict, inspect, investigate, rotate
from unleak.notify.channels import CHANNELS
from unleak.rotate.consumers import KINDS
from unleak.scan.detectors import DETECTORS

SOURCE = Path(unleak.__file__).parent
_KIND = r'^    kind: (?:ClassVar\[str\]|str) = "(\w+)"$'
DECLARED = [
    ("scan/detectors", r'^    id="(\w+)",$', [d.id for d in DETECTORS]),
    ("inspect", r'^    id = "(\w+)"$', [c.id for c in inspect.CHECKS]),
    ("investigate", r'^    id = "(\w+)"$', [c.id for c in investigate.CHECKS]),
    ("contain", r'^    id = "(\w+)"$', [a.id for a in contain.ACTIONS]),
    ("evict", r'^    id = "(\w+)"$', [a.id for a in evict.ACTIONS]),
    ("rotate", r'^    id = "(\w+)"$', [a.id for a in rotate.ACTIONS]),
    ("rotate/consumers", _KIND, [k.kind for k in KINDS]),
    ("notify/channels", _KIND, list(CHANNELS)),
]


@pytest.mark.parametrize(("folder", "pattern", "registered"), DECLARED, ids=[row[0] for row in DECLARED])
def test_every_file_that_declares_a_unit_is_registered(folder: str, pattern: str, registered: list[str]) -> None:
    files = sorted((SOURCE / folder).glob("*.py"))
    declared = [name for file in files for name in re.findall(pattern, file.read_text(), re.MULTILINE)]
    left_out = set(declared) - set(registered)
    assert not left_out, f"add it to the tuple in src/unleak/{folder}/__init__.py: {', '.join(left_out)}"
    assert sorted(declared) == sorted(registered)
