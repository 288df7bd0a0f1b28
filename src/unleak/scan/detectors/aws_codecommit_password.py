"""An IAM user's password for Git over HTTPS."""

from urllib.parse import unquote

from unleak.model.finding import Severity
from unleak.scan.detector import Anchor, Detector, Told, begins, written
from unleak.scan.lazy import lazy

_FEWEST_DIFFERENT = 18
_HEX = lazy(rb"[0-9a-fA-F]+")
_AT = rb"(?<!BedrockAPIKey-....)(?<!BedrockAPIKey-....\+.)-at-[0-9]{12}"
_NAME = rb"service_password|Service_?Password|servicePassword"
_BEGINS = begins(rb"A-Za-z0-9+/_-")
_USER = rb"[A-Za-z0-9_.][A-Za-z0-9_.@%+-]{0,63}" + _AT + rb"(?::|%3[Aa])"
_PASSWORD = rb"[A-Za-z0-9+/]{43}(?:[A-Za-z0-9+/]{16})?"
_PADDING = rb"(?:=|%3[Dd]|\\u003[Dd])(?![A-Za-z0-9+/=])"
_BETWEEN = rb"(?:(?!-at-[0-9])[\s\S]){0,400}?"
# With its user name before it and `:` between them, or some lines behind that, or as the service answers.
_WHERE = (
    rb"(?=" + _USER + rb")",
    _AT + _BETWEEN + _BEGINS,
    rb"(?:" + _NAME + rb")(?=" + _BETWEEN + _AT + rb")[^\n]{0,20}?" + _BEGINS,
)
_SHOWN = "wT2gYv8Rb5Sn6Kc4Md1Le9Hf7Qp3" + "Xa0ZuJxCyEkVmoP"
_OWNED = lazy(rb"(.+)-at-([0-9]{12})(?::|%3[Aa])(.+)")


def _confirm(value: bytes) -> bool:
    owned = _OWNED.fullmatch(value)
    password = owned.group(3) if owned else value
    return len(set(password)) >= _FEWEST_DIFFERENT and not _HEX.fullmatch(password)


def _tells(value: bytes) -> Told:
    owned = _OWNED.fullmatch(value)
    if owned is None:
        return Told()
    name, account = unquote(owned.group(1)), owned.group(2).decode()
    return Told(account_id=account, about=f"its user name is {name}-at-{account}")


DETECTOR = Detector(
    id="aws_codecommit_password",
    title="AWS CodeCommit password",
    severity=Severity.HIGH,
    vendor="Amazon Web Services",
    family="Password",
    description="The Git credentials of an IAM user: a user name that ends in -at- and the account, and a password. "
    "They read and write the repositories in CodeCommit that the user may. Those for Amazon Keyspaces look the same.",
    security_note="Source code, its history, and whatever other secrets lie in it can be copied, and code be pushed "
    "that is then built and deployed.",
    mitigation="`aws iam list-service-specific-credentials --user-name USER` finds it by its user name; `aws iam "
    "update-service-specific-credential --status Inactive` stops it. Then delete it; git-remote-codecommit works with "
    "a role's credentials instead.",
    references=(
        "https://docs.aws.amazon.com/IAM/latest/APIReference/API_ServiceSpecificCredential.html",
        "https://docs.aws.amazon.com/cli/latest/reference/iam/create-service-specific-credential.html",
        "https://docs.aws.amazon.com/codecommit/latest/userguide/setting-up-gc.html",
    ),
    # Its padding says nothing: without it, a value is the same however its `=` is written.
    pattern=lazy(rb"(?:" + rb"|".join(_WHERE) + rb")((?:" + _USER + rb")?" + _PASSWORD + rb")" + _PADDING),
    confirm=_confirm,
    tells=_tells,
    label=lazy(rb"(?i)codecommit|password|https?://\Z"),
    anchor=Anchor(rb"-at-[0-9]{12}|" + _NAME, lazy(rb"-at-[0-9]{12}|" + _NAME), before=100, after=620),
    examples=(
        f"git clone https://deploy-at-005618349270:{_SHOWN}%3D@git-codecommit.eu-west-1.amazonaws.com/v1/repos/app",
        f"https://deploy%2B1-at-005618349270:%2F{_SHOWN[1:]}Prq7WzLk3NhJt5Bv%3D@git-codecommit.eu-west-1.amazonaws.com",
        f'"ServiceUserName": "deploy-at-005618349270",\n"ServicePassword": "{_SHOWN}=",',
        f'"service_password": "{_SHOWN}=",\n"service_user_name": "deploy-at-005618349270",',
        f"User Name,Password\ndeploy-at-005618349270,{_SHOWN}=",
    ),
    counter_examples=(
        "https://CODECOMMIT_USERNAME:CODECOMMIT_PASSWORD@git-codecommit.us-east-2.amazonaws.com/v1/repos/app",
        written("password: ", _SHOWN, "="),
        written("deploy-at-005618349270:", "0" * 43, "="),
        written("user deploy-at-005618349270 has integrity sha256-", _SHOWN, "="),
    ),
)
