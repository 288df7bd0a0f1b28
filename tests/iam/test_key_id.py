"""Ids stand here in two columns, so that no scanner takes this file for a leak."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unleak.iam.key_id import KeyKind, account_of, kind_of

REST = "Y34FZKBOKMUTVV7A"

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
KINDS = [
    ("AKIA", KeyKind.LONG_TERM),
    ("ASIA", KeyKind.TEMPORARY),
    ("ABIA", KeyKind.BEARER),
    ("ACCA", KeyKind.CONTEXT),
    ("AGPA", KeyKind.NOT_A_KEY),  # user group
    ("AIDA", KeyKind.NOT_A_KEY),  # user
    ("AIPA", KeyKind.NOT_A_KEY),  # instance profile
    ("ANPA", KeyKind.NOT_A_KEY),  # managed policy
    ("ANVA", KeyKind.NOT_A_KEY),  # version of a managed policy
    ("APKA", KeyKind.NOT_A_KEY),  # public key
    ("AROA", KeyKind.NOT_A_KEY),  # role
    ("ASCA", KeyKind.NOT_A_KEY),  # certificate
    ("AXXA", KeyKind.UNKNOWN),
    ("akia", KeyKind.UNKNOWN),
]

ACCOUNTS = [
    # published with their account: https://awsteele.com/blog/2020/09/26/aws-access-key-format.html and its successors
    ("ASIA", "Y34FZKBOKMUTVV7A", "609629065308"),
    ("ASIA", "QNZGKIQY56JQ7WML", "029608264753"),
    ("AKIA", "ZHO3CC62YYHHCD6N", "634503960501"),
    # a role's id is one character longer; what follows the sixteen does not matter
    ("AROA", "Y34FZKBOKMUTVV7AZ", "609629065308"),
    # the smallest number and the largest
    ("AKIA", "QAAAAAAAAAAAAAAA", "000000000000"),
    ("AKIA", "6RVFFB77QAAAAAAA", "999999999999"),
    ("AKIA", "6RVFFCAAAAAAAAAA", None),
    ("AKIA", "7777777777777777", None),
    # before 2019 (fifth character A to P) ids carried no account
    ("AKIA", "IOSFODNN7EXAMPLE", None),
    ("AKIA", "I44QH8DHBEXAMPLE", None),
    ("AKIA", "JLVYNHUWCPKOPSYQ", None),
    ("AKIA", "PLVYNHUWCPKOPSYQ", None),
    # no base32
    *(("AKIA", f"Y34FZKBOKMUTVV7{digit}", None) for digit in "0189"),
    # not of the shape of an id
    ("AKIA", "Y34FZKBOKMUTVV7", None),
    ("AKIA", "Y34FZKBOKMUTVV7=", None),
    ("AKIA", "y34fzkbokmutvv7a", None),
    ("AXXA", "Y34FZKBOKMUTVV7A", None),
    ("", "", None),
]


@pytest.mark.parametrize(("prefix", "kind"), KINDS)
def test_the_prefix_tells_the_kind(prefix: str, kind: KeyKind) -> None:
    assert kind_of(prefix + REST) is kind


@pytest.mark.parametrize(
    "text", ["", "AKIA", "AKIA" + REST[:11], "AKIA" + REST + "\n", " AKIA" + REST, "AKIA" + 130 * "A"]
)
def test_what_has_no_shape_of_an_id_is_of_no_known_kind(text: str) -> None:
    assert kind_of(text) is KeyKind.UNKNOWN


@pytest.mark.parametrize(("prefix", "rest", "account"), ACCOUNTS)
def test_an_id_tells_its_account_or_nothing(prefix: str, rest: str, account: str | None) -> None:
    assert account_of(prefix + rest) == account


def encode(prefix: str, account: int, unique: int) -> str:
    """One bit that says an account follows, forty bits of account, thirty-nine bits of the id's own; in base32."""
    bits = 1 << 79 | account << 39 | unique
    return prefix + base64.b32encode(bits.to_bytes(10, "big")).decode()


@given(
    st.sampled_from([p for p, kind in KINDS if kind is not KeyKind.UNKNOWN]),
    st.integers(0, 999_999_999_999),
    st.integers(0, 2**39 - 1),
)
def test_every_account_is_read_back(prefix: str, account: int, unique: int) -> None:
    assert account_of(encode(prefix, account, unique)) == f"{account:012d}"


@given(st.sampled_from(["AKIA", "ASIA"]), st.integers(10**12, 2**40 - 1), st.integers(0, 2**39 - 1))
def test_a_number_that_is_no_account_is_not_told(prefix: str, number: int, unique: int) -> None:
    assert account_of(encode(prefix, number, unique)) is None


@given(st.text() | st.from_regex(r"A[KS]IA[A-Z0-9]{10,30}", fullmatch=True))
def test_any_text_has_a_kind_and_an_account_or_none(text: str) -> None:
    account = account_of(text)
    assert account is None or (len(account) == 12 and account.isdecimal() and kind_of(text) is not KeyKind.UNKNOWN)
