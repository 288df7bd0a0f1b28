"""Every detector keeps what it declares, and what all detectors promise."""

import base64
import hmac

import pytest
from planted import Fakes

from unleak.model.finding import Finding
from unleak.scan import detectors
from unleak.scan.blob import Blob
from unleak.scan.detector import Detector
from unleak.scan.detectors import BY_ID, DETECTORS, PARTS
from unleak.scan.example import shown
from unleak.scan.formats.masking import MASK
from unleak.scan.locate import locate_by_re
from unleak.scan.scanner import findings_in

EXAMPLES = [pytest.param(d, e, id=f"{d.id}-{n}") for d in DETECTORS for n, e in enumerate(d.examples)]
COUNTER_EXAMPLES = [pytest.param(d, e, id=f"{d.id}-{n}") for d in DETECTORS for n, e in enumerate(d.counter_examples)]
FAMILIES = {"API Token", "Password", "Private Key"}


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda d: d.id)
def test_it_says_what_it_is_and_what_to_do(detector: Detector) -> None:
    assert getattr(detectors, detector.id).DETECTOR is detector, "a detector has the name of its module"
    assert detector.vendor == "Amazon Web Services"
    assert detector.family in FAMILIES
    for words in (detector.title, detector.description, detector.security_note, detector.mitigation):
        assert words.strip()
    assert detector.references
    assert all(r.startswith("https://") for r in detector.references)
    assert detector.examples
    assert detector.counter_examples


def found_in(data: bytes) -> list[Finding]:
    return [f for f in findings_in(Blob(data, "x"), locate_by_re) if isinstance(f, Finding)]


def test_every_id_is_unique() -> None:
    assert len(BY_ID) == len(DETECTORS)


@pytest.mark.parametrize(("detector", "example"), EXAMPLES)
def test_an_example_is_found_and_is_a_finding(detector: Detector, example: str) -> None:
    assert [f.detector for f in found_in(example.encode())] == [detector.id]


@pytest.mark.parametrize(("detector", "example"), COUNTER_EXAMPLES)
def test_a_counter_example_is_no_finding(detector: Detector, example: str) -> None:
    assert detector.id not in {f.detector for f in found_in(example.encode())}


@pytest.mark.parametrize(("detector", "example"), EXAMPLES)
def test_an_example_that_is_shown_is_no_finding(detector: Detector, example: str) -> None:
    masked = shown(detector, example)
    assert MASK in masked
    assert found_in(masked.encode()) == []


def test_random_keys_are_not_thrown_out() -> None:
    """A detector that asks for a digit, or for little repetition, loses one secret in a thousand."""
    fakes = Fakes(1)
    confirm_id, confirm_secret = BY_ID["aws_access_key_id"].confirm, BY_ID["aws_secret"].confirm
    lost = sum(not confirm_id(fakes.key_id().encode()) for _ in range(20_000))
    lost += sum(not confirm_secret(fakes.secret().encode()) for _ in range(20_000))
    assert lost <= 2


def written(value: str) -> list[str]:
    """Ways in which a value is written down."""
    return [
        f'"{value}"',
        f"={value}",
        f"= {value}\r",
        f"`{value}`",
        f"<a>{value}</a>",
        rf'"[default]\n{value}\n"',
        f"+{value}",
        f"%3D{value}%26",
        f"\x1b[32m{value}\x1b[0m",
        f":{value}@",
        f"{value}.",
        f"({value})",
    ]


@pytest.mark.parametrize("number", range(12))
def test_a_value_is_found_however_it_is_written(number: int) -> None:
    fakes = Fakes(number)
    key_id, secret, token = fakes.key_id(), fakes.secret(), fakes.token()
    text = "\n".join(written(v)[number] for v in (key_id, secret, token))
    found = found_in(text.encode())
    assert [f.credentials.secret.reveal() for f in found if f.credentials] == [secret], text
    assert [f.key_id for f in found if f.key_id] == [key_id]
    assert [f.detector for f in found if f.has_session_token] == ["aws_session_token"]


@pytest.mark.parametrize("slash", [r"\/", "%2F", "%2f", r"\u002f"])
def test_a_secret_with_escaped_signs_is_found_as_it_is(slash: str) -> None:
    plus = slash.replace("2F", "2B").replace("2f", "2b") if slash != r"\/" else "+"
    fakes = Fakes(7)
    key_id, secret = fakes.key_id(), "/" + fakes.secret()[:37] + "+/"
    text = f'{{"id": "{key_id}", "secret": "{secret.replace("/", slash).replace("+", plus)}"}}'
    (finding,) = found_in(text.encode())
    assert finding.credentials is not None
    assert finding.credentials.secret.reveal() == secret


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "latin-1"])
def test_the_encoding_of_a_file_hides_nothing(encoding: str) -> None:
    fakes = Fakes(8)
    key_id, secret = fakes.key_id(), fakes.secret()
    text = f"# clé\r\naws_access_key_id = {key_id}\r\naws_secret_access_key = {secret}\r\n"
    (finding,) = found_in(text.encode(encoding))
    assert (finding.key_id, finding.has_secret, finding.places[0].line) == (key_id, True, 3)


