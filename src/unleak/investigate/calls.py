"""CloudTrail's records as calls.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from unleak.iam.key_id import KeyKind, kind_of
from unleak.model.call import Call
from unleak.model.clock import parse_stamp

REMOVED = "(removed)"
"""Stands where a value may have held a secret: that there was one may matter."""
_LONGEST = 300
_LONGEST_NAME = 2048
_DOCUMENT = 20_000
_DEEPEST = 8
_MOST_ITEMS = 500
# They may hold a secret, whatever the service: never kept.
_SECRET_FIELDS = re.compile(
    r"(?i)(secret(_?access_?key|string|binary|key)?$|shared_?(key|secret)|pre_?shared_?key|user_?secret|client_?secret"
    r"|(session|security|access|refresh|id|auth|identity)[-_]?token|^token(value|code)?$|mfa_?code|saml_?assertion"
    r"|pass(word|phrase)|private_?key|key_?material|user_?data|environment(variables)?$|^(stage_?)?variables$"
    r"|^commands?$|(^|parameter_?)value$|connection_?string|plaintext|service(password|credentialsecret)|^code$"
    r"|zip_?file|authorization|api_?key|bearer|build_?spec|^overrides$|^containerdefinitions$|defaultarguments"
    r"|hyperparameters)"
)
# These are policies: their whole text says whom they let in.
_DOCUMENTS = re.compile(r"(?i)(policy|policydocument|policytext|content)$")
# What is kept of a call in the record: identifiers, and nothing else.
_KEPT = frozenset(
    {
        "roleArn", "roleSessionName", "roleName", "userName", "groupName", "policyArn", "policyName", "bucketName",
        "instanceProfileName", "iamInstanceProfile", "launchTemplate", "launchTemplateId", "launchTemplateName",
        "durationSeconds", "instanceType", "imageId", "functionName", "stackName", "name", "arn", "accessKeyId",
        "instanceId", "instancesSet", "items", "snapshotId", "groupId", "target", "trailName", "functionArn", "role",
        "credentials", "accessKey", "expiration", "user", "keyId", "secretId", "stackId", "clusterName", "cluster",
        "projectName", "detectorId", "status",
    }
)  # fmt: skip


def call_from_record(record: Mapping[str, Any]) -> Call:
    """Raises KeyError, TypeError or ValueError for what is no CloudTrail record."""
    who = _object(record.get("userIdentity"))
    service = text(record["eventSource"]).removesuffix(".amazonaws.com")
    context = _object(who.get("sessionContext"))
    attributes = _object(context.get("attributes"))
    return Call(
        event_id=text(record["eventID"]),
        request_id=text(record.get("requestID")),
        at=parse_stamp(record["eventTime"]),
        region=text(record.get("awsRegion")),
        action=f"{service}:{plain_operation(text(record['eventName']))}",
        key_id=text(who.get("accessKeyId")),
        principal_arn=text(who.get("arn")),
        account=text(record.get("recipientAccountId") or who.get("accountId")),
        address=text(record.get("sourceIPAddress")),
        agent=text(record.get("userAgent")),
        error=text(record.get("errorCode")) or _failed_sign_in(record),
        error_message=text(record.get("errorMessage")),
        read_only=record.get("readOnly") in {True, "true"},
        invoked_by=text(who.get("invokedBy")),
        kind=text(who.get("type")),
        issuer_arn=text(_object(context.get("sessionIssuer")).get("arn")),
        request=scrubbed(record.get("requestParameters")),
        response=scrubbed(record.get("responseElements")),
        additional=scrubbed(record.get("additionalEventData") or record.get("serviceEventDetails")),
        principal_id=text(who.get("principalId")),
        user_name=text(who.get("userName")),
        caller_account=text(who.get("accountId")),
        session_since=_stamp(attributes.get("creationDate")),
        from_console=text(record.get("sessionCredentialFromConsole")) == "true",
        shared_id=text(record.get("sharedEventID")),
        event_type=text(record.get("eventType")),
        provider=text(who.get("identityProvider")),
    )


def plain_operation(name: str) -> str:
    """Lambda's and CloudFront's operations carry the date of their version: CreateFunction20150331."""
    return re.sub(r"20\d\d_?[01]\d_?[0-3]\d(v\d)?$", "", name)


def _failed_sign_in(record: Mapping[str, Any]) -> str:
    """ConsoleLogin tells its failure in the answer."""
    if record.get("eventName") != "ConsoleLogin":
        return ""
    return "Failure" if _object(record.get("responseElements")).get("ConsoleLogin") == "Failure" else ""


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    """A field as it may be shown: cut, and without characters that steer a terminal or turn the reading direction."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if not isinstance(value, str):
        raise TypeError("a field that should be a text is none")
    return _clean(value[:_LONGEST])


