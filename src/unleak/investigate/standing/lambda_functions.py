"""Lambda: functions, their code, who may call them.

A function is given by its name, by a part of its ARN or by all of it, with or without a version: the fact's root is the
ARN without a version. https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from unleak.investigate.standing.field import Scene, here, word
from unleak.investigate.standing.outsiders import as_principals, lets_in, outside
from unleak.investigate.standing.row import CHANGED, CREATED, DELETED, STARTED, Own, Row
from unleak.investigate.standing.trace import Deed, Trace
from unleak.model.call import Call

_FUNCTION = "Lambda::Function"
_NAMED = here("lambda", "function:{functionName|>functionName}")
_LAYER = here("lambda", "layer:{layerName}")
_URL = "url[ of|{qualifier}]"
"""An alias has one of its own, on which nothing of the function's hangs."""
_MAPPING = here("lambda", "event-source-mapping:{uUID}")

# Read for the function below: their ARN is put right there.
_OF_FUNCTIONS = (
    Row("lambda:CreateFunction", _FUNCTION, CREATED, _NAMED, "{runtime} [with role {role}]"),
    Row("lambda:DeleteFunction", _FUNCTION, DELETED, _NAMED),
    Row("lambda:UpdateFunctionCode", _FUNCTION, CHANGED, _NAMED, "code replaced", key="code"),
    Row("lambda:PublishVersion", _FUNCTION, CHANGED, _NAMED, "version {>version} published", key="version|{>version}"),
    Row("lambda:CreateAlias lambda:UpdateAlias", _FUNCTION, CHANGED, _NAMED, "alias {name}", key="alias|{name}"),
    Row("lambda:DeleteAlias", _FUNCTION, CHANGED, _NAMED, "alias {name} deleted", key="alias|{name}", away=True),
    Row(
        "lambda:RemovePermission", _FUNCTION, CHANGED, _NAMED, "permission {statementId} taken away",
        key="permission|{statementId}", away=True,
    ),
    Row(
        "lambda:CreateFunctionUrlConfig lambda:UpdateFunctionUrlConfig", "Lambda::Url", CHANGED, _NAMED,
        "URL [of {qualifier}] with authenticati[on {authType|>authType}]", key=_URL,
    ),
    Row("lambda:DeleteFunctionUrlConfig", "Lambda::Url", CHANGED, _NAMED, "URL [of {qualifier}] deleted", key=_URL,
        away=True),
    Row(
        "lambda:PutFunctionConcurrency", _FUNCTION, CHANGED, _NAMED,
        "{reservedConcurrentExecutions} at a time", key="concurrency",
    ),
    Row(
        "lambda:DeleteFunctionConcurrency", _FUNCTION, CHANGED, _NAMED, "limit of how many at a time deleted",
        key="concurrency", away=True,
    ),
    Row(
        "lambda:PutFunctionEventInvokeConfig lambda:UpdateFunctionEventInvokeConfig", _FUNCTION, CHANGED, _NAMED,
        "destinations changed", key="destinations",
    ),
    Row(
        "lambda:DeleteFunctionEventInvokeConfig", _FUNCTION, CHANGED, _NAMED, "destinations deleted",
        key="destinations", away=True,
    ),
    Row("lambda:Invoke", _FUNCTION, STARTED, _NAMED, "invoked", key="invoked"),
)  # fmt: skip

