"""A policy without outsiders is never wider than before."""

from typing import Any

from unleak.iam.shut_out import without

OUT, OWN = "arn:aws:iam::999988887777:root", "arn:aws:iam::111122223333:root"


def statement(effect: str, principal: Any, sid: str = "") -> dict[str, Any]:
    return {"Sid": sid, "Effect": effect, "Principal": principal, "Action": "s3:*", "Resource": "*"}


def test_only_the_outsider_goes() -> None:
    both = {"Statement": [statement("Allow", {"AWS": [OWN, "999988887777"]})]}
    assert without(both, (OUT,)) == {"Statement": [statement("Allow", {"AWS": OWN})]}


def test_an_allow_for_nobody_goes_and_the_rest_stays() -> None:
    two = {"Statement": [statement("Allow", {"AWS": OUT}, "a"), statement("Allow", {"Service": "s3.amazonaws.com"})]}
    assert without(two, (OUT,)) == {"Statement": two["Statement"][1:]}


def test_a_deny_stays_whomever_it_names() -> None:
    denies = {"Statement": [statement("Deny", "*"), statement("Deny", {"AWS": OUT})]}
    assert without(denies, ("*", OUT)) == denies


def test_everybody_goes_in_every_spelling() -> None:
    inverse = {"Effect": "Allow", "NotPrincipal": {"AWS": OWN}, "Action": "*", "Resource": "*"}
    opened = {"Statement": [statement("Allow", "*"), statement("Allow", {"AWS": "*"}), inverse]}
    assert without(opened, ("*",)) is None


def test_one_statement_may_stand_alone() -> None:
    assert without({"Statement": statement("Allow", {"AWS": OUT})}, (OUT,)) is None
