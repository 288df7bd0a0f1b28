"""Who may use a document of Systems Manager, page by page: moto tells all of them at once.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeDocumentPermission.html
"""

from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from typing import Any

from unleak.standin.services.service import Holding, OwnService, ServiceError, nothing_to_lay

_A_PAGE = 200


def _let_in(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    del now
    backend: Any = import_module("moto.ssm.models").ssm_backends[holding.account][holding.region]
    name, first = str(asked.get("Name", "")), int(asked.get("NextToken") or 0)
    if name not in backend._documents:  # noqa: SLF001
        raise ServiceError("InvalidDocument", "The specified document does not exist.")
    told = backend.describe_document_permission(name=name)
    end = first + min(int(asked.get("MaxResults") or _A_PAGE), _A_PAGE)
    more = {"NextToken": str(end)} if told["AccountIds"][end:] else {}
    shared = [s for s in told.get("AccountSharingInfoList", ()) if s["AccountId"] in told["AccountIds"][first:end]]
    return {"AccountIds": told["AccountIds"][first:end], "AccountSharingInfoList": shared, **more}


SERVICE = OwnService({"DescribeDocumentPermission": _let_in}, nothing_to_lay)
