"""Secrets have no way out but `reveal`."""

import copy
import json
import pickle
from collections.abc import Callable
from dataclasses import asdict

import pytest

from unleak.model.credential import Credentials, SecretKey, SessionToken

VALUE = "planted" + "Secret" * 5
WAYS_TO_PRINT: list[Callable[[object], str]] = [repr, str, "{}".format, "%s".__mod__, "{!r}".format, "{!a}".format]


@pytest.mark.parametrize("kind", [SecretKey, SessionToken])
def test_no_way_of_printing_shows_it(kind: type[SecretKey] | type[SessionToken]) -> None:
    secret = kind(VALUE)
    whole = Credentials("AKIA...", SecretKey(VALUE), SessionToken(VALUE))
    for way in WAYS_TO_PRINT:
        assert VALUE not in way(secret)
        assert VALUE not in way(whole)
    assert VALUE not in f"{secret:>60}"
    assert secret.reveal() == VALUE


@pytest.mark.parametrize("way", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps])
def test_it_is_neither_pickled_nor_copied_nor_written(way: object) -> None:
    with pytest.raises(TypeError):
        way(SecretKey(VALUE))  # type: ignore[operator]


def test_a_record_that_holds_one_cannot_be_turned_into_plain_values() -> None:
    with pytest.raises(TypeError):
        asdict(Credentials("AKIA...", SecretKey(VALUE)))


def test_equal_values_are_equal_and_kinds_are_not() -> None:
    assert SecretKey(VALUE) == SecretKey(VALUE)
    assert SecretKey(VALUE) != SecretKey(VALUE + "x")
    assert SecretKey(VALUE) != SessionToken(VALUE)
    assert len({SecretKey(VALUE), SecretKey(VALUE)}) == 1
