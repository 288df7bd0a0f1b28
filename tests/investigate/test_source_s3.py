"""Log files from a bucket: CloudTrail's layout over the stand-in, and plain folders."""

import gzip
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from conftest import Site
from unleak.aws.client import Client
from unleak.investigate.trail.sources import Progress
from unleak.investigate.trail.sources.kept_objects import Kept, Listed
from unleak.investigate.trail.sources.layout import is_wanted, split_url
from unleak.investigate.trail.sources.s3 import S3Trail
from unleak.model.credential import Credentials, SecretKey
from unleak.model.errors import CouldNotLook, Misuse

ORG, OTHER = "o-abcdefghij", "210987654321"
JANUARY = (datetime(2026, 1, 9, 12, tzinfo=UTC), datetime(2026, 1, 11, 12, tzinfo=UTC))


def _key(account: str, region: str, day: str, *, org: str = "", prefix: str = "", folder: str = "CloudTrail") -> str:
    compact = day.replace("/", "")
    above = f"{prefix}AWSLogs/{org and org + '/'}{account}/{folder}/{region}/{day}"
    return f"{above}/{account}_{folder}_{region}_{compact}T0105Z_abcdefghijklmnop.json.gz"


class Bucket:
    """A bucket of its own, and what is in it."""

    def __init__(self, site: Site, name: str) -> None:
        self.site, self.name = site, f"{name}-{site.stage.account}"
        self.s3: Client = site.stage.admin.client(site.stage.account, "s3")
        self.s3.create_bucket(Bucket=self.name)

    def put(self, key: str, records: list[Any] | None = None) -> str:
        body = gzip.compress(json.dumps({"Records": records or [{"eventID": key}]}).encode())
        self.s3.put_object(Bucket=self.name, Key=key, Body=body)
        return key

    def trail(self, tmp_path: Path, prefix: str = "", **how: Any) -> S3Trail:
        return S3Trail(how.pop("client", self.s3), f"s3://{self.name}/{prefix}", tmp_path / "cache", **how)


@pytest.fixture
def bucket(site: Site) -> Bucket:
    return Bucket(site, "trail")


class Counted:
    """A client that notes what is called; `fails` raises for some keys."""

    def __init__(self, client: Client, fails: Callable[[str], bool] = lambda _: False) -> None:
        self.client, self.fails = client, fails
        self.calls: list[tuple[str, str]] = []
        self._lock = threading.Lock()

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            with self._lock:
                self.calls.append((method, arguments.get("Key") or arguments.get("Prefix", "")))
            if method == "get_object" and self.fails(arguments["Key"]):
                raise CouldNotLook("s3:GetObject: no")
            return getattr(self.client, method)(**arguments)

        return call


def _keys(trail: S3Trail, since: datetime | None = None, until: datetime | None = None) -> set[str]:
    given = set(trail.files(since, until))
    assert given == set(trail.paths.values())
    return set(trail.paths)


def test_what_a_trail_delivered_is_got(site: Site, tmp_path: Path) -> None:
    bucket, admin = Bucket(site, "delivered"), site.stage.admin
    trail = admin.client(site.stage.account, "cloudtrail")
    trail.create_trail(Name="main", S3BucketName=bucket.name, S3KeyPrefix="logs", IsMultiRegionTrail=True)
    trail.start_logging(Name="main")
    admin.client(site.stage.account, "iam").create_user(UserName="seen")
    admin.client(site.stage.account, "ec2", "eu-west-1").describe_instances()
    now = site.standin.gate.clock.now()
    site.standin.gate.delivery.deliver(now)
    source = bucket.trail(tmp_path)
    records = [r for path in source.files(now, now) for r in json.loads(gzip.decompress(path.read_bytes()))["Records"]]
    assert {"CreateUser", "DescribeInstances"} <= {r["eventName"] for r in records}
    assert {r["awsRegion"] for r in records} >= {"us-east-1", "eu-west-1"}
    assert source.problems == ()


def test_only_the_days_that_matter_are_listed_and_got(bucket: Bucket, tmp_path: Path) -> None:
    account = bucket.site.stage.account
    days = ("2025/12/31", "2026/01/07", "2026/01/08", "2026/01/10", "2026/01/12", "2026/01/13", "2026/02/01")
    keys = {d: bucket.put(_key(account, "us-east-1", d)) for d in days}
    client = Counted(bucket.s3)
    found = _keys(bucket.trail(tmp_path, client=client), *JANUARY)
    assert found == {keys[d] for d in ("2026/01/08", "2026/01/10", "2026/01/12")}, "a day before and one after"
    listed = [prefix for method, prefix in client.calls if method == "list_objects_v2"]
    assert not [p for p in listed if "/2025/" in p or "/2026/02/" in p or "/01/07/" in p]


