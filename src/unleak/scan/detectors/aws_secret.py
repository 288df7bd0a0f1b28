"""The secret half: forty characters that sign requests."""

import base64
import math
import re
from collections import Counter
from itertools import pairwise

from unleak.model.finding import Severity
from unleak.scan.detector import Anchor, Detector, begins, written
from unleak.scan.lazy import lazy

_LEAST_ENTROPY = 4.0
_HEX = lazy(rb"[0-9a-fA-F]+")
_MOST_SEGMENTS = 2
_MOST_IN_ORDER = 10
_SPACE, _TILDE = 0x20, 0x7E
_SHORT_NAME = rb"sk[\x22\x27]?\s{0,3}[:=]\s{0,3}[\x22\x27]?"
# Escaped, a sign is several of these.
_SIGN = rb"[a-z0-9/+\\%]"
_BEGINS = rb"(?:" + begins(rb"A-Za-z0-9/+") + rb"|(?<=A[KSBC][IC]A[A-Z2-7]{16}/))"
_MOST_IN_WORDS = 0.8


def entropy(value: bytes) -> float:
    """Shannon's, in bits a character. Forty random base64 characters have between 4.3 and 5.2."""
    counts = Counter(value).values()
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts)


def _confirm(value: bytes) -> bool:
    """Random, and not a hash, a path, an identifier or AWS's documentation example.

    One secret in a thousand has no digit, so that a digit is not asked for.
    """
    if _HEX.fullmatch(value) or b"EXAMPLE" in value or value.islower() or value.isupper():
        return False
    if entropy(value) < _LEAST_ENTROPY or _is_path(value) or _is_words(value):
        return False
    return not _is_sequence(value) and not _is_encoded_text(value)


def _is_path(value: bytes) -> bool:
    """`src/components/Some2Thing/else/…`: several segments, each a word."""
    segments = [s for s in value.split(b"/") if s]
    wordlike = [s for s in segments if re.fullmatch(rb"[A-Z]?[a-z]{2,}[0-9]?|[a-z]+(?:[A-Z][a-z]+)+|[0-9]{1,3}", s)]
    return len(wordlike) > _MOST_SEGMENTS


def _is_words(value: bytes) -> bool:
    """`awsSecretsManagerSecretNameForProduction`; of random characters, few stand in anything like a word."""
    return sum(map(len, re.findall(rb"[A-Z]?[a-z]{2,}", value))) > _MOST_IN_WORDS * len(value)


def _is_sequence(value: bytes) -> bool:
    """`abcdefghij…`: signs in the order of the alphabet."""
    return sum(after - before == 1 for before, after in pairwise(value)) >= _MOST_IN_ORDER


def _is_encoded_text(value: bytes) -> bool:
    """`eyJhbGciOi…`: base64 of something to read. Thirty random bytes are not."""
    return all(_SPACE <= byte <= _TILDE for byte in base64.b64decode(value))


DETECTOR = Detector(
    id="aws_secret",
    title="AWS secret access key",
    severity=Severity.CRITICAL,
    vendor="Amazon Web Services",
    family="API Token",
    description="The secret of an AWS access key. With its key id, it signs requests as its user until somebody "
    "deactivates it.",
    security_note="Bots use a published pair within seconds. Sessions that it made live on for up to 36 hours after "
    "the key is deactivated or deleted.",
    mitigation="`unleak respond KEY_ID` contains it and proves it. By hand: deny first, then deactivate, then revoke "
    "sessions; use a role instead of a key (OIDC for CI, instance profile or task role for workloads).",
    references=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html",
    ),
    pattern=lazy(_BEGINS + rb"([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"),
    confirm=_confirm,
    label=lazy(rb"(?i)secret|(?<![a-z])" + _SHORT_NAME + rb"\Z"),
    needs_label=True,
    anchor=Anchor(
        # The value may be encoded: then it is longer, and may end in `=`.
        rb"(?i)secret[^\n]{0,80}(?:\n[^\n]{0,60})?" + _SIGN + rb"{40}={0,2}(?:[^a-z0-9/+=]|$)",
        lazy(rb"(?i)secret|default\s{0,8}=|" + _SHORT_NAME),
        before=420,
        after=320,
        # Terraform names a variable some lines above its default.
        more=(rb"(?i)default\s{0,8}=\s{0,8}\x22[a-z0-9/+]{40}\x22", rb"(?i)" + _SHORT_NAME + _SIGN + rb"{40}"),
    ),
    examples=(
        written('aws_secret_access_key = "q8Zr2LmXv5TtYh3BnKd7', 'WsPf1JcGe9RaUo4ViNx6"'),
        written('SecretAccessKey: "b/Q2fGk7+zRmXv5TtYh3', 'BnKd7WsPf1JcGe9Ra/1k"'),
        written("secret: 5TtYh3BnKd7WsPf1JcGe", "9RaUo4ViNx6q8Zr2LmXv"),
        written("export AWS_SECRET_ACCESS_KEY=q8Zr2LmXv5TtYh3BnKd7", "WsPf1JcGe9RaUo4ViNx6"),
        written("aws_secret_access_key%3Dq8Zr2LmXv5TtYh3BnKd7", "WsPf1JcGe9RaUo4ViNx6"),
        written("secret = qZrLmXvTtYhBnKdWsPfJ", "cGeRaUoViNxQwErTyUiO"),
    ),
    counter_examples=(
        'aws_secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"',
        "commit = 3f786850e387550fdab836ed7e6dc881de23001b",
        'secret_name = "this_is_the_name_of_a_secret_and_no_key_x"',
        "secret from src/components/Button2/styles/Main/index",
        "secret_name = awsSecretsManagerSecretNameForProduction",
        written("secret_", "A1b2C3d4" * 5),
        written("secret = abcdefghijklmnopqrst", "uvwxyzABCDEFGHIJKLMN"),
        written("secret = eyJhbGciOiAiSFMyNTYi", "LCAidHlwIjogIkpXVCJ9"),
    ),
)
