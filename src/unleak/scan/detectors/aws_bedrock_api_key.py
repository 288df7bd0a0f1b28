"""A bearer token that lives until somebody deletes it, and says whose it is."""

import base64
import re

from unleak.model.finding import Severity
from unleak.scan.detector import Anchor, Detector, Told, begins, written
from unleak.scan.lazy import lazy

_PREFIX = b"ABSK"
_FEWEST_DIFFERENT = 16
_NAMED = lazy(rb"([\w+=,.@-]{1,80})-at-([0-9]{12}):([A-Za-z0-9+/]{40,120})={0,2}")
_REST = "ODM0OTI3MDpnVDJ3WXY4UmI1U242S2M0TWQxTGU5SGY3UXAzWGEwWnVKeEN5RWtWbW9QcmkrYld0c0FsTmZEaEdxVW89"


def _read(value: bytes) -> re.Match[bytes] | None:
    """Service user name, account and secret; None where the base64 is broken, or says something else."""
    if not value.startswith(_PREFIX):
        return _NAMED.fullmatch(value)
    coded = value.removeprefix(_PREFIX)
    try:
        return _NAMED.fullmatch(base64.b64decode(coded + b"=" * (-len(coded) % 4), validate=True))
    except ValueError:
        return None


def _confirm(value: bytes) -> bool:
    read = _read(value)
    return read is not None and len(set(read.group(3))) >= _FEWEST_DIFFERENT


def _tells(value: bytes) -> Told:
    read = _read(value)
    if read is None:
        return Told()
    name, account = read.group(1).decode(), read.group(2).decode()
    return Told(account_id=account, about=f"its service user name is {name}-at-{account}")


DETECTOR = Detector(
    id="aws_bedrock_api_key",
    title="Amazon Bedrock API key, long-term",
    severity=Severity.CRITICAL,
    vendor="Amazon Web Services",
    family="API Token",
    description="A bearer token (ABSK…) of an IAM user that calls Amazon Bedrock without a signature, until it expires "
    "or is deleted. It tells its account and its user: the console makes one named BedrockAPIKey-xxxx for each key.",
    security_note="Others run models at your expense. The policy that its user gets by default allows more than to "
    "invoke models, and a user that was made for the key stays when the key is gone.",
    mitigation="`aws iam list-service-specific-credentials --user-name USER` finds it by its service user name; "
    "`aws iam update-service-specific-credential --status Inactive` stops it. Then delete it, and the user that was "
    "made for it; use a role, or short-term keys.",
    references=(
        "https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-revoke.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_api_keys_for_aws_services.html",
        "https://www.wiz.io/blog/a-new-type-of-long-lived-key-on-aws-bedrock-api-keys",
    ),
    # Its padding says nothing: without it, a value is the same however its `=` are written.
    pattern=lazy(
        begins(rb"A-Za-z0-9+/")
        + rb"(ABSK[A-Za-z0-9+/]{80,400}|BedrockAPIKey-[a-z0-9]{4}(?:\+[0-9]{1,2})?-at-[0-9]{12}:[A-Za-z0-9+/]{40,120})"
        + rb"(?![A-Za-z0-9+/])"
    ),
    confirm=_confirm,
    tells=_tells,
    label=lazy(rb"(?i)bedrock|bearer|api_?-?key"),
    anchor=Anchor(
        rb"ABSK[A-Za-z0-9+/]{40}|BedrockAPIKey-[a-z0-9]{4}",
        lazy(rb"ABSK[A-Za-z0-9+/]{40}|BedrockAPIKey-[a-z0-9]{4}"),
        before=64,
        after=420,
    ),
    prefixes=(_PREFIX,),
    examples=(
        written("AWS_BEARER_TOKEN_BEDROCK=ABSKQmVkcm9ja0FQSUtleS1xN2p4LWF0LTAwNTYx", _REST),
        written("token: BedrockAPIKey-q7jx-at-005618349270:gT2wYv8Rb5Sn6Kc4Md1L", "e9Hf7Qp3Xa0ZuJxCyEkVmoPri+bWtsAlN"),
    ),
    counter_examples=(
        "AWS_BEARER_TOKEN_BEDROCK=ABSKQmVkcm9ja0FQSUtleS1xN2p4LWF0LTAwNTYxODM0OTI3MDo",
        written("AWS_BEARER_TOKEN_BEDROCK=ABSK", "gT2wYv8Rb5Sn6Kc4Md1Le9Hf7Qp3Xa0ZuJxCyEkVmo" * 3),
        written("api_key: BedrockAPIKey-abcd-at-123456789012:", "x" * 60),
        "aws iam create-user --user-name BedrockAPIKey-abcd",
    ),
)
