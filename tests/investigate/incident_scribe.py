"""Writes CloudTrail records, and makes the ids that stand in them.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

import base64
import random
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incident_truth import Record

_READS = (
    "Get",
    "List",
    "Describe",
    "Head",
    "Lookup",
    "AssumeRole",
    "Query",
    "Receive",
    "Batch",
    "Decrypt",
    "CreateOAuth2",
)
_WRITES = frozenset({"GetFederationToken"})
_DATA = frozenset({"s3:GetObject", "s3:PutObject", "dynamodb:Query", "lambda:Invoke", "bedrock:InvokeModel"})
_VERSIONS = ("1.08", "1.09", "1.10", "1.11")
_IMPOSSIBLE = "0189ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TLS = {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where calls come from: an address, a program and the region that is asked."""

    address: str
    agent: str
    region: str


def stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


class Scribe:
    """`impossible` is the share of ids that cannot be AWS's: somebody anonymised the trail."""

    def __init__(self, rng: random.Random, impossible: float) -> None:
        self.rng = rng
        self.records: list[Record] = []
        self._impossible = impossible

    def uuid(self) -> str:
        text = f"{self.rng.getrandbits(128):032x}"
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"

    def hexes(self, count: int) -> str:
        return f"{self.rng.getrandbits(count * 4):0{count}x}"

    def key_id(self, account: str, prefix: str) -> str:
        """An id that carries its account, as AWS's do: https://awsteele.com/blog/2020/09/26/aws-access-key-format.html"""
        if self.rng.random() < self._impossible:
            return prefix + "8" + "".join(self.rng.choices(_IMPOSSIBLE, k=15))
        first = (1 << 47) | (int(account) << 7) | self.rng.getrandbits(7)
        coded = first.to_bytes(6, "big") + self.rng.getrandbits(32).to_bytes(4, "big")
        return prefix + base64.b32encode(coded).decode()

    def principal_id(self, account: str, prefix: str) -> str:
        return self.key_id(account, prefix) + self.rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ")

    def expiration(self, at: datetime) -> str:
        """In each of the shapes that CloudTrail has written it."""
        shape = self.rng.random()
        hour = f"{at.hour % 12 or 12}:{at:%M:%S}"
        if shape < 0.2:
            return stamp(at)
        comma = "" if shape < 0.4 else ","
        space = "\u202f" if shape > 0.7 else " "
        return f"{at:%b} {at.day}, {at.year}{comma} {hour}{space}{at:%p}"

    def token(self) -> str:
        """A dummy of the outer form of a session token."""
        return "IQoJb3JpZ2luX2Vj" + base64.b64encode(self.rng.getrandbits(480).to_bytes(60, "big")).decode()

    def write(
        self,
        at: datetime,
        who: dict[str, Any],
        place: Place,
        action: str,
        request: dict[str, Any] | None = None,
        response: dict[str, Any] | None = None,
        *,
        account: str = "",
        **more: Any,
    ) -> Record:
        """`action` is service:EventName; `account` is whose trail it stands in; `more` are further fields."""
        service, _, name = action.partition(":")
        record: Record = {
            "eventVersion": self.rng.choice(_VERSIONS),
            "userIdentity": dict(who),
            "eventTime": stamp(at),
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "awsRegion": "us-east-1" if service in {"iam", "organizations"} else place.region,
            "sourceIPAddress": place.address,
            "userAgent": place.agent,
            "requestParameters": request,
            "responseElements": response,
            "requestID": self.uuid(),
            "eventID": self.uuid(),
            "readOnly": name.startswith(_READS) and name not in _WRITES,
            "eventType": "AwsApiCall",
            "managementEvent": action not in _DATA,
            "recipientAccountId": account or who.get("accountId", ""),
            "eventCategory": "Data" if action in _DATA else "Management",
            **more,
        }
        if place.address[:1].isdigit():
            record["tlsDetails"] = {**_TLS, "clientProvidedHostHeader": f"{service}.{place.region}.amazonaws.com"}
        self.records.append(record)
        return record

    def denied(self, at: datetime, who: dict[str, Any], place: Place, action: str, request: dict[str, Any]) -> Record:
        plain = action.partition("2015")[0]
        return self.write(
            at, who, place, action, request, None,
            errorCode="Client.UnauthorizedOperation" if action.startswith("ec2:") else "AccessDenied",
            errorMessage=f"User: {who.get('arn', '')} is not authorized to perform: {plain} because no identity-based"
            f" policy allows the {plain} action",
        )  # fmt: skip
