"""Calls as CloudTrail records them, for the tests of what stands."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from unleak.investigate.calls import scrubbed
from unleak.model.call import Call

ACCOUNT, OUTSIDER = "1111" * 3, "9999" * 3
ATTACKER, OWNER = "AKIA" + "ATTACKER", "AKIA" + "OWNER"
START = datetime(2026, 3, 1, tzinfo=UTC)
REGION = "eu-west-1"
_numbers = count()


def call(action: str, request: Any = None, response: Any = None, **others: Any) -> Call:
    """Each is a minute later than the one made before it, unless told otherwise."""
    number = next(_numbers)
    fields: dict[str, Any] = {
        "event_id": f"event-{number}", "request_id": f"request-{number}", "at": START + timedelta(minutes=number),
        "region": REGION, "action": action, "key_id": ATTACKER,
        "principal_arn": f"arn:aws:iam::{ACCOUNT}:user/team/mallory", "account": ACCOUNT, "address": "198.51.100.7",
        "agent": "aws-cli", "read_only": False, "request": scrubbed(request), "response": scrubbed(response),
    }  # fmt: skip
    return Call(**{**fields, **others})


def by_owner(action: str, request: Any = None, response: Any = None) -> Call:
    return call(action, request, response, key_id=OWNER, principal_arn=f"arn:aws:iam::{ACCOUNT}:user/owner")


def iam_arn(rest: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:{rest}"


def arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


def trust(*principals: str) -> str:
    lets = ", ".join(
        f'{{"Effect": "Allow", "Principal": {{"AWS": "{p}"}}, "Action": "sts:AssumeRole"}}' for p in principals
    )
    service = '{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}'
    return f'{{"Version": "2012-10-17", "Statement": [{service}{", " if lets else ""}{lets}]}}'
