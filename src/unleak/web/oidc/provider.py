"""The provider, as it describes itself: https://openid.net/specs/openid-connect-discovery-1_0.html"""

import base64
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.jwk import KeySet

from unleak.model.address import keeps_to_itself
from unleak.model.errors import CouldNotLook
from unleak.oidc_settings import OidcSettings
from unleak.web.oidc.kept import Kept
from unleak.web.oidc.keys import key_set
from unleak.web.oidc.refusal import NotSignedIn, Why
from unleak.web.oidc.transaction import Transaction

_KEYS_AGAIN_AFTER = 60.0
_OK, _BAD_REQUEST, _UNAUTHORIZED = 200, 400, 401
_WORD = re.compile(r"[a-z_]{1,40}")


class Ask(Protocol):
    """Posts `form`, where there is one. The answer's status and its body. Raises CouldNotLook."""

    def __call__(
        self, url: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]: ...


@dataclass(frozen=True, slots=True)
class Endpoints:
    authorization: str
    token: str
    keys: str
    userinfo: str
    methods: tuple[str, ...]
    says_who_answers: bool


@dataclass(frozen=True, slots=True)
class Granted:
    """What a code was exchanged for."""

    id_token: str = field(repr=False)
    access_token: str = field(repr=False)


class Provider:
    """Its description and its keys are asked for anew after ten minutes; for a key that is not known, once a minute."""

    def __init__(self, settings: OidcSettings, ask: Ask, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings, self._ask = settings, ask
        self._endpoints = Kept(self._described, clock)
        self._keys = Kept(lambda: key_set(self._document(self._endpoints.value().keys)), clock)

    @property
    def host(self) -> str:
        return urlsplit(self.settings.issuer).hostname or ""

    @property
    def says_who_answers(self) -> bool:
        """https://datatracker.ietf.org/doc/html/rfc9207"""
        return self._endpoints.value().says_who_answers

    def address_for(self, transaction: Transaction) -> str:
        """Where the browser goes."""
        made: str = prepare_grant_uri(
            self._endpoints.value().authorization,
            client_id=self.settings.client_id,
            response_type="code",
            redirect_uri=transaction.back,
            scope=" ".join(self.settings.scopes),
            state=transaction.state,
            nonce=transaction.nonce,
            code_challenge=create_s256_code_challenge(transaction.verifier),
            code_challenge_method="S256",
        )
        return made

    def exchange(self, code: str, transaction: Transaction) -> Granted:
        """Raises NotSignedIn where the provider does not take the code."""
        endpoints = self._endpoints.value()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": transaction.back}
        form["code_verifier"] = transaction.verifier
        shown, headers = self._identified(endpoints.methods)
        status, body = self._ask(endpoints.token, form | shown, headers)
        if status in {_BAD_REQUEST, _UNAUTHORIZED}:
            said = "The provider did not take the code that it had given."
            raise NotSignedIn(Why.CODE, said, "begin again", detail=_error_in(body))
        answer = self._read(endpoints.token, status, body)
        id_token, access_token = answer.get("id_token"), answer.get("access_token", "")
        if not isinstance(id_token, str) or not isinstance(access_token, str):
            raise NotSignedIn(Why.ID_TOKEN, "The provider did not say who you are.", "begin again", detail="missing")
        return Granted(id_token, access_token)

    def key_set_with(self, kid: object) -> KeySet:
        known = self._keys.value()
        if kid is None or any(key.kid == kid for key in known):
            return known
        return self._keys.value(_KEYS_AGAIN_AFTER)

    def userinfo(self, access_token: str) -> Mapping[str, Any]:
        """Empty where there is nobody to ask."""
        url = self._endpoints.value().userinfo
        if not url or not access_token:
            return {}
        return self._document(url, {"Authorization": f"Bearer {access_token}"})

    def _identified(self, methods: tuple[str, ...]) -> tuple[dict[str, str], dict[str, str]]:
        """As form fields, or as a header: https://datatracker.ietf.org/doc/html/rfc6749#section-2.3.1"""
        client, secret = self.settings.client_id, self.settings.client_secret
        headers = {"Accept": "application/json"}
        if "client_secret_basic" in methods:
            pair = f"{quote(client, safe='')}:{quote(secret, safe='')}".encode()
            return {}, headers | {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        return {"client_id": client, "client_secret": secret}, headers

    def _described(self) -> Endpoints:
        found = self._document(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.settings.issuer:
            raise CouldNotLook("the provider is another than service.oidc.issuer says", "copy it from its description")
        return Endpoints(
            _address(found, "authorization_endpoint"),
            _address(found, "token_endpoint"),
            _address(found, "jwks_uri"),
            _address(found, "userinfo_endpoint") if "userinfo_endpoint" in found else "",
            _methods(found),
            found.get("authorization_response_iss_parameter_supported") is True,
        )

    def _document(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        return self._read(url, *self._ask(url, None, headers))

    @staticmethod
    def _read(url: str, status: int, body: bytes) -> dict[str, Any]:
        document = _object_in(body) if status == _OK else None
        if document is None:
            raise CouldNotLook(f"{urlsplit(url).hostname} did not answer as it should: HTTP {status}", "look there")
        return document


def _address(found: Mapping[str, Any], name: str) -> str:
    url = found.get(name)
    if not isinstance(url, str) or not keeps_to_itself(url):
        raise CouldNotLook(f"the provider's {name} is no https address", "look at its description")
    return url


def _methods(found: Mapping[str, Any]) -> tuple[str, ...]:
    """Of those that we know. One that says nothing takes the first."""
    said = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    known = tuple(m for m in ("client_secret_basic", "client_secret_post") if isinstance(said, list) and m in said)
    if not known:
        raise CouldNotLook("the provider takes no client secret", "choose another kind of client there")
    return known


def _error_in(body: bytes) -> str:
    """https://datatracker.ietf.org/doc/html/rfc6749#section-5.2"""
    error = (_object_in(body) or {}).get("error")
    return word(error)


def word(value: object) -> str:
    """An error's name, where it is one of those that may stand in a log."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""


def _object_in(body: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
