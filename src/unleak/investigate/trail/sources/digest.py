"""One digest of CloudTrail, and its signature.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from unleak.model.clock import parse_stamp
from unleak.model.errors import CouldNotLook

Keys = Mapping[str, bytes]
"""Public keys as DER, by fingerprint."""
_ALGORITHM, _HASH = "SHA256withRSA", "SHA-256"
_SEAM = timedelta(seconds=1)
_BACKFILL = "_backfill.json.gz"


@dataclass(frozen=True, slots=True)
class Digest:
    """`hash` is that of its own content, `signature` from the object's metadata (empty where it has none, as a copy may
    have lost it), `files` key and hash of each log file. `previous` is empty in a chain's first. Hashes and signatures
    are hexadecimal.
    """

    account: str
    region: str
    bucket: str
    key: str
    start: datetime
    end: datetime
    end_as_written: str
    fingerprint: str
    hash: str
    signature: str
    previous: str
    previous_hash: str
    previous_signature: str
    files: tuple[tuple[str, str], ...]

    @property
    def backfill(self) -> bool:
        """Names log files that came too late for the digest of their hour; it is in no row of hours."""
        return self.key.endswith(_BACKFILL)

    @property
    def chain(self) -> str:
        """Of one trail, account and region: the name without its time."""
        name = self.key.rsplit("/", 1)[-1].removesuffix(_BACKFILL).removesuffix(".json.gz")
        return name.rpartition("_")[0] + (" (backfill)" if self.backfill else "")

    @property
    def signed_text(self) -> bytes:
        """What the signature is over. A first digest has the word null for the signature before it."""
        lines = (self.end_as_written, f"{self.bucket}/{self.key}", self.hash, self.previous_signature or "null")
        return "\n".join(lines).encode()


def digest_from(content: bytes, about: Mapping[str, str]) -> Digest:
    """From the uncompressed content and the object's metadata. Raises ValueError, KeyError or TypeError for what is no
    digest.
    """
    said: dict[str, Any] = json.loads(content)
    algorithms = {said["digestSignatureAlgorithm"], about.get("signature-algorithm", _ALGORITHM)}
    hashes = {f["hashAlgorithm"] for f in said["logFiles"]} | {said.get("previousDigestHashAlgorithm") or _HASH}
    if algorithms != {_ALGORITHM} or hashes != {_HASH}:
        raise ValueError("signed or hashed in a way that CloudTrail does not")
    key = str(said["digestS3Object"])
    return Digest(
        account=said["awsAccountId"],
        region=key.rsplit("/", 5)[-5],
        bucket=said["digestS3Bucket"],
        key=key,
        start=parse_stamp(said["digestStartTime"]),
        end=parse_stamp(said["digestEndTime"]),
        end_as_written=said["digestEndTime"],
        fingerprint=said["digestPublicKeyFingerprint"],
        hash=hashlib.sha256(content).hexdigest(),
        signature=about.get("signature", ""),
        previous=said.get("previousDigestS3Object") or "",
        previous_hash=said.get("previousDigestHashValue") or "",
        previous_signature=said.get("previousDigestSignature") or "",
        files=tuple((f["s3Object"], f["hashValue"]) for f in said["logFiles"]),
    )


def follows(earlier: Digest, later: Digest) -> bool:
    """Whether nothing lies between them: the later one names the earlier, or begins where it ends."""
    return later.previous == earlier.key and later.start - earlier.end <= _SEAM


def is_signed(digest: Digest, signature: str, key: bytes) -> bool:
    """Whether AWS's key made this signature. Raises CouldNotLook where cryptography is not installed."""
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  only --verify needs it
        from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415  see above
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415  see above
        from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415  see above
    except ImportError as error:
        raise CouldNotLook("digests cannot be verified without cryptography", "pip install 'unleak[verify]'") from error
    try:
        public = load_der_public_key(key)  # PKCS#1 as documented, or the form with its algorithm before it
        if not isinstance(public, rsa.RSAPublicKey):
            return False
        public.verify(bytes.fromhex(signature), digest.signed_text, padding.PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True
