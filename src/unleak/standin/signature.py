"""Signature Version 4, checked.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote

ALGORITHM = "AWS4-HMAC-SHA256"
SKEW = timedelta(minutes=15)
_SCOPE_PARTS = 5
_UNHASHED = ("UNSIGNED-PAYLOAD", "STREAMING-")


@dataclass(frozen=True, slots=True)
class Signed:
    """What an Authorization header claims."""

    key_id: str
    date: str
    region: str
    service: str
    headers: tuple[str, ...]
    signature: str

    @property
    def scope(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


def read_authorization(header: str) -> Signed | None:
    """None for what is no Version 4 signature."""
    algorithm, _, rest = header.partition(" ")
    fields = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    scope = fields.get("Credential", "").split("/")
    if algorithm != ALGORITHM or len(scope) != _SCOPE_PARTS or "Signature" not in fields:
        return None
    headers = tuple(fields.get("SignedHeaders", "").split(";"))
    return Signed(scope[0], scope[1], scope[2], scope[3], headers, fields["Signature"])


def is_valid(signed: Signed, secret: str, environ: Mapping[str, Any], body: bytes) -> bool:
    """Whether `secret` made this signature over this request; over its body where the headers do not claim a hash:
    `is_untouched` tells whether a claim is true.
    """
    headers = _headers(environ)
    body_hash = headers.get("x-amz-content-sha256") or hashlib.sha256(body).hexdigest()
    canonical = "\n".join(
        [
            environ["REQUEST_METHOD"],
            _path(signed.service, environ),
            _query(environ.get("QUERY_STRING", "")),
            *(f"{name}:{' '.join(headers.get(name, '').split())}" for name in signed.headers),
            "",
            ";".join(signed.headers),
            body_hash,
        ]
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = "\n".join([ALGORITHM, headers.get("x-amz-date", ""), signed.scope, digest])
    return hmac.compare_digest(_sign(secret, signed, to_sign), signed.signature)


def is_untouched(environ: Mapping[str, Any], body: bytes) -> bool:
    """Whether the body is the one whose hash the headers claim; true where they claim none."""
    claimed = str(environ.get("HTTP_X_AMZ_CONTENT_SHA256", ""))
    return not claimed or claimed.startswith(_UNHASHED) or claimed == hashlib.sha256(body).hexdigest()


def is_skewed(environ: Mapping[str, Any]) -> bool:
    """More than 15 minutes off. Measured on the wall clock: signers do not know of the dialled one."""
    try:
        when = datetime.strptime(environ.get("HTTP_X_AMZ_DATE", ""), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return True
    return abs(datetime.now(UTC) - when) > SKEW


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
    pairs = sorted((quote(k, safe="~-_."), quote(v, safe="~-_.")) for k, v in parse_qsl(text, keep_blank_values=True))
    return "&".join(f"{k}={v}" for k, v in pairs)


def _sign(secret: str, signed: Signed, to_sign: str) -> str:
    key = f"AWS4{secret}".encode()
    for part in signed.scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
