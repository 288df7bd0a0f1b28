"""What calls did to data, thing by thing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from data_world import ACCOUNT, KEY, Attacked, call, record
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import Site
from deeds_of_data import image_in, lost_table, moved_tag, overwritten_function
from unit_world import bench_of
from unleak.investigate.calls import call_from_record
from unleak.model.call import Call
from unleak.model.credential import Credentials, SecretKey
from unleak.model.data import Back, Deed, Present, Thing, Touched
from unleak.model.entry import Requested
from unleak.model.incident import Incident
from unleak.model.plan import Step, Target, TargetKind
from unleak.report.data import to_json, to_text
from unleak.respond import ACTIONS
from unleak.review.data import things, unseen
from unleak.review.touches import ROWS
from unleak.review.versions import with_versions

S3 = {"bucketName": "b", "key": "k/1"}
TABLE: list[tuple[str, Mapping[str, Any], str, Deed]] = [
    ("s3:GetObject", S3, "arn:aws:s3:::b/k/1", Deed.READ),
    ("s3:PutObject", S3, "arn:aws:s3:::b/k/1", Deed.WRITTEN),
    ("s3:DeleteObject", S3, "arn:aws:s3:::b/k/1", Deed.DELETED),
    ("s3:DeleteObjects", {"bucketName": "b"}, "arn:aws:s3:::b/*", Deed.DELETED),
    ("dynamodb:PutItem", {"tableName": "t"}, f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/t", Deed.WRITTEN),
    ("dynamodb:BatchGetItem", {"requestItems": {"t": {}}}, f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/t", Deed.READ),
    ("ssm:GetParameters", {"names": ["/a/b"]}, f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/a/b", Deed.READ),
    ("ssm:DeleteParameter", {"name": "a"}, f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/a", Deed.DELETED),
    ("lambda:UpdateFunctionCode20150331v2", {"functionName": "f"}, f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f",
     Deed.WRITTEN),
    ("ecr:BatchDeleteImage", {"repositoryName": "r", "imageIds": [{"imageTag": "v1"}]},
     f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/r:v1", Deed.DELETED),
    ("rds:DeleteDBInstance", {"dBInstanceIdentifier": "d"}, f"arn:aws:rds:us-east-1:{ACCOUNT}:db:d", Deed.DELETED),
]  # fmt: skip


@pytest.mark.parametrize(("action", "request_", "arn", "deed"), TABLE, ids=[row[0] for row in TABLE])
def test_a_call_touches_a_thing(action: str, request_: Mapping[str, Any], arn: str, deed: Deed) -> None:
    (thing,) = things([call(1, action, request_)])
    assert (thing.arn, thing.touches[0].deed, thing.touches[0].by) == (arn, deed, KEY)


def test_a_copy_reads_its_source() -> None:
    found = things([call(1, "s3:CopyObject", {**S3, "x-amz-copy-source": "c/x/y?versionId=1"})])
    assert {(t.arn, t.touches[0].deed) for t in found} == {
        ("arn:aws:s3:::b/k/1", Deed.WRITTEN), ("arn:aws:s3:::c/x/y", Deed.READ),
    }  # fmt: skip


def test_what_was_refused_touched_nothing() -> None:
    assert things([call(1, "s3:PutObject", S3, errorCode="AccessDenied")]) == []


def test_a_secret_named_in_two_ways_is_one() -> None:
    whole = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:db-AbCdEf"
    calls = [call(1, "secretsmanager:GetSecretValue", {"secretId": "db"}),
             call(2, "secretsmanager:DeleteSecret", {"secretId": whole})]  # fmt: skip
    (thing,) = things(calls)
    assert thing.arn == whole
    assert thing.deeds == ("read", "deleted")


def test_a_version_deleted_by_its_id_is_destroyed() -> None:
    (thing,) = things([call(1, "s3:DeleteObject", {**S3, "versionId": "v1"})])
    assert thing.deeds == ("destroyed",)


def test_a_trail_without_data_events_is_told() -> None:
    management = [call(1, "secretsmanager:GetSecretValue", {"secretId": "db"})]
    assert len(unseen(management)) == 3
    assert any(u.startswith("S3 objects") for u in unseen(management))
    assert not any(u.startswith("S3 objects") for u in unseen([call(1, "s3:GetObject", S3)]))


_WORD = st.sampled_from(["", "a", "/a/b", "arn:aws:s3:::b/k", "imageTag", "value", "a:b", "*", "é"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _WORD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORD, inner, max_size=3),
    max_leaves=6,
)
_FIELDS = sorted({n for row in ROWS for p in row.named.split("|") for n in p.removeprefix(">").split(".")})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([a for row in ROWS for a in row.actions.split()]),
       st.dictionaries(st.sampled_from([*_FIELDS, "bucketName"]), _JSON, max_size=4))  # fmt: skip
def test_whatever_the_fields_hold_nothing_breaks(action: str, request_: dict[str, Any]) -> None:
    for thing in things([call(1, action, request_, request_)]):
        assert thing.touches


def _found(attacked: Attacked, calls: list[Call] | None = None) -> dict[str, Thing]:
    found = with_versions(attacked.site.stage.admin, things(calls if calls is not None else attacked.calls()))
    return {t.arn.split(":::")[-1].split(":")[-1].removeprefix("acme-orders-" + attacked.account + "/"): t
            for t in found}  # fmt: skip


def test_the_version_before_of_everything(site: Site) -> None:
    attacked = Attacked(site)
    at = attacked.attack()
    found = _found(attacked)
    told = {name: (t.before.back, t.before.present) for name, t in found.items() if t.before}
    assert told == {
        "own/a.csv": (Back.YES, Present.THEIRS),
        "own/b.csv": (Back.YES, Present.THEIRS),
        "own/note.txt": (Back.NOTHING, Present.THEIRS),
        "parameter/app/url": (Back.YES, Present.THEIRS),
        "app-db": (Back.YES, Present.THEIRS),
    }
    assert found["own/a.csv"].deeds == ("overwritten",)
    assert {n for n, t in found.items() if not t.is_changed} == {"customers.csv", "other"}
    parameter = found["parameter/app/url"].before
    assert parameter is not None
    assert (parameter.version, parameter.action) == ("1", "put_back_parameter")
    assert all(t.before is None or t.before.at is None or t.before.at < at for t in found.values())


def test_functions_tables_and_tags_name_what_puts_them_back(site: Site) -> None:
    function, table, tag = overwritten_function(site), lost_table(site), moved_tag(site)
    at = datetime.now(UTC) + timedelta(seconds=5)
    asked = {
        "lambda:UpdateFunctionConfiguration": {"functionName": "jobs"},
        "dynamodb:DeleteItem": {"tableName": "orders"},
        "ecr:PutImage": {"repositoryName": "team/app", "imageTag": "live"},
    }
    calls = [
        call_from_record(record(n, action, at, request, account=site.stage.account))
        for n, (action, request) in enumerate(asked.items())
    ]
    untagged = image_in(site, layer="c")
    found = {t.arn: t.before for t in with_versions(site.stage.admin, things(calls)) if t.before}
    assert set(found) == {function.id, table.id, tag.id}
    assert (found[function.id].version, found[function.id].action) == ("1", "put_back_function")
    assert (found[table.id].version, found[table.id].action) == (
        f"{at.replace(microsecond=0) - timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}", "put_back_table",
    )  # fmt: skip
    assert (found[tag.id].version, found[tag.id].action) == (untagged, "put_back_image")
    context = replace(bench_of(site).context, incident=Incident(
        id="inc-1", key_id=site.stage.victim.key_id, requested={
            (step := Step(b.action, Target(TargetKind.RESOURCE, arn, site.stage.account))).id: Requested(
                step, "sam", "a test", {"version": b.version})
            for arn, b in found.items()
        }))  # fmt: skip
    for target in (function, table, tag):  # what it names is what the action takes
        assert ACTIONS[found[target.id].action].propose(context, target) is not None


def test_without_versioning_it_is_said_that_nothing_can_come_back(site: Site) -> None:
    attacked = Attacked(site, versioning=False)
    attacked.attack()
    before = _found(attacked)["own/a.csv"].before
    assert before is not None
    assert before.back is Back.NO
    assert "versioning is off" in before.why


def test_what_somebody_wrote_since_is_seen(site: Site) -> None:
    attacked = Attacked(site)
    attacked.attack()
    attacked.put("own/a.csv", b"mended by its owner")
    before = _found(attacked)["own/a.csv"].before
    assert before is not None
    assert before.present is Present.OTHERS


def test_objects_that_the_trail_does_not_name_are_told_by_their_delete_markers(site: Site) -> None:
    attacked = Attacked(site)
    time_before = attacked.attack() - timedelta(hours=1)
    gone = {"Objects": [{"Key": "customers.csv"}]}
    attacked.s3.delete_objects(Bucket=attacked.bucket, Delete=gone)
    attacked._note("s3:DeleteObjects", time_before + timedelta(hours=1), {"bucketName": attacked.bucket})
    nameless = [c for c in attacked.calls() if c.action == "s3:DeleteObjects"]
    found = _found(attacked, nameless)
    assert "customers.csv" in found
    assert all(t.deeds[0] == "deleted" for t in found.values())


def test_a_bucket_that_cannot_be_looked_at_is_not_told_as_clean(site: Site) -> None:
    calls = [call(1, "s3:PutObject", {"bucketName": "nobody-has-this", "key": "k"}, account=site.stage.account)]
    (thing,) = with_versions(site.stage.admin, things(calls))
    assert thing.before is not None
    assert thing.before.back is Back.COULD_NOT_LOOK


def test_many_objects_take_few_requests(site: Site) -> None:
    attacked = Attacked(site)
    for number in range(30):
        attacked.put(f"many/{number:03}", b"before")
    keys = [{"bucketName": attacked.bucket, "key": f"many/{n:03}"} for n in range(30)]
    calls = [call(n, "s3:DeleteObject", asked, account=attacked.account) for n, asked in enumerate(keys)]
    asked: list[str] = []
    root = site.standin.gate.roots.of(site.stage.account)[0]
    aws = site.accounts(Credentials(root.key_id, SecretKey(root.secret)), watcher=asked.append)
    found = list(with_versions(aws, things(calls)))
    assert len(found) == 30
    assert asked.count("s3:ListObjectVersions") == 1


def test_text_and_json_name_things_and_no_content(site: Site) -> None:
    attacked = Attacked(site)
    at = attacked.attack()
    rows = tuple(with_versions(site.stage.admin, things(attacked.calls())))
    told = Touched(KEY, at, rows, unseen(attacked.calls()))
    text = to_text(told, "inc-1")
    assert "CAN BE PUT BACK: 4" in text
    assert f"unleak incident request inc-1 put_back_object arn:aws:s3:::{attacked.bucket}/own/a.csv --option" in text
    assert "this cannot be undone" in text
    for content in ("ransom", "evil.example", "theirs\n"):
        assert content not in text + to_json(told)
