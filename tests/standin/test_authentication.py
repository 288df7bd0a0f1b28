"""Who is turned away at the door, with AWS's own codes, and without a trace in the trail."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from standin_world import (  # noqa: F401  fixtures
    EVERYTHING,
    NOBODY,
    REGION,
    Account,
    Signer,
    account_fixture,
    code_of,
    make_account_fixture,
    session_of,
    standin_fixture,
)

READS = {
    "sts": "get_caller_identity",
    "iam": "list_users",
    "s3": "list_buckets",
    "ec2": "describe_instances",
    "cloudtrail": "lookup_events",
}


def _codes(sts: str, s3: str, ec2: str, cloudtrail: str, iam: str = "") -> dict[str, str]:
    return {"sts": sts, "iam": iam or sts, "s3": s3, "ec2": ec2, "cloudtrail": cloudtrail}


UNKNOWN = _codes("InvalidClientTokenId", "InvalidAccessKeyId", "AuthFailure", "UnrecognizedClientException")
BAD_TOKEN = _codes("InvalidClientTokenId", "InvalidToken", "AuthFailure", "UnrecognizedClientException")
BAD_SIGNATURE = _codes("SignatureDoesNotMatch", "SignatureDoesNotMatch", "AuthFailure", "InvalidSignatureException")
TAMPERED = _codes("SignatureDoesNotMatch", "XAmzContentSHA256Mismatch", "AuthFailure", "InvalidSignatureException")
EXPIRED = _codes("ExpiredToken", "ExpiredToken", "RequestExpired", "ExpiredTokenException")
UNSIGNED = _codes(
    "MissingAuthenticationToken", "AccessDenied", "MissingParameter", "MissingAuthenticationTokenException"
)
SKEWED = _codes("SignatureDoesNotMatch", "RequestTimeTooSkewed", "AuthFailure", "InvalidSignatureException")


def _refusals(account: Account, who: Signer, prepare: Callable[[Any], None] = lambda _: None) -> dict[str, str]:
    """The code with which each service answers this signer; nothing of it may reach the trail."""
    before = len(account.standin.gate.trail._events)
    found: dict[str, str] = {}
    for service, read in READS.items():
        client = account.client(service, who)
        prepare(client)
        found[service] = code_of(getattr(client, read))
    assert len(account.standin.gate.trail._events) == before, "a refused signature left an event"
    return found


def _session(account: Account, **more: Any) -> Signer:
    user = account.user(f"user-{len(account.events())}", EVERYTHING)
    return session_of(account.client("sts", user).get_session_token(**more))


def test_unknown_key(account: Account) -> None:
    assert _refusals(account, Signer("AKIA" + "QQ" * 8, "s" * 40)) == UNKNOWN


def test_inactive_key(account: Account) -> None:
    user = account.user("alice", EVERYTHING)
    account.client("iam").update_access_key(UserName="alice", AccessKeyId=user.key_id, Status="Inactive")
    assert _refusals(account, user) == UNKNOWN


def test_deleted_key(account: Account) -> None:
    user = account.user("alice", EVERYTHING)
    account.client("iam").delete_access_key(UserName="alice", AccessKeyId=user.key_id)
    assert _refusals(account, user) == UNKNOWN


def test_key_that_was_switched_on_again_is_accepted(account: Account) -> None:
    user, iam = account.user("alice", EVERYTHING), account.client("iam")
    for status in ("Inactive", "Active"):
        iam.update_access_key(UserName="alice", AccessKeyId=user.key_id, Status=status)
    assert code_of(account.client("sts", user).get_caller_identity) == ""


def test_wrong_secret(account: Account) -> None:
    user = account.user("alice", EVERYTHING)
    assert _refusals(account, replace(user, secret="x" * 40)) == BAD_SIGNATURE


def test_wrong_secret_of_a_session(account: Account) -> None:
    assert _refusals(account, replace(_session(account), secret="x" * 40)) == BAD_SIGNATURE


def test_session_key_without_its_token(account: Account) -> None:
    """S3 says of it that the key does not exist."""
    assert _refusals(account, replace(_session(account), token="")) == UNKNOWN


def test_wrong_token(account: Account) -> None:
    assert _refusals(account, replace(_session(account), token="not-a-token")) == BAD_TOKEN


def test_token_of_another_session(account: Account) -> None:
    mine, other = _session(account), _session(account)
    assert _refusals(account, replace(mine, token=other.token)) == BAD_TOKEN


def test_long_term_key_with_a_token(account: Account) -> None:
    user, session = account.user("alice", EVERYTHING), _session(account)
    assert _refusals(account, replace(user, token=session.token)) == BAD_TOKEN


def test_expired_session(account: Account) -> None:
    session = _session(account, DurationSeconds=900)
    assert code_of(account.client("sts", session).get_caller_identity) == ""
    account.standin.gate.clock.advance(901)
    assert _refusals(account, session) == EXPIRED


def test_no_signature(account: Account) -> None:
    assert _refusals(account, NOBODY) == UNSIGNED


def test_body_changed_after_signing(account: Account) -> None:
    def tamper(request: Any, **_: Any) -> None:
        body = request.body or b""
        request.body = (body if isinstance(body, bytes) else body.encode()) + b"&More=1"
        request.headers["Content-Length"] = str(len(request.body))

    def prepare(client: Any) -> None:
        client.meta.events.register("before-send", tamper)

    assert _refusals(account, account.user("alice", EVERYTHING), prepare) == TAMPERED


def test_query_changed_after_signing(account: Account) -> None:
    s3 = account.client("s3")
    s3.meta.events.register("before-send", lambda request, **_: setattr(request, "url", request.url + "?max-keys=1"))
    assert code_of(s3.list_buckets) == "SignatureDoesNotMatch"


_FORM = "application/x-www-form-urlencoded; charset=utf-8"
_RAW: dict[str, tuple[str, dict[str, str], bytes]] = {
    "sts": ("POST", {"Content-Type": _FORM}, b"Action=GetCallerIdentity&Version=2011-06-15"),
    "iam": ("POST", {"Content-Type": _FORM}, b"Action=ListUsers&Version=2010-05-08"),
    "s3": ("GET", {}, b""),
    "ec2": ("POST", {"Content-Type": _FORM}, b"Action=DescribeRegions&Version=2016-11-15"),
    "cloudtrail": (
        "POST",
        {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents",
        },
        b"{}",
    ),
}


def _signed(account: Account, service: str, at: datetime) -> AWSRequest:
    """A root user's read, signed as if it were `at`."""
    method, headers, body = _RAW[service]
    stamp = at.strftime("%Y%m%dT%H%M%SZ")
    request = AWSRequest(method, account.standin.url + "/", {**headers, "X-Amz-Date": stamp}, body)
    request.context["timestamp"] = stamp
    auth = SigV4Auth(Credentials(account.root.key_id, account.root.secret), service, REGION)
    signature = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    names = auth.signed_headers(auth.headers_to_sign(request))
    return _with_authorization(
        request, f"AWS4-HMAC-SHA256 Credential={auth.scope(request)}, SignedHeaders={names}, Signature={signature}"
    )


