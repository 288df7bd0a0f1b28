"""What moto lacks of Lambda: URLs of aliases, and copies that are kept warm, beside which AWS lets nobody reserve less.

https://docs.aws.amazon.com/lambda/latest/api/API_PutProvisionedConcurrencyConfig.html
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from typing import Any

from unleak.model.clock import stamp
from unleak.standin.services.service import Holding, OwnService, ServiceError, nothing_to_lay

_MISSING, _INVALID = "ResourceNotFoundException", "InvalidParameterValueException"


def _backend(holding: Holding) -> Any:
    return import_module("moto.awslambda.utils").get_backend(holding.account, holding.region)


def _function(holding: Holding, asked: Mapping[str, Any]) -> Any:
    name = str(asked.get("FunctionName", ""))
    found = _backend(holding)
    if not any(name in {f.function_name, f.function_arn} for f in found.list_functions()):
        raise ServiceError(_MISSING, f"Function not found: {name}")
    return found.get_function(name)


def _kept(function: Any, what: str) -> dict[str, dict[str, Any]]:
    """It goes with the function."""
    held: dict[str, dict[str, Any]] = function.__dict__.setdefault(f"own_{what}", {})
    return held


def _arn(function: Any, qualifier: str) -> str:
    plain = ":".join(str(function.function_arn).split(":")[:7])
    return f"{plain}:{qualifier}" if qualifier else plain


def _make_url(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    function, qualifier = _function(holding, asked), str(asked.get("Qualifier", ""))
    urls = _kept(function, "urls")
    if qualifier in urls:
        raise ServiceError("ResourceConflictException", "Failed to create function url config: it exists")
    urls[qualifier] = {
        "FunctionUrl": f"https://{uuid.uuid4().hex}.lambda-url.{holding.region}.on.aws/",
        "FunctionArn": _arn(function, qualifier),
        "AuthType": asked.get("AuthType"),
        "Cors": asked.get("Cors"),
        "InvokeMode": asked.get("InvokeMode") or "BUFFERED",
        "CreationTime": stamp(now),
        "LastModifiedTime": stamp(now),
    }
    return urls[qualifier]


def _url(holding: Holding, asked: Mapping[str, Any]) -> dict[str, Any]:
    found = _kept(_function(holding, asked), "urls").get(str(asked.get("Qualifier", "")))
    if found is None:
        raise ServiceError(_MISSING, "The resource you requested does not exist.")
    return found


def _get_url(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    del now
    return _url(holding, asked)


def _change_url(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    found = _url(holding, asked)
    given = {k: asked[k] for k in ("AuthType", "Cors", "InvokeMode") if asked.get(k) is not None}
    found |= {**given, "LastModifiedTime": stamp(now)}
    return found


def _delete_url(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    del now
    _url(holding, asked)
    del _kept(_function(holding, asked), "urls")[str(asked.get("Qualifier", ""))]
    return {}


def _warm(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    function, qualifier = _function(holding, asked), str(asked.get("Qualifier", ""))
    wanted, reserved = int(asked.get("ProvisionedConcurrentExecutions", 0)), function.reserved_concurrency
    others = sum(c["RequestedProvisionedConcurrentExecutions"] for q, c in _kept(function, "warm").items()
                 if q != qualifier)  # fmt: skip
    if reserved is not None and wanted + others > int(reserved):
        raise ServiceError(_INVALID, "Requested Provisioned Concurrency is greater than Reserved Concurrency")
    _kept(function, "warm")[qualifier] = {
        "RequestedProvisionedConcurrentExecutions": wanted,
        "AvailableProvisionedConcurrentExecutions": wanted,
        "AllocatedProvisionedConcurrentExecutions": wanted,
        "Status": "READY",
        "LastModified": stamp(now),
    }
    return _kept(function, "warm")[qualifier]


def _is_warm(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    del now
    found = _kept(_function(holding, asked), "warm").get(str(asked.get("Qualifier", "")))
    if found is None:
        raise ServiceError("ProvisionedConcurrencyConfigNotFoundException", "No Provisioned Concurrency Config found")
    return found


def _all_warm(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    del now
    function = _function(holding, asked)
    return {
        "ProvisionedConcurrencyConfigs": [
            {"FunctionArn": _arn(function, q), **config} for q, config in _kept(function, "warm").items()
        ]
    }


def _cool(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    del now
    _kept(_function(holding, asked), "warm").pop(str(asked.get("Qualifier", "")), None)
    return {}


def _reserve(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    del now
    function, wanted = _function(holding, asked), int(asked.get("ReservedConcurrentExecutions", 0))
    if wanted < sum(c["RequestedProvisionedConcurrentExecutions"] for c in _kept(function, "warm").values()):
        raise ServiceError(_INVALID, "Reserved Concurrency is less than the function's Provisioned Concurrency")
    return {"ReservedConcurrentExecutions": _backend(holding).put_function_concurrency(function.function_name, wanted)}


SERVICE = OwnService(
    {
        "CreateFunctionUrlConfig": _make_url,
        "GetFunctionUrlConfig": _get_url,
        "UpdateFunctionUrlConfig": _change_url,
        "DeleteFunctionUrlConfig": _delete_url,
        "PutProvisionedConcurrencyConfig": _warm,
        "GetProvisionedConcurrencyConfig": _is_warm,
        "ListProvisionedConcurrencyConfigs": _all_warm,
        "DeleteProvisionedConcurrencyConfig": _cool,
        "PutFunctionConcurrency": _reserve,
    },
    nothing_to_lay,
)
