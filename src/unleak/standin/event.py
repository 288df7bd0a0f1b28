"""One call as CloudTrail records it.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any

import xmltodict

from unleak.model.clock import parse_stamp, stamp
from unleak.standin.authorize import Caller
from unleak.standin.errors import Answer
from unleak.standin.principals import Kind, Principal
from unleak.standin.request import ApiCall
from unleak.standin.shapes import answers_nothing, typed_request, typed_response

_READS = ("Get", "List", "Describe", "Head", "Lookup", "Search", "BatchGet", "Select", "Simulate")
_ARE_WRITES = frozenset({"GetFederationToken"})
_ARE_READS = frozenset({"AssumeRole", "AssumeRoot"})
_LEFT_OUT = frozenset({"secretaccesskey", "password", "newpassword", "oldpassword", "privatekey", "servicepassword",
                       "servicecredentialsecret"})  # fmt: skip
_REMOVED = {"userdata": "<sensitiveDataRemoved>"}
# What some services put in the place of what they do not tell.
_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
_INSTEAD: Mapping[str, Mapping[str, Any]] = {
    "lambda": {"code": {}, "environment": {}, "zipFile": None},
    "secretsmanager": {"secretString": _HIDDEN, "secretBinary": _HIDDEN},
    "ssm": {"value": _HIDDEN},
}
_GLOBAL = frozenset({"iam", "organizations", "cloudfront", "route53"})
_DATA_EVENTS: Mapping[str, frozenset[str]] = {
    "s3": frozenset({"DeleteObjects", "HeadBucket", "ListObjectVersions", "ListObjects", "ListObjectsV2"}),
    "lambda": frozenset({"Invoke", "InvokeAsync", "InvokeWithResponseStream"}),
    "sns": frozenset({"Publish", "PublishBatch"}),
    "sqs": frozenset({"SendMessage", "SendMessageBatch", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch"}),
    "dynamodb": frozenset({"GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "BatchGetItem",
                           "BatchWriteItem"}),
}  # fmt: skip
# Lambda's operations carry the date of their version.
_OF_2015 = frozenset({"CreateFunction", "DeleteFunction", "ListFunctions", "GetPolicy", "CreateAlias", "Invoke"})
_OF_2015_V2 = frozenset({"AddPermission", "UpdateFunctionCode", "UpdateFunctionConfiguration", "GetFunction",
                         "GetFunctionConfiguration", "RemovePermission"})  # fmt: skip
_SOURCES = {"email": "ses", "sesv2": "ses", "tagging": "tagging", "s3control": "s3"}
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
_PLAIN_ERRORS = frozenset({"AccessDenied", "ValidationError", "NotImplemented", "InvalidInput"})
_RESOURCE_TYPES = {
    "userName": "AWS::IAM::User",
    "accessKeyId": "AWS::IAM::AccessKey",
    "roleName": "AWS::IAM::Role",
    "roleArn": "AWS::IAM::Role",
    "policyArn": "AWS::IAM::Policy",
    "groupName": "AWS::IAM::Group",
    "bucketName": "AWS::S3::Bucket",
    "instanceId": "AWS::EC2::Instance",
    "functionName": "AWS::Lambda::Function",
    "snapshotId": "AWS::EC2::Snapshot",
    "secretId": "AWS::SecretsManager::Secret",
    "trailARN": "AWS::CloudTrail::Trail",
    "trailName": "AWS::CloudTrail::Trail",
}


def is_data_event(call: ApiCall) -> bool:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html"""
    of_object = call.service == "s3" and "Key" in call.parameters
    return of_object or call.operation in _DATA_EVENTS.get(call.service, ())


def is_read_only(call: ApiCall) -> bool:
    return call.operation in _ARE_READS or (call.operation.startswith(_READS) and call.operation not in _ARE_WRITES)


