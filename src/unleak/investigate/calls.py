"""CloudTrail's records as calls.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from typing import Any

from unleak.iam.key_id import KeyKind, kind_of
from unleak.model.call import Call
from unleak.model.clock import parse_stamp

_LONGEST = 300
# What the chain, the reports and a person read of a call's parameters. All else is left out: it may hold a secret.
_KEPT = frozenset(
    {
        "roleArn", "roleSessionName", "roleName", "userName", "groupName", "policyArn", "policyName", "bucketName",
        "instanceProfileName", "iamInstanceProfile", "launchTemplate", "launchTemplateId", "launchTemplateName",
        "durationSeconds", "instanceType", "imageId", "functionName", "stackName", "name", "arn", "accessKeyId",
    }
)  # fmt: skip


def call_from_record(record: dict[str, Any]) -> Call:
    """Raises KeyError, TypeError or ValueError for what is no CloudTrail record."""
    who = record.get("userIdentity") or {}
    service = text(record["eventSource"]).removesuffix(".amazonaws.com")
    return Call(
        event_id=text(record["eventID"]),
        request_id=text(record.get("requestID")),
        at=parse_stamp(record["eventTime"]),
        region=text(record.get("awsRegion")),
        action=f"{service}:{text(record['eventName'])}",
        key_id=text(who.get("accessKeyId")),
        principal_arn=text(who.get("arn")),
        account=text(record.get("recipientAccountId") or who.get("accountId")),
        address=text(record.get("sourceIPAddress")),
        agent=text(record.get("userAgent")),
        error=text(record.get("errorCode")),
        read_only=bool(record.get("readOnly", False)),
        invoked_by=text(who.get("invokedBy")),
        kind=text(who.get("type")),
        issuer_arn=_issuer(who),
        request=_parameters(record.get("requestParameters")),
        made=_made(record.get("responseElements")),
    )


def _issuer(who: dict[str, Any]) -> str:
    context = who.get("sessionContext")
    issuer = context.get("sessionIssuer") if isinstance(context, dict) else None
    return text(issuer.get("arn")) if isinstance(issuer, dict) else ""


def text(value: object) -> str:
    """A field as it may be shown: cut, and without characters that steer a terminal or turn the reading direction."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("a field that should be a text is none")
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in value[:_LONGEST])


def _parameters(given: object) -> dict[str, Any]:
    if not isinstance(given, dict):
        return {}
    return {k: _parameters(v) if isinstance(v, dict) else _plain(v) for k, v in given.items() if k in _KEPT}


def _plain(value: object) -> Any:
    return value if isinstance(value, bool | int | float | None) else text(value) if isinstance(value, str) else ""


def _made(response: object) -> dict[str, Any]:
    """The ids of what was created: a new credential's id and end, a new key's owner, new instances."""
    if not isinstance(response, dict):
        return {}
    made: dict[str, Any] = {}
    credentials, key = response.get("credentials"), response.get("accessKey")
    if isinstance(credentials, dict) and _is_key_id(credentials.get("accessKeyId")):
        made["credential"] = {k: text(credentials[k]) for k in ("accessKeyId", "expiration") if k in credentials}
    if isinstance(key, dict) and _is_key_id(key.get("accessKeyId")):
        made["accessKey"] = {k: text(key[k]) for k in ("accessKeyId", "userName") if k in key}
    instances = response.get("instancesSet")
    items = instances.get("items") if isinstance(instances, dict) else None
    if isinstance(items, list):
        made["instances"] = [text(i["instanceId"]) for i in items if isinstance(i, dict) and "instanceId" in i]
    return made


def _is_key_id(value: object) -> bool:
    return isinstance(value, str) and kind_of(value) in {KeyKind.LONG_TERM, KeyKind.TEMPORARY}