def test_organisations_accounts_regions_and_other_folders(bucket: Bucket, tmp_path: Path) -> None:
    own = bucket.site.stage.account
    put = bucket.put
    wanted = {put(_key(own, "us-east-1", "2026/01/10", org=ORG)), put(_key(own, "eu-west-1", "2026/01/10"))}
    others = {put(_key(OTHER, "us-east-1", "2026/01/10", org=ORG)), put(_key(own, "us-gov-west-1", "2026/01/10"))}
    for folder in ("CloudTrail-Digest", "CloudTrail-Insight", "CloudTrail-NetworkActivity", "Config"):
        put(_key(own, "us-east-1", "2026/01/10", folder=folder))
    put("AWSLogs/aws-account-id=1/x.json.gz")
    assert _keys(bucket.trail(tmp_path / "1"), *JANUARY) == wanted | others
    some = bucket.trail(tmp_path / "2", accounts=[own], regions=["us-east-1", "eu-west-1"])
    assert _keys(some, *JANUARY) == wanted


@pytest.mark.parametrize(
    "inside",
    ["", "deep/er/", "deep/er/AWSLogs", "deep/er/AWSLogs/{a}/", "deep/er/AWSLogs/{a}/CloudTrail",
     "deep/er/AWSLogs/{a}/CloudTrail/us-east-1/", "deep/er/AWSLogs/{a}/CloudTrail/us-east-1/2026",
     "deep/er/AWSLogs/{a}/CloudTrail/us-east-1/2026/01/10/"],
)  # fmt: skip
def test_the_url_may_point_to_any_level(bucket: Bucket, tmp_path: Path, inside: str) -> None:
    account = bucket.site.stage.account
    key = bucket.put(_key(account, "us-east-1", "2026/01/10", prefix="deep/er/"))
    bucket.put(_key(account, "us-east-1", "2026/03/10", prefix="deep/er/"))
    assert _keys(bucket.trail(tmp_path, inside.format(a=account)), *JANUARY) == {key}


def test_without_times_all_days_are_got(bucket: Bucket, tmp_path: Path) -> None:
    keys = {bucket.put(_key(OTHER, "us-east-1", d)) for d in ("2024/02/29", "2026/01/10", "2026/12/31")}
    client = Counted(bucket.s3)
    assert _keys(bucket.trail(tmp_path, client=client)) == keys
    listed = [prefix for method, prefix in client.calls if method == "list_objects_v2"]
    assert not [p for p in listed if p.endswith("/29/")], "a month that is wanted whole is listed at once"


def test_a_plain_folder_of_files(bucket: Bucket, tmp_path: Path) -> None:
    keys = {
        bucket.put("case/17/a.json.gz"),
        bucket.put(f"case/17/{OTHER}_CloudTrail_us-east-1_20260110T0105Z_x.json.gz"),
    }
    bucket.put(f"case/17/{OTHER}_CloudTrail_us-east-1_20250110T0105Z_x.json.gz")
    bucket.s3.put_object(Bucket=bucket.name, Key="case/17/notes.txt", Body=b"no")
    assert _keys(bucket.trail(tmp_path, "case/17"), *JANUARY) == keys


@pytest.mark.parametrize(
    "key",
    [
        "../../up.json.gz",
        "a/../../../up.json.gz",
        "/up.json.gz",
        "a//b.json.gz",
        "x" * 300,
        "a\\..\\b",
        ".objects.jsonl",
    ],
)
def test_keys_that_lead_astray_stay_in_the_folder(tmp_path: Path, key: str) -> None:
    folder = tmp_path / "cache" / "bucket"
    listed = Listed(key, 4, '"etag"')
    path = Kept(folder).keep(listed, [b"bo", b"dy"])
    assert path.resolve().is_relative_to(folder.resolve())
    assert path.read_bytes() == b"body"
    assert Kept(folder).path_of(listed) == path
    assert {p.name for p in tmp_path.iterdir()} == {"cache"}


def test_a_half_written_index_costs_one_download(tmp_path: Path) -> None:
    kept, (one, two) = Kept(tmp_path / "c" / "b"), (Listed(k, 1, '"e"') for k in ("one", "two"))
    for listed in (one, two):
        kept.keep(listed, [b"x"])
    index = tmp_path / "c" / "b" / ".objects.jsonl"
    index.write_text(index.read_text()[:-4])
    again = Kept(tmp_path / "c" / "b")
    assert (again.path_of(one) is not None, again.path_of(two)) == (True, None)
    with pytest.raises(CouldNotLook, match="2 bytes came instead of 1"):
        again.keep(two, [b"xx"])
    assert not list(tmp_path.rglob("*.part"))