def event_of(call: ApiCall, caller: Caller, answer: Answer, request_id: str, host: str = "") -> dict[str, Any]:
    """`host`: the name by which the client called us."""
    read_only = is_read_only(call)
    source = _SOURCES.get(call.service, call.service)
    silent = read_only and call.operation not in _ARE_READS and call.operation != "GetSessionToken"
    event: dict[str, Any] = {
        "eventVersion": "1.11",
        "userIdentity": identity(caller.principal),
        "eventTime": stamp(caller.now),
        "eventSource": f"{source}.amazonaws.com",
        "eventName": _name(call),
        "awsRegion": "us-east-1" if call.service in _GLOBAL else call.region,
        "sourceIPAddress": caller.address,
        "userAgent": caller.agent,
        "requestParameters": _requested(call, answer),
        "responseElements": None if answer.error or silent else without_secrets(_response(call, answer)),
        "requestID": request_id,
        "eventID": str(uuid.uuid4()),
        "readOnly": read_only,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": caller.principal.account,
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": host or f"{source}.{call.region}.amazonaws.com",
        },
    }
    if answer.error:
        event["errorCode"], event["errorMessage"] = _error(call, answer), answer.message
    elif call.operation == "AssumeRole" and event["requestParameters"]:
        arn = str(event["requestParameters"].get("roleArn", ""))
        event["resources"] = [{"ARN": arn, "accountId": arn.split(":")[4], "type": "AWS::IAM::Role"}]
    return event


def seen_by_the_role(event: dict[str, Any]) -> dict[str, Any] | None:
    """A role of another account that was assumed: its account has the event too, and of the caller only the account."""
    owner = next((r["accountId"] for r in event.get("resources", ())), event["recipientAccountId"])
    if owner == event["recipientAccountId"]:
        return None
    who, shared = event["userIdentity"], str(uuid.uuid4())
    event["sharedEventID"] = shared
    stranger = {"type": "AWSAccount", "principalId": who["principalId"], "accountId": who["accountId"]}
    return {**event, "userIdentity": stranger, "recipientAccountId": owner, "eventID": str(uuid.uuid4()),
            "sharedEventID": shared}  # fmt: skip


def by_service(
    service: str, role_arn: str, session: str, minted: Mapping[str, Any], at: Any, region: str
) -> dict[str, Any]:
    """A role that a service of AWS assumed for a machine or a function."""
    account = role_arn.split(":")[4]
    return {
        "eventVersion": "1.08",
        "userIdentity": {"type": "AWSService", "invokedBy": service},
        "eventTime": stamp(at),
        "eventSource": "sts.amazonaws.com",
        "eventName": "AssumeRole",
        "awsRegion": region,
        "sourceIPAddress": service,
        "userAgent": service,
        "requestParameters": {"roleArn": role_arn, "roleSessionName": session},
        "responseElements": {"credentials": dict(minted)},
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "resources": [{"accountId": account, "type": "AWS::IAM::Role", "ARN": role_arn}],
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "sharedEventID": str(uuid.uuid4()),
        "eventCategory": "Management",
    }


