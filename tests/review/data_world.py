"""CloudTrail's records of what an attacker did to data, and data in a site for him to do it to."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from conftest import Site
from unleak.investigate.calls import call_from_record
from unleak.model.call import Call

KEY = "AKIA" + "ATTACKERS" + "0001"
ACCOUNT = "700000000001"


def record(
    number: int, action: str, at: datetime, request: Mapping[str, Any], response: Mapping[str, Any] | None = None,
    *, account: str = ACCOUNT, key_id: str = KEY, **more: Any,
) -> dict[str, Any]:  # fmt: skip
    service, operation = action.split(":")
    who = {"type": "IAMUser", "arn": f"arn:aws:iam::{account}:user/ci", "accountId": account, "accessKeyId": key_id}
    return {
        "eventVersion": "1.08", "userIdentity": {**who, "userName": "ci"}, "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{service}.amazonaws.com", "eventName": operation, "awsRegion": "us-east-1",
        "sourceIPAddress": "203.0.113.66", "userAgent": "aws-cli/2", "requestParameters": request,
        "responseElements": response, "requestID": f"r{number}", "eventID": f"e{number}",
        "readOnly": operation.startswith(("Get", "List", "Batch")), "eventType": "AwsApiCall",
        "recipientAccountId": account, **more,
    }  # fmt: skip


def call(number: int, action: str, request: Mapping[str, Any], response: Mapping[str, Any] | None = None,
         **more: Any) -> Call:  # fmt: skip
    at = datetime(2026, 11, 23, 12, number // 60, number % 60, tzinfo=UTC)
    return call_from_record(record(number, action, at, request, response, **more))


class Attacked:
    """A site's data, before and after; `records` are what a trail with data events tells of it."""

    def __init__(self, site: Site, *, versioning: bool = True) -> None:
        self.site, self.account, self.bucket = site, site.stage.account, site.stage.bucket
        self.s3, self.ssm, self.secrets = (
            site.stage.admin.client(self.account, s) for s in ("s3", "ssm", "secretsmanager")
        )
        if versioning:
            self.s3.put_bucket_versioning(Bucket=self.bucket, VersioningConfiguration={"Status": "Enabled"})
        self.put("own/a.csv", b"before")
        self.put("own/b.csv", b"before")
        self.ssm.put_parameter(Name="/app/url", Value="https://before.example", Type="String")
        self.secrets.create_secret(Name="app-db", SecretString="before")
        self.records: list[dict[str, Any]] = []

    def put(self, key: str, body: bytes) -> str:
        return str(self.s3.put_object(Bucket=self.bucket, Key=key, Body=body).get("VersionId", ""))

    def text(self, key: str) -> bytes:
        return bytes(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())

    def secret(self) -> str:
        """With its stage: without one, moto gives the newest version."""
        told = self.secrets.get_secret_value(SecretId="app-db", VersionStage="AWSCURRENT")
        return str(told["SecretString"])

    def attack(self) -> datetime:
        """In a whole second after what was there before, for versions are told by seconds."""
        time.sleep(1.05)
        at = datetime.now(UTC).replace(microsecond=0)
        made = self.put("own/a.csv", b"ransom")
        self._note("s3:PutObject", at, {"bucketName": self.bucket, "key": "own/a.csv"}, {"x-amz-version-id": made})
        gone = str(self.s3.delete_object(Bucket=self.bucket, Key="own/b.csv").get("VersionId", ""))
        self._note("s3:DeleteObject", at, {"bucketName": self.bucket, "key": "own/b.csv"}, {"x-amz-version-id": gone})
        made = self.put("own/note.txt", b"pay")
        self._note("s3:PutObject", at, {"bucketName": self.bucket, "key": "own/note.txt"}, {"x-amz-version-id": made})
        self._note("s3:GetObject", at, {"bucketName": self.bucket, "key": "customers.csv"})
        number = self.ssm.put_parameter(Name="/app/url", Value="https://evil.example", Overwrite=True)["Version"]
        self._note("ssm:PutParameter", at, {"name": "/app/url", "value": "x", "type": "String"}, {"version": number})
        new = self.secrets.put_secret_value(SecretId="app-db", SecretString="theirs")["VersionId"]
        self._note("secretsmanager:PutSecretValue", at, {"secretId": "app-db", "clientRequestToken": new})
        self._note("secretsmanager:GetSecretValue", at, {"secretId": "other"})
        return at

    def _note(self, action: str, at: datetime, request: Mapping[str, Any], response: Mapping[str, Any] | None = None,
              ) -> None:  # fmt: skip
        key = self.site.stage.victim.key_id
        told = record(len(self.records), action, at, request, response, account=self.account, key_id=key)
        self.records.append(told)

    def calls(self) -> list[Call]:
        return [call_from_record(r) for r in self.records]
