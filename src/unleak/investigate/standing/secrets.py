"""Secrets Manager and Systems Manager's parameters.

A secret's ARN ends in six random characters that its name has not: the root of its facts is the ARN without them.
https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from unleak.investigate.standing.field import Scene, here, word
from unleak.investigate.standing.row import CHANGED, CREATED, DELETED, Own, Row
from unleak.investigate.standing.trace import Trace
from unleak.model.call import Call

_SECRET = here("secretsmanager", "secret:{secretId}")
_MADE = here("secretsmanager", "secret:{name}")
_TYPE = "SecretsManager::Secret"
_PARAMETER = here("ssm", "parameter/{name}")
_SUFFIX = re.compile(r"-[A-Za-z0-9]{6}$")

_SECRETS = (
    Row("secretsmanager:CreateSecret", _TYPE, CREATED, ("{>arn}", _MADE)),
    Row("secretsmanager:DeleteSecret", _TYPE, DELETED, ("{>arn}", _SECRET), "deleted [on {>deletionDate}]"),
    Row("secretsmanager:RestoreSecret", _TYPE, CREATED, ("{>arn}", _SECRET), "restored"),
    Row(
        "secretsmanager:PutSecretValue secretsmanager:UpdateSecret", _TYPE, CHANGED, ("{>arn}", _SECRET),
        "value or settings changed", key="value",
    ),
    Row(
        "secretsmanager:UpdateSecretVersionStage", _TYPE, CHANGED, ("{>arn}", _SECRET),
        "stage {versionStage} moved", key="stage|{versionStage}",
    ),
    Row(
        "secretsmanager:RotateSecret", _TYPE, CHANGED, ("{>arn}", _SECRET), "rotated by {rotationLambdaARN}",
        key="rotation",
    ),
    Row(
        "secretsmanager:CancelRotateSecret", _TYPE, CHANGED, ("{>arn}", _SECRET), "rotation switched off",
        key="rotation", away=True,
    ),
    Row(
        "secretsmanager:PutResourcePolicy", _TYPE, CHANGED, ("{>arn}", _SECRET), "policy", key="policy",
        document="resourcePolicy",
    ),
    Row(
        "secretsmanager:DeleteResourcePolicy", _TYPE, CHANGED, ("{>arn}", _SECRET), "policy deleted", key="policy",
        away=True,
    ),
    Row(
        "secretsmanager:ReplicateSecretToRegions", _TYPE, CHANGED, ("{>arn}", _SECRET), "replicated to other regions",
        key="replicas",
    ),
    Row(
        "secretsmanager:RemoveRegionsFromReplication", _TYPE, CHANGED, ("{>arn}", _SECRET), "replicas taken away",
        key="replicas", away=True,
    ),
)  # fmt: skip

_PARAMETERS = (
    Row("ssm:PutParameter", "SSM::Parameter", CHANGED, _PARAMETER, "written[: {type}]", key="value"),
    Row("ssm:DeleteParameter", "SSM::Parameter", DELETED, _PARAMETER),
    Row("ssm:DeleteParameters", "SSM::Parameter", DELETED, here("ssm", "parameter/{.}"), each="names"),
)


def _without_suffix(row: Row) -> Own:
    def read(call: Call) -> Iterator[Trace]:
        for trace in row.read(call):
            plain = _SUFFIX.sub("", trace.arn) if _is_whole(call, trace.arn) else trace.arn
            fact, undoes = (
                trace.fact.replace(trace.arn, plain, 1),
                (u.replace(trace.arn, plain, 1) for u in trace.undoes),
            )
            yield replace(trace, fact=fact, undoes=tuple(undoes))

    return Own(row.action, read, removes=row.removes, rows=(row,))


def _is_whole(call: Call, arn: str) -> bool:
    """AWS wrote the ARN, or the caller wrote it whole; one that is joined from a name has no suffix."""
    scene = Scene(call)
    return arn in {word(scene.at(">arn")), word(scene.at("secretId"))}


def _one_slash(row: Row) -> Own:
    """A parameter's name may begin with a slash, which its ARN has once."""

    def read(call: Call) -> Iterator[Trace]:
        for trace in row.read(call):
            fact = trace.fact.replace(":parameter//", ":parameter/", 1)
            undoes = tuple(u.replace(":parameter//", ":parameter/", 1) for u in trace.undoes)
            yield replace(trace, arn=trace.arn.replace(":parameter//", ":parameter/", 1), fact=fact, undoes=undoes)

    return Own(row.action, read, removes=row.removes, rows=(row,))


ROWS: tuple[Own, ...] = (*map(_without_suffix, _SECRETS), *map(_one_slash, _PARAMETERS))
