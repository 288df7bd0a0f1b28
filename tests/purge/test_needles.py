"""Every form of a secret is found, and what stands in its place is as long where it must be."""

import base64
import json
import pickle
import string
from collections.abc import Callable
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


_SIDES = st.binary(max_size=7)
_INNER = [
    base64.b64encode, base64.urlsafe_b64encode, lambda plain: plain.decode("latin-1").encode("utf-16-le"),
    lambda plain: plain.decode("latin-1").replace("/", "\\/").encode("latin-1"),
]  # fmt: skip


@given(
    _VALUES, st.sampled_from(_INNER), st.tuples(_SIDES, _SIDES), st.tuples(_SIDES, _SIDES), st.sampled_from([0, 1, 4])
)
def test_encoded_twice_it_is_decoded_and_encoded_again(
    value: str, inner: Callable[[bytes], bytes], sides: tuple[bytes, bytes], around: tuple[bytes, bytes], line: int
) -> None:
    """Of the outer base64 nothing moves, and within it stands what would stand there if it were not encoded."""
    needles, plain = Needles([SecretKey(value)]), around[0] + inner(sides[0] + value.encode() + sides[1]) + around[1]
    for encode, decode in ((base64.b64encode, base64.b64decode), (base64.urlsafe_b64encode, base64.urlsafe_b64decode)):
        outer = encode(plain)
        broken = b"\n  ".join(outer[n : n + 19 * line] for n in range(0, len(outer), 19 * line)) if line else outer
        whole = b"  login: " + broken + b"\nnext: value\n"
        replaced = needles.replaced(whole)
        assert len(replaced) == len(whole)
        assert replaced[:9] == whole[:9]
        assert replaced[-13:] == whole[-13:]
        assert not needles.held_in(replaced)
        assert needles.replaced(replaced) == replaced
        left = decode(replaced[9:-13].translate(None, b"\n "))
        assert len(left) == len(plain)
        assert not needles.held_in(left)
        assert left[: len(around[0])] == around[0]
        assert left[len(plain) - len(around[1]) :] == around[1]


@given(_VALUES, st.binary(max_size=80))
def test_whatever_is_not_it_stays(value: str, data: bytes) -> None:
    """Also in what is decoded for the sake of something else in it."""
    needles, twice = Needles([SecretKey(value)]), base64.b64encode(base64.b64encode(value.encode()))
    for other in (data, base64.b64encode(data), base64.urlsafe_b64encode(data) + b"="):
        if not needles.held_in(other):
            assert needles.replaced(other + b";" + twice + b";" + other).startswith(other + b";")


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
    once = base64.b64encode(b"s" * 38 + b"+/")
    for text in (b"s" * 38 + b"+/", once, base64.b64encode(once), b"\0" + b"s" * 38 + b"+/"):
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
