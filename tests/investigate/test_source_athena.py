"""Athena: the SQL over the same data in DuckDB, and the API over a client that behaves as documented."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest
import sqlglot

from unleak.investigate.trail.sources import Question
from unleak.investigate.trail.sources.athena import AthenaTable, Place, place_of
from unleak.investigate.trail.sources.athena_sql import Table, fields, query, record_of, table_from
from unleak.model.errors import CouldNotLook, Misuse

_ISSUER = "struct<type:string,principalid:string,arn:string,accountid:string,username:string>"
_WHO = (
    "struct<type:string,principalid:string,arn:string,accountid:string,invokedby:string,accesskeyid:string,"
    f"username:string,sessioncontext:struct<attributes:struct<mfaauthenticated:string,creationdate:string>,"
    f"sessionissuer:{_ISSUER},ec2roledelivery:string>>"
)
COLUMNS = {
    "useridentity": _WHO,
    **dict.fromkeys(
        ("eventtime", "eventsource", "eventname", "awsregion", "sourceipaddress", "useragent", "errorcode",
         "requestparameters", "responseelements", "eventid", "readonly", "recipientaccountid"),
        "string",
    ),
    "resources": "array<struct<arn:string,accountid:string,type:string>>",
}  # fmt: skip
PROJECTED = Table("trails", "cloudtrail_logs", COLUMNS, dict.fromkeys(("account", "region", "timestamp"), "string"))
SPLIT = Table("trails", "cloudtrail_logs", COLUMNS, dict.fromkeys(("region", "year", "month", "day"), "string"))
NUMBERS = Table("trails", "numbered", COLUMNS, dict.fromkeys(("year", "month", "day"), "int"))
ALICE, ROLE = "arn:aws:iam::111111111111:user/team/alice", "arn:aws:iam::111111111111:role/jobs/ops"
SESSION = "arn:aws:sts::111111111111:assumed-role/ops/night"


def _row(number: int, day: str = "2026-01-10", **more: Any) -> dict[str, Any]:
    return {
        "eventid": str(number), "eventtime": f"{day}T12:00:00Z", "eventsource": "s3.amazonaws.com",
        "eventname": "GetObject", "awsregion": "us-east-1", "sourceipaddress": "192.0.2.1", "readonly": "true", **more,
    }  # fmt: skip


def _who(**who: str) -> dict[str, Any]:
    return {"useridentity": {"type": "IAMUser", **who}}


ROWS = [
    _row(1, **_who(accesskeyid="AKIA1", arn=ALICE, username="alice")),
    _row(2, eventname="AssumeRole", requestparameters=f'{{"roleArn":"{ROLE}"}}',
         responseelements='{"credentials":{"accessKeyId":"ASIA2","sessionToken":"live"}}', **_who(accesskeyid="AKIA9"),
         resources=[{"arn": ROLE, "accountid": "111111111111", "type": "AWS::IAM::Role"}]),
    _row(3, sourceipaddress="203.0.113.9", **_who(accesskeyid="ASIA2", arn=SESSION)),
    _row(4, day="2026-01-20", **_who(accesskeyid="AKIA1", arn=ALICE, username="alice")),
    _row(5, eventname="AttachUserPolicy", eventsource="iam.amazonaws.com", requestparameters='{"userName":"alice"}'),
    _row(6, eventname="O'Brien\" OR 1=1 --"),
    _row(7, requestparameters='{"key":"alice.txt"}'),
    _row(8, day="2026-01-09", eventname="ConsoleLogin", readonly="false"),
]  # fmt: skip


def _struct(who: dict[str, Any]) -> dict[str, Any]:
    names = ("type", "principalid", "arn", "accountid", "invokedby", "accesskeyid", "username")
    issuer = {"arn": ROLE, "username": "ops", "type": "Role"} if who.get("arn") == SESSION else None
    context = {"sessionissuer": issuer} if issuer else None
    return {**{n: who.get(n) for n in names}, "sessioncontext": context}


_ISSUED = "STRUCT(type VARCHAR, principalid VARCHAR, arn VARCHAR, accountid VARCHAR, username VARCHAR)"
_DUCK = (
    "STRUCT(type VARCHAR, principalid VARCHAR, arn VARCHAR, accountid VARCHAR, invokedby VARCHAR, accesskeyid VARCHAR, "
    "username VARCHAR, sessioncontext STRUCT(attributes STRUCT(mfaauthenticated VARCHAR, creationdate VARCHAR), "
    f"sessionissuer {_ISSUED}, ec2roledelivery VARCHAR))"
)


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    """The rows as each style of table has them; a row's partition is the day of its delivery."""
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA trails")
        texts = [n for n in COLUMNS if n not in {"useridentity", "resources"}]
        kinds = {"useridentity": _DUCK, "resources": "STRUCT(arn VARCHAR, accountid VARCHAR, type VARCHAR)[]"}
        kinds |= dict.fromkeys([*texts, "account", "region", "timestamp", "year", "month", "day"], "VARCHAR")
        columns = ", ".join(f'"{n}" {k}' for n, k in kinds.items())
        connection.execute(f"CREATE TABLE trails.cloudtrail_logs ({columns})")
        for row in ROWS:
            year, month, day = row["eventtime"][:10].split("-")
            made = {**dict.fromkeys(kinds), **row, "account": "111111111111", "region": "us-east-1"}
            made |= {"timestamp": f"{year}/{month}/{day}", "year": year, "month": month, "day": day}
            made["useridentity"] = _struct(row.get("useridentity", {}))
            marks = ", ".join("?" for _ in kinds)
            connection.execute(f"INSERT INTO trails.cloudtrail_logs VALUES ({marks})", [made[n] for n in kinds])  # noqa: S608
        numbers = "year::INT AS year, month::INT AS month, day::INT AS day"
        connection.execute(f"CREATE TABLE trails.numbered AS FROM trails.cloudtrail_logs SELECT * REPLACE ({numbers})")
        yield connection


