"""A provider of OpenID Connect of our own, over real HTTP with real keys, which can be told to lie."""

import base64
import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.registry import HeaderParameter

CLIENT, CLIENT_SECRET = "unleak-at-test", "a%client+secret:of=the test"
ANNA = {"sub": "1", "email": "Anna@Example.com", "email_verified": True, "groups": ["staff", "secops"]}
Key = RSAKey | ECKey | OKPKey
Claims = dict[str, Any]
Forge = Callable[["Provider", Claims], str | None]


def rsa_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


def signed(claims: Claims, key: Key, alg: str = "RS256", **header: Any) -> str:
    registry = JWSRegistry({"x": HeaderParameter("of the test", "str")}, algorithms=[alg])
    return jwt.encode({"alg": alg, "kid": str(key.kid), **header}, claims, key, registry=registry)


def honest(provider: "Provider", claims: Claims) -> str:
    return signed(claims, provider.keys[0])


def raw_token(header: object, claims: Claims, signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


@dataclass
class Provider:
    """`person` is who is signed in there. `forge` makes its ID tokens; `more` goes into its description. `held`:
    claims that it tells at its userinfo endpoint only. `asked` counts requests by path.
    """

    keys: list[Key]
    url: str = ""
    person: Claims = field(default_factory=lambda: dict(ANNA))
    held: Claims = field(default_factory=dict)
    forge: Forge = honest
    more: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, str] = field(default_factory=dict)
    checks_pkce: bool = True
    is_up: bool = True
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    def described(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize?tenant=1",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
            **self.more,
        }

    def granted(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to."""
        assert (asked["response_type"], asked["client_id"], asked["tenant"]) == ("code", CLIENT, "1")
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        self.told.append(code)
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], **self.answer})}"

    def exchanged(self, form: dict[str, str], authorization: str) -> tuple[int, Claims]:
        if not self._is_client(form, authorization):
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if asked is None or asked["redirect_uri"] != form["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        if self.checks_pkce and challenge.decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        now = int(self.now().timestamp())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"], **self.person}
        made = {"id_token": self.forge(self, claims), "access_token": secrets.token_urlsafe(16), "token_type": "Bearer"}
        self.told += [str(word) for word in made.values() if word != "Bearer"]
        return 200, made

    def _is_client(self, form: dict[str, str], authorization: str) -> bool:
        shown = (form.get("client_id", ""), form.get("client_secret", ""))
        if authorization.startswith("Basic "):
            name, _, secret = base64.b64decode(authorization[6:]).decode().partition(":")
            shown = unquote(name), unquote(secret)
        return shown == (CLIENT, CLIENT_SECRET)


@contextmanager
def provider_of(keys: list[Key]) -> Iterator[Provider]:
    provider = Provider(list(keys))

    class Handler(BaseHTTPRequestHandler):
        wbufsize = -1  # an answer is one packet

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            provider.asked[parts.path] += 1
            if not provider.is_up:
                self._say(500, {})
            elif parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.granted(_flat(parts.query)))
                self.end_headers()
            elif parts.path == "/userinfo":
                is_bearer = self.headers["Authorization"].removeprefix("Bearer ") in provider.told
                self._say(200 if is_bearer else 401, {"sub": provider.person["sub"], **provider.held})
            else:
                keys = {"keys": [{"kty": "LATER", "kid": "pq"}, *(k.as_dict(private=False) for k in provider.keys)]}
                self._say(200, keys if parts.path == "/keys" else provider.described())

        def do_POST(self) -> None:
            provider.asked[self.path] += 1
            form = _flat(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self._say(*provider.exchanged(form, self.headers.get("Authorization", "")))

        def _say(self, status: int, document: object) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *about: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield provider
        server.shutdown()


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query, strict_parsing=True).items()}
