"""An HTTP request as an API call: which service, which operation, which parameters.

Query and JSON protocols name their operation; for REST it is found from method, path and query by the service's
own model, as botocore ships it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, unquote
from xml.parsers.expat import ExpatError

import botocore.exceptions
import botocore.session
import xmltodict

from unleak.standin.signature import PRESIGNED

_ALIASES = {"monitoring": "cloudwatch", "email": "ses", "tagging": "resourcegroupstaggingapi"}
_SES_V2 = "/v2/email/"
_S3_CONTROL = "/v20180820/"
# They share the route of their plain sibling, and differ by a header.
_COPIES = {"PutObject": "CopyObject", "UploadPart": "UploadPartCopy"}


@dataclass(frozen=True, slots=True)
class ApiCall:
    """`operation` is empty where the request names none that the service has. `fields` are the parameters of a form,
    as they were sent. `is_named`: a header names the operation. `headers`: those of S3's own.
    """

    service: str
    region: str
    operation: str
    protocol: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    is_named: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def signs_as(self) -> str:
        return {"s3control": "s3", "sesv2": "ses"}.get(self.service, self.service)


class Ambiguous(ValueError):
    """A request that asks for two things at once."""


def read_call(service: str, region: str, environ: Mapping[str, Any], body: bytes) -> ApiCall:
    """Of a form, the body alone counts where it names an operation, the query where it does not. Raises Ambiguous."""
    if service == "ses" and raw_path(environ).startswith(_SES_V2):
        service = "sesv2"  # it signs as SES
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    is_form = "x-www-form-urlencoded" in environ.get("CONTENT_TYPE", "") and not _is_rest(service)
    if target and not is_form:
        operation = _known(service, target.rsplit(".", 1)[-1])
        return ApiCall(service, region, operation, "json", _json(body), is_named=True)
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    if is_form or ("Action" in query and not _is_rest(service)):
        sent = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)) if is_form else {}
        fields = {k: v for k, v in (sent if "Action" in sent else query).items() if k not in PRESIGNED}
        operation = _known(service, fields.pop("Action", ""))
        given = {k: v for k, v in fields.items() if k != "Version"}
        return ApiCall(service, region, operation, "query", unflatten(given), fields)
    if service == "s3" and raw_path(environ).startswith(_S3_CONTROL):
        service = "s3control"  # it signs as S3
    return _rest_call(service, region, environ, query, body)


def raw_path(environ: Mapping[str, Any]) -> str:
    """The path as it was sent, still percent-encoded."""
    raw = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    return str(raw or quote(environ.get("PATH_INFO", "/"), encoding="latin-1")).split("?", 1)[0] or "/"


def _is_rest(service: str) -> bool:
    """Of a service that has REST alone, whatever type the body says it has."""
    model = model_of(service)
    return model is not None and model.protocol.startswith("rest")


def _known(service: str, operation: str) -> str:
    """Empty for an operation that the service does not have; of an unknown service any may be its."""
    model = _model(_ALIASES.get(service, service))
    return operation if model is None or operation in model.operation_names else ""


def _json(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body or b"{}")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def unflatten(fields: Mapping[str, str]) -> dict[str, Any]:
    """`Filter.1.Name=a` becomes `{"Filter": [{"Name": "a"}]}`; `.member.` in between is dropped."""
    tree: dict[str, Any] = {}
    for key, value in fields.items():
        parts = [p for p in key.split(".") if p not in {"member", "entry"}] or [key]
        node = tree
        for part in parts[:-1]:
            node = node.setdefault(part, {})
            if not isinstance(node, dict):
                raise Ambiguous(f"{key} is a value, and a list of values")
        if isinstance(node.get(parts[-1]), dict):
            raise Ambiguous(f"{key} is a value, and a list of values")
        node[parts[-1]] = value
    return {k: _lists(v) for k, v in tree.items()}


def _lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if node and all(k.isdecimal() for k in node):
        return [_lists(node[k]) for k in sorted(node, key=int)]
    return {k: _lists(v) for k, v in node.items()}


@dataclass(frozen=True, slots=True)
class _Route:
    """`query` must be there; of it, `marks` only tell operations apart and are no parameters."""

    operation: str
    method: str
    path: re.Pattern[str]
    query: Mapping[str, str]
    marks: frozenset[str]
    weight: tuple[int, int]


def _rest_call(service: str, region: str, environ: Mapping[str, Any], query: dict[str, str], body: bytes) -> ApiCall:
    protocol, routes = _routes(_ALIASES.get(service, service))
    method, path = environ["REQUEST_METHOD"], raw_path(environ)
    query = {k: v for k, v in query.items() if k not in PRESIGNED}
    if service == "s3" and len(asked := sorted(_marks(service) & set(query))) > 1:
        raise Ambiguous(f"A request asks for one of {', '.join(asked)}, not for all")
    for route in routes:
        found = route.path.fullmatch(path) if route.method == method else None
        if found and all(k in query and (not v or query[k] == v) for k, v in route.query.items()):
            labels = {k: unquote(v) for k, v in found.groupdict().items()}
            extra = {k: v for k, v in query.items() if k not in route.marks}
            in_body = _json(body) if "json" in protocol else {}
            operation, more = _of_s3(route.operation, environ, body) if service == "s3" else (route.operation, {})
            own = _own_headers(environ) if service == "s3" else {}
            parameters = {**labels, **extra, **in_body, **more}
            return ApiCall(service, region, operation, protocol, parameters, headers=own)
    return ApiCall(service, region, "", protocol, query)


def _own_headers(environ: Mapping[str, Any]) -> dict[str, str]:
    return {k[5:].replace("_", "-").lower(): str(v) for k, v in environ.items() if k.startswith("HTTP_X_AMZ_")}


def _of_s3(operation: str, environ: Mapping[str, Any], body: bytes) -> tuple[str, dict[str, Any]]:
    """The operation and the parameters that stand in neither path nor query."""
    if operation == "DeleteObjects":
        return operation, {"Delete": _to_delete(body)}
    if operation == "PutBucketPolicy":
        return operation, {"Policy": body.decode("utf-8", "replace")}
    source = environ.get("HTTP_X_AMZ_COPY_SOURCE")
    if source and operation in _COPIES:
        return _COPIES[operation], {"CopySource": unquote(source)}
    return operation, {}


def _to_delete(body: bytes) -> list[dict[str, str]]:
    try:
        tree = xmltodict.parse(body, force_list=("Object",), strip_whitespace=False)
    except ExpatError:
        return []
    found = next(iter(tree.values())) or {}
    return [dict(o) for o in found.get("Object", ())]


def model_of(service: str) -> Any:
    """Botocore's model of a service, by what it signs as; None where it has none."""
    return _model(_ALIASES.get(service, service))


