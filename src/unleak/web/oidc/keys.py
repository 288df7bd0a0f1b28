"""The provider's public keys. Of those that nobody here understands, each is passed over alone."""

from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, KeySet, OKPKey, RSAKey

from unleak.model.errors import CouldNotLook

_SMALLEST_RSA = 2048
"""https://datatracker.ietf.org/doc/html/rfc7518#section-3.3"""


def key_set(document: dict[str, Any]) -> KeySet:
    """Raises CouldNotLook where none is of use."""
    rows = document.get("keys")
    found = [key for row in rows if (key := _key(row)) is not None] if isinstance(rows, list) else []
    if not found:
        raise CouldNotLook("the provider has no public key of use", "look at its jwks_uri")
    return KeySet(found)


def _key(row: object) -> Key | None:
    """None for a secret that somebody has published among them, too."""
    if not isinstance(row, dict):
        return None
    try:
        key = JWKRegistry.import_key(row)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    if isinstance(key, RSAKey):
        return key if key.public_key.key_size >= _SMALLEST_RSA else None
    return key if isinstance(key, ECKey | OKPKey) else None