def _asked(duck: duckdb.DuckDBPyConnection, table: Table, question: Question, *accounts: str) -> list[dict[str, Any]]:
    (sql,) = sqlglot.transpile(query(table, question, accounts), read="athena", write="duckdb")
    return [record_of(fields(table), row) for row in duck.execute(sql).fetchall()]


SINCE, UNTIL = datetime(2026, 1, 9, 18, tzinfo=UTC), datetime(2026, 1, 10, 18, tzinfo=UTC)


@pytest.mark.parametrize("table", [PROJECTED, SPLIT, NUMBERS], ids=["projected", "split", "numbers"])
@pytest.mark.parametrize(
    ("question", "ids"),
    [
        (Question(key_ids=("AKIA1",)), {"1", "4"}),
        (Question(key_ids=("AKIA1",), since=SINCE, until=UNTIL), {"1"}),
        (Question(key_ids=("ASIA2",)), {"2", "3"}),
        (Question(principals=(ALICE,)), {"1", "4", "5"}),
        (Question(principals=("alice",), since=SINCE, until=UNTIL), {"1", "5"}),
        (Question(principals=(ROLE,)), {"2", "3"}),
        (Question(principals=(SESSION,)), {"3"}),
        (Question(principals=("ops",)), {"3"}),
        (Question(addresses=("203.0.113.9",)), {"3"}),
        (Question(event_names=("ConsoleLogin", "AssumeRole")), {"2", "8"}),
        (Question(event_names=("ConsoleLogin", "AssumeRole"), since=SINCE), {"2"}),
        (Question(event_names=("O'Brien\" OR 1=1 --",)), {"6"}),
        (Question(principals=("' OR 'a'='a",)), set()),
        (Question(principals=("arn:odd",)), set()),
    ],
)
def test_what_is_asked_is_found(
    duck: duckdb.DuckDBPyConnection, table: Table, question: Question, ids: set[str]
) -> None:
    assert {r["eventID"] for r in _asked(duck, table, question)} == ids