def _with_authorization(request: AWSRequest, text: str) -> AWSRequest:
    del request.headers["Authorization"]
    if text:
        request.headers["Authorization"] = text
    return request


def _sent(request: AWSRequest) -> str:
    """The error code of the answer; empty for success."""
    url = str(request.url)
    plain = urllib.request.Request(url, request.data or None, dict(request.headers), method=request.method)  # noqa: S310
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(plain, timeout=30):
            return ""
    except urllib.error.HTTPError as error:
        with error:
            text = error.read().decode()
    found = re.search("<Code>(.*?)</Code>", text)
    return found.group(1) if found else str(json.loads(text)["__type"])


# The dialled clock counts as well as the wall's, and runs ahead.
@pytest.mark.parametrize("minutes", [-16, -60 * 24, 5_000_000])
def test_clock_too_far_off(account: Account, minutes: int) -> None:
    before = len(account.standin.gate.trail._events)
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    assert {service: _sent(_signed(account, service, at)) for service in READS} == SKEWED
    assert len(account.standin.gate.trail._events) == before


@pytest.mark.parametrize("minutes", [-14, 0, 14])
def test_clock_not_too_far_off(account: Account, minutes: int) -> None:
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    assert {service: _sent(_signed(account, service, at)) for service in ("sts", "iam", "cloudtrail")} == {
        "sts": "",
        "iam": "",
        "cloudtrail": "",
    }


def test_dialled_clock_does_not_make_signatures_old(account: Account) -> None:
    account.standin.gate.clock.advance(3 * 24 * 3600)
    assert code_of(account.client("sts").get_caller_identity) == ""


@pytest.mark.parametrize(
    "header",
    [
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=a/b, Signature=c",
        "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/sts/aws4_request, SignedHeaders=host",
        "Basic dXNlcjpwYXNz",
    ],
)
def test_what_is_no_signature_is_no_signature(account: Account, header: str) -> None:
    request = _signed(account, "sts", datetime.now(UTC))
    assert _sent(_with_authorization(request, header)) == "IncompleteSignature"
    assert _sent(_with_authorization(request, "")) == "MissingAuthenticationToken"


def test_signature_of_one_service_is_none_for_another(account: Account) -> None:
    request = _signed(account, "sts", datetime.now(UTC))
    stolen = str(request.headers["Authorization"]).replace("/sts/", "/iam/")
    assert _sent(_with_authorization(request, stolen)) == "SignatureDoesNotMatch"
