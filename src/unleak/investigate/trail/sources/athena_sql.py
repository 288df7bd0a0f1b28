"""The SQL that asks a CloudTrail table in Athena, and its rows as records again. Pure.

Tables: https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table-partition-projection.html
Dialect: https://docs.aws.amazon.com/athena/latest/ug/engine-versions-reference-0003.html (Trino)
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from unleak.investigate.trail.sources import Question
from unleak.model.clock import stamp
from unleak.model.errors import Misuse

_SLACK = timedelta(days=1)
_TOKEN = re.compile(r'("sessionToken"\s*:\s*)"[^"]*"')
_WHO = (
    "type", "principalId", "arn", "accountId", "accessKeyId", "userName", "invokedBy", "identityProvider",
    "sessionContext.sessionIssuer.type", "sessionContext.sessionIssuer.principalId",
    "sessionContext.sessionIssuer.arn", "sessionContext.sessionIssuer.accountId",
    "sessionContext.sessionIssuer.userName", "sessionContext.attributes.creationDate",
    "sessionContext.attributes.mfaAuthenticated", "sessionContext.ec2RoleDelivery", "sessionContext.sourceIdentity",
)  # fmt: skip
_TEXTS = (
    "eventVersion", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress", "userAgent", "errorCode",
    "errorMessage", "requestID", "eventID", "readOnly", "eventType", "eventCategory", "recipientAccountId",
    "sharedEventID", "sessionCredentialFromConsole", "requestParameters", "responseElements", "additionalEventData",
    "serviceEventDetails",
)  # fmt: skip
_OBJECTS = frozenset({"requestParameters", "responseElements", "additionalEventData", "serviceEventDetails"})
_NEEDED = ("eventid", "eventtime", "eventname", "eventsource", "useridentity")
_RESOURCE = {"arn": "ARN", "accountid": "accountId", "type": "type"}
_DATES = {"yyyy/MM/dd": "%Y/%m/%d", "yyyy-MM-dd": "%Y-%m-%d", "yyyyMMdd": "%Y%m%d"}


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` and `partitions`: type by name, both in lower case, as the catalogue has them; `parameters` the table's
    properties (`projection.…`).
    """

    database: str
    name: str
    columns: Mapping[str, str]
    partitions: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def dated_by(self) -> str:
        """The column of its partitions that holds a whole day; empty where there is none that we understand."""
        return next((name for name in self.partitions if self.day_format(name)), "")

    @property
    def is_pruned(self) -> bool:
        """Whether a time leaves partitions unread. Otherwise each question reads, and costs, the whole table."""
        return bool(self.dated_by) or {"year", "month", "day"} <= self.partitions.keys()

    def day_format(self, name: str) -> str:
        """For strftime. A column named timestamp is written as in AWS's own table, unless the table says otherwise."""
        said = self.parameters.get(f"projection.{name}.format", "yyyy/MM/dd" if name == "timestamp" else "")
        return _DATES.get(said, "") if self.partitions[name] in {"string", "varchar"} else ""


def query(table: Table, question: Question, accounts: Sequence[str] = ()) -> str:
    """One SELECT whose columns are `fields(table)`, in their order. `accounts` narrows tables that are partitioned by
    account. Raises Misuse where the table is none of CloudTrail's, and ValueError for a question that asks nothing.
    """
    if lacking := [name for name in _NEEDED if name not in table.columns]:
        raise Misuse(f"{table.database}.{table.name} is no table of CloudTrail: it has no {', '.join(lacking)}")
    if not _names_in(table.columns["useridentity"]).issuperset({"accesskeyid", "arn", "username"}):
        raise Misuse(
            f"{table.database}.{table.name}: useridentity is no struct with what is asked for",
            "make the table as AWS documents it",
        )
    selected = ", ".join(expression for _, expression in _selected(table))
    where = [f"({' OR '.join(_about(table, question))})", *_when(question), *_partitions(table, question, accounts)]
    return f"SELECT {selected} FROM {_name(table.database)}.{_name(table.name)} WHERE {' AND '.join(where)}"  # noqa: S608  all that is not ours went through _text or _name


def fields(table: Table) -> tuple[str, ...]:
    """What the query's columns are, as paths in a record: `userIdentity.arn`."""
    return tuple(path for path, _ in _selected(table))


def record_of(paths: Sequence[str], row: Sequence[str | None]) -> dict[str, Any]:
    """A row of texts as CloudTrail writes it; what is NULL is left out, session tokens are emptied."""
    record: dict[str, Any] = {}
    for path, value in zip(paths, row, strict=True):
        if value is None:
            continue
        *above, last = path.split(".")
        place = record
        for name in above:
            place = place.setdefault(name, {})
        place[last] = _value(last, value)
    return record


def split(question: Question, most: int) -> Iterator[Question]:
    """Questions of at most so many values each, that together ask the same: a query has at most 262,144 bytes."""
    kinds = ("key_ids", "principals", "addresses", "event_names")
    values = [(kind, value) for kind in kinds for value in getattr(question, kind)]
    for begin in range(0, len(values), most):
        part = values[begin : begin + most]
        by_kind = {kind: tuple(v for k, v in part if k == kind) for kind in kinds}
        yield replace(question, **by_kind)  # type: ignore[arg-type]  # these four are tuples of texts


def _selected(table: Table) -> list[tuple[str, str]]:
    """What the table has of it. A struct's fields one by one: no engine has to write them as JSON."""
    known = _names_in(table.columns.get("useridentity", ""))
    who = [f"userIdentity.{path}" for path in _WHO if known.issuperset(path.lower().split("."))]
    found = [(path, ".".join(_name(part.lower()) for part in path.split("."))) for path in who]
    found += [(name, _name(name.lower())) for name in _TEXTS if name.lower() in table.columns]
    if "resources" in table.columns:
        found.append(("resources", "json_format(CAST(resources AS JSON))"))
    return found


