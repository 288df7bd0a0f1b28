"""Digests made and signed as CloudTrail documents it, in a bucket of the stand-in; and what becomes of them."""

import gzip
import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from conftest import Site
from unleak.aws.client import Client
from unleak.investigate.trail.sources.digests import Verified, verify
from unleak.investigate.trail.sources.s3 import S3Trail
from unleak.model.clock import stamp
from unleak.model.errors import AccessDenied, CouldNotLook
from unleak.model.plan import Tri

REGION, TRAIL, FINGERPRINT = "us-east-1", "main", "31e8b5433410dfb61a9dc45cc65b22ff"
NOON = datetime(2026, 1, 10, 12, tzinfo=UTC)
SPAN = (NOON, NOON + timedelta(hours=3))
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Trail:
    """Delivers a log file and a digest an hour, each as CloudTrail would."""

    s3: Client
    bucket: str
    account: str
    previous: dict[str, Any] = field(default_factory=dict)
    logs: list[str] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)

    def log(self, at: datetime, text: str = "x") -> dict[str, str]:
        name = f"{self.account}_CloudTrail_{REGION}_{at:%Y%m%dT%H%MZ}_{'a' * 16}.json.gz"
        key = f"AWSLogs/{self.account}/CloudTrail/{REGION}/{at:%Y/%m/%d}/{name}"
        content = json.dumps({"Records": [{"eventID": text}]}).encode()
        self.put(key, gzip.compress(content))
        self.logs.append(key)
        value = hashlib.sha256(content).hexdigest()
        return {"s3Bucket": self.bucket, "s3Object": key, "hashValue": value, "hashAlgorithm": "SHA-256"}

    def put(self, key: str, body: bytes, **how: Any) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, **how)

    def hour(self, end: datetime, *, key: rsa.RSAPrivateKey = _KEY, suffix: str = "", **other: Any) -> str:
        files = [self.log(end - timedelta(minutes=30), f"{end}{suffix}")]
        name = f"{self.account}_CloudTrail-Digest_{REGION}_{TRAIL}_{REGION}_{end:%Y%m%dT%H%M%SZ}{suffix}.json.gz"
        at = f"AWSLogs/{self.account}/CloudTrail-Digest/{REGION}/{end:%Y/%m/%d}/{name}"
        none = dict.fromkeys(("S3Bucket", "S3Object", "HashValue", "HashAlgorithm", "Signature"))
        before = {f"previousDigest{k}": v for k, v in (self.previous or none).items()}
        said = {
            "awsAccountId": self.account, "digestStartTime": stamp(end - timedelta(hours=1)),
            "digestEndTime": stamp(end), "digestS3Bucket": self.bucket, "digestS3Object": at,
            "digestPublicKeyFingerprint": FINGERPRINT, "digestSignatureAlgorithm": "SHA256withRSA", "logFiles": files,
            **before, **other,
        }  # fmt: skip
        content = json.dumps(said).encode()
        value = hashlib.sha256(content).hexdigest()
        text = f"{said['digestEndTime']}\n{self.bucket}/{at}\n{value}\n{before['previousDigestSignature'] or 'null'}"
        signature = key.sign(text.encode(), padding.PKCS1v15(), SHA256()).hex()
        about = {"signature": signature, "signature-algorithm": "SHA256withRSA"}
        self.put(at, gzip.compress(content), Metadata=about)
        self.previous = {
            "S3Bucket": self.bucket, "S3Object": at, "HashValue": value, "HashAlgorithm": "SHA-256",
            "Signature": signature,
        }  # fmt: skip
        self.digests.append(at)
        return at


