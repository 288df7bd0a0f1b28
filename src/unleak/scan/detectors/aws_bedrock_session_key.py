"""A presigned address as a bearer token: it says whose session signed it, where it works and when it ends."""

import base64
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from unleak.iam.key_id import account_of
from unleak.model.finding import Severity
from unleak.scan.detector import Anchor, Detector, Told, begins, written
from unleak.scan.lazy import lazy

_PREFIX = b"bedrock-api-key-"
_CREDENTIAL = lazy(r"(A[KS]IA[A-Z2-7]{16})/[0-9]{8}/([a-z0-9-]+)/bedrock/aws4_request")
_SIGNATURE = lazy(r"[0-9a-f]{64}")
_DATE = lazy(r"[0-9]{8}T[0-9]{6}Z")
_SECONDS = lazy(r"[0-9]{1,6}")

_SIGNED_BY = written("ASIA", "ZHO3CC62YYHHCD6N")
_ADDRESS = (
    "bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Algorithm=AWS4-HMAC-SHA256"
    f"&X-Amz-Credential={_SIGNED_BY}%2F20261101%2Feu-west-1%2Fbedrock%2Faws4_request&X-Amz-Date=20261101T090000Z"
    f"&X-Amz-Expires=43200&X-Amz-SignedHeaders=host&X-Amz-Signature={'5f0c9b7e21d84a63' * 4}&Version=1"
)
_SHOWN = (_PREFIX + base64.b64encode(_ADDRESS.encode())).decode()


def _read(value: bytes) -> dict[str, str]:
    """The parameters of the address; none where the base64 is broken, or no address."""
    coded = value.removeprefix(_PREFIX)
    try:
        address = base64.b64decode(coded + b"=" * (-len(coded) % 4), validate=True).decode("ascii")
    except ValueError:
        return {}
    host, _, query = address.partition("/?")
    return dict(parse_qsl(query)) if host.startswith("bedrock.") else {}


def _confirm(value: bytes) -> bool:
    said = _read(value)
    return (
        said.get("Action") == "CallWithBearerToken"
        and _CREDENTIAL.fullmatch(said.get("X-Amz-Credential", "")) is not None
        and _SIGNATURE.fullmatch(said.get("X-Amz-Signature", "")) is not None
    )


def _tells(value: bytes) -> Told:
    said = _read(value)
    credential = _CREDENTIAL.fullmatch(said.get("X-Amz-Credential", ""))
    if credential is None:
        return Told()
    key_id, region = credential.groups()
    until = _until(said.get("X-Amz-Date", ""), said.get("X-Amz-Expires", ""))
    about = f"for {region}, until {until} at the latest" if until else f"for {region}"
    return Told(key_id, account_of(key_id), about)


def _until(signed: str, seconds: str) -> str:
    if not _DATE.fullmatch(signed) or not _SECONDS.fullmatch(seconds):
        return ""
    try:
        end = datetime.strptime(signed, "%Y%m%dT%H%M%S%z") + timedelta(seconds=int(seconds))
    except (ValueError, OverflowError):
        return ""
    return f"{end:%Y-%m-%d %H:%M} UTC"


DETECTOR = Detector(
    id="aws_bedrock_session_key",
    title="Amazon Bedrock API key, short-term",
    severity=Severity.HIGH,
    vendor="Amazon Web Services",
    family="API Token",
    description="A bearer token (bedrock-api-key-…) that calls Amazon Bedrock as the identity that signed it, in one "
    "region, for up to 12 hours or until that identity's session ends. It tells the key id that signed it.",
    security_note="Others run models at your expense. Nothing deactivates it; once its time is over, it is worth "
    "nothing.",
    mitigation="Is its time not over yet: attach a policy that denies bedrock:CallWithBearerToken to the role or user "
    "that signed it, or revoke that role's sessions. CloudTrail names whoever has the key id in it.",
    references=(
        "https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-revoke.html",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-how.html",
        "https://github.com/aws/aws-bedrock-token-generator-python",
    ),
    pattern=lazy(begins(rb"A-Za-z0-9+/") + rb"(bedrock-api-key-[A-Za-z0-9+/]{300,16000})(?![A-Za-z0-9+/])"),
    confirm=_confirm,
    tells=_tells,
    label=lazy(rb"(?i)bedrock|bearer|api_?-?key"),
    anchor=Anchor(
        rb"bedrock-api-key-[A-Za-z0-9+/]{40}",
        lazy(rb"bedrock-api-key-[A-Za-z0-9+/]{40}"),
        before=64,
        after=16_384,
    ),
    prefixes=(_PREFIX,),
    examples=(
        f"export AWS_BEARER_TOKEN_BEDROCK={_SHOWN}",
        f'bedrock = BedrockClient(api_key="{_SHOWN}")',
    ),
    counter_examples=(
        "export AWS_BEARER_TOKEN_BEDROCK=bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29tLz9BY3Rpb249Q2FsbFdpdGhCZWFyZXI",
        written("export AWS_BEARER_TOKEN_BEDROCK=bedrock-api-key-", "YmVkcm9jay5hbWF6b25hd3MuY29tLz9BY3Rpb249" * 12),
        "secretsmanager:GetSecretValue on secret:assistant/bedrock-api-key-production",
    ),
)