def test_a_mark_of_utf_16_before_other_bytes_hides_nothing() -> None:
    key_id = Fakes(9).key_id()
    assert [f.key_id for f in found_in(b"\xff\xfe\x00" + key_id.encode())] == [key_id]


def bedrock_key(name: str, secret: str) -> str:
    return "ABSK" + base64.b64encode(f"{name}:{secret}".encode()).decode()


def bedrock_session_key(key_id: str, token: str, expires: str = "43200") -> str:
    address = (
        f"bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Credential={key_id}%2F20261101%2Feu-west-1%2Fbedrock"
        f"%2Faws4_request&X-Amz-Date=20261101T090000Z&X-Amz-Expires={expires}&X-Amz-Security-Token={token}"
        f"&X-Amz-Signature={'0123456789abcdef' * 4}&Version=1"
    )
    return "bedrock-api-key-" + base64.b64encode(address.encode()).decode()


@pytest.mark.parametrize("name", ["BedrockAPIKey-abcd", "BedrockAPIKey-abcd+1", "some.body@example.com"])
def test_a_bedrock_key_tells_its_account_and_user(name: str) -> None:
    key = bedrock_key(f"{name}-at-005618349270", Fakes(10).secret() + "0aB1=")
    found = [f for text in (key, key.rstrip("="), key.replace("=", "%3D")) for f in found_in(f"k={text}".encode())]
    assert len(found) == 3
    assert len({f.fingerprint for f in found}) == 1, "its padding says nothing"
    assert {(f.account_id, f.about) for f in found} == {
        ("005618349270", f"its service user name is {name}-at-005618349270")
    }


@pytest.mark.parametrize("cut", [9, 41, 60])
def test_half_a_bedrock_key_is_none(cut: int) -> None:
    key = bedrock_key("BedrockAPIKey-abcd-at-005618349270", Fakes(11).secret())
    assert found_in(f"k={key[:-cut]}".encode()) == []
    assert found_in(f"k={key[:cut]}_{key[cut:]}".encode()) == []


def test_a_bedrock_key_of_a_session_is_one_finding_that_tells_when_it_ends() -> None:
    fakes = Fakes(12)
    key_id, key = fakes.key_id("ASIA"), bedrock_session_key
    (found,) = found_in(f"AWS_BEARER_TOKEN_BEDROCK={key(key_id, fakes.token())}\n".encode())
    assert (found.detector, found.key_id) == ("aws_bedrock_session_key", key_id)
    assert found.about == "for eu-west-1, until 2026-11-01 21:00 UTC at the latest"
    (found,) = found_in(f"k={key(key_id, fakes.token(), expires='9' * 9)}".encode())
    assert found.about == "for eu-west-1"


def test_an_id_beside_a_key_of_another_kind_is_found_as_well() -> None:
    """Only what a longer value is made of belongs to it."""
    fakes = Fakes(13)
    ids = [fakes.key_id(), fakes.key_id("ASIA"), fakes.key_id()]
    text = f"{ids[0]} {bedrock_session_key(ids[1], fakes.token())} {ids[2]}"
    assert {f.key_id for f in found_in(text.encode())} == set(ids)


def smtp_password(secret: str, region: str) -> str:
    """https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html#smtp-credentials-convert."""
    signature = b"AWS4" + secret.encode()
    for part in ("11111111", region, "ses", "aws4_request", "SendRawEmail"):
        signature = hmac.digest(signature, part.encode(), "sha256")
    return base64.b64encode(b"\x04" + signature).decode()


def test_an_smtp_password_belongs_to_the_id_that_is_its_user_name() -> None:
    fakes = Fakes(14)
    for region in ("eu-west-1", "us-east-1", "ap-south-1"):
        key_id, password = fakes.key_id(), smtp_password(fakes.secret(), region)
        text = f"IAM user name,User name,Password\nmail,{key_id},{password}\n"
        (found,) = found_in(text.encode())
        assert (found.detector, found.key_id) == ("aws_ses_smtp_password", key_id)


def test_a_password_for_git_is_the_same_wherever_it_stands_alone_and_tells_its_account_in_an_address() -> None:
    password = Fakes(15).secret() + "+/a="
    alone = [f"-at-005618349270\npassword = {password}", f"-at-005618349270,{password}\r\n"]
    assert len({f.fingerprint for text in alone for f in found_in(f"user = me{text}".encode())}) == 1
    quoted = password.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    (found,) = found_in(f"https://me-at-005618349270:{quoted}@git-codecommit.eu-west-1.amazonaws.com/v1/x".encode())
    assert (found.account_id, found.about) == ("005618349270", "its user name is me-at-005618349270")


@pytest.mark.parametrize("detector", [d for d in DETECTORS if d.prefixes and d.id not in PARTS], ids=lambda d: d.id)
def test_values_with_a_fixed_beginning_are_found_in_base64(detector: Detector) -> None:
    found = detector.pattern.search(detector.examples[0].encode())
    assert found
    value = found.group(1)
    assert value.startswith(detector.prefixes)
    (inside,) = found_in(b"data:\n  key: " + base64.b64encode(value))
    (plain,) = found_in(value)
    assert inside.fingerprint == plain.fingerprint