class Keys:
    """ListPublicKeys, with pages."""

    def __init__(self, form: PublicFormat = PublicFormat.PKCS1) -> None:
        value = _KEY.public_key().public_bytes(Encoding.DER, form)
        self.pages = [[("other", b"")], [(FINGERPRINT, value)]]
        self.asked: list[dict[str, Any]] = []

    def list_public_keys(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        page = int(asked.get("NextToken", 0))
        found = [{"Fingerprint": f, "Value": v} for f, v in self.pages[page]]
        return {"PublicKeyList": found, **({"NextToken": "1"} if page == 0 else {})}


class Scene:
    """Three hours of a trail; `change` strikes, then all is got and verified."""

    def __init__(self, site: Site, tmp_path: Path) -> None:
        account = site.stage.account
        s3 = site.stage.admin.client(account, "s3")
        self.trail = Trail(s3, f"digests-{account}", account)
        s3.create_bucket(Bucket=self.trail.bucket)
        self.cache, self.keys = tmp_path / "cache", Keys()

    def hours(self, *numbers: int) -> "Scene":
        for number in numbers or (1, 2, 3):
            self.trail.hour(NOON + timedelta(hours=number))
        return self

    def delete(self, key: str) -> None:
        self.trail.s3.delete_object(Bucket=self.trail.bucket, Key=key)

    def verified(self, keys_in: Callable[[str], Any] | None = None, prefix: str = "", **how: Any) -> Verified:
        source = S3Trail(how.pop("client", self.trail.s3), f"s3://{self.trail.bucket}/{prefix}", self.cache)
        list(source.files(*SPAN))
        now = how.pop("now", NOON + timedelta(hours=3, minutes=5))
        of_region: Callable[[str], Any] = keys_in or (lambda _: self.keys)
        return verify(source, of_region, *SPAN, now=now)


@pytest.fixture
def scene(site: Site, tmp_path: Path) -> Scene:
    return Scene(site, tmp_path)


def test_what_is_untouched_is_verified(scene: Scene) -> None:
    found = scene.hours().verified()
    assert found == Verified(files=3, digests=3)
    assert found.intact is Tri.YES
    first = scene.keys.asked[0]
    assert first["StartTime"] < NOON < SPAN[1] < first["EndTime"]


def test_a_key_with_its_algorithm_before_it_serves_too(scene: Scene) -> None:
    scene.keys = Keys(PublicFormat.SubjectPublicKeyInfo)
    assert scene.hours().verified().intact is Tri.YES


@pytest.mark.parametrize(
    "place", ["AWSLogs/", "AWSLogs/{a}/CloudTrail/us-east-1/", "AWSLogs/{a}/CloudTrail/us-east-1/2026/01/10"]
)
def test_digests_are_found_from_any_url(scene: Scene, place: str) -> None:
    scene.hours()
    assert scene.verified(prefix=place.format(a=scene.trail.account)) == Verified(files=3, digests=3)


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(b'{"Records": []}'),
        gzip.compress(json.dumps({"Records": [{"eventID": str(NOON + timedelta(hours=2))}]}).encode())
        + gzip.compress(b"appended"),
        b"no gzip",
    ],
    ids=["changed", "appended", "no gzip"],
)
def test_a_log_file_that_was_changed(scene: Scene, body: bytes) -> None:
    scene.hours()
    scene.trail.put(scene.trail.logs[1], body)
    found = scene.verified()
    assert (found.files, found.modified, found.missing) == (2, (scene.trail.logs[1],), ())
    assert found.intact is Tri.NO


def test_a_log_file_that_was_removed(scene: Scene) -> None:
    scene.hours().delete(scene.trail.logs[0])
    found = scene.verified()
    assert (found.files, found.modified, found.missing) == (2, (), (scene.trail.logs[0],))
    assert found.intact is Tri.NO


def test_a_log_file_that_no_digest_names(scene: Scene) -> None:
    scene.hours().trail.log(NOON + timedelta(minutes=1), "forged")
    found = scene.verified()
    assert found.uncovered == (scene.trail.logs[-1],)
    assert found.intact is Tri.COULD_NOT_LOOK


def test_a_digest_that_was_removed_is_missed_even_two_in_a_row(scene: Scene) -> None:
    """https://github.com/aws/aws-cli/issues/7054"""
    scene.hours(0, 1, 2, 3)
    for key in scene.trail.digests[1:3]:
        scene.delete(key)
    found = scene.verified()
    assert found.missing == (scene.trail.digests[2],)
    (gap,) = found.gaps
    assert "no digest from 2026-01-10T12:00:00Z to 2026-01-10T14:00:00Z" in gap
    assert found.uncovered == tuple(sorted(scene.trail.logs[1:3]))
    assert found.intact is Tri.NO


def test_the_last_digests_removed(scene: Scene) -> None:
    scene.hours(1, 2, 3)
    for key in scene.trail.digests[1:]:
        scene.delete(key)
    found = scene.verified(now=NOON + timedelta(hours=9))
    assert "no digest after 2026-01-10T13:00:00Z" in found.gaps[0]
    assert found.intact is Tri.COULD_NOT_LOOK
    scene.delete(scene.trail.digests[0])
    assert scene.verified().intact is Tri.COULD_NOT_LOOK


def test_validation_that_was_off_for_a_time(scene: Scene) -> None:
    scene.hours(1)
    scene.trail.previous = {}
    found = scene.hours(3).verified()
    assert (found.files, found.digests, found.missing) == (2, 2, ())
    assert "no digest from 2026-01-10T13:00:00Z to 2026-01-10T14:00:00Z" in found.gaps[0]
    assert found.intact is Tri.COULD_NOT_LOOK


