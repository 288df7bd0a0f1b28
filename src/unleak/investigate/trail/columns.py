"""The columns of the index: one row an event, named for what they hold.

`request`, `response`, `additional`, `details` and `resources` are JSON as CloudTrail wrote it, session tokens taken
out. `made_key` is the id of the credential that the answer carries; `role_arn` and `session_name` are those that were
asked for. `source` and `name` are eventSource and eventName.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

import json
from collections.abc import Mapping
from typing import Any

_TEXT = "VARCHAR"
_ISSUER = 'STRUCT("type" VARCHAR, principalId VARCHAR, arn VARCHAR, accountId VARCHAR, userName VARCHAR)'
_ATTRIBUTES = "STRUCT(creationDate VARCHAR, mfaAuthenticated VARCHAR)"
_CONTEXT = f"STRUCT(sessionIssuer {_ISSUER}, attributes {_ATTRIBUTES}, ec2RoleDelivery VARCHAR, sourceIdentity VARCHAR)"
_WHO = (
    'STRUCT("type" VARCHAR, principalId VARCHAR, arn VARCHAR, accountId VARCHAR, accessKeyId VARCHAR, '
    f"userName VARCHAR, invokedBy VARCHAR, identityProvider VARCHAR, sessionContext {_CONTEXT})"
)
READ: Mapping[str, str] = {
    "eventTime": "VARCHAR", "eventSource": _TEXT, "eventName": _TEXT, "awsRegion": _TEXT, "sourceIPAddress": _TEXT,
    "userAgent": _TEXT, "errorCode": _TEXT, "errorMessage": _TEXT, "readOnly": "BOOLEAN", "userIdentity": _WHO,
    "recipientAccountId": _TEXT, "eventID": _TEXT, "requestID": _TEXT, "sharedEventID": _TEXT, "eventType": _TEXT,
    "eventCategory": _TEXT, "sessionCredentialFromConsole": _TEXT, "requestParameters": "JSON",
    "responseElements": "JSON", "additionalEventData": "JSON", "serviceEventDetails": "JSON", "resources": "JSON",
}  # fmt: skip
"""What is read of a record, and as what."""

_TOKENLESS = """CASE WHEN contains(responseElements, '"sessionToken"') THEN regexp_replace(responseElements,
    '"sessionToken"\\s*:\\s*"[^"]*"', '"sessionToken":""', 'g') ELSE responseElements END"""
_MADE = """CASE WHEN contains(responseElements, '"accessKeyId"') THEN nullif(regexp_extract(responseElements,
    '"accessKeyId"\\s*:\\s*"([A-Z0-9]{16,128})"', 1), '') END"""


def _of_assuming(field: str) -> str:
    value = f"json_extract_string(requestParameters, '$.{field}')"
    return f"CASE WHEN starts_with(eventName, 'AssumeRole') THEN {value} END"


_EXPRESSIONS: Mapping[str, str] = {
    "event_id": "eventID",
    "at": "try_cast(eventTime AS TIMESTAMP)",
    "source": "eventSource",
    "name": "eventName",
    "region": "awsRegion",
    "address": "sourceIPAddress",
    "agent": "userAgent",
    "error": "errorCode",
    "error_message": "errorMessage",
    "read_only": "readOnly",
    "kind": "userIdentity.type",
    "arn": "userIdentity.arn",
    "key_id": "userIdentity.accessKeyId",
    "principal_id": "userIdentity.principalId",
    "caller_account": "userIdentity.accountId",
    "user_name": "userIdentity.userName",
    "invoked_by": "userIdentity.invokedBy",
    "identity_provider": "userIdentity.identityProvider",
    "issuer_arn": "userIdentity.sessionContext.sessionIssuer.arn",
    "issuer_type": 'userIdentity.sessionContext.sessionIssuer."type"',
    "session_since": "userIdentity.sessionContext.attributes.creationDate",
    "mfa": "userIdentity.sessionContext.attributes.mfaAuthenticated",
    "source_identity": "userIdentity.sessionContext.sourceIdentity",
    "from_console": "sessionCredentialFromConsole",
    "account": "recipientAccountId",
    "request_id": "requestID",
    "shared_id": "sharedEventID",
    "event_type": "eventType",
    "category": "eventCategory",
    "made_key": _MADE,
    "role_arn": _of_assuming("roleArn"),
    "session_name": _of_assuming("roleSessionName"),
    "request": "requestParameters::VARCHAR",
    "response": f"({_TOKENLESS})::VARCHAR",
    "additional": "additionalEventData::VARCHAR",
    "details": "serviceEventDetails::VARCHAR",
    "resources": "resources::VARCHAR",
}
COLUMNS = tuple(_EXPRESSIONS)
"""Names of the columns, in their order."""


def select_from(lines: str) -> str:
    """SQL that reads NDJSON (one record a line) into our columns; `lines` is a quoted path or list of them."""
    types = ", ".join(f"'{name}': '{kind}'" for name, kind in READ.items())
    fields = ", ".join(f'{expression} AS "{name}"' for name, expression in _EXPRESSIONS.items())
    options = f"columns = {{{types}}}, format = 'newline_delimited', compression = 'uncompressed'"
    return f"SELECT {fields} FROM read_json({lines}, {options}, maximum_object_size = 33554432)"  # noqa: S608  ours


def record_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as CloudTrail's record again, as far as we keep it."""
    issuer = {"type": row["issuer_type"], "arn": row["issuer_arn"]}
    attributes = {"creationDate": row["session_since"], "mfaAuthenticated": row["mfa"]}
    who = {
        "type": row["kind"], "principalId": row["principal_id"], "arn": row["arn"], "accountId": row["caller_account"],
        "accessKeyId": row["key_id"], "userName": row["user_name"], "invokedBy": row["invoked_by"],
        "identityProvider": row["identity_provider"],
        "sessionContext": {"sessionIssuer": issuer, "attributes": attributes, "sourceIdentity": row["source_identity"]},
    }  # fmt: skip
    return {
        "eventID": row["event_id"], "eventTime": row["at"].isoformat() + "Z", "eventSource": row["source"] or "",
        "eventName": row["name"] or "", "awsRegion": row["region"], "sourceIPAddress": row["address"],
        "userAgent": row["agent"], "errorCode": row["error"], "errorMessage": row["error_message"],
        "readOnly": row["read_only"], "recipientAccountId": row["account"], "requestID": row["request_id"],
        "sharedEventID": row["shared_id"], "eventType": row["event_type"], "eventCategory": row["category"],
        "sessionCredentialFromConsole": row["from_console"], "userIdentity": who,
        "requestParameters": _json(row["request"]), "responseElements": _json(row["response"]),
        "additionalEventData": _json(row["additional"]), "serviceEventDetails": _json(row["details"]),
        "resources": _json(row["resources"]),
    }  # fmt: skip


def _json(value: str | None) -> Any:
    return None if value is None else json.loads(value)
