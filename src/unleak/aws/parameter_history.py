"""A parameter's versions, without their values. AWS keeps a hundred.

https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html
"""

from dataclasses import dataclass
from datetime import datetime

from unleak.aws.client import Client
from unleak.model.errors import AwsError, NotFound


@dataclass(frozen=True, slots=True)
class Written:
    number: int
    at: datetime
    labels: tuple[str, ...] = ()


def history_of(ssm: Client, arn: str) -> tuple[str, list[Written]]:
    """The parameter's name, and its versions, newest first; none where it is not there (a deleted one's are gone)."""
    for name in names_of(arn):
        try:
            listed = list(ssm.pages("get_parameter_history", "Parameters", Name=name))
        except NotFound:
            continue
        except AwsError as error:
            if error.code == "ParameterNotFound":
                continue
            raise
        found = [Written(int(p["Version"]), p["LastModifiedDate"], tuple(p.get("Labels", ()))) for p in listed]
        return name, sorted(found, key=lambda w: -w.number)
    return "", []


def names_of(arn: str) -> tuple[str, ...]:
    """An ARN does not tell whether a name without further slashes begins with one."""
    rest = arn.split(":parameter/", 1)[-1]
    return (f"/{rest}",) if "/" in rest else (rest, f"/{rest}")


def version_before(history: list[Written], at: datetime, theirs: frozenset[int] = frozenset()) -> Written | None:
    """The newest that is older than what was written at that time."""
    oldest = min(theirs, default=None)
    older = [w for w in history if (w.number < oldest if oldest is not None else w.at < at)]
    return older[0] if older else None
