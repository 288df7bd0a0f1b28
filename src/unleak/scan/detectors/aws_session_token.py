"""The third part of a temporary credential."""

from unleak.model.finding import Severity
from unleak.scan.detector import Anchor, Detector, begins, written
from unleak.scan.lazy import lazy

_FEWEST_DIFFERENT = 20
_PREFIXES = (b"IQoJb3JpZ2lu", b"FwoGZXIvYXdz", b"FQoGZXIvYXdz", b"AQoDYXdz", b"AgoJb3JpZ2lu")


def _confirm(value: bytes) -> bool:
    return len(set(value)) >= _FEWEST_DIFFERENT and b"EXAMPLE" not in value[:64]


DETECTOR = Detector(
    id="aws_session_token",
    title="AWS session token",
    severity=Severity.HIGH,
    vendor="Amazon Web Services",
    family="API Token",
    description="The token that goes with a temporary key id (ASIA…) and its secret. It lives for 15 minutes to "
    "36 hours.",
    security_note="Nothing deactivates a session: only a deny on its user or role, or its end, stops it.",
    mitigation="Deny sessions issued before now on the user or role it belongs to; `unleak respond` does so for every "
    "session that a leaked key made.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_use-resources.html",),
    pattern=lazy(
        rb"(?=[IFA][Qwg]o)" + begins(rb"A-Za-z0-9/+") + rb"((?:" + b"|".join(_PREFIXES) + rb")[A-Za-z0-9/+=]{100,})"
    ),
    confirm=_confirm,
    label=lazy(rb"(?i)token"),
    anchor=Anchor(b"|".join(_PREFIXES), lazy(b"|".join(_PREFIXES)), before=14, after=16_384),
    prefixes=_PREFIXES,
    examples=(
        written("aws_session_token = IQoJb3JpZ2lu", "X2VjEOH8kQw7ZpT3mNs5RvYb2GdHf9Lc" * 5),
        written("AWS_SESSION_TOKEN=FwoGZXIvYXdz", "X2VjEOH8kQw7ZpT3mNs5RvYb2GdHf9Lc" * 5, "=="),
    ),
    counter_examples=(
        "aws_session_token = IQoJb3JpZ2lu",
        written("image = data:image/png;base64,iVBORw0KGgoAAAANSUhEUg", "AAAB" * 40),
    ),
)
