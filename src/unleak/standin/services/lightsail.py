"""Lightsail: instances, which an attacker likes because nobody looks there.

https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_Operations.html
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from unleak.standin.services.service import Holding, OwnService, ServiceError, nothing_to_lay

_STATES = {"pending": 0, "running": 16, "stopping": 64, "stopped": 80}


def _create(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    names = asked.get("instanceNames") or []
    if taken := [n for n in names if n in holding.things]:
        raise ServiceError("InvalidInputException", f"Some names are already in use: {', '.join(taken)}")
    for name in names:
        holding.things[name] = {
            "name": name,
            "arn": f"arn:aws:lightsail:{holding.region}:{holding.account}:Instance/{uuid.uuid4()}",
            "createdAt": now.timestamp(),
            "location": {"availabilityZone": asked.get("availabilityZone", ""), "regionName": holding.region},
            "resourceType": "Instance",
            "blueprintId": asked.get("blueprintId", ""),
            "bundleId": asked.get("bundleId", ""),
            "publicIpAddress": "198.51.100.20",
            "state": {"name": "running", "code": _STATES["running"]},
            "tags": list(asked.get("tags") or ()),
        }
    return {"operations": [_operation(holding, n, "CreateInstance", now) for n in names]}


def _list(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    del asked, now
    return {"instances": list(holding.things.values())}


def _get(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    del now
    return {"instance": _named(holding, asked.get("instanceName"))}


def _stop(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return _turned(holding, asked, now, "stopped", "StopInstance")


def _start(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return _turned(holding, asked, now, "running", "StartInstance")


def _turned(holding: Holding, asked: Mapping[str, Any], now: datetime, state: str, kind: str) -> dict[str, Any]:
    found = _named(holding, asked.get("instanceName"))
    found["state"] = {"name": state, "code": _STATES[state]}
    return {"operations": [_operation(holding, found["name"], kind, now)]}


def _delete(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    name = _named(holding, asked.get("instanceName"))["name"]
    del holding.things[name]
    return {"operations": [_operation(holding, name, "DeleteInstance", now)]}


def _tag(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    found = _named(holding, asked.get("resourceName"))
    new = {t["key"]: t for t in asked.get("tags") or ()}
    found["tags"] = [*(t for t in found["tags"] if t["key"] not in new), *new.values()]
    return {"operations": [_operation(holding, found["name"], "TagResource", now)]}


def _named(holding: Holding, name: object) -> dict[str, Any]:
    if not isinstance(name, str) or name not in holding.things:
        raise ServiceError("NotFoundException", f"The Instance does not exist: {name}")
    return holding.things[name]


def _operation(holding: Holding, name: str, kind: str, now: datetime) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "resourceName": name,
        "resourceType": "Instance",
        "createdAt": now.timestamp(),
        "location": {"regionName": holding.region},
        "isTerminal": True,
        "operationType": kind,
        "status": "Succeeded",
    }


SERVICE = OwnService(
    {
        "CreateInstances": _create,
        "DeleteInstance": _delete,
        "GetInstance": _get,
        "GetInstances": _list,
        "StartInstance": _start,
        "StopInstance": _stop,
        "TagResource": _tag,
    },
    nothing_to_lay,
)
