"""Credentials that are encoded or escaped inside what other programs write: each is found as it is, with its places."""

import base64
import gzip
import json
import random
import time
from collections.abc import Callable

import pytest
from planted import Fakes

from unleak.model.finding import Finding
from unleak.scan.blob import Blob
from unleak.scan.locate import locate_by_re
from unleak.scan.scanner import findings_in

Wrap = Callable[[list[str]], str]


def found_in(data: bytes) -> list[Finding]:
    return [f for f in findings_in(Blob(data, "x"), locate_by_re) if isinstance(f, Finding)]


def pairs_of(text: str) -> set[tuple[str | None, str]]:
    return {(f.key_id, f.credentials.secret.reveal()) for f in found_in(text.encode()) if f.credentials}


def profile(fakes: Fakes) -> tuple[str, str, bytes]:
    """An id, its secret, and a file that holds both in the middle."""
    key_id, secret = fakes.key_id(), fakes.secret()
    text = f"aws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n"
    return key_id, secret, f"# settings of the shop\n[default]\n{text}region = eu-west-1\noutput = json\n".encode()


def in_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def cut(text: str, width: int) -> list[str]:
    return [text[at : at + width] for at in range(0, len(text), width)]


def each(form: str) -> Wrap:
    return lambda lines: "".join(form.format(line) for line in lines)


WRAPPED: dict[str, Wrap] = {
    "a diff adds it": lambda lines: "@@ -0,0 +1,9 @@\n" + each("+{}\n")(lines),
    "a diff removes it": lambda lines: "@@ -1,9 +0,0 @@\n" + each("-{}\n")(lines),
    "a diff's context": each(" {}\n"),
    "a mail quotes it": each("> {}\n"),
    "a mail quotes it twice": each("> > {}\n"),
    "an old Mac's or DOS's line ends": each("{}\r\n"),
    "indented": each("      {}\n"),
    "a string of JSON": lambda lines: json.dumps({"content": "\n".join(lines) + "\n", "encoding": "base64"}),
    "a string of JSON, DOS's line ends": lambda lines: json.dumps({"content": "\r\n".join(lines)}),
    "a list of JSON": lambda lines: json.dumps({"data": lines}, indent=2),
    "Python, one string after the other": each("    '{}'\n"),
    "joined by plus": each('    "{}" +\n'),
    "goes on behind a backslash": each("{}\\\n"),
}
ENCODED: dict[str, Callable[[bytes], list[str]]] = {
    "base64": lambda data: cut(in_base64(data), 76),
    "base64 of gzip": lambda data: cut(in_base64(gzip.compress(data, mtime=0)), 64),
    "hex": lambda data: cut(data.hex(), 60),
}


@pytest.mark.parametrize("wrap", WRAPPED.values(), ids=WRAPPED)
@pytest.mark.parametrize("encode", ENCODED.values(), ids=ENCODED)
def test_what_is_wrapped_is_read_as_one(encode: Callable[[bytes], list[str]], wrap: Wrap) -> None:
    for seed in range(5):
        key_id, secret, data = profile(Fakes(seed))
        text = wrap(encode(data))
        assert pairs_of(text) == {(key_id, secret)}, text


def test_a_helm_release_is_base64_of_base64_of_gzip() -> None:
    for seed in range(5):
        key_id, secret, data = profile(Fakes(seed))
        values = json.dumps({"name": "shop", "config": data.decode()}).encode()
        release = in_base64(in_base64(gzip.compress(values, mtime=0)).encode())
        assert pairs_of(f"apiVersion: v1\nkind: Secret\ndata:\n  release: {release}\n") == {(key_id, secret)}


@pytest.mark.parametrize(
    "encode", [in_base64, lambda data: in_base64(data).rstrip("="), bytes.hex], ids=["base64", "unpadded", "hex"]
)
@pytest.mark.parametrize("after", ["", "\n", "\n#"], ids=["0", "1", "2"])
def test_lines_of_one_length_that_are_each_encoded_alone_are_all_found(
    encode: Callable[[bytes], str], after: str
) -> None:
    fakes = Fakes(3)
    couples = {(fakes.key_id(), fakes.secret()) for _ in range(4)}
    pairs = [f"aws_access_key_id={i}\naws_secret_access_key={s}\n{after}" for i, s in sorted(couples)]
    assert pairs_of("".join(encode(p.encode()) + "\n" for p in pairs)) == couples
    ids = "".join(encode(f"{i}{after}".encode()) + "\n" for i, _ in sorted(couples))
    assert {f.key_id for f in found_in(ids.encode())} == {i for i, _ in couples}


