"""A body sent in signed chunks, as S3's clients do, with checksums behind it.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
"""

import base64
import hashlib
import hmac
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from unleak.standin.signature import Signed, signing_key

STREAMING = "STREAMING-"
_SIGNED, _UNSIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD"
_NOTHING = hashlib.sha256(b"").hexdigest()
_CHECKSUMS: Mapping[str, Callable[[bytes], bytes]] = {
    "x-amz-checksum-crc32": lambda data: zlib.crc32(data).to_bytes(4, "big"),
    "x-amz-checksum-sha1": lambda data: hashlib.sha1(data, usedforsecurity=False).digest(),
    "x-amz-checksum-sha256": lambda data: hashlib.sha256(data).digest(),
}


class BadChunk(ValueError):
    """`code` is S3's, for chunks that are none, signatures and checksums that do not fit."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Unchunked:
    data: bytes
    trailer: Mapping[str, str]


def unchunk(body: bytes, kind: str, signed: Signed, secret: str) -> Unchunked:
    """The data without its frame. Raises BadChunk."""
    if not kind.startswith((_SIGNED, _UNSIGNED)):
        raise BadChunk("InvalidRequest", f"{kind} is no way to send a body")
    is_signed, before, at = kind.startswith(_SIGNED), signed.signature, 0
    parts: list[bytes] = []
    while True:
        end = body.find(b"\r\n", at)
        size, _, signature = body[at : max(end, at)].partition(b";chunk-signature=")
        try:
            length = int(size, 16)
        except ValueError:
            raise BadChunk("IncompleteBody", "The body ends in the middle of a chunk") from None
        at = end + 2
        data = body[at : at + length]
        if len(data) < length:
            raise BadChunk("IncompleteBody", "The body ends in the middle of a chunk")
        if is_signed:
            before = _checked(signed, secret, before, data, signature.decode("latin-1"))
        if not length:
            break
        parts.append(data)
        at += length + 2
    whole = b"".join(parts)
    trailer = _trailer(body[at:])
    _check_sums(whole, trailer)
    return Unchunked(whole, trailer)


def _checked(signed: Signed, secret: str, before: str, data: bytes, signature: str) -> str:
    to_sign = "\n".join(
        ["AWS4-HMAC-SHA256-PAYLOAD", signed.at, signed.scope, before, _NOTHING, hashlib.sha256(data).hexdigest()]
    )
    right = hmac.new(signing_key(secret, signed), to_sign.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(right, signature):
        raise BadChunk("SignatureDoesNotMatch", "The signature of a chunk is not the one that we calculated")
    return right


def _trailer(rest: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in rest.decode("latin-1").split("\r\n") if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in lines}


def _check_sums(data: bytes, trailer: Mapping[str, str]) -> None:
    for name, make in _CHECKSUMS.items():
        if name in trailer and trailer[name] != base64.b64encode(make(data)).decode():
            raise BadChunk("BadDigest", f"The {name} of the body is another one")


def check_sums(data: bytes, headers: Mapping[str, str]) -> None:
    """Those that stand in the headers. Raises BadChunk."""
    _check_sums(data, headers)
    md5 = headers.get("content-md5")
    if md5 and md5 != base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode():
        raise BadChunk("BadDigest", "The Content-MD5 of the body is another one")