def test_a_digest_that_somebody_else_signed(scene: Scene) -> None:
    scene.hours(1)
    forged = scene.trail.hour(NOON + timedelta(hours=2), key=_OTHER)
    found = scene.hours(3).verified()
    assert found.modified == (forged,)
    assert found.uncovered == (scene.trail.logs[1],)
    assert found.intact is Tri.NO


def test_a_digest_that_was_replaced_by_another_signed_one(scene: Scene) -> None:
    scene.hours()
    older = scene.trail.s3.get_object(Bucket=scene.trail.bucket, Key=scene.trail.digests[0])
    scene.trail.put(scene.trail.digests[1], older["Body"].read(), Metadata=older["Metadata"])
    found = scene.verified()
    assert scene.trail.digests[1] in found.modified
    assert found.intact is Tri.NO


def test_a_digest_that_is_none(scene: Scene) -> None:
    scene.hours().trail.put(scene.trail.digests[1], b"nothing")
    assert scene.trail.digests[1] in scene.verified().modified


def test_a_copy_that_lost_its_signatures_is_verified_by_its_successors(scene: Scene) -> None:
    scene.hours()
    for key in scene.trail.digests:
        body = scene.trail.s3.get_object(Bucket=scene.trail.bucket, Key=key)["Body"].read()
        scene.trail.put(key, body)
    found = scene.verified()
    assert (found.files, found.digests, found.modified) == (0, 0, ()), "the last has no successor, so none vouches"
    assert all("its signature is not here" in u for u in found.unread)
    assert found.intact is Tri.COULD_NOT_LOOK


def test_one_lost_signature_stands_in_the_successor(scene: Scene) -> None:
    scene.hours()
    body = scene.trail.s3.get_object(Bucket=scene.trail.bucket, Key=scene.trail.digests[1])["Body"].read()
    scene.trail.put(scene.trail.digests[1], body)
    assert scene.verified() == Verified(files=3, digests=3)


def test_a_copy_in_another_bucket_is_told(scene: Scene) -> None:
    scene.hours()
    copy = f"copy-{scene.trail.bucket}"
    scene.trail.s3.create_bucket(Bucket=copy)
    for key in scene.trail.digests + scene.trail.logs:
        source = {"Bucket": scene.trail.bucket, "Key": key}
        scene.trail.s3.copy_object(Bucket=copy, Key=key, CopySource=source)
    scene.trail.bucket = copy
    found = scene.verified()
    assert (found.files, found.digests) == (3, 3)
    assert "so this is a copy" in found.unread[0]
    assert found.intact is Tri.COULD_NOT_LOOK


def test_late_files_in_a_backfill_digest(scene: Scene) -> None:
    scene.hours()
    scene.trail.previous = {}
    scene.trail.hour(NOON + timedelta(hours=2, minutes=20), suffix="_backfill")
    assert scene.verified() == Verified(files=4, digests=4)


def test_keys_that_cannot_be_had(scene: Scene) -> None:
    def refuse(_: str) -> Client:
        raise AccessDenied("cloudtrail:ListPublicKeys: no", code="AccessDeniedException")

    found = scene.hours().verified(refuse)
    assert (found.files, found.digests) == (0, 0)
    assert "us-east-1: the public keys could not be had: cloudtrail:ListPublicKeys: no" in found.unread
    assert found.intact is Tri.COULD_NOT_LOOK


def test_files_that_cannot_be_read_are_not_called_missing(scene: Scene) -> None:
    scene.hours()

    class Refusing:
        def __getattr__(self, method: str) -> Callable[..., Any]:
            def call(**asked: Any) -> Any:
                if method in {"get_object", "head_object"} and asked["Key"] == scene.trail.logs[0]:
                    raise AccessDenied("s3:GetObject: no", code="AccessDenied")
                return getattr(scene.trail.s3, method)(**asked)

            return call

    found = scene.verified(client=Refusing())
    assert (found.files, found.missing, found.modified) == (2, (), ())
    assert found.unread == (f"{scene.trail.logs[0]}: s3:GetObject: no",)
    assert found.intact is Tri.COULD_NOT_LOOK


def test_nothing_to_verify_is_no_success(scene: Scene) -> None:
    assert scene.verified().intact is Tri.COULD_NOT_LOOK


def test_without_cryptography_it_says_so(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    with pytest.raises(CouldNotLook, match="without cryptography"):
        scene.hours().verified()
