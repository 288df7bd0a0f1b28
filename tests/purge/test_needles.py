"""Every form of a secret is found, and what stands in its place is as long where it must be."""

import base64
import json
import pickle
import string
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unleak.model.credential import SecretKey
from unleak.purge.needles import REMOVED, Needles

_VALUES = st.text(string.ascii_letters + string.digits + "+/=", min_size=20, max_size=60)


@given(_VALUES, st.binary(max_size=7), st.binary(max_size=7))
def test_in_base64_wherever_it_stands(value: str, before: bytes, behind: bytes) -> None:
    secret = value.encode()
    for encode, decode in (
        (base64.b64encode, base64.b64decode),
        (base64.urlsafe_b64encode, base64.urlsafe_b64decode),
    ):
        whole = encode(before + secret + behind)
        replaced = Needles([SecretKey(value)]).replaced(whole)
        assert len(replaced) == len(whole)
        assert secret[2:-2] not in decode(replaced)
        assert decode(replaced)[: max(len(before) - 1, 0)] == before[:-1]


@given(_VALUES, st.binary(max_size=9), st.binary(max_size=9))
def test_replaced_is_the_end_of_it(value: str, before: bytes, behind: bytes) -> None:
    needles = Needles([SecretKey(value)])
    once = needles.replaced(before + value.encode() + behind)
    assert needles.replaced(once) == once
    assert not needles.held_in(once)


@given(_VALUES)
def test_escaped(value: str) -> None:
    needles = Needles([SecretKey(value)])
    for form in (value, quote(value, safe=""), json.dumps(value)[1:-1], value.replace("/", "\\/")):
        assert needles.replaced(b"'" + form.encode() + b"'") == b"'" + REMOVED + b"'"
    for data in (value.encode().hex().encode(), value.encode("utf-16-le"), value.encode("utf-16-be")):
        assert len(needles.replaced(data)) == len(data)
        assert not needles.held_in(needles.replaced(data))


def test_no_offset_moves_in_binary_data() -> None:
    needles = Needles([SecretKey("s" * 40)])
    assert needles.replaced(b"\0" + b"s" * 40 + b"\1") == b"\0" + b"x" * 40 + b"\1"


def test_never_printed() -> None:
    needles = Needles([SecretKey("s" * 40)])
    assert "sss" not in f"{needles!r}{needles}"
    with pytest.raises(TypeError):
        pickle.dumps(needles)


def test_the_same_in_another_process() -> None:
    needles = Needles([SecretKey("s" * 38 + "+/")])
    other = Needles.of_lines(needles.lines())
    for text in (b"s" * 38 + b"+/", base64.b64encode(b"s" * 38 + b"+/"), b"\0" + b"s" * 38 + b"+/"):
        assert other.replaced(text) == needles.replaced(text) != text


def test_the_same_for_much() -> None:
    """Where hyperscan looks first."""
    value = "s" * 20 + "/+" * 10
    few, much = Needles([SecretKey(value)]), Needles([SecretKey(value)])
    assert not much.held_in(b"x" * (6 << 20))
    assert not much.held_in(b"x")
    plain = value.encode()
    for form in (
        plain,
        base64.b64encode(b"a" + plain),
        value.encode("utf-16-le"),
        value.encode("utf-16-be"),
        b"s" * 40,
    ):
        for text in (form, b"\0" + form + b"\n", form[:30] + b"\n" + form[30:]):
            assert much.held_in(text) == few.held_in(text) == (form != b"s" * 40)
            assert much.replaced(text) == few.replaced(text)
