"""Policies, trusts and packages, as attackers write them."""

import io
import json
import zipfile
from typing import Any

from unleak.drill.stage import VICTIM, Stage

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
STRANGER = "999988887777"
"""An account that is none of ours."""
IMAGE = "ami-03cf127a"
"""One that the embedded AWS has; it knows a thousand, and telling them takes seconds."""
PASSWORD = "Correct-horse-7"  # noqa: S105  of users who live as long as the drill


def be_administrator(stage: Stage) -> None:
    """The key that leaks is an administrator's."""
    stage.admin.client(stage.account, "iam").attach_user_policy(UserName=VICTIM, PolicyArn=ADMIN)


def allow(*actions: str) -> str:
    return _document({"Effect": "Allow", "Action": list(actions), "Resource": "*"})


def trust(*principals: str) -> str:
    return _document({"Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": "sts:AssumeRole"})


def trust_service(service: str) -> str:
    principal = {"Service": f"{service}.amazonaws.com"}
    return _document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


def opened(resource: str, *actions: str, to: str = "") -> str:
    """To a principal; to everybody where none is named."""
    whom: Any = {"AWS": to} if to else "*"
    return _document({"Effect": "Allow", "Principal": whom, "Action": list(actions), "Resource": resource})


def port(number: int, peer: str) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": number, "ToPort": number, "IpRanges": [{"CidrIp": peer}]}


def zipped(text: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", text)
    return packed.getvalue()


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