def test_a_pair_that_stands_again_has_a_place_for_each_time() -> None:
    key_id, secret, _ = profile(Fakes(4))
    pair = f"id = {key_id}\nsecret = {secret}\n"
    (found,) = found_in("\n\n\n".join([pair, pair, "#\n" * 100 + pair]).encode())
    assert sorted(p.line for p in found.places) == [2, 7, 112]
    (found,) = found_in(f"{key_id}\n#\n{key_id}\n".encode())
    assert sorted(p.line for p in found.places) == [1, 3]


@pytest.mark.parametrize("slash", [r"\/", "%2F", "&#47;", r"\u002f"])
def test_a_signature_beside_escapes_is_no_secret(slash: str) -> None:
    """Of forty characters behind the sign of base64's other alphabet, with an id beside."""
    for seed in range(10):
        fakes = Fakes(seed)
        key_id, signature = fakes.key_id(), f"5C_{fakes.secret().replace('/', 'a').replace('+', 'b')}"
        token = f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.{signature}"
        text = f'{{"u":"https:{slash}{slash}x","t":"Bearer {token}","k":"{key_id}"}}'
        assert [(f.key_id, f.has_secret) for f in found_in(text.encode())] == [(key_id, False)], text


@pytest.mark.parametrize("equals", ["%3D", "%3d", "%253D", r"\u003d", r"\u003D", "&#61;", "="])
def test_a_token_keeps_the_signs_at_its_end_however_they_are_written(equals: str) -> None:
    fakes = Fakes(5)
    key_id, secret, token = fakes.key_id("ASIA"), fakes.secret(), fakes.token()
    text = f"id={key_id}\nsecret={secret}\nX-Amz-Security-Token={token.replace('=', equals)}&X-Amz-Date=1\n"
    (found,) = found_in(text.encode())
    assert found.credentials is not None
    assert found.credentials.token is not None
    assert (found.key_id, found.credentials.token.reveal()) == (key_id, token)


WRITTEN_OTHERWISE = {
    "JSON, three deep": lambda secret: secret.replace("/", "\\" * 8 + "/"),
    "Python's escapes": lambda secret: secret.replace("/", r"\x2f").replace("+", r"\x2B"),
    "names of XML": lambda secret: secret.replace("/", "&sol;").replace("+", "&plus;"),
    "numbers of XML": lambda secret: secret.replace("/", "&#047;").replace("+", "&#x02B;"),
}


@pytest.mark.parametrize("write", WRITTEN_OTHERWISE.values(), ids=WRITTEN_OTHERWISE)
def test_an_escaped_secret_is_found_as_it_is(write: Callable[[str], str]) -> None:
    fakes = Fakes(6)
    key_id, secret = fakes.key_id(), "/" + fakes.secret()[:37] + "+/"
    assert pairs_of(f'id = "{key_id}", secret = "{write(secret)}"\n') == {(key_id, secret)}


def test_a_lone_secret_with_its_name_is_found_in_base64() -> None:
    secret = Fakes(7).secret()
    for text in (f"aws_secret_access_key = {secret}\n", f"X=1\nAWS_SECRET_ACCESS_KEY={secret}\n"):
        (plain,) = found_in(text.encode())
        assert [f.fingerprint for f in found_in(f"data: {in_base64(text.encode())}\n".encode())] == [plain.fingerprint]


def seconds(data: bytes) -> float:
    begin = time.process_time()
    found_in(data)
    return time.process_time() - begin


def many_pieces(between: str) -> Callable[[int], str]:
    fakes, dice = Fakes(8), random.Random(8)
    pieces = [in_base64(b"x" * dice.randrange(3) + fakes.key_id().encode() + b" yyy") for _ in range(8000)]
    return lambda count: between.join(pieces[:count])


def one_piece(count: int) -> str:
    fakes = Fakes(9)
    return in_base64("\n".join(fakes.key_id() for _ in range(count)).encode())


MANY = {"a piece a line": many_pieces("\n"), "pieces on one line": many_pieces(" "), "one piece": one_piece}


@pytest.mark.parametrize("make", MANY.values(), ids=MANY)
def test_sixteen_times_as_many_encoded_ids_take_about_sixteen_times_as_long(make: Callable[[int], str]) -> None:
    """Where time grew with the square it took 29 to 45 times as long. A busy machine has a second chance."""
    few, many = make(500).encode(), make(8000).encode()
    assert any(seconds(many) < 24 * seconds(few) for _ in range(2))
