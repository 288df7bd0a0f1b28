"""The public half: twenty characters that name a key and, since 2018 or so, its account."""

from itertools import pairwise

from unleak.model.finding import Severity
from unleak.scan.detector import Anchor, Detector, begins, written
from unleak.scan.lazy import lazy

_FEWEST_DIFFERENT, _FEW_DIFFERENT = 6, 8
_HALF = 8


def _confirm(value: bytes) -> bool:
    """AWS's documentation marks its ids with EXAMPLE; placeholders repeat a few characters.

    Of real ids, one in 45 million has fewer than six different ones; one in 21,000 has fewer than eight.
    """
    random = value[4:]
    different = len(set(random))
    if b"EXAMPLE" in value or different < _FEWEST_DIFFERENT:
        return False
    return different >= _FEW_DIFFERENT or not _is_made_up(random)


def _is_made_up(few: bytes) -> bool:
    """Four in a row that are the same, or that count up; or all of it again and again."""
    steps = [after - before for before, after in pairwise(few)]
    in_order = any(a == b == c in {0, 1} for a, b, c in zip(steps, steps[1:], steps[2:], strict=False))
    return in_order or any(few[length:] == few[:-length] for length in range(1, _HALF + 1))


DETECTOR = Detector(
    id="aws_access_key_id",
    title="AWS access key id",
    severity=Severity.LOW,
    vendor="Amazon Web Services",
    family="API Token",
    description="The id of an AWS access key: AKIA for a user's or root's key, ASIA for a session, ABIA and ACCA for "
    "services. It is public by nature, stands in every signed request, and tells its account.",
    security_note="An id alone opens nothing. It is often left where its secret once stood, or stands elsewhere.",
    mitigation="Look for the secret that belongs to it, in this file's history too. `unleak inspect KEY_ID` says whose "
    "it is and whether it still lives.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html",),
    pattern=lazy(
        rb"(?=A[KSBC][IC]A)" + begins(rb"A-Za-z0-9+") + rb"((?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})(?![A-Za-z0-9+])"
    ),
    confirm=_confirm,
    label=lazy(rb"(?i)access_?-?key|key_?-?id|aws"),
    anchor=Anchor(
        rb"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}",
        lazy(rb"A[KSBC][IC]A[A-Z2-7]{16}"),
        before=24,
        after=4,
    ),
    prefixes=(b"AKIA", b"ASIA", b"ABIA", b"ACCA"),
    examples=(
        written("aws_access_key_id = ", "AKIA", "ZHO3CC62YYHHCD6N"),
        written('AccessKeyId: "', "ASIA", 'Y34FZKBOKMUTVV7A",'),
        written("X-Amz-Credential=", "AKIA", "ZHO3CC62YYHHCD6N/20261123/us-east-1/s3/aws4_request"),
        written("X-Amz-Credential%3D", "AKIA", "ZHO3CC62YYHHCD6N%2F20261123"),
        written("AccessKeyId=", "AKIA", "IACKQI3ICQIBQC3K"),
        written("+", "AKIA", "ZHO3CC62YYHHCD6N,"),
        written(r'"[default]\n', "AKIA", r'ZHO3CC62YYHHCD6N\n"'),
    ),
    counter_examples=(
        "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
        "user id AIDAZHO3CC62YYHHCD6N of IAM",
        "AKIAAAAAAAAAAAAAAAAA",
        "AKIAABCDABCDABCDABCD",
        "AKIA7777AAAACEGACEGA",
        "AKIA3456723456723456",
        "AKIAQWERTYQWERTYQWER",
        "a longer word AKIAZHO3CC62YYHHCD6NQ",
    ),
)
