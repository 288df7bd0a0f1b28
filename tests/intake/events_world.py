"""AWS's events in their shapes, about keys made at run time."""

from typing import Any

ACCOUNT = "111122223333"
URL = "https://github.com/octo/app/blob/c0ffee/.env"


def event(source: str, kind: str, detail: Any, **more: Any) -> dict[str, Any]:
    return {
        "version": "0",
        "id": "5b53b920-3e7c-6003-589a-0123456789ab",
        "detail-type": kind,
        "source": source,
        "account": ACCOUNT,
        "time": "2026-11-23T04:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": detail,
        **more,
    }


# https://github.com/aws/aws-health-tools, the older shape
def health_of_entities(*keys: str, code: str = "AWS_RISK_CREDENTIALS_EXPOSED") -> dict[str, Any]:
    detail = {
        "eventArn": f"arn:aws:health:us-east-1::event/{code}_X",
        "service": "RISK",
        "eventTypeCode": code,
        "eventTypeCategory": "issue",
        "startTime": "Sat, 05 Jun 2016 15:10:09 GMT",
        "eventDescription": [{"language": "en_US", "latestDescription": "A description"}],
        "affectedEntities": [{"entityValue": k} for k in keys],
    }
    return event("aws.health", "AWS Health Event", detail)


# https://github.com/aws-samples/notify-and-remediate-exposed-access-key, the newer one
def health_of_metadata(key: str, code: str = "AWS_RISK_CREDENTIALS_EXPOSED") -> dict[str, Any]:
    made = health_of_entities(key, code=code)
    made["resources"] = [key]
    made["detail"] |= {
        "eventMetadata": {
            "accountId": ACCOUNT, "publicKey": key, "userName": "test-1", "exposedUrl": URL, "truncated": "false",
        },
        "affectedAccount": ACCOUNT, "page": "1", "totalPages": "1", "statusCode": "open",
    }  # fmt: skip
    return made


TOR = "UnauthorizedAccess:IAMUser/TorIPCaller"


# https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-format.html
def guardduty(key: str, kind: str = TOR, **service: Any) -> dict[str, Any]:
    user = {"accessKeyId": key, "principalId": "AIDAX", "userType": "IAMUser", "userName": "test-1"}
    detail = {
        "schemaVersion": "2.0", "accountId": ACCOUNT, "region": "us-east-1", "type": kind, "severity": 5,
        "resource": {"resourceType": "AccessKey", "accessKeyDetails": user},
        "service": {"serviceName": "guardduty", "archived": False, **service}, "title": "A call",
    }  # fmt: skip
    return event("aws.guardduty", "GuardDuty Finding", detail)


def attack_sequence(*keys: str) -> dict[str, Any]:
    resources = [{"uid": k, "resourceType": "ACCESS_KEY"} for k in keys]
    made = guardduty("", "AttackSequence:IAM/CompromisedCredentials", detection={"sequence": {"resources": resources}})
    made["detail"]["resource"] = {"resourceType": "AttackSequence"}
    return made


OF_GUARDDUTY = "arn:aws:securityhub:us-east-1::product/aws/guardduty"
OF_SOMEBODY = f"arn:aws:securityhub:us-east-1:{ACCOUNT}:product/{ACCOUNT}/default"


def asff(key: str, product: str = OF_GUARDDUTY, kind: str = TOR, **more: Any) -> dict[str, Any]:
    finding = {
        "SchemaVersion": "2018-10-08", "ProductArn": product, "Title": "A call",
        "Types": ["TTPs/" + kind.replace("/", "-")],
        "Resources": [
            {"Type": "AwsIamAccessKey", "Id": f"AWS::IAM::AccessKey:{key}",
             "Details": {"AwsIamAccessKey": {"AccessKeyId": key, "PrincipalName": "test-1"}}},
            {"Type": "AwsAccount", "Id": f"AWS::::Account:{ACCOUNT}"},
        ],
        "Workflow": {"Status": "NEW"}, "RecordState": "ACTIVE",
        **more,
    }  # fmt: skip
    return event("aws.securityhub", "Security Hub Findings - Imported", {"findings": [finding]})


def ocsf(key: str, product: str = "arn:aws:securityhub:us-east-1::productv2/aws/guardduty") -> dict[str, Any]:
    finding = {
        "class_uid": 2004, "metadata": {"product": {"uid": product}}, "status": "New",
        "finding_info": {"title": "A call", "types": [TOR]},
        "resources": [{"type": "AWS::IAM::AccessKey", "uid": key}],
    }  # fmt: skip
    return event("aws.securityhub", "Findings Imported V2", {"findings": [finding]})


def quarantine(key: str, *, user: str = "test-1", of: str = "test-1", inside: bool = True) -> dict[str, Any]:
    """The identity is the restricted user's own."""
    identity = {"type": "IAMUser", "userName": of, "accountId": ACCOUNT, "accessKeyId": key}
    if inside:
        identity["invokedBy"] = "AWS Internal"
    detail = {
        "eventSource": "iam.amazonaws.com", "eventName": "AttachUserPolicy", "userIdentity": identity,
        "sourceIPAddress": "AWS Internal" if inside else "192.0.2.1", "recipientAccountId": ACCOUNT,
        "requestParameters": {
            "userName": user, "policyArn": "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3",
        },
    }  # fmt: skip
    return event("aws.iam", "AWS API Call via CloudTrail", detail)


# https://docs.github.com/en/webhooks/webhook-events-and-payloads, what is read of it
def repository(*, private: bool = True, name: str = "octo/app") -> dict[str, Any]:
    return {"full_name": name, "private": private, "clone_url": f"https://github.com/{name}.git"}


def host_alert(action: str = "created", **alert: Any) -> dict[str, Any]:
    said = {
        "number": 7, "url": "https://api.github.com/repos/octo/app/secret-scanning/alerts/7",
        "secret_type": "aws_secret_access_key", "publicly_leaked": False, "validity": "unknown",
        **alert,
    }  # fmt: skip
    return {"action": action, "alert": said, "repository": repository()}


def push(**more: Any) -> dict[str, Any]:
    return {
        "ref": "refs/heads/main", "before": "0" * 40, "after": "c0ffee" + "0" * 34, "deleted": False,
        "pusher": {"name": "octocat"}, "repository": repository(private=False), **more,
    }  # fmt: skip
