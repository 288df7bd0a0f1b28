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

FIRST_YEAR, LAST_YEAR = 2000, 2199
"""An event of any other time is none."""
_A_RECORD = f"""eventID <> '' AND eventSource IS NOT NULL AND eventName IS NOT NULL AND eventTime LIKE '%Z'
    AND try_cast(eventTime AS TIMESTAMP) BETWEEN '{FIRST_YEAR}-01-01' AND '{LAST_YEAR}-12-31'"""
_OF_TOKENS = """'(?i)"([a-z-]*(?:session|security)[_-]?token)"\\s*:\\s*"(?:[^"\\\\]|\\\\.)*"'"""
_MADE = """CASE WHEN contains(responseElements, '"accessKeyId"') THEN nullif(regexp_extract(responseElements,
    '"accessKeyId"\\s*:\\s*"([A-Z0-9]{16,128})"', 1), '') END"""


def _tokenless(field: str) -> str:
    replaced = f"""regexp_replace({field}, {_OF_TOKENS}, '"\\1":""', 'g')"""
    return f"""(CASE WHEN contains({field}, 'oken"') THEN {replaced} ELSE {field} END)::VARCHAR"""


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
    "request": _tokenless("requestParameters"),
    "response": _tokenless("responseElements"),
    "additional": _tokenless("additionalEventData"),
    "details": _tokenless("serviceEventDetails"),
    "resources": "resources::VARCHAR",
}
COLUMNS = tuple(_EXPRESSIONS)
"""Names of the columns, in their order."""


def select_from(lines: str, *, leniently: bool = False) -> str:
    """SQL that reads NDJSON (one record a line) into our columns; `lines` is a quoted path or list of them. What is no
    record is left out; `leniently`, what is no JSON too.
    """
    types = ", ".join(f"'{name}': '{kind}'" for name, kind in READ.items())
    fields = ", ".join(f'{expression} AS "{name}"' for name, expression in _EXPRESSIONS.items())
    options = f"columns = {{{types}}}, format = 'newline_delimited', compression = 'uncompressed'"
    options += f", maximum_object_size = 33554432, ignore_errors = {str(leniently).lower()}"
    return f"SELECT {fields} FROM read_json({lines}, {options}) WHERE {_A_RECORD}"  # noqa: S608  ours


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
    """What Python does not read (numbers of thousands of digits, a thousand lists in lists) hides no call."""
    try:
        return None if value is None else json.loads(value)
    except (ValueError, RecursionError):
        return {"unread": "(could not be read)"}
