"""A signature that opens a mail server: made of a secret key, and of no use elsewhere."""

from unleak.model.finding import Severity
from unleak.scan.detector import Anchor, Detector, begins, written
from unleak.scan.lazy import lazy

_FEWEST_DIFFERENT = 20
_MOST_IN_WORDS = 0.8
_WORD = lazy(rb"[A-Z]?[a-z]{2,}")
# Words that speak of it, or its user name.
_CONTEXT = rb"(?:smtp|Smtp|SMTP|ses[_-]?[Pp]ass|SES[_-]?P(?:ASS|ass)|AKIA[A-Z2-7]{16})"
_BETWEEN = rb"(?:(?!" + _CONTEXT + rb")[\s\S]){0,600}?"


def _confirm(value: bytes) -> bool:
    """Random: no name in capitals, and not made of words."""
    in_words = sum(map(len, _WORD.findall(value)))
    return (
        len(set(value)) >= _FEWEST_DIFFERENT
        and not value.isupper()
        and in_words <= _MOST_IN_WORDS * len(value)
        and b"EXAMPLE" not in value
    )


DETECTOR = Detector(
    id="aws_ses_smtp_password",
    title="Amazon SES SMTP password",
    severity=Severity.HIGH,
    vendor="Amazon Web Services",
    family="Password",
    description="It sends mail over Amazon SES's SMTP servers in one region. Its user name is the id of an IAM user's "
    "access key; the password is made of that key's secret (its first byte, 4, says how; before 2019: 2), from which "
    "the secret cannot be had.",
    security_note="Others send spam and phishing in your name, from addresses that you have verified; AWS then stops "
    "your sending. The user's key may be allowed more than to send mail, but the password does not reach that.",
    mitigation="Deactivate the access key that is its user name: the password dies with it. Then make new SMTP "
    "credentials; an application on AWS sends with its role and the SES API instead.",
    references=(
        "https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html",
        "https://docs.aws.amazon.com/ses/latest/DeveloperGuide/smtp-credentials.html",
    ),
    # In base64, 4 before the signature is `BA` to `BP`, and 2 is `Ag` to `Av`.
    pattern=lazy(
        _CONTEXT + _BETWEEN + begins(rb"A-Za-z0-9/+") + rb"((?:B[A-P]|A[g-v])[A-Za-z0-9/+]{42})(?![A-Za-z0-9/+=])"
    ),
    confirm=_confirm,
    label=lazy(rb"(?i)pass|pwd|AKIA"),
    beside_id=True,
    anchor=Anchor(_CONTEXT, lazy(_CONTEXT), before=64, after=900),
    examples=(
        written("host: email-smtp.eu-west-1.amazonaws.com\npassword: BFk2Rt7WmXq9Lz4Vb6Nh1Yc8Jd3Ps5Gf", "0TaUeKoQiHwM"),
        written("$passwordSmtp = 'AktR2x7WmXq9Lz4Vb6Nh1Yc8Jd3Ps5Gf", "0TaUeKoQiHwM';"),
        written("SMTP_PASSWORD=BFk2Rt7WmXq9Lz4Vb6Nh%2FYc8Jd3Ps5Gf", "0TaUeKoQiHwM"),
        written("ses-user,AKIA", "ZHO3CC62YYHHCD6N,BFk2Rt7WmXq9Lz4Vb6Nh1Yc8Jd3Ps5Gf", "0TaUeKoQiHwM"),
    ),
    counter_examples=(
        written("password: BFk2Rt7WmXq9Lz4Vb6Nh1Yc8Jd3Ps5Gf", "0TaUeKoQiHwM"),
        written("smtp integrity: sha256-BFk2Rt7WmXq9Lz4Vb6Nh1Yc8Jd3Ps5Gf", "0TaUeKoQiHwM="),
        written("smtp_password: CFk2Rt7WmXq9Lz4Vb6Nh1Yc8Jd3Ps5Gf", "0TaUeKoQiHwM"),
        written("smtp_password: BFk2Rt7WmXq9Lz4Vb6Nh1Yc8Jd3Ps5Gf", "0TaUeKoQiHw="),
        "smtp_password: BACKEND_PASSWORD",
        "smtp_passwords: BackendOfTheSimpleMailTransferPasswordServic",
    ),
)
