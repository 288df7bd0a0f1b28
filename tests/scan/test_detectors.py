"""Every detector keeps what it declares, and what all detectors promise."""

import pytest
from planted import Fakes

from unleak.model.finding import Finding, Severity
from unleak.scan import detectors
from unleak.scan.blob import Blob
from unleak.scan.detector import Detector
from unleak.scan.detectors import BY_ID, DETECTORS
from unleak.scan.locate import locate_by_re
from unleak.scan.scanner import findings_in

EXAMPLES = [pytest.param(d, e, id=f"{d.id}-{n}") for d in DETECTORS for n, e in enumerate(d.examples)]
COUNTER_EXAMPLES = [pytest.param(d, e, id=f"{d.id}-{n}") for d in DETECTORS for n, e in enumerate(d.counter_examples)]
SEVERITIES = {
    "aws_secret": Severity.CRITICAL,
    "aws_session_token": Severity.HIGH,
    "aws_access_key_id": Severity.LOW,
}


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda d: d.id)
def test_it_says_what_it_is_and_what_to_do(detector: Detector) -> None:
    assert getattr(detectors, detector.id).DETECTOR is detector, "a detector has the name of its module"
    assert (detector.vendor, detector.family) == ("Amazon Web Services", "API Token")
    assert detector.severity is SEVERITIES[detector.id]
    for words in (detector.title, detector.description, detector.security_note, detector.mitigation):
        assert words.strip()
    assert detector.references
    assert all(r.startswith("https://") for r in detector.references)
    assert detector.examples
    assert detector.counter_examples


def found_in(data: bytes) -> list[Finding]:
    return [f for f in findings_in(Blob(data, "x"), locate_by_re) if isinstance(f, Finding)]


def test_every_id_is_unique() -> None:
    assert len(BY_ID) == len(DETECTORS) == len(SEVERITIES)


@pytest.mark.parametrize(("detector", "example"), EXAMPLES)
def test_an_example_is_found_and_is_a_finding(detector: Detector, example: str) -> None:
    assert [f.detector for f in found_in(example.encode())] == [detector.id]


@pytest.mark.parametrize(("detector", "example"), COUNTER_EXAMPLES)
def test_a_counter_example_is_no_finding(detector: Detector, example: str) -> None:
    assert detector.id not in {f.detector for f in found_in(example.encode())}


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