def test_rows_are_records_again(duck: duckdb.DuckDBPyConnection) -> None:
    made, used = sorted(_asked(duck, PROJECTED, Question(key_ids=("ASIA2",))), key=lambda r: str(r["eventID"]))
    assert made["responseElements"] == {"credentials": {"accessKeyId": "ASIA2", "sessionToken": ""}}
    assert made["requestParameters"] == {"roleArn": ROLE}
    assert made["resources"] == [{"ARN": ROLE, "accountId": "111111111111", "type": "AWS::IAM::Role"}]
    assert made["readOnly"] is True
    assert "errorCode" not in made
    issuer = {"arn": ROLE, "userName": "ops", "type": "Role"}
    assert used["userIdentity"]["sessionContext"] == {"sessionIssuer": issuer}
    assert used["userIdentity"]["accessKeyId"] == "ASIA2"


def test_a_struct_that_came_as_an_array_is_read() -> None:
    assert record_of(["resources"], ['[["a", "1", "t"]]']) == {
        "resources": [{"ARN": "a", "accountId": "1", "type": "t"}]
    }
    assert record_of(["requestParameters", "eventName"], ["no json", "X"]) == {
        "requestParameters": None,
        "eventName": "X",
    }


def test_partitions_are_pruned() -> None:
    question = Question(key_ids=("AKIA1",), since=SINCE, until=UNTIL)
    projected = query(PROJECTED, question, ["111111111111"])
    assert projected.endswith(
        "AND \"account\" IN ('111111111111') AND \"timestamp\" >= '2026/01/08' AND \"timestamp\" <= '2026/01/11'"
    )
    assert "year >= '2026'" in query(SPLIT, question)
    assert ">= 20260108" in query(SPLIT, question)
    assert "year >= 2026 " in query(NUMBERS, question)
    assert "eventtime >= '2026-01-09T18:00:00Z' AND eventtime <= '2026-01-10T18:00:00Z'" in query(SPLIT, question)
    assert '"timestamp" >=' not in query(PROJECTED, Question(key_ids=("AKIA1",)))
    plain = Table("a", "b", COLUMNS)
    assert (PROJECTED.is_pruned, SPLIT.is_pruned, plain.is_pruned) == (True, True, False)
    dashed = Table("a", "b", COLUMNS, {"dt": "string"}, {"projection.dt.format": "yyyy-MM-dd"})
    assert "\"dt\" >= '2026-01-08'" in query(dashed, question)


def test_what_is_no_cloudtrail_table_is_refused() -> None:
    with pytest.raises(Misuse, match="it has no eventid"):
        query(Table("a", "b", {"useridentity": _WHO}), Question(key_ids=("A",)))
    with pytest.raises(Misuse, match="no struct"):
        query(Table("a", "b", {**COLUMNS, "useridentity": "string"}), Question(key_ids=("A",)))


def test_nothing_that_a_table_lacks_is_selected() -> None:
    few = dict.fromkeys(("eventid", "eventtime", "eventname", "eventsource"), "string")
    small = Table("a", "b", {**few, "useridentity": "struct<arn:string,accesskeyid:string,username:string>"})
    asked = query(small, Question(key_ids=("A",), principals=("bob",)))
    sqlglot.parse_one(asked, read="athena")
    assert "requestparameters" not in asked
    assert "sessionissuer" not in asked
    assert fields(small)[:3] == ("userIdentity.arn", "userIdentity.accessKeyId", "userIdentity.userName")


def test_urls() -> None:
    url = "athena://trails.cloudtrail_logs?workgroup=w&output=s3://results/x/&region=eu-west-1&accounts=1,2"
    assert place_of(url) == Place("trails", "cloudtrail_logs", "w", "s3://results/x/", "eu-west-1", accounts=("1", "2"))
    for bad in ("athena://trails", "athena://a.b.c", "athena://a.b?nothing=1", "athena://a;.b", "s3://a.b"):
        with pytest.raises(Misuse):
            place_of(bad)


