"""Whoever has no policy is refused on every read operation of every service that is offered, but those that AWS always
allows; and every answer is one that AWS's own clients can read.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from standin_world import Account, account_fixture, make_account_fixture, standin_fixture  # noqa: F401  fixtures

from unleak.standin.engine import SERVICES

_SESSION = botocore.session.Session()
_READS = ("Get", "List", "Describe", "Head", "Lookup", "Search", "BatchGet")
_ALWAYS = {"GetCallerIdentity", "GetSessionToken"}
_REFUSALS = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "403"}
# By what they sign as, the clients that are asked.
_CLIENTS = {
    "elasticloadbalancing": "elbv2",
    "email": "ses",
    "monitoring": "cloudwatch",
    "servicequotas": "service-quotas",
    "sso": "sso-admin",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
}
_ONLY_WRITES = {"ec2-instance-connect"}
# They sign as a sibling, and are read by the sibling's model: an operation of theirs is none that the stand-in knows.
_UNKNOWN = {"InvalidAction", "UnknownOperationException", "MissingAuthenticationToken", "400"}


def _example(shape: Any, depth: int = 0) -> Any:
    """A value that fits; only what is required."""
    kind, least = shape.type_name, shape.metadata.get("min", 0)
    if kind == "structure":
        return {n: _example(shape.members[n], depth + 1) for n in shape.required_members} if depth < 6 else {}
    if kind == "list":
        return [_example(shape.member, depth + 1) for _ in range(max(1, least))]
    if kind == "string":
        return shape.enum[0] if shape.enum else "x" * max(1, least)
    if kind in {"integer", "long", "float", "double"}:
        return max(1, least)
    simple: dict[str, Any] = {"map": {}, "boolean": True, "timestamp": datetime.now(UTC), "blob": b"x"}
    return simple[kind]


def _reads(service: str) -> Iterator[tuple[str, dict[str, Any]]]:
    model = _SESSION.get_service_model(service)
    for name in model.operation_names:
        operation = model.operation_model(name)
        signed = operation.auth_type != "none"
        if name.startswith(_READS) and name not in _ALWAYS and signed and not operation.has_event_stream_output:
            yield name, _example(operation.input_shape) if operation.input_shape else {}


@pytest.mark.parametrize("signs_as", sorted({*SERVICES, "sts"}))
def test_without_a_policy_nothing_is_read(account: Account, signs_as: str) -> None:
    nobody = account.user("nobody")
    service = _CLIENTS.get(signs_as, signs_as)
    client: Any = _SESSION.create_client(
        service,
        region_name="us-east-1",
        endpoint_url=account.standin.url,
        aws_access_key_id=nobody.key_id,
        aws_secret_access_key=nobody.secret,
        config=Config(retries={"total_max_attempts": 1}, proxies={}, parameter_validation=False,
                      inject_host_prefix=False),
    )  # fmt: skip
    let_in, strange, asked = [], [], 0
    for name, parameters in _reads(service):
        asked += 1
        try:
            client._make_api_call(name, parameters)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code not in _REFUSALS | _UNKNOWN:
                strange.append(f"{name}: {code}")
        except (BotoCoreError, TypeError, ValueError, KeyError):
            continue  # the client itself could not write such a call
        else:
            let_in.append(name)
    client.close()
    assert asked or signs_as in _ONLY_WRITES
    assert not let_in, "read by somebody without any policy"
    assert not strange, "neither refused nor unknown"
