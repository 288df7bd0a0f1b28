"""Whether an ID token is the provider's, for us, for this attempt, and good now.

https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import ClaimError, JoseError, UnsupportedAlgorithmError
from joserfc.jwa import JWSAlgModel
from joserfc.jws import JWSRegistry

from unleak.web.oidc.provider import Granted, Provider
from unleak.web.oidc.refusal import NotSignedIn, Why

_LEEWAY = 60
_ALGORITHMS = frozenset({"RS256", "PS256", "ES256", "EdDSA"})
"""Only what is made with a private key: with the others, whoever knows the public key, or nothing, could sign."""


class _Allowed(JWSRegistry):
    def get_alg(self, name: str) -> JWSAlgModel:
        if name not in _ALGORITHMS:
            raise UnsupportedAlgorithmError
        return self.algorithms[name]


_ALLOWED = _Allowed(strict_check_header=False)


def claims_of(provider: Provider, granted: Granted, nonce: str, now: datetime) -> Mapping[str, Any]:
    """Raises NotSignedIn, and CouldNotLook where the provider's keys cannot be had."""
    try:
        return _claims(provider, granted, nonce, now)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        detail = f"{error.error} {error.claim}" if isinstance(error, ClaimError) else getattr(error, "error", "")
        said = "What the provider said of you could not be believed."
        raise NotSignedIn(Why.ID_TOKEN, said, "begin again", detail=detail or type(error).__name__) from None


def _claims(provider: Provider, granted: Granted, nonce: str, now: datetime) -> Mapping[str, Any]:
    header = jws.extract_compact(granted.id_token.encode()).headers()
    _ALLOWED.get_alg(header["alg"])
    token = jwt.decode(granted.id_token, provider.key_set_with(header.get("kid")), registry=_ALLOWED)
    settings = provider.settings
    wanted = {"iss": {"value": settings.issuer}, "aud": {"value": settings.client_id}, "sub": {"allow_blank": False}}
    claims = CodeIDToken(
        token.claims,
        token.header,
        options=wanted,
        params={"nonce": nonce, "client_id": settings.client_id, "access_token": granted.access_token},
    )
    claims.validate(now=int(now.timestamp()), leeway=_LEEWAY)
    return dict(claims)
