"""An IAM user's password for Git over HTTPS."""

import re

from unleak.model.finding import Severity
from unleak.scan.detector import Anchor, Detector, Told, begins

_FEWEST_DIFFERENT = 18
_HEX = re.compile(rb"[0-9a-fA-F]+")
_AT = rb"(?<!BedrockAPIKey-....)(?<!BedrockAPIKey-....\+.)-at-[0-9]{12}"
_NAME = rb"service_password|Service_?Password|servicePassword"
_USER = rb"[A-Za-z0-9_.][A-Za-z0-9_.@%+-]{0,63}" + _AT + rb"(?::|%3[Aa])"
_BETWEEN = rb"(?:(?!-at-[0-9])[\s\S]){0,400}?"
_OWNED = re.compile(rb"(.+)-at-([0-9]{12})(?::|%3[Aa])(.+)")


def _confirm(value: bytes) -> bool:
    owned = _OWNED.fullmatch(value)
    password = owned.group(3) if owned else value
    return len(set(password)) >= _FEWEST_DIFFERENT and not _HEX.fullmatch(password)


def _tells(value: bytes) -> Told:
    owned = _OWNED.fullmatch(value)
    if owned is None:
        return Told()
    name, account = owned.group(1).decode("ascii"), owned.group(2).decode("ascii")
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
    # With its user name before it and `:` between them, or some lines behind that, or as the service answers. Its
    # padding says nothing: without it, a value is the same however its `=` is written.
    pattern=re.compile(
        rb"(?:(?=" + _USER + rb")"
        rb"|" + _AT + _BETWEEN + begins(rb"A-Za-z0-9+/_-") + rb"|(?:" + _NAME + rb")(?=" + _BETWEEN + _AT + rb")[^\n]{0,20}?" + begins(rb"A-Za-z0-9+/_-") + rb")"
        rb"((?:" + _USER + rb")?[A-Za-z0-9+/]{43}(?:[A-Za-z0-9+/]{16})?)(?:=|%3[Dd]|\\u003[Dd])(?![A-Za-z0-9+/=])"
    ),
    confirm=_confirm,
    tells=_tells,
    label=re.compile(rb"(?i)codecommit|password|https?://\Z"),
    anchor=Anchor(
        rb"-at-[0-9]{12}|" + _NAME, re.compile(rb"-at-[0-9]{12}|" + _NAME), before=100, after=620
    ),
    examples=(
        "git clone https://deploy-at-005618349270:wT2gYv8Rb5Sn6Kc4Md1Le9Hf7Qp3"
        + "Xa0ZuJxCyEkVmoP%3D@git-codecommit.eu-west-1.amazonaws.com/v1/repos/app",
        "url = https://deploy%2B1-at-005618349270:%2FT2gYv8Rb5Sn6Kc4Md1Le9Hf7Qp3"
        + "Xa0ZuJxCyEkVmoPrq7WzLk3NhJt5BvQ%3D@git-codecommit.eu-west-1.amazonaws.com/v1/repos/app",
        '"ServiceUserName": "deploy-at-005618349270",\n"ServicePassword": "wT2gYv8Rb5Sn6Kc4Md1Le9Hf7Qp3'
        + 'Xa0ZuJxCyEkVmoP=",',
        '"service_password": "wT2gYv8Rb5Sn6Kc4Md1Le9Hf7Qp3' + 'Xa0ZuJxCyEkVmoP=",\n'
        '"service_specific_credential_id": "x",\n"service_user_name": "deploy-at-005618349270",',
        "User Name,Password\ndeploy-at-005618349270,wT2gYv8Rb5Sn6Kc4Md1Le9Hf7Qp3" + "Xa0ZuJxCyEkVmoP=",
    ),
    counter_examples=(
        "https://CODECOMMIT_USERNAME:CODECOMMIT_PASSWORD@git-codecommit.us-east-2.amazonaws.com/v1/repos/app",
        "password: wT2gYv8Rb5Sn6Kc4Md1Le9Hf7Qp3" + "Xa0ZuJxCyEkVmoP=",
        "deploy-at-005618349270:" + "0" * 43 + "=",
        "user deploy-at-005618349270 has integrity sha256-wT2gYv8Rb5Sn6Kc4Md1Le9Hf7Qp3" + "Xa0ZuJxCyEkVmoP=",
    ),
)
