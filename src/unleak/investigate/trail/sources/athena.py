"""A CloudTrail table in Athena: `athena://DATABASE.TABLE?workgroup=…&output=s3://…&region=…&catalog=…&accounts=1,2`.

Needs athena:GetTableMetadata, athena:StartQueryExecution, athena:GetQueryExecution, athena:GetQueryResults,
athena:StopQueryExecution, glue:GetDatabase, glue:GetTable, glue:GetPartitions; s3:ListBucket, s3:GetObject and
s3:GetBucketLocation on the trail's bucket, and on the bucket of the results s3:PutObject as well; kms:Decrypt where the
trail's files are encrypted. A query reads what its partitions hold, and AWS charges for that.
"""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from unleak.investigate.trail.sources import Question
from unleak.investigate.trail.sources.athena_sql import Table, fields, query, record_of, split, table_from
from unleak.model.errors import CouldNotLook, Misuse

if TYPE_CHECKING:
    from unleak.aws.client import Client

_FIRST_WAIT, _LONGEST_WAIT, _GROWTH = 0.3, 5.0, 1.5
_MOST_VALUES = 100
_PAGE = 1000
_KNOWN = {"workgroup", "output", "region", "catalog", "accounts"}


@dataclass(frozen=True, slots=True)
class Place:
    """What an `athena://` URL says; `region`, `workgroup` and `output` may be empty: then AWS's settings hold."""

    database: str
    table: str
    workgroup: str = ""
    output: str = ""
    region: str = ""
    catalog: str = "AwsDataCatalog"
    accounts: tuple[str, ...] = ()


def place_of(url: str) -> Place:
    """Raises Misuse for what is no such URL."""
    parts = urlsplit(url)
    said = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    named = re.fullmatch(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)", parts.netloc)
    if parts.scheme != "athena" or named is None or parts.path.strip("/"):
        raise Misuse(f"{url!r} names no table in Athena", "write athena://DATABASE.TABLE?workgroup=NAME")
    if unknown := sorted(said.keys() - _KNOWN):
        raise Misuse(f"{url!r}: {', '.join(unknown)} is not known", f"there are {', '.join(sorted(_KNOWN))}")
    accounts = tuple(a for a in said.pop("accounts", "").split(",") if a)
    return Place(named[1], named[2], accounts=accounts, **said)


class AthenaTable:
    """An AskedSource. `client` is Athena's, of the region of the place."""

    tells_addresses = True

    def __init__(self, client: "Client", place: Place, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client, self._place, self._sleep = client, place, sleep
        self.problems: tuple[str, ...] = ()
        """Always empty: a query brings all, or raises."""

    @cached_property
    def table(self) -> Table:
        """Raises CouldNotLook where the catalogue does not tell."""
        place = self._place
        workgroup = {"WorkGroup": place.workgroup} if place.workgroup else {}
        answer = self._client.get_table_metadata(
            CatalogName=place.catalog, DatabaseName=place.database, TableName=place.table, **workgroup
        )
        return table_from(place.database, answer["TableMetadata"])

    def records(self, question: Question) -> Iterator[dict[str, Any]]:
        """Raises CouldNotLook where a query fails, Misuse where the table is none of CloudTrail's. A query that is
        interrupted is stopped.
        """
        seen: set[str] = set()
        for part in split(question, _MOST_VALUES):
            paths = fields(self.table)
            for row in self._rows(query(self.table, part, self._place.accounts)):
                record = record_of(paths, row)
                event_id = str(record.get("eventID", ""))
                if event_id not in seen:
                    seen.add(event_id)
                    yield record

    def _rows(self, sql: str) -> Iterator[list[str | None]]:
        execution = self._start(sql)
        self._finish(execution)
        asked: dict[str, Any] = {"QueryExecutionId": execution, "MaxResults": _PAGE}
        head = 1  # the first row of a SELECT has the names of its columns
        while True:
            answer = self._client.get_query_results(**asked)
            for row in answer["ResultSet"]["Rows"][head:]:
                yield [cell.get("VarCharValue") for cell in row["Data"]]
            if not answer.get("NextToken"):
                return
            asked["NextToken"], head = answer["NextToken"], 0

    def _start(self, sql: str) -> str:
        place = self._place
        asked: dict[str, Any] = {"QueryString": sql}
        asked["QueryExecutionContext"] = {"Database": place.database, "Catalog": place.catalog}
        if place.workgroup:
            asked["WorkGroup"] = place.workgroup
        if place.output:
            asked["ResultConfiguration"] = {"OutputLocation": place.output}
        return str(self._client.start_query_execution(**asked)["QueryExecutionId"])

    def _finish(self, execution: str) -> None:
        """Waits, longer each time. Whatever ends the waiting, but the query's own end, stops the query."""
        wait = _FIRST_WAIT
        try:
            while (state := self._state(execution)) in {"QUEUED", "RUNNING"}:
                self._sleep(wait)
                wait = min(wait * _GROWTH, _LONGEST_WAIT)
        except BaseException:
            self._stop(execution)
            raise
        if state != "SUCCEEDED":
            raise CouldNotLook(f"Athena: {state}", "look at the query in Athena's history")

    def _state(self, execution: str) -> str:
        """Its state; with AWS's reason where it failed."""
        status = self._client.get_query_execution(QueryExecutionId=execution)["QueryExecution"]["Status"]
        state, reason = str(status["State"]), str(status.get("StateChangeReason", ""))
        return f"{state.lower()}: {reason}" if reason and state in {"FAILED", "CANCELLED"} else state

    def _stop(self, execution: str) -> None:
        try:
            self._client.stop_query_execution(QueryExecutionId=execution)
        except CouldNotLook:
            return  # what is told is what interrupted us