def console_login(p: Principal, at: Any, address: str, *, well: bool, mfa: bool) -> dict[str, Any]:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html"""
    event = {
        "eventVersion": "1.08",
        "userIdentity": {k: v for k, v in identity(p).items() if k not in {"accessKeyId", "sessionContext"}},
        "eventTime": stamp(at),
        "eventSource": "signin.amazonaws.com",
        "eventName": "ConsoleLogin",
        "awsRegion": "us-east-1",
        "sourceIPAddress": address,
        "userAgent": "Mozilla/5.0",
        "requestParameters": None,
        "responseElements": {"ConsoleLogin": "Success" if well else "Failure"},
        "additionalEventData": {
            "LoginTo": "https://console.aws.amazon.com/console/home",
            "MobileVersion": "No",
            "MFAUsed": "Yes" if mfa else "No",
        },
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "eventType": "AwsConsoleSignIn",
        "managementEvent": True,
        "recipientAccountId": p.account,
        "eventCategory": "Management",
    }
    return event if well else {**event, "errorMessage": "Failed authentication"}


def _name(call: ApiCall) -> str:
    if call.service != "lambda":
        return call.operation
    return (
        f"{call.operation}20150331{'v2' if call.operation in _OF_2015_V2 else ''}"
        if (call.operation in _OF_2015 | _OF_2015_V2)
        else call.operation
    )


def _error(call: ApiCall, answer: Answer) -> str:
    if call.service == "ec2":
        return f"Client.{answer.error}"
    if call.service == "iam" and answer.error not in _PLAIN_ERRORS and not answer.error.endswith("Exception"):
        return f"{answer.error}Exception"
    return answer.error


def identity(p: Principal) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": p.kind.value,
        "principalId": p.unique_id,
        "arn": p.arn,
        "accountId": p.account,
        "accessKeyId": p.key_id,
    }
    if p.kind is Kind.USER:
        found["userName"] = p.name
    if p.issued_at is not None:
        attributes = {"creationDate": stamp(p.issued_at), "mfaAuthenticated": "true" if p.mfa_at else "false"}
        context: dict[str, Any] = {"attributes": attributes}
        if p.kind in {Kind.ROLE, Kind.FEDERATED}:
            context = {"sessionIssuer": _issuer(p), "webIdFederationData": {}, **context}
        if p.of_machine:
            context["ec2RoleDelivery"] = "2.0"
        found["sessionContext"] = context
    return found


def _issuer(p: Principal) -> dict[str, str]:
    return {
        "type": "Role" if p.kind is Kind.ROLE else "Root" if p.source_id == p.account else "IAMUser",
        "principalId": p.source_id,
        "arn": p.source_arn,
        "accountId": p.account,
        "userName": p.name,
    }


def _requested(call: ApiCall, answer: Answer) -> dict[str, Any] | None:
    if answer.error == "AccessDenied" and call.service in {"iam", "sts"}:
        return None
    found: dict[str, Any] = _lower(typed_request(call))
    if call.service == "s3" and "bucket" in found:
        found["bucketName"] = found.pop("bucket")
    if call.operation == "PutBucketPolicy":
        found = {**found, "bucketPolicy": _document(found.pop("policy", "")), "policy": ""}
    if call.service == "ec2":
        found = _sets(found)
    if call.operation == "DescribeInstances":
        found = {"filterSet": {}, "instancesSet": {}, **found}
    instead = _INSTEAD.get(call.service, {})
    kept: dict[str, Any] = without_secrets({k: instead.get(k, v) for k, v in found.items()})
    return {k: v for k, v in kept.items() if v is not None} or None


def _sets(found: dict[str, Any]) -> dict[str, Any]:
    """EC2's lists, as CloudTrail names them."""
    if "imageId" in found and "minCount" in found:
        return _launch(found)
    found = _shared({_EC2_NAMES.get(k, k): v for k, v in found.items()})
    ids, filters = found.pop("instanceId", None), found.pop("filter", None)
    made = {k: _listed(v) for k, v in found.items()}
    if isinstance(ids, list):
        made["instancesSet"] = {"items": [{"instanceId": i} for i in ids]}
    elif ids is not None:
        made["instanceId"] = ids
    if isinstance(filters, list):
        asked = [f for f in filters if isinstance(f, dict)]
        values = [{"items": [{"value": v} for v in f.get("value", ())]} for f in asked]
        made["filterSet"] = {
            "items": [{"name": f.get("name"), "valueSet": v} for f, v in zip(asked, values, strict=True)]
        }
    return made


_EC2_NAMES = {"attribute": "attributeType"}
_SHARED = {"createVolumePermission": "CREATE_VOLUME_PERMISSION", "launchPermission": "launchPermission"}


def _shared(found: dict[str, Any]) -> dict[str, Any]:
    """Who a snapshot or an image is given to, in whichever way it was asked."""
    attribute, way = str(found.get("attributeType", "")), found.get("operationType")
    if attribute not in _SHARED or way not in {"add", "remove"}:
        return found
    who = [(name, found.get(sent)) for name, sent in (("userId", "userId"), ("group", "userGroup"), ("group", "group"))]
    items = [{name: one} for name, given in who for one in (given if isinstance(given, list) else [given]) if one]
    rest = {k: v for k, v in found.items() if k not in {"operationType", "userId", "userGroup", "group"}}
    return {**rest, "attributeType": _SHARED[attribute], attribute: {way: items}}


def _document(text: Any) -> Any:
    """A policy as it was sent, with its own spelling; what is no JSON stays text."""
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text


_OF_A_LAUNCH = ("imageId", "minCount", "maxCount", "keyName")


def _launch(found: dict[str, Any]) -> dict[str, Any]:
    counted = {k: found[k] for k in _OF_A_LAUNCH if k in found}
    usual = {"blockDeviceMapping": {}, "disableApiStop": False, "disableApiTermination": False}
    rest = {k: _listed(v) for k, v in found.items() if k not in _OF_A_LAUNCH}
    return {"instancesSet": {"items": [counted]}, "monitoring": {"enabled": False}, **usual, **rest}