def test_nothing_is_got_twice_unless_it_changed(bucket: Bucket, tmp_path: Path) -> None:
    account = bucket.site.stage.account
    same, changed = (bucket.put(_key(account, r, "2026/01/10")) for r in ("us-east-1", "eu-west-1"))
    list(bucket.trail(tmp_path).files(*JANUARY))
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700
    bucket.put(changed, [{"eventID": "other"}])
    client = Counted(bucket.s3)
    trail = bucket.trail(tmp_path, client=client)
    assert _keys(trail, *JANUARY) == {same, changed}
    assert [key for method, key in client.calls if method == "get_object"] == [changed]
    assert b"other" in gzip.decompress(trail.paths[changed].read_bytes())
    assert not list((tmp_path / "cache").rglob("*.part"))


def test_one_failing_object_is_a_problem_and_the_rest_goes_on(bucket: Bucket, tmp_path: Path) -> None:
    account = bucket.site.stage.account
    keys = [bucket.put(_key(account, r, "2026/01/10")) for r in ("eu-west-1", "us-east-1", "us-east-2")]
    trail = bucket.trail(tmp_path, client=Counted(bucket.s3, lambda k: "east-1" in k))
    assert _keys(trail, *JANUARY) == {keys[0], keys[2]}
    assert trail.problems == (f"{keys[1]}: s3:GetObject: no",)
    both = bucket.trail(tmp_path / "2", client=Counted(bucket.s3, lambda k: "us-east" in k))
    list(both.files(*JANUARY))
    assert both.problems == (f"2 objects, the first of them {keys[1]}: s3:GetObject: no",)


def test_a_download_that_breaks_off_is_tried_again_and_never_kept_half(bucket: Bucket, tmp_path: Path) -> None:
    key = bucket.put(_key(OTHER, "us-east-1", "2026/01/10"))
    broken: list[int] = []

    class Breaking(Counted):
        def __getattr__(self, method: str) -> Callable[..., Any]:
            call = super().__getattr__(method)

            def asked(**arguments: Any) -> Any:
                answer = call(**arguments)
                if method == "get_object" and len(broken) < 2:
                    broken.append(1)
                    answer["Body"].close()
                    answer["Body"] = _Half()
                return answer

            return asked

    trail = bucket.trail(tmp_path, client=Breaking(bucket.s3))
    assert _keys(trail, *JANUARY) == {key}
    assert (len(broken), trail.problems) == (2, ())


class _Half:
    def __init__(self) -> None:
        self.parts = [b"half"]

    def read(self, _: int) -> bytes:
        if not self.parts:
            raise ConnectionResetError
        return self.parts.pop()

    def close(self) -> None:
        self.parts.clear()


def test_a_listing_that_is_refused_is_a_problem(bucket: Bucket, tmp_path: Path) -> None:
    site = bucket.site
    iam = site.stage.admin.client(site.stage.account, "iam")
    iam.create_user(UserName="nobody")
    made = iam.create_access_key(UserName="nobody")["AccessKey"]
    who = site.accounts(Credentials(made["AccessKeyId"], SecretKey(made["SecretAccessKey"])))
    trail = bucket.trail(tmp_path, client=who.client(site.stage.account, "s3"))
    assert list(trail.files(*JANUARY)) == []
    (problem,) = trail.problems
    assert f"s3://{bucket.name}/ could not be listed: s3:ListObjectsV2" in problem


def test_an_empty_place_is_told(bucket: Bucket, tmp_path: Path) -> None:
    trail = bucket.trail(tmp_path, "nowhere")
    assert list(trail.files(*JANUARY)) == []
    assert "holds no CloudTrail log file of these days" in trail.problems[0]


def test_progress_is_told(bucket: Bucket, tmp_path: Path) -> None:
    for region in ("us-east-1", "eu-west-1"):
        bucket.put(_key(OTHER, region, "2026/01/10"))
    told: list[Progress] = []
    list(bucket.trail(tmp_path).files(*JANUARY, told.append))
    assert told[0].listing
    assert not told[-1].listing
    assert (told[-1].files_done, told[-1].files_total) == (2, 2)
    assert told[-1].bytes_done == told[-1].bytes_total > 0


def test_whoever_stops_early_leaves_no_thread_at_work(bucket: Bucket, tmp_path: Path) -> None:
    for number in range(30):
        bucket.put(f"case/{number:02}.json.gz")
    files = bucket.trail(tmp_path, "case", at_once=2).files(None, None)
    next(files)
    files.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("url", ["s3://", "s3:///x", "https://bucket/x", "s3://B_/x"])
def test_what_is_no_place_in_s3_is_refused(url: str) -> None:
    with pytest.raises(Misuse):
        split_url(url)


def test_names_with_odd_times_are_kept(bucket: Bucket, tmp_path: Path) -> None:
    want = bucket.trail(tmp_path).wanted(*JANUARY)
    assert is_wanted(f"x/{OTHER}_CloudTrail_us-east-1_99999999T9999Z_x.json.gz", want)
    assert is_wanted("x/whatever.json.gz", want)
    assert not is_wanted("x/whatever.json", want)
