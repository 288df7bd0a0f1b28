"""Signatures in URLs, bodies in signed chunks, and requests that could be read in two ways."""

import base64
import hashlib
import http.client
import json
import re
import urllib.error
import urllib.request
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from standin_world import (  # noqa: F401  fixtures
    Account,
    Signer,
    account_fixture,
    allow,
    make_account_fixture,
    session_of,
    standin_fixture,
)


def _open(url: str, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Any:
    request = urllib.request.Request(url, body, dict(headers or {}), method=method)  # noqa: S310  loopback
    return urllib.request.urlopen(request, timeout=10)  # noqa: S310  loopback


def _fetch(url: str, method: str = "GET", body: bytes | None = None) -> tuple[int, str]:
    try:
        with _open(url, method, body) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def _code(text: str) -> str:
    found = re.search("<Code>(.*?)</Code>", text)
    return found.group(1) if found else ""


def _url(account: Account, who: Signer, bucket: str, method: str = "GET", expires: int = 3600) -> str:
    request = AWSRequest(method, f"{account.standin.url}/{bucket}/a")
    S3SigV4QueryAuth(Credentials(who.key_id, who.secret, who.token or None), "s3", "us-east-1", expires).add_auth(
        request
    )
    return str(request.prepare().url)


def test_a_presigned_url_is_good_while_its_signer_is(account: Account) -> None:
    alice, bucket = account.user("alice", allow("s3:*")), account.bucket("a")
    url = _url(account, alice, bucket)
    assert _fetch(url) == (200, "here")
    assert _fetch(_url(account, alice, bucket, "PUT"), "PUT", b"new")[0] == 200
    assert _fetch(url) == (200, "new")
    assert _code(_fetch(url.replace("X-Amz-Signature=", "X-Amz-Signature=0"))[1]) == "SignatureDoesNotMatch"
    assert _code(_fetch(url.replace("/a?", "/b?"))[1]) == "SignatureDoesNotMatch"
    account.client("iam").update_access_key(UserName="alice", AccessKeyId=alice.key_id, Status="Inactive")
    assert _code(_fetch(url)[1]) == "InvalidAccessKeyId"


def test_a_presigned_url_may_no_more_than_its_signer(account: Account) -> None:
    bucket = account.bucket("a")
    status, text = _fetch(_url(account, account.user("alice"), bucket))
    assert (status, _code(text)) == (403, "AccessDenied")
    assert account.arn("user", "alice") in text


def test_a_presigned_url_of_a_session_carries_its_token(account: Account) -> None:
    bucket, alice = account.bucket("a"), account.user("alice", allow("s3:*"))
    session = session_of(account.client("sts", alice).get_session_token())
    url = _url(account, session, bucket)
    assert _fetch(url) == (200, "here")
    assert _code(_fetch(re.sub("X-Amz-Security-Token=[^&]*", "X-Amz-Security-Token=x", url))[1]) == "InvalidToken"


def test_a_presigned_url_ends(account: Account) -> None:
    bucket = account.bucket("a")
    url = _url(account, account.root, bucket, expires=60)
    account.standin.gate.clock.advance(61)
    assert "Request has expired" in _fetch(url)[1]


def test_sts_can_be_asked_by_a_url_too(account: Account) -> None:
    """As EKS and Vault have it: https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html"""
    url = account.client("sts").generate_presigned_url("get_caller_identity", HttpMethod="GET")
    assert f"arn:aws:iam::{account.number}:root" in _fetch(url)[1]


@pytest.mark.parametrize("expires", ["604801", "x", ""])
def test_a_url_must_say_for_how_long(account: Account, expires: str) -> None:
    url = re.sub("X-Amz-Expires=[^&]*", f"X-Amz-Expires={expires}", _url(account, account.root, account.bucket("a")))
    assert _fetch(url)[0] in {400, 403}


def _send(account: Account, body: bytes, headers: dict[str, str], bucket: str) -> tuple[int, str]:
    target = urlsplit(account.standin.url)
    request = AWSRequest("PUT", f"{account.standin.url}/{bucket}/up", headers=headers, data=b"")
    signer = S3SigV4Auth(Credentials(account.root.key_id, account.root.secret), "s3", "us-east-1")
    signer.payload = lambda _request: headers["X-Amz-Content-SHA256"]
    signer.add_auth(request)
    connection = http.client.HTTPConnection(target.netloc, timeout=10)
    connection.request("PUT", f"/{bucket}/up", body, dict(request.headers))
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def test_a_body_in_chunks_is_stored_without_its_frame(account: Account) -> None:
    """Botocore sends bodies with a checksum behind them by itself."""
    bucket, s3 = account.bucket("a"), account.client("s3")
    s3.put_object(Bucket=bucket, Key="up", Body=b"0123456789" * 20_000)
    assert s3.get_object(Bucket=bucket, Key="up")["Body"].read() == b"0123456789" * 20_000


@pytest.mark.parametrize(
    ("checksum", "code"),
    [("ThQBdQ==", ""), ("AAAAAA==", "BadDigest")],
    ids=["right", "wrong"],
)
def test_the_checksum_behind_the_chunks_counts(account: Account, checksum: str, code: str) -> None:
    bucket, data = account.bucket("a"), b"hello"
    right = base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()
    body = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:" + (right if not code else checksum).encode() + b"\r\n\r\n"
    headers = {
        "X-Amz-Content-SHA256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "X-Amz-Trailer": "x-amz-checksum-crc32",
        "X-Amz-Decoded-Content-Length": "5",
        "Content-Encoding": "aws-chunked",
        "Content-Length": str(len(body)),
    }
    status, text = _send(account, body, headers, bucket)
    assert (status == 200, _code(text)) == (not code, code)
    if not code:
        assert account.client("s3").get_object(Bucket=bucket, Key="up")["Body"].read() == data


@pytest.mark.parametrize("body", [b"", b"5\r\nhel", b"zz\r\nhello\r\n0\r\n\r\n", b"5\r\nhello\r\n"])
def test_chunks_that_are_none_are_refused(account: Account, body: bytes) -> None:
    headers = {"X-Amz-Content-SHA256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "Content-Length": str(len(body))}
    status, text = _send(account, body, headers, account.bucket("a"))
    assert (status, _code(text)) == (400, "IncompleteBody")


def _form(account: Account, who: Signer, body: str, query: str = "", **headers: str) -> str:
    """The code of a signed call of IAM with just this form."""
    url = f"{account.standin.url}/{query}"
    given = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", **headers}
    request = AWSRequest("POST", url, headers=given, data=body.encode())
    SigV4Auth(Credentials(who.key_id, who.secret), "iam", "us-east-1").add_auth(request)
    try:
        with _open(url, "POST", body.encode(), request.headers) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        text = error.read().decode()
        return _code(text) or str(json.loads(text).get("__type"))
    return ""


@pytest.mark.parametrize(
    ("body", "query", "headers"),
    [
        ("Action=CreateUser&UserName=evil&Action=ListUsers&Version=2010-05-08", "", {}),
        ("Action=CreateUser&UserName=evil&Version=2010-05-08", "", {"X-Amz-Target": "X.ListUsers"}),
        ("UserName=evil&Version=2010-05-08", "?Action=CreateUser", {}),
        ("Action=ListUsers&Version=2010-05-08", "?Action=CreateUser&UserName=evil", {}),
    ],
    ids=["twice", "by header", "in the query", "in both"],
)
def test_what_is_decided_is_what_is_done(account: Account, body: str, query: str, headers: dict[str, str]) -> None:
    """Whoever may only list users makes none, however the request is written."""
    alice = account.user("alice", allow("iam:ListUsers"))
    _form(account, alice, body, query, **headers)
    assert [u["UserName"] for u in account.client("iam").list_users()["Users"]] == ["alice"]


def test_a_value_that_is_also_a_list_is_refused(account: Account) -> None:
    started = account.client("ec2").run_instances(ImageId="ami-12c6146b", MinCount=2, MaxCount=2)["Instances"]
    mine, other = (i["InstanceId"] for i in started)
    url = account.standin.url + "/"
    fields = [("Action", "StopInstances"), ("Version", "2016-11-15"), ("InstanceId", mine), ("InstanceId.1", other)]
    body = urlencode(fields).encode()
    request = AWSRequest("POST", url, headers={"Content-Type": "application/x-www-form-urlencoded"}, data=body)
    SigV4Auth(Credentials(account.root.key_id, account.root.secret), "ec2", "us-east-1").add_auth(request)
    with pytest.raises(urllib.error.HTTPError, match="400"):
        _open(url, "POST", body, request.headers)


def test_a_bucket_in_the_host_is_not_read_past_the_decision(account: Account) -> None:
    bucket = account.bucket("secret")
    alice = account.user("alice", allow("s3:ListBucket", "s3:ListAllMyBuckets"))
    url = f"{account.standin.url}/secret"
    empty = hashlib.sha256(b"").hexdigest()
    headers = {"Host": f"{bucket}.s3.amazonaws.com", "X-Amz-Content-SHA256": empty}
    request = AWSRequest("GET", url, headers=headers)
    SigV4Auth(Credentials(alice.key_id, alice.secret), "s3", "us-east-1").add_auth(request)
    status, text = 0, ""
    try:
        with _open(url, headers=request.headers) as answer:
            status, text = answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        status = error.code
    assert status != 200 or "here" not in text


@pytest.mark.parametrize("length", ["abc", "1e3", "99999999999999"])
def test_a_length_that_is_none_is_answered_all_the_same(account: Account, length: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(account.standin.url).netloc, timeout=10)
    connection.putrequest("POST", "/")
    connection.putheader("Content-Length", length)
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status in {400, 413, 500}
    assert b"<html" not in answer.read().lower()
