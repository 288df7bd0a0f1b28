"""Credentials from credentials, and machines from credentials: what a call brought into the world."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from unleak.investigate.calls import is_key_id
from unleak.model.call import Call
from unleak.model.clock import parse_stamp
from unleak.model.credential import Origin
from unleak.model.evidence import CredentialFound, ResourceFound
from unleak.model.plan import Target, TargetKind

Found = CredentialFound | ResourceFound


def follow(call: Call) -> Iterator[Found]:
    """Nothing for a refused call: it made nothing."""
    reader = _READERS.get(call.action)
    if reader is not None and call.accepted:
        yield from reader(call)


def _assumed_role(call: Call) -> Iterator[Found]:
    role_arn = str(call.request.get("roleArn", ""))
    yield from _minted(call, role_arn, role_arn.split(":")[4] if role_arn.count(":") >= 5 else call.account)  # noqa: PLR2004


def _user_session(call: Call) -> Iterator[Found]:
    """GetSessionToken and GetFederationToken carry the user's own permissions."""
    yield from _minted(call, call.principal_arn, call.account)


def _minted(call: Call, principal_arn: str, account: str) -> Iterator[Found]:
    made = call.response.get("credentials")
    if not isinstance(made, dict) or not is_key_id(made.get("accessKeyId")):
        return
    yield CredentialFound(
        key_id=made["accessKeyId"],
        parent=call.key_id,
        origin=Origin.MINTED,
        how=call.operation,
        principal_arn=principal_arn,
        account=account,
        at=call.at,
        event_id=call.event_id,
        expires_at=expiration(made.get("expiration")),
    )


def _created_key(call: Call) -> Iterator[Found]:
    made = call.response.get("accessKey")
    if not isinstance(made, dict) or not is_key_id(made.get("accessKeyId")):
        return
    partition = call.principal_arn.split(":")[1] if ":" in call.principal_arn else "aws"
    yield CredentialFound(
        key_id=made["accessKeyId"],
        parent=call.key_id,
        origin=Origin.CREATED,
        how=call.operation,
        principal_arn=f"arn:{partition}:iam::{call.account}:user/{made.get('userName', '')}",
        account=call.account,
        at=call.at,
        event_id=call.event_id,
    )


def _started_instances(call: Call) -> Iterator[Found]:
    partition = call.principal_arn.split(":")[1] if ":" in call.principal_arn else "aws"
    profile = call.request.get("iamInstanceProfile")
    named = (profile.get("name") or profile.get("arn") or "") if isinstance(profile, dict) else ""
    for instance in _instances(call):
        arn = f"arn:{partition}:ec2:{call.region}:{call.account}:instance/{instance}"
        yield ResourceFound(
            target=Target(TargetKind.INSTANCE, arn, call.account),
            by_key=call.key_id,
            how=call.operation,
            at=call.at,
            event_id=call.event_id,
            profile=str(named).rsplit("/", 1)[-1],
            from_template=bool(call.request.get("launchTemplate")),
        )


def _instances(call: Call) -> Iterator[str]:
    started = call.response.get("instancesSet")
    items = started.get("items") if isinstance(started, dict) else None
    yield from (str(i["instanceId"]) for i in items or () if isinstance(i, dict) and i.get("instanceId"))


_READERS: dict[str, Callable[[Call], Iterator[Found]]] = {
    "sts:AssumeRole": _assumed_role,
    "sts:GetSessionToken": _user_session,
    "sts:GetFederationToken": _user_session,
    "iam:CreateAccessKey": _created_key,
    "ec2:RunInstances": _started_instances,
}


FOLLOWED = frozenset(_READERS)


def expiration(text: object) -> datetime | None:
    """CloudTrail writes `Nov 30, 2024, 8:43:17 PM` (sometimes without the second comma), newer records ISO 8601."""
    if not isinstance(text, str):
        return None
    plain = text.replace("\u202f", " ")
    for shape in ("%b %d, %Y, %I:%M:%S %p", "%b %d, %Y %I:%M:%S %p"):
        try:
            return datetime.strptime(plain, shape).replace(tzinfo=UTC)
        except ValueError:
            continue
    try:
        return parse_stamp(plain)
    except ValueError:
        return None
