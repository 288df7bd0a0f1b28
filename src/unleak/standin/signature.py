"""Signature Version 4, checked: in the Authorization header or in the query of a presigned URL.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, quote

ALGORITHM = "AWS4-HMAC-SHA256"
SKEW = timedelta(minutes=15)
LONGEST = 7 * 86_400
PRESIGNED = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders",
             "X-Amz-Signature", "X-Amz-Security-Token")  # fmt: skip
_SCOPE_PARTS = 5
_UNHASHED = ("UNSIGNED-PAYLOAD", "STREAMING-")
_STAMP = "%Y%m%dT%H%M%SZ"


class Malformed(ValueError):
    """A signature that is not written as one."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What a request claims of its signature. `at` is its time, as it was signed. `expires`: seconds that a presigned
    URL is good for; None for a signed header.
    """

    key_id: str
    date: str
    region: str
    service: str
    headers: tuple[str, ...]
    signature: str
    at: str = ""
    token: str = ""
    expires: int | None = None

    @property
    def scope(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/aws4_request"

    @property
    def when(self) -> datetime | None:
        try:
            return datetime.strptime(self.at, _STAMP).replace(tzinfo=UTC)
        except ValueError:
            return None


def read_signature(environ: Mapping[str, Any]) -> Signed | None:
    """None for a request that bears none: it is anonymous. Raises Malformed."""
    header = str(environ.get("HTTP_AUTHORIZATION", ""))
    if header:
        return _of_header(header, environ)
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    return _of_query(query) if "X-Amz-Signature" in query or "X-Amz-Algorithm" in query else None


def _of_header(header: str, environ: Mapping[str, Any]) -> Signed:
    algorithm, _, rest = header.partition(" ")
    fields = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    if algorithm != ALGORITHM or "Signature" not in fields:
        raise Malformed("Authorization header requires an AWS4-HMAC-SHA256 Credential, SignedHeaders and Signature.")
    token = str(environ.get("HTTP_X_AMZ_SECURITY_TOKEN", ""))
    return _signed(fields.get("Credential", ""), fields.get("SignedHeaders", ""), fields["Signature"],
                   at=_time(environ), token=token)  # fmt: skip


def _of_query(query: Mapping[str, str]) -> Signed:
    expires = query.get("X-Amz-Expires", "")
    if query.get("X-Amz-Algorithm") != ALGORITHM or not expires.isascii() or not expires.isdecimal():
        raise Malformed("X-Amz-Algorithm only supports AWS4-HMAC-SHA256; X-Amz-Expires should be a number")
    if int(expires) > LONGEST:
        raise Malformed("X-Amz-Expires must be less than a week (in seconds)")
    return _signed(query.get("X-Amz-Credential", ""), query.get("X-Amz-SignedHeaders", ""),
                   query.get("X-Amz-Signature", ""), at=query.get("X-Amz-Date", ""),
                   token=query.get("X-Amz-Security-Token", ""), expires=int(expires))  # fmt: skip


def _signed(credential: str, headers: str, signature: str, **more: Any) -> Signed:
    scope = credential.split("/")
    if len(scope) != _SCOPE_PARTS or not all(scope):
        raise Malformed("Credential must be a key id and a scope of date, region, service and aws4_request.")
    return Signed(scope[0], scope[1], scope[2], scope[3], tuple(headers.split(";")), signature, **more)


def _time(environ: Mapping[str, Any]) -> str:
    """That of X-Amz-Date, or of Date, in either of its spellings."""
    at = str(environ.get("HTTP_X_AMZ_DATE") or environ.get("HTTP_DATE") or "")
    if "," not in at:
        return at
    try:
        return parsedate_to_datetime(at).astimezone(UTC).strftime(_STAMP)
    except ValueError:
        return ""


def is_valid(signed: Signed, secret: str, environ: Mapping[str, Any], body: bytes) -> bool:
    """Whether `secret` made this signature over this request; over its body where the headers do not claim a hash:
    `is_untouched` tells whether a claim is true. The host, and the day of the scope, must be among what was signed.
    """
    headers = _headers(environ)
    if "host" not in signed.headers or not signed.at.startswith(signed.date):
        return False
    canonical = "\n".join(
        [
            environ["REQUEST_METHOD"],
            _path(signed.service, environ),
            _query(environ.get("QUERY_STRING", "")),
            *(f"{name}:{' '.join(headers.get(name, '').split())}" for name in signed.headers),
            "",
            ";".join(signed.headers),
            _body_hash(signed, headers, body),
        ]
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"{ALGORITHM}\n{signed.at}\n{signed.scope}\n{digest}"
    right = hmac.new(signing_key(secret, signed), to_sign.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(right, signed.signature)


def _body_hash(signed: Signed, headers: Mapping[str, str], body: bytes) -> str:
    if signed.expires is not None and signed.service == "s3":
        return headers.get("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
    return headers.get("x-amz-content-sha256") or hashlib.sha256(body).hexdigest()


def unsigned_headers(signed: Signed, environ: Mapping[str, Any]) -> list[str]:
    """Of `x-amz-…`, those that somebody may have added behind the signature."""
    return [h for h in _headers(environ) if h.startswith("x-amz-") and h not in signed.headers]


def is_untouched(environ: Mapping[str, Any], body: bytes) -> bool:
    """Whether the body is the one whose hash the headers claim; true where they claim none."""
    claimed = str(environ.get("HTTP_X_AMZ_CONTENT_SHA256", ""))
    return not claimed or claimed.startswith(_UNHASHED) or claimed == hashlib.sha256(body).hexdigest()


def is_skewed(signed: Signed, now: datetime) -> bool:
    """More than 15 minutes off both clocks: a signer may know of the dialled one, or only of the wall's. A presigned
    URL ends instead.
    """
    when = signed.when
    if when is None:
        return True
    ahead = min(when - now, when - datetime.now(UTC), key=abs)
    return ahead > SKEW if signed.expires is not None else abs(ahead) > SKEW


def is_over(signed: Signed, now: datetime) -> bool:
    """A presigned URL, past its time."""
    if signed.expires is None or signed.when is None:
        return False
    return now > signed.when + timedelta(seconds=signed.expires)


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    found = {k[5:].replace("_", "-").lower(): str(v) for k, v in environ.items() if k.startswith("HTTP_")}
    found["content-type"] = environ.get("CONTENT_TYPE", "")
    found["content-length"] = environ.get("CONTENT_LENGTH", "")
    return found


def _path(service: str, environ: Mapping[str, Any]) -> str:
    raw = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or quote(environ.get("PATH_INFO", "/")))
    path = raw.split("?", 1)[0] or "/"
    return path if service == "s3" else quote(path, safe="/~-_.")


def _query(text: str) -> str:
    pairs = parse_qsl(text, keep_blank_values=True)
    kept = sorted((quote(k, safe="~-_."), quote(v, safe="~-_.")) for k, v in pairs if k != "X-Amz-Signature")
    return "&".join(f"{k}={v}" for k, v in kept)


def signing_key(secret: str, signed: Signed) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in signed.scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
