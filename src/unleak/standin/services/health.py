"""AWS Health: what AWS tells an account of, an exposed key above all; and the event that EventBridge has of it.

https://docs.aws.amazon.com/health/latest/ug/cloudwatch-events-health.html
"""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from typing import Any

from unleak.model.clock import stamp
from unleak.standin.services.service import Holding, OwnService

_REGION = "us-east-1"


def _events(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    del now
    codes = (asked.get("filter") or {}).get("eventTypeCodes")
    found = [t["event"] for t in holding.things.values() if not codes or t["event"]["eventTypeCode"] in codes]
    return {"events": found}


def _details(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    del now
    found = [holding.things[arn] for arn in asked.get("eventArns") or () if arn in holding.things]
    told = [{"event": t["event"], "eventDescription": {"latestDescription": t["description"]}} for t in found]
    return {"successfulSet": told, "failedSet": []}


def _entities(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    del now
    wanted = (asked.get("filter") or {}).get("eventArns") or ()
    return {"entities": [e for arn in wanted if arn in holding.things for e in holding.things[arn]["entities"]]}


def _lay(holding: Holding, given: Mapping[str, Any], now: datetime) -> None:
    """`given`: `code`, `entities` (key ids, say), `description`, `metadata`."""
    code, number = str(given.get("code", "AWS_RISK_CREDENTIALS_EXPOSED")), uuid.uuid4().hex[:16]
    arn = f"arn:aws:health:{_REGION}::event/RISK/{code}/{code}_{number}"
    event = {
        "arn": arn,
        "service": "RISK",
        "eventTypeCode": code,
        "eventTypeCategory": "issue",
        "region": _REGION,
        "startTime": now.timestamp(),
        "lastUpdatedTime": now.timestamp(),
        "statusCode": "open",
        "eventScopeCode": "ACCOUNT_SPECIFIC",
    }
    values = [str(e) for e in given.get("entities") or ()]
    entities = [
        {"entityArn": f"{arn}/{v}", "eventArn": arn, "entityValue": v, "statusCode": "IMPAIRED"} for v in values
    ]
    description = str(given.get("description", ""))
    holding.things[arn] = {"event": event, "entities": entities, "description": description}
    _to_event_bridge(holding.account, _as_event(arn, code, values, given, now))


def _as_event(arn: str, code: str, values: list[str], given: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    when = now.strftime("%a, %d %b %Y %H:%M:%S GMT")
    return {
        "eventArn": arn,
        "service": "RISK",
        "eventTypeCode": code,
        "eventTypeCategory": "issue",
        "eventScopeCode": "ACCOUNT_SPECIFIC",
        "startTime": when,
        "lastUpdatedTime": when,
        "statusCode": "open",
        "eventRegion": _REGION,
        "eventDescription": [{"language": "en_US", "latestDescription": str(given.get("description", ""))}],
        "eventMetadata": dict(given.get("metadata") or {}),
        "affectedEntities": [{"entityValue": v, "lastUpdatedTime": stamp(now), "status": "IMPAIRED"} for v in values],
        "page": "1",
        "totalPages": "1",
    }


def _to_event_bridge(account: str, detail: Mapping[str, Any]) -> None:
    """Rules of the account's default bus hear of it."""
    backend: Any = import_module("moto.events.models").events_backends[account][_REGION]
    backend.put_events(
        [
            {
                "Source": "aws.health",
                "DetailType": "AWS Health Event",
                "Detail": json.dumps(detail),
                "EventBusName": "default",
            }
        ]
    )


SERVICE = OwnService(
    {"DescribeAffectedEntities": _entities, "DescribeEventDetails": _details, "DescribeEvents": _events},
    _lay,
    everywhere=True,
)
