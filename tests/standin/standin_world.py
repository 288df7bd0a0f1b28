"""What the stand-in's tests share: one stand-in a module, a fresh account a test, and clients for whoever signs."""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from unleak.standin.engine import forget_account
from unleak.standin.lag import LagDial
from unleak.standin.server import Standin

REGION = "us-east-1"
_NUMBERS = itertools.count(510000000001)
_SESSION = botocore.session.Session()
_ONCE: Mapping[str, Any] = {"retries": {"total_max_attempts": 1}, "proxies": {}}


@dataclass(frozen=True, slots=True)
class Signer:
    """Credentials to sign with."""

    key_id: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)


NOBODY = Signer("", "")


class Account:
    """A fresh account of a stand-in. `client` without a signer is the root user's."""

    def __init__(self, standin: Standin, number: str) -> None:
        self.standin, self.number = standin, number
        made = standin.gate.add_account(number)
        self.root = Signer(made.key_id, made.secret)
        self._clients: dict[tuple[str, Signer, str], Any] = {}

    def client(self, service: str, who: Signer | None = None, region: str = REGION) -> Any:
        signer = who or self.root
        if (kept := self._clients.get((service, signer, region))) is not None:
            return kept
        config = Config(signature_version=UNSIGNED, **_ONCE) if signer is NOBODY else Config(**_ONCE)
        made = _SESSION.create_client(
            service,
            region_name=region,
            endpoint_url=self.standin.url,
            aws_access_key_id=signer.key_id or None,
            aws_secret_access_key=signer.secret or None,
            aws_session_token=signer.token or None,
            config=config,
        )
        self._clients[service, signer, region] = made
        return made

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    def arn(self, kind: str, name: str) -> str:
        return f"arn:aws:iam::{self.number}:{kind}/{name}"

    def user(self, name: str = "alice", *statements: Mapping[str, Any], path: str = "/") -> Signer:
        """A new user with a key, and with these statements as inline policy."""
        self.client("iam").create_user(UserName=name, Path=path)
        if statements:
            self.client("iam").put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document(*statements))
        return self.key(name)

    def key(self, user: str) -> Signer:
        made = self.client("iam").create_access_key(UserName=user)["AccessKey"]
        return Signer(made["AccessKeyId"], made["SecretAccessKey"])

    def role(self, name: str, trusted: object, *statements: Mapping[str, Any], **more: Any) -> str:
        """The ARN of a new role. `trusted` is a Principal element, or a whole trust policy as text."""
        trust = trusted if isinstance(trusted, str) else trust_policy(trusted)
        made = self.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust, **more)["Role"]
        if statements:
            self.client("iam").put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*statements))
        return str(made["Arn"])

    def policy(self, name: str, *statements: Mapping[str, Any]) -> str:
        """The ARN of a new managed policy."""
        made = self.client("iam").create_policy(PolicyName=name, PolicyDocument=document(*statements))
        return str(made["Policy"]["Arn"])

    def assume(self, role_arn: str, who: Signer, name: str = "visit", **more: Any) -> Signer:
        return session_of(self.client("sts", who).assume_role(RoleArn=role_arn, RoleSessionName=name, **more))

    def bucket(self, *keys: str) -> str:
        """The name of a new bucket with these objects in it."""
        name, s3 = f"data-{self.number}", self.client("s3")
        s3.create_bucket(Bucket=name)
        for key in keys:
            s3.put_object(Bucket=name, Key=key, Body=b"here")
        return name

    def events(self, name: str = "", region: str = REGION) -> list[dict[str, Any]]:
        """The records of the event history, newest first; those of one operation when it is named."""
        page = self.standin.gate.trail.lookup(self.number, region, {}, self.standin.gate.clock.now())
        records = [json.loads(e["CloudTrailEvent"]) for e in page["Events"]]
        return [r for r in records if not name or r["eventName"] == name]

    def event(self, name: str, region: str = REGION) -> dict[str, Any]:
        """The newest record of an operation."""
        return self.events(name, region)[0]


def session_of(answer: Mapping[str, Any]) -> Signer:
    made = answer["Credentials"]
    return Signer(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])


def allow(*actions: str, on: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **more}


def deny(*actions: str, on: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {**allow(*actions, on=on, **more), "Effect": "Deny"}


EVERYTHING = allow("*")


def document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust_policy(principal: object, **more: Any) -> str:
    return document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more})


def code_of(call: Callable[..., Any], **parameters: Any) -> str:
    """AWS's error code; empty when the call was answered."""
    try:
        call(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


@pytest.fixture(name="standin", scope="module")
def standin_fixture() -> Iterator[Standin]:
    with Standin() as running:
        yield running


@pytest.fixture(name="make_account")
def make_account_fixture(standin: Standin) -> Iterator[Callable[[], Account]]:
    """Fresh accounts; the dials stand at zero again afterwards. The clock only ever moves forward."""
    made: list[Account] = []

    def make() -> Account:
        made.append(Account(standin, str(next(_NUMBERS))))
        return made[-1]

    yield make
    standin.gate.lag = LagDial()
    standin.gate.trail.delivery_seconds = 0.0
    for account in made:
        account.close()
        forget_account(account.number)


@pytest.fixture(name="account")
def account_fixture(make_account: Callable[[], Account]) -> Account:
    return make_account()
