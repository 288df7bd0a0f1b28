"""GuardDuty's findings; its detectors are moto's.

https://docs.aws.amazon.com/guardduty/latest/APIReference/API_GetFindings.html
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from unleak.model.clock import stamp
from unleak.standin.services.service import Holding, OwnService


def _list(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    del asked, now
    return {"findingIds": list(holding.things)}


def _get(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    del now
    return {"findings": [holding.things[i] for i in asked.get("findingIds") or () if i in holding.things]}


def _archive(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    del now
    for number in asked.get("findingIds") or ():
        if number in holding.things:
            holding.things[number]["service"]["archived"] = True
    return {}


def _lay(holding: Holding, given: Mapping[str, Any], now: datetime) -> None:
    """`given`: `type`, `severity`, and `resource` as GuardDuty spells it."""
    number = uuid.uuid4().hex
    holding.things[number] = {
        "id": number,
        "accountId": holding.account,
        "region": holding.region,
        "partition": "aws",
        "arn": f"arn:aws:guardduty:{holding.region}:{holding.account}:detector/d/finding/{number}",
        "type": str(given.get("type", "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS")),
        "severity": float(given.get("severity", 8)),
        "title": str(given.get("title", "")),
        "resource": dict(given.get("resource") or {}),
        "schemaVersion": "2.0",
        "createdAt": stamp(now),
        "updatedAt": stamp(now),
        "service": {"archived": False, "count": 1, "serviceName": "guardduty"},
    }


SERVICE = OwnService({"ArchiveFindings": _archive, "GetFindings": _get, "ListFindings": _list}, _lay)