class FakeAthena:
    """Behaves as https://docs.aws.amazon.com/athena/latest/APIReference/ has it."""

    def __init__(
        self, rows: list[list[str | None]], states: tuple[str, ...] = ("QUEUED", "RUNNING", "SUCCEEDED")
    ) -> None:
        self.rows, self.states, self.reason = rows, list(states), ""
        self.started: list[dict[str, Any]] = []
        self.stopped: list[str] = []

    def get_table_metadata(self, **asked: Any) -> dict[str, Any]:
        assert (asked["CatalogName"], asked["DatabaseName"]) == ("AwsDataCatalog", "trails")
        columns = [{"Name": n, "Type": t} for n, t in COLUMNS.items()]
        partitions = [{"Name": n, "Type": "string"} for n in ("region", "timestamp")]
        return {"TableMetadata": {"Name": asked["TableName"], "Columns": columns, "PartitionKeys": partitions}}

    def start_query_execution(self, **asked: Any) -> dict[str, str]:
        self.started.append(asked)
        return {"QueryExecutionId": f"q{len(self.started)}"}

    def get_query_execution(self, **_: Any) -> dict[str, Any]:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return {"QueryExecution": {"Status": {"State": state, "StateChangeReason": self.reason}}}

    def get_query_results(self, **asked: Any) -> dict[str, Any]:
        begin = int(asked.get("NextToken", 0))
        every: list[list[str | None]] = [["names"], *self.rows]
        rows = [{"Data": [{} if c is None else {"VarCharValue": c} for c in r]} for r in every[begin : begin + 2]]
        token = {"NextToken": str(begin + 2)} if begin + 2 < len(every) else {}
        return {"ResultSet": {"Rows": rows}, **token}

    def stop_query_execution(self, **asked: str) -> None:
        self.stopped.append(asked["QueryExecutionId"])


def _rows(*ids: str) -> list[list[str | None]]:
    paths = fields(table_from("trails", FakeAthena([]).get_table_metadata(
        CatalogName="AwsDataCatalog", DatabaseName="trails", TableName="t")["TableMetadata"]))  # fmt: skip
    return [[i if path == "eventID" else None for path in paths] for i in ids]


def _source(fake: FakeAthena, waits: list[float], **how: Any) -> AthenaTable:
    return AthenaTable(fake, Place("trails", "t", **how), sleep=waits.append)  # type: ignore[arg-type]


def test_a_query_is_waited_for_and_paged() -> None:
    fake, waits = FakeAthena(_rows("a", "b", "c", "d", "a")), list[float]()
    source = _source(fake, waits, workgroup="w", output="s3://results/")
    assert [r["eventID"] for r in source.records(Question(key_ids=("AKIA1",)))] == ["a", "b", "c", "d"]
    assert waits == [0.3, pytest.approx(0.45)]
    (asked,) = fake.started
    assert (asked["WorkGroup"], asked["ResultConfiguration"]) == ("w", {"OutputLocation": "s3://results/"})
    assert (fake.stopped, source.problems) == ([], ())


def test_nothing_asked_costs_nothing() -> None:
    fake = FakeAthena([])
    assert list(_source(fake, []).records(Question())) == []
    assert fake.started == []


def test_a_failed_query_tells_why() -> None:
    fake = FakeAthena([], ("FAILED",))
    fake.reason = "CONSTRAINT_VIOLATION: account"
    with pytest.raises(CouldNotLook, match="Athena: failed: CONSTRAINT_VIOLATION: account"):
        list(_source(fake, []).records(Question(key_ids=("A",))))


def test_an_interrupted_query_is_stopped() -> None:
    fake = FakeAthena([], ("RUNNING",))

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    source = AthenaTable(fake, Place("trails", "t"), sleep=interrupt)  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        list(source.records(Question(key_ids=("A",))))
    assert fake.stopped == ["q1"]


def test_many_values_are_several_queries() -> None:
    fake = FakeAthena(_rows("a"), ("SUCCEEDED",))
    source = _source(fake, [])
    keys = tuple(f"ASIA{n:016}" for n in range(150))
    assert [
        r["eventID"] for r in source.records(Question(key_ids=keys, principals=(ROLE,), since=SINCE, until=UNTIL))
    ] == ["a"]
    sql = [a["QueryString"] for a in fake.started]
    assert len(sql) == 2
    assert all(len(s) < 262_144 and "eventtime >=" in s for s in sql)
    assert all(any(key in s for s in sql) for key in (*keys, ROLE))
