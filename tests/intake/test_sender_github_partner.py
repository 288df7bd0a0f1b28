"""GitHub's partner protocol: its public vectors, its keys and how often they are asked for, what a token is worth."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import senders_world as world
from reports_world import Fakes, a_pair
from senders_world import NOW, Web, access, key_set, of_partner, partner_key, public, with_signature

from unleak.intake.notice import Heard, Message, Reason, Refused
from unleak.intake.public_keys import KeySets
from unleak.intake.senders import github_partner
from unleak.model.alert import Ground

A = a_pair()
GITHUB = "https://api.github.com/meta/public_keys/secret_scanning"
OWN = "https://keys.example.com/own"
URL = "https://github.com/octo/app/blob/c0ffee/.env"
VECTORS: list[dict[str, str]] = json.loads((Path(__file__).parent / "github_partner_vectors.json").read_text())
VECTOR_KEYS = {v["key_identifier"]: v["public_key"] for v in VECTORS}


def fresh() -> github_partner._Partner:
    return github_partner._Partner(KeySets())


def web_of(url: str = OWN, **keys: str) -> Web:
    return Web({url: key_set(**(keys or {world.KEY_NAME: public(partner_key())}))})


def hear(value: Any) -> Heard:
    return fresh().hear(of_partner(value), access(web_of(), keys_url=OWN))


def token(text: str, kind: str = "aws_key", url: str = URL) -> dict[str, str]:
    return {"token": text, "type": kind, "url": url, "source": "content"}


def refused(message: Message, web: Web) -> Refused:
    with pytest.raises(Refused) as caught:
        fresh().hear(message, access(web, keys_url=OWN))
    return caught.value


# --- the signature


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["body"][:30])
def test_the_public_vectors(vector: dict[str, str]) -> None:
    message = with_signature(vector["body"].encode(), vector["key_identifier"], vector["signature"])
    web = web_of(GITHUB, **VECTOR_KEYS)
    heard = fresh().hear(message, access(web))
    assert (heard.who, heard.reports, web.asked) == ("GitHub's secret scanning", (), [GITHUB])
    assert heard.passed_over == ("no AWS key is among 1 tokens",)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["body"][:30])
@pytest.mark.parametrize(
    "change", [lambda b: b + b"\n", lambda b: b" " + b, lambda b: b.replace(b"some", b"Some", 1)[:-1]]
)
def test_one_byte_more_or_less_breaks_the_signature(vector: dict[str, str], change: Any) -> None:
    message = with_signature(change(vector["body"].encode()), vector["key_identifier"], vector["signature"])
    with pytest.raises(Refused) as caught:
        fresh().hear(message, access(web_of(GITHUB, **VECTOR_KEYS)))
    assert caught.value.reason is Reason.BAD_SIGNATURE


@pytest.mark.parametrize("signature", ["not base64", "AAAA", "\N{SNOWMAN}", "MEUCIQ==", "A" * 10_000])
def test_a_damaged_signature(signature: str) -> None:
    assert refused(with_signature(b"[]", world.KEY_NAME, signature), web_of()).reason is Reason.BAD_SIGNATURE


def test_who_is_refused() -> None:
    good = of_partner([])
    other = of_partner([], key=partner_key(2))
    assert refused(other, web_of()).reason is Reason.BAD_SIGNATURE
    assert refused(Message(b"[]", {}, NOW), web_of()).reason is Reason.NOT_SIGNED
    assert refused(replace(good, headers={**good.headers, "github-public-key-identifier": "x"}), web_of()
                   ).reason is Reason.UNKNOWN_KEY  # fmt: skip
    assert refused(good, Web()).reason is Reason.KEYS_UNREACHABLE
    assert refused(good, Web({OWN: b"<html>"})).reason is Reason.KEYS_UNREACHABLE
    assert refused(good, web_of(**{world.KEY_NAME: "no key"})).reason is Reason.UNKNOWN_KEY
    assert refused(of_partner({"token": 1}), web_of()).reason is Reason.NOT_UNDERSTOOD
    assert refused(of_partner(b"[" * 100_000), web_of()).reason is Reason.NOT_JSON
    assert refused(of_partner([{}] * 10_001), web_of()).reason is Reason.TOO_MANY


def test_an_own_scanner_does_not_speak_for_github() -> None:
    """Its set of keys is another, and so is its name."""
    web = Web({OWN: key_set(**{world.KEY_NAME: public(partner_key())}), GITHUB: key_set(other=public(partner_key(2)))})
    assert fresh().hear(of_partner([]), access(web, keys_url=OWN)).who == "a scanner of your own"
    with pytest.raises(Refused) as caught:
        fresh().hear(of_partner([]), access(web))
    assert caught.value.reason is Reason.UNKNOWN_KEY


# --- how often keys are asked for


def test_made_up_ids_do_not_make_us_hammer() -> None:
    partner, web = fresh(), web_of()
    reasons = []
    for second in range(0, 121, 10):
        message = replace(of_partner([], name=f"made up {second}"), at=NOW + timedelta(seconds=second))
        with pytest.raises(Refused) as caught:
            partner.hear(message, access(web, keys_url=OWN))
        reasons.append(caught.value.reason)
    assert set(reasons) == {Reason.UNKNOWN_KEY}
    assert len(web.asked) == 3


def test_a_new_key_is_found_after_a_minute_and_known_ones_work_meanwhile() -> None:
    partner, web, new = fresh(), web_of(), partner_key(2)
    how = access(web, keys_url=OWN)
    partner.hear(of_partner([]), how)
    web.files[OWN] = key_set(**{world.KEY_NAME: public(partner_key()), "new": public(new)})
    early = replace(of_partner([], "new", new), at=NOW + timedelta(seconds=59))
    with pytest.raises(Refused):
        partner.hear(early, how)
    partner.hear(replace(early, at=NOW + timedelta(seconds=60)), how)
    web.files.clear()
    partner.hear(replace(of_partner([]), at=NOW + timedelta(hours=2)), how)
    with pytest.raises(Refused) as caught:
        partner.hear(replace(of_partner([], "newer", new), at=NOW + timedelta(hours=2)), how)
    assert caught.value.reason is Reason.KEYS_UNREACHABLE
    partner.hear(replace(of_partner([]), at=NOW + timedelta(hours=3)), how)


def test_a_key_that_was_taken_back_is_good_for_a_day_at_most() -> None:
    partner, web = fresh(), web_of()
    how = access(web, keys_url=OWN)
    partner.hear(of_partner([]), how)
    web.files[OWN] = key_set(other=public(partner_key(2)))
    partner.hear(replace(of_partner([]), at=NOW + timedelta(hours=23)), how)
    with pytest.raises(Refused) as caught:
        partner.hear(replace(of_partner([]), at=NOW + timedelta(hours=24)), how)
    assert caught.value.reason is Reason.UNKNOWN_KEY


def test_a_set_that_is_a_day_old_and_cannot_be_had_again_is_good_for_nothing() -> None:
    partner, web = fresh(), web_of()
    how = access(web, keys_url=OWN)
    partner.hear(of_partner([]), how)
    web.files.clear()
    for hours in (24, 25):
        with pytest.raises(Refused) as caught:
            partner.hear(replace(of_partner([]), at=NOW + timedelta(hours=hours)), how)
        assert caught.value.reason is Reason.KEYS_UNREACHABLE


# --- what it says


def test_a_key_id_alone_is_a_claim_whoever_signed() -> None:
    heard = hear([token(A.key_id, "aws_access_key_id")])
    (found,) = heard.reports
    assert (found.key_id, found.credentials, heard.ground_of(found)) == (A.key_id, None, Ground.CLAIM)
    assert not heard.ground_of(found).allows_change


@pytest.mark.parametrize(
    "tokens",
    [
        [token(f"{A.key_id} {A.secret}")],
        [token(f"{A.key_id}:{A.secret}", "aws_pair")],
        [token(A.file)],
        [token(A.key_id, "aws_access_key_id"), token(A.secret, "aws_secret_access_key")],
    ],
)
def test_a_pair_counts_once_aws_has_accepted_it(tokens: Any) -> None:
    heard = hear(tokens)
    (found,) = heard.reports
    assert found.credentials is not None
    assert (found.key_id, found.credentials.secret.reveal()) == (A.key_id, A.secret)
    assert heard.ground_of(found) is Ground.FOUND_SECRET
    assert {p.path for p in found.places} == {URL}
    assert A.secret not in repr(heard)


def test_halves_of_different_places_are_no_pair() -> None:
    heard = hear([token(A.key_id, "aws_access_key_id"), token(A.secret, "aws_secret_access_key", URL + "2")])
    assert [r.credentials for r in heard.reports] == [None]
    assert heard.passed_over == (f"{URL}2:1: a secret without its key id",)


def test_only_what_github_found_is_known_to_be_public() -> None:
    web = web_of(GITHUB)
    (found,) = fresh().hear(of_partner([token(A.key_id)]), access(web)).reports
    (own,) = hear([token(A.key_id)]).reports
    assert (found.public, own.public) == (True, None)


@pytest.mark.parametrize("one", [None, 7, "x", {}, {"token": 5}, {"token": ""}, [], {"token": None, "type": "aws"}])
def test_a_damaged_token_does_not_hide_the_others(one: Any) -> None:
    heard = hear([one, token(A.key_id)])
    assert [r.key_id for r in heard.reports] == [A.key_id]
    assert heard.passed_over == ("token 1: it is damaged: no token stands in it",)


@pytest.mark.parametrize("url", [None, 5, "", "javascript:x", "https://x/\0", "https://x/" + "y" * 5000, "https://x y"])
def test_an_address_that_is_none_is_left_out(url: Any) -> None:
    (found,) = hear([{"token": A.key_id, "type": "aws_key", "url": url}]).reports
    assert found.places == ()


# --- what it is answered


def test_the_feedback_says_only_what_is_sure() -> None:
    bait, example = Fakes(4).key_id_of("052310077262"), "AKIAIOSFODNN7EXAMPLE"
    bad_form = "AKIA0189" + "Q" * 12
    sure = [bait, example, bad_form, f"{bait} {A.secret}"]
    unsure = [A.key_id, f"{A.key_id} {A.secret}", A.secret, "ghp_x", f"{bait} {A.key_id}", ""]
    heard = hear([token(t) for t in (*sure, *unsure)])
    assert heard.answer == [
        {"token_hash": hashlib.sha256(t.encode()).hexdigest(), "token_type": "aws_key", "label": "false_positive"}
        for t in sure
    ]
    assert not any(t in json.dumps(heard.answer) for t in sure)


def test_the_same_message_is_the_same_whatever_its_signature() -> None:
    """ECDSA signs differently each time."""
    one, other = of_partner([token(A.key_id)]), of_partner([token(A.key_id)])
    assert one.headers != other.headers
    partner, how = fresh(), access(web_of(), keys_url=OWN)
    assert partner.hear(one, how).id == partner.hear(other, how).id != hear([token(A.secret)]).id
