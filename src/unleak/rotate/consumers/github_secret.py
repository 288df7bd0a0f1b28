"""Two secrets of GitHub Actions, of a repository or of an environment of it; sealed with the repository's public key.

GitHub gives no secret back: that both were written after the key was made is all that can be seen.
https://docs.github.com/en/rest/actions/secrets
"""

import json
import os
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, ClassVar, Self
from urllib.parse import quote, urlsplit

from unleak.model.clock import parse_stamp
from unleak.model.credential import Credentials
from unleak.model.errors import CouldNotLook, Misuse, NotPossible, Unreachable
from unleak.model.plan import Tri
from unleak.rotate.consumers.consumer import NewKey, Place

_NAMES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_CLOCKS_DIFFER = timedelta(minutes=1)
_SECONDS, _TOO_MANY, _FAILED, _MISSING, _REFUSED = 30, 429, 500, 404, 400


@dataclass(frozen=True, slots=True)
class GithubSecret:
    kind: ClassVar[str] = "github"
    form: ClassVar[str] = "github:OWNER/REPOSITORY[:ENVIRONMENT]"
    permissions: ClassVar[tuple[str, ...]] = ()
    readable: ClassVar[bool] = False
    is_local: ClassVar[bool] = False
    text: str
    folder: str

    @classmethod
    def parse(cls, text: str) -> Self:
        repository, _, environment = text.partition(":")
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
            raise Misuse(f"{text!r} names no repository of GitHub", f"write {cls.form}")
        inside = f"environments/{quote(environment, safe='')}/secrets" if environment else "actions/secrets"
        return cls(f"{cls.kind}:{text}", f"/repos/{repository}/{inside}")

    def check(self, place: Place, old: str) -> Tri:
        """Both must be there: a workflow would not look for others."""
        del place, old
        self._public_key()
        for name in _NAMES:
            self._updated_at(name)
        return Tri.COULD_NOT_LOOK

    def hand_over(self, place: Place, pair: Credentials) -> None:
        del place
        public = self._public_key()
        for name, value in zip(_NAMES, (pair.key_id, pair.secret.reveal()), strict=True):
            sealed = {"encrypted_value": _sealed(value, public["key"]), "key_id": public["key_id"]}
            _call("PUT", f"{self.folder}/{name}", self.text, sealed)

    def confirm(self, place: Place, key: NewKey) -> Tri:
        del place
        written = min(self._updated_at(name) for name in _NAMES)
        return Tri.YES if written >= key.made_at - _CLOCKS_DIFFER else Tri.NO

    def held(self, place: Place) -> None:
        del place

    def _public_key(self) -> Any:
        return _call("GET", f"{self.folder}/public-key", self.text)

    def _updated_at(self, name: str) -> datetime:
        return parse_stamp(str(_call("GET", f"{self.folder}/{name}", self.text)["updated_at"]))


def _sealed(value: str, public_key: str) -> str:
    """https://docs.github.com/en/rest/guides/encrypting-secrets-for-the-rest-api"""
    try:
        from nacl.public import PublicKey, SealedBox  # noqa: PLC0415  only who has secrets at GitHub needs it
    except ImportError as error:
        raise CouldNotLook(
            "to seal a secret for GitHub takes one more package", "pip install 'unleak[rotate]'"
        ) from error
    return b64encode(SealedBox(PublicKey(b64decode(public_key))).encrypt(value.encode())).decode()


def _call(method: str, path: str, what: str, body: Any = None) -> Any:
    """The token goes nowhere but to the host that was configured. GitHub's own words are not passed on."""
    token = os.environ.get("GITHUB_TOKEN") or os.environ.get("GH_TOKEN") or ""
    if not token:
        raise CouldNotLook(f"{what}: there is no token for GitHub", "put one that may write secrets into GITHUB_TOKEN")
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json", "User-Agent": "unleak",
               "X-GitHub-Api-Version": "2022-11-28"}  # fmt: skip
    connection, root = _connection()
    try:
        connection.request(method, root + path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        status, text = answer.status, answer.read()
    except (OSError, HTTPException) as error:
        raise Unreachable(f"{what}: no answer from GitHub ({type(error).__name__})", "run again") from error
    finally:
        connection.close()
    return _answer(status, text, what)


def _answer(status: int, text: bytes, what: str) -> Any:
    if status == _TOO_MANY or status >= _FAILED:
        raise Unreachable(f"{what}: GitHub is busy (HTTP {status})", "run again")
    if status == _MISSING:
        raise NotPossible(f"{what}: no such repository, environment or secret, or not for this token", "look there")
    if status >= _REFUSED:
        raise NotPossible(f"{what}: GitHub refused (HTTP {status})", "the token needs to write the secrets of Actions")
    return json.loads(text) if text else None


def _connection() -> tuple[HTTPConnection, str]:
    url = urlsplit(os.environ.get("GITHUB_API_URL") or "https://api.github.com")
    if url.scheme == "https" and url.hostname:
        return HTTPSConnection(url.hostname, url.port, timeout=_SECONDS), url.path.rstrip("/")
    if url.scheme == "http" and url.hostname in _LOOPBACK:
        return HTTPConnection(str(url.hostname), url.port, timeout=_SECONDS), url.path.rstrip("/")
    raise Misuse("GITHUB_API_URL is no https address", "leave it away for github.com")