_CONFIGURED = tuple(
    Row("lambda:UpdateFunctionConfiguration", _FUNCTION, CHANGED, _NAMED, words, each=field, key=field)
    for field, words in (
        ("layers", "layers {layers}"), ("role", "role {role}"), ("handler", "handler {handler}"),
        ("environment", "environment changed"), ("vpcConfig", "network changed"),
    )
)  # fmt: skip
_CONFIGURED_OTHERWISE = Row(
    "lambda:UpdateFunctionConfiguration", _FUNCTION, CHANGED, _NAMED, "configuration changed", key="settings",
    replaces=False,
)  # fmt: skip
_OTHERS: tuple[Row, ...] = (
    Row("lambda:PublishLayerVersion", "Lambda::LayerVersion", CREATED, ("{>layerVersionArn}", _LAYER)),
    Row("lambda:DeleteLayerVersion", "Lambda::LayerVersion", DELETED, (_LAYER + ":{versionNumber}", _LAYER)),
    Row(
        "lambda:AddLayerVersionPermission", "Lambda::LayerVersion", CHANGED, _LAYER + ":{versionNumber}",
        "permissi[on {statementId}]", key="permission|{statementId}", to="principal", replaces=False,
    ),
    Row(
        "lambda:RemoveLayerVersionPermission", "Lambda::LayerVersion", CHANGED, _LAYER + ":{versionNumber}",
        "permission {statementId} taken away", key="permission|{statementId}", away=True,
    ),
    Row(
        "lambda:CreateEventSourceMapping", "Lambda::EventSourceMapping", CREATED,
        here("lambda", "event-source-mapping:{>uUID}"), "{eventSourceArn} runs {functionName}",
    ),
    Row("lambda:UpdateEventSourceMapping", "Lambda::EventSourceMapping", CHANGED, _MAPPING, "changed", key="settings"),
    Row("lambda:DeleteEventSourceMapping", "Lambda::EventSourceMapping", DELETED, _MAPPING),
)  # fmt: skip


def _permitted(call: Call) -> Iterator[Trace]:
    """Services that are let in are named too: with a source in another account they are a way in."""
    scene = Scene(call)
    arn, name = _plain(scene.filled(_NAMED)), word(scene.at("statementId"))
    if not arn:
        return
    principal = word(scene.at("principal"))
    named = as_principals([principal, scene.at("sourceAccount")], call)
    grants = outside([n for n in named if not n.endswith(".amazonaws.com")], call)
    yield Trace(
        arn=arn,
        type=f"AWS::{_FUNCTION}",
        deed=Deed.SHARED if grants else Deed.CHANGED,
        detail=f"permission {name} {lets_in(grants or (principal,))}",
        undoes=(f"{arn}|permission|{name}|gone",),
        fact=f"{arn}|permission|{name}",
        grants=grants,
        named=named,
    )


def _configured(call: Call) -> Iterator[Trace]:
    """One trace for each part that matters; where none was named, one for the whole."""
    found = [trace for row in _CONFIGURED for trace in row.read(call)]
    yield from found or _CONFIGURED_OTHERWISE.read(call)


def _of_function(row: Row | Own) -> Own:
    """A row whose ARNs lose the function's version or alias."""

    def read(call: Call) -> Iterator[Trace]:
        for trace in row.read(call):
            arn = _plain(trace.arn)
            fact, undoes = trace.fact.replace(trace.arn, arn, 1), [u.replace(trace.arn, arn, 1) for u in trace.undoes]
            yield replace(trace, arn=arn, fact=fact, undoes=tuple(undoes))

    return Own(row.action, read, removes=row.removes, rows=row.rows if isinstance(row, Own) else (row,))


def _plain(arn: str) -> str:
    """`…:function:123456789012:function:name:version`, as a part of an ARN in a name makes it, and the version."""
    found = re.match(r"(arn:[^:]*:lambda:[^:]*:[^:]*:function:)(?:(?:[^:]*:)*function:)?([^:]+)", arn)
    return found[1] + found[2] if found else arn


ROWS: tuple[Row | Own, ...] = (
    *(_of_function(row) for row in _OF_FUNCTIONS),
    _of_function(Own("lambda:UpdateFunctionConfiguration", _configured, rows=(*_CONFIGURED, _CONFIGURED_OTHERWISE))),
    Own("lambda:AddPermission", _permitted), *_OTHERS,
)  # fmt: skip