def _clean(value: str) -> str:
    if value.isprintable():
        return value
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in value)


def _stamp(value: object) -> datetime | None:
    try:
        return parse_stamp(value) if isinstance(value, str) and value else None
    except ValueError:
        return None


def scrubbed(given: object) -> Mapping[str, Any]:
    """A call's parameters or answer without the fields that may hold a secret; texts cut, policies whole."""
    return dict(_scrubbed_items(given, 0)) if isinstance(given, dict) else {}


def _scrubbed_items(given: Mapping[str, Any], depth: int) -> Iterator[tuple[str, Any]]:
    for name, value in given.items():
        if _is_secret(name) and _holds_text(value):
            yield name, REMOVED
        elif isinstance(value, dict | list):
            yield name, _scrubbed(value, depth + 1)
        else:
            yield name, _plain(value, _DOCUMENT if _DOCUMENTS.search(name) else _longest(value))


def _longest(value: object) -> int:
    """A name that is cut is the name of something else: an ARN may have a path of 512 characters."""
    return _LONGEST_NAME if isinstance(value, str) and value.startswith("arn:") else _LONGEST


def _is_secret(name: str) -> bool:
    return _SECRET_FIELDS.search(name) is not None


def _holds_text(value: object) -> bool:
    """Some fields of such a name are mere containers or counts; what holds no text hides nothing."""
    if isinstance(value, dict):
        return any(_holds_text(v) for v in value.values())
    if isinstance(value, list):
        return any(_holds_text(v) for v in value)
    return isinstance(value, str)


def _scrubbed(value: object, depth: int) -> Any:
    if isinstance(value, dict | list) and depth > _DEEPEST:
        return REMOVED
    if isinstance(value, dict):
        return dict(_scrubbed_items(value, depth))
    if isinstance(value, list):
        return [_scrubbed(v, depth + 1) for v in value[:_MOST_ITEMS]]
    return _plain(value, _LONGEST)


def is_whole(given: object) -> bool:
    """Whether nothing of parameters as they are kept here was taken out, and nothing may have been cut."""
    if isinstance(given, Mapping):
        return all(is_whole(v) for v in given.values())
    if isinstance(given, list):
        return len(given) < _MOST_ITEMS and all(is_whole(v) for v in given)
    if not isinstance(given, str):
        return True
    return given != REMOVED and len(given) not in {_LONGEST, _LONGEST_NAME, _DOCUMENT}


def _plain(value: object, longest: int) -> Any:
    if isinstance(value, str):
        # Policies have line breaks, and are read by a parser.
        return value[:longest] if longest == _DOCUMENT else _clean(value[:longest])
    return value if isinstance(value, bool | int | float | None) else ""


def is_ours(call: Call, ours: frozenset[str]) -> bool:
    """Our trials only read, and mint one witness session: whatever else bears such an id is not ours."""
    return call.request_id in ours and (call.read_only or call.action == "sts:GetSessionToken")


def is_key_id(value: object) -> bool:
    return isinstance(value, str) and kind_of(value) in {KeyKind.LONG_TERM, KeyKind.TEMPORARY}


def texts_named(given: Any, name: str) -> Iterator[str]:
    """The texts of fields of this name, the outer ones first, at any depth of parameters or an answer."""
    if isinstance(given, Mapping):
        if isinstance(given.get(name), str):
            yield given[name]
        for inner in given.values():
            yield from texts_named(inner, name)
    elif isinstance(given, list):
        for inner in given:
            yield from texts_named(inner, name)


def call_to_line(call: Call) -> bytes:
    """As the record keeps it: identifiers only."""
    fields = {name: getattr(call, name) for name in Call.__slots__}
    kept = {name: _kept(fields[name]) for name in ("request", "response", "additional")}
    since = call.session_since.isoformat() if call.session_since else None
    return json.dumps({**fields, **kept, "at": call.at.isoformat(), "session_since": since}, sort_keys=True).encode()


def _kept(given: object) -> Any:
    if isinstance(given, dict):
        return {k: _kept(v) for k, v in given.items() if k in _KEPT}
    return [_kept(v) for v in given] if isinstance(given, list) else given


def call_from_line(line: bytes) -> Call:
    """The other way round. Lines of earlier versions, which had other fields, are read too."""
    fields = json.loads(line)
    known = {name: value for name, value in fields.items() if name in Call.__slots__}
    since = fields.get("session_since")
    at = {"at": datetime.fromisoformat(fields["at"]), "session_since": datetime.fromisoformat(since) if since else None}
    return Call(**{**known, **at})
