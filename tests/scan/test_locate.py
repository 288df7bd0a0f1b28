"""Python's `re` for little and hyperscan for much: they find the same."""

import base64
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from unleak.model.finding import Finding
from unleak.scan.blob import Blob
from unleak.scan.locate import Locate, joined, locate_by_re, make_locate
from unleak.scan.scanner import findings_in

FAST = make_locate()
WORDS = st.sampled_from(
    [
        "AKIA",
        "ASIA",
        "secret",
        "sk = ",
        '"sk": ',
        "IQoJb3JpZ2lu",
        "\\/",
        "%2F",
        "&#43;",
        "\x1b[0m",
        "=",
        "\n",
        "value: ",
    ]
)
VALUES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=16, max_size=16) | st.text(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/", min_size=40, max_size=40
)
TEXTS = st.lists(WORDS | VALUES | st.text(max_size=6), max_size=12).map("".join)


def written(text: str, how: str) -> bytes:
    if how.startswith("utf"):
        return text.encode(how, "replace")
    plain = text.encode("utf-8", "replace")
    return base64.b64encode(plain) if how == "base64" else plain.hex().encode()


def found(data: bytes, locate: Locate) -> set[tuple[str, int, str | None]]:
    findings = findings_in(Blob(data, "x"), locate)
    return {(f.fingerprint, f.places[0].line, f.key_id) for f in findings if isinstance(f, Finding)}


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.sampled_from(["utf-8", "utf-8", "utf-16", "base64", "hex"])), max_size=4))
def test_both_engines_find_the_same(parts: list[tuple[str, str]]) -> None:
    data = b"\n".join(written(text, how) for text, how in parts)
    assert found(data, locate_by_re) == found(data, FAST)


@given(st.lists(st.tuples(st.integers(-9, 60), st.integers(-9, 60))))
def test_spans_are_joined(spans: list[tuple[int, int]]) -> None:
    made = joined(spans, 50)
    assert {n for a, b in spans for n in range(a, b) if 0 <= n < 50} <= {n for a, b in made for n in range(a, b)}
    assert all(b < c for (_, b), (c, _) in pairwise(made))