def _listed(value: Any) -> Any:
    if isinstance(value, list):
        return {"items": [_listed(v) for v in value]}
    return {k: _listed(v) for k, v in value.items()} if isinstance(value, dict) else value


def _response(call: ApiCall, answer: Answer) -> Any:
    """What the answer says was made, in CloudTrail's spelling."""
    if not answer.body:
        return None
    if answer.body.lstrip().startswith(b"{"):
        return _lower(json.loads(answer.body)) or None
    try:
        tree = next(iter(xmltodict.parse(answer.body, strip_whitespace=True).values())) or {}
    except Exception:  # noqa: BLE001  an answer that is no XML has nothing to tell the trail
        return None
    inner = tree.get(f"{call.operation}Result", tree) or {}
    kept = {k: v for k, v in inner.items() if k not in {"@xmlns", "ResponseMetadata"}}
    made = _lower(typed_response(call, kept))
    if call.service == "ec2":
        made = {"_return": True, **_items(made)} if answers_nothing(call) else _items(made)
    return (
        _written_out(made, ", " if call.service == "sts" else " ") if call.service in {"iam", "sts"} else made
    ) or None


def _written_out(tree: Any, comma: str) -> Any:
    """Times as CloudTrail tells them of IAM, `Nov 30, 2026 8:43:17 PM`, and of STS, with a comma more."""
    if isinstance(tree, dict):
        return {k: _written_out(v, comma) for k, v in tree.items()}
    if isinstance(tree, list):
        return [_written_out(v, comma) for v in tree]
    if not isinstance(tree, str) or not _STAMP.fullmatch(tree):
        return tree
    when = parse_stamp(tree)
    return f"{when:%b} {when.day}, {when.year}{comma}{when.hour % 12 or 12}:{when:%M:%S %p}"


def _items(tree: Any) -> Any:
    """EC2's `<item>` lists become CloudTrail's `{"items": […]}`."""
    if isinstance(tree, list):
        return [_items(t) for t in tree]
    if not isinstance(tree, dict):
        return tree
    if set(tree) == {"item"}:
        found = tree["item"]
        return {"items": _items(found if isinstance(found, list) else [found])}
    return {"_return" if k == "return" else k: _items(v) for k, v in tree.items()}


def _lower(tree: Any) -> Any:
    """CloudTrail spells parameters with a small first letter."""
    if isinstance(tree, Mapping):
        return {k[:1].lower() + k[1:]: _lower(v) for k, v in tree.items()}
    return [_lower(v) for v in tree] if isinstance(tree, list) else tree


def without_secrets(tree: Any) -> Any:
    """CloudTrail leaves secrets out, but for session tokens, which it keeps."""
    if isinstance(tree, dict):
        kept = {k: without_secrets(v) for k, v in tree.items() if k.lower() not in _LEFT_OUT}
        return {k: _REMOVED.get(k.lower(), v) for k, v in kept.items()}
    return [without_secrets(v) for v in tree] if isinstance(tree, list) else tree


def resources_in(record: dict[str, Any]) -> list[dict[str, str]]:
    """What LookupEvents says an event is about."""
    found: dict[tuple[str, str], None] = {}
    if record["eventSource"] == "cloudtrail.amazonaws.com" and "name" in (record.get("requestParameters") or {}):
        found["AWS::CloudTrail::Trail", str(record["requestParameters"]["name"])] = None
    for part in (record.get("requestParameters"), record.get("responseElements")):
        for name, value in _leaves(part):
            if name in _RESOURCE_TYPES and isinstance(value, str):
                found[_RESOURCE_TYPES[name], value] = None
    return [{"ResourceType": kind, "ResourceName": name} for kind, name in found]


def _leaves(tree: Any) -> list[tuple[str, Any]]:
    if isinstance(tree, list):
        return [leaf for part in tree for leaf in _leaves(part)]
    if not isinstance(tree, dict):
        return []
    return [
        leaf
        for name, value in tree.items()
        for leaf in (_leaves(value) if isinstance(value, dict | list) else [(name, value)])
    ]