@lru_cache(maxsize=1)
def _botocore() -> Any:
    return botocore.session.Session()


@lru_cache(maxsize=64)
def _model(service: str) -> Any:
    try:
        return _botocore().get_service_model(service)
    except botocore.exceptions.UnknownServiceError:
        return None


@lru_cache(maxsize=64)
def _routes(service: str) -> tuple[str, tuple[_Route, ...]]:
    """The protocol and the REST routes of a service, the most specific first."""
    model = _model(service)
    if model is None:
        return "json", ()
    if not model.protocol.startswith("rest"):
        return model.protocol, ()
    names = [n for n in model.operation_names if service != "s3" or n not in _COPIES.values()]
    routes = [_route(model.operation_model(name)) for name in names]
    return model.protocol, tuple(sorted(routes, key=lambda r: r.weight, reverse=True))


@lru_cache(maxsize=8)
def _marks(service: str) -> frozenset[str]:
    """What tells operations apart in a query, whatever its value."""
    named = (k for route in _routes(service)[1] for k, v in route.query.items() if k in route.marks and not v)
    return frozenset(named)


def _route(operation: Any) -> _Route:
    path, _, static = operation.http["requestUri"].partition("?")
    marks = dict(parse_qsl(static, keep_blank_values=True))
    members = operation.input_shape.members if operation.input_shape else {}
    required = {
        members[name].serialization.get("name"): ""
        for name in (operation.input_shape.required_members if operation.input_shape else ())
        if members[name].serialization.get("location") == "querystring"
    }
    labels = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", re.sub(r"\{(\w+)\+\}", r"(?P<\1>.+)", path.rstrip("/") or "/"))
    pattern = re.compile(labels + "/?", re.DOTALL)
    weight = (len(marks) + len(required), len(re.sub(r"\{[^}]*\}", "", path)))
    return _Route(operation.name, operation.http["method"], pattern, {**marks, **required}, frozenset(marks), weight)