def _names_in(struct: str) -> set[str]:
    return set(re.findall(r"[<,]\s*([a-z0-9_]+)\s*:", struct.lower()))


def _about(table: Table, question: Question) -> Iterator[str]:
    if not question.asks:
        raise ValueError("a question that asks nothing")
    if question.key_ids:
        yield f"useridentity.accesskeyid IN ({_list(question.key_ids)})"
        for column in ("responseelements", "requestparameters"):
            yield from (_mentions(table, column, key) for key in question.key_ids)
    if question.addresses:
        yield f"sourceipaddress IN ({_list(question.addresses)})"
    if question.event_names:
        yield f"eventname IN ({_list(question.event_names)})"
    for principal in question.principals:
        yield from _of_principal(table, principal)


def _of_principal(table: Table, principal: str) -> Iterator[str]:
    """As caller, as whom a session came from, and as what a call names."""
    yield _mentions(table, "requestparameters", json.dumps(principal))
    arn = re.fullmatch(r"arn:([^:]*):[^:]*:[^:]*:([^:]*):((role|user)?.*)", principal, re.DOTALL)
    column = "username" if arn is None else "arn"
    yield f"useridentity.{column} = {_text(principal)}"
    if "sessionissuer" in _names_in(table.columns["useridentity"]):
        yield f"useridentity.sessioncontext.sessionissuer.{column} = {_text(principal)}"
    if arn is None:
        return
    name = arn[3].rsplit("/", 1)[-1]
    if arn[4] == "role":
        sessions = f"arn:{arn[1]}:sts::{arn[2]}:assumed-role/{name}/"
        yield f"substr(useridentity.arn, 1, {len(sessions)}) = {_text(sessions)}"
    if arn[4]:
        yield f"({_mentions(table, 'requestparameters', json.dumps(name))} AND eventsource = 'iam.amazonaws.com')"


def _mentions(table: Table, column: str, value: str) -> str:
    return f"strpos({column}, {_text(value)}) > 0" if column in table.columns else "false"


def _when(question: Question) -> Iterator[str]:
    """`eventTime` is text of one form, `2026-01-02T03:04:05Z`, so that it sorts as the time does."""
    if question.since:
        yield f"eventtime >= {_text(stamp(question.since))}"
    if question.until:
        yield f"eventtime <= {_text(stamp(question.until))}"


def _partitions(table: Table, question: Question, accounts: Sequence[str]) -> Iterator[str]:
    """With a day before and after: files are dated by their delivery."""
    first = question.since and question.since.date() - _SLACK
    last = question.until and question.until.date() + _SLACK
    account = next((n for n in ("account", "accountid", "account_id") if n in table.partitions), "")
    if account and accounts:
        yield f"{_name(account)} IN ({_list(accounts)})"
    if table.dated_by:
        form = table.day_format(table.dated_by)
        if first:
            yield f"{_name(table.dated_by)} >= {_text(first.strftime(form))}"
        if last:
            yield f"{_name(table.dated_by)} <= {_text(last.strftime(form))}"
    elif table.is_pruned:
        yield from _by_year_month_day(table, first, last)


def _by_year_month_day(table: Table, first: date | None, last: date | None) -> Iterator[str]:
    """The year as it is stored, so that the catalogue can leave years out; all three as a number, so that it does not
    matter whether January is 1 or 01.
    """
    number = "(CAST(year AS integer) * 10000 + CAST(month AS integer) * 100 + CAST(day AS integer))"
    for day, sign in ((first, ">="), (last, "<=")):
        if day:
            year = _text(f"{day.year:04}") if table.partitions["year"] in {"string", "varchar"} else str(day.year)
            yield f"year {sign} {year}"
            yield f"{number} {sign} {day:%Y%m%d}"


def _value(name: str, text: str) -> Any:
    if name == "readOnly":
        return text.lower() == "true"
    if name == "resources":
        return [_resource(r) for r in json.loads(text) or ()]
    if name not in _OBJECTS:
        return text
    try:
        return json.loads(_TOKEN.sub(r'\1""', text))
    except ValueError:
        return None


def _resource(given: Any) -> dict[str, Any]:
    """Engine version 2 wrote a struct as an array, in the order of the documented table."""
    pairs = given.items() if isinstance(given, dict) else zip(_RESOURCE, given, strict=False)
    return {_RESOURCE.get(name.lower(), name): value for name, value in pairs}


def _list(values: Iterable[str]) -> str:
    return ", ".join(_text(v) for v in values)


def _text(value: str) -> str:
    """A literal: in Trino only the quote itself has a meaning in it."""
    return "'" + value.replace("'", "''") + "'"


def _name(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def table_from(database: str, metadata: Mapping[str, Any]) -> Table:
    """From GetTableMetadata. https://docs.aws.amazon.com/athena/latest/APIReference/API_TableMetadata.html"""
    columns, partitions = (
        {c["Name"].lower(): str(c.get("Type", "string")).lower() for c in metadata.get(kind, ())}
        for kind in ("Columns", "PartitionKeys")
    )
    partitions = {name: re.sub(r"\(.*", "", kind) for name, kind in partitions.items()}
    known = {name: kind for name, kind in columns.items() if name not in partitions}
    return Table(database, metadata["Name"], known, partitions, dict(metadata.get("Parameters", {})))
