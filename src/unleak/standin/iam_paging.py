"""Pages of IAM's lists. Moto answers many of them whole, and who forgets to ask on would miss nothing here.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from botocore import xform_name
from botocore.session import get_session
from moto.core.responses import ActionResult
from moto.iam.exceptions import ValidationError
from moto.iam.responses import IamResponse

_USUAL, _MOST = 100, 1000
_OURS = re.compile(r"page-([0-9]{1,9})")
_AWS_OWN = "arn:aws:iam::aws:"
_DETAILS = "GetAccountAuthorizationDetails"


def _paged(operation: str, names: tuple[str, ...]) -> None:
    method: Callable[[Any], Any] = getattr(IamResponse, xform_name(operation))

    def page(self: Any) -> Any:
        size, start = _asked(self)
        answer = method(self)
        result = getattr(answer, "result", None)
        if not isinstance(result, dict) or result.get("IsTruncated") is True or start is None:
            return answer  # moto has paged
        whole = {name: list(result.get(name) or ()) for name in names}
        if operation == _DETAILS:
            whole["Policies"] = _policies(whole["Policies"], self._get_param("Filter") or ())
        return ActionResult({**result, **_slice(whole, start, size)})

    setattr(IamResponse, xform_name(operation), page)


def _asked(response: Any) -> tuple[int, int | None]:
    """How many, and from where on; None for a place in a list that moto pages."""
    size = str(response._get_param("MaxItems") or _USUAL)  # noqa: SLF001  as its own methods do
    if not size.isdecimal() or not 1 <= int(size[:9]) <= _MOST:
        raise ValidationError(f"Value '{size:.20}' at 'maxItems' failed to satisfy constraint: between 1 and {_MOST}")
    marker = response._get_param("Marker")  # noqa: SLF001  as above
    if marker is None:
        return int(size), 0
    ours = _OURS.fullmatch(marker)
    if ours is None and not str(marker).isdecimal():
        raise ValidationError(f"Invalid Marker: {marker:.40}")
    return int(size), int(ours[1]) if ours else None


def _slice(whole: dict[str, list[Any]], start: int, size: int) -> dict[str, Any]:
    """Over several lists one after the other."""
    found: dict[str, Any] = {}
    begin = 0
    for name, things in whole.items():
        first = max(start - begin, 0)
        found[name] = things[first : max(start + size - begin, 0)]
        begin += len(things)
    more = begin > start + size
    return {**found, "IsTruncated": more, **({"Marker": f"page-{start + size}"} if more else {})}


def _policies(policies: Iterable[Any], only: Iterable[str]) -> list[Any]:
    """Moto counts AWS's policies among the account's own."""
    asked = set(only)
    if not asked:
        return list(policies)
    wanted = {"AWSManagedPolicy": True, "LocalManagedPolicy": False}
    kept = {own for name, own in wanted.items() if name in asked}
    return [p for p in policies if p.arn.startswith(_AWS_OWN) in kept]


def page_all() -> None:
    """Every list that IAM's own description calls a paged one. To be done once."""
    pages = get_session().get_component("data_loader").load_service_model("iam", "paginators-1")["pagination"]
    for operation, page in pages.items():
        if hasattr(IamResponse, xform_name(operation)):
            names = page["result_key"]
            _paged(operation, tuple(names) if isinstance(names, list) else (names,))
