"""A function's code, to be fetched at the address that GetFunction tells: moto tells one that leads nowhere. And of
published versions, which moto lets change with the function.

https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
"""

import copy
import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

from unleak.standin.errors import Answer
from unleak.standin.request import ApiCall

PLACE = "/_function-code/"
_MOST = 64
_OK = 200


class FunctionCodes:
    """What was offered last, by the unguessable end of its address."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    def located(self, answer: Answer, call: ApiCall, account: str, host: str) -> Answer:
        """GetFunction's answer, with an address at which the code is."""
        told = json.loads(answer.body) if answer.status == _OK else {}
        if told.get("Code", {}).get("RepositoryType") != "S3":
            return answer
        backend = import_module("moto.awslambda.utils").get_backend(account, call.region)
        found = backend.get_function(call.parameters["FunctionName"], call.parameters.get("Qualifier"))
        name = secrets.token_urlsafe(24)
        self._held = {**dict(list(self._held.items())[1 - _MOST :]), name: bytes(found.code_bytes)}
        told["Code"]["Location"] = f"http://{host}{PLACE}{name}"
        return replace(answer, body=json.dumps(told).encode())

    def at(self, path: str) -> bytes | None:
        return self._held.get(path.removeprefix(PLACE)) if path.startswith(PLACE) else None


def keep_what_was_published() -> None:
    """From now on, in every account."""
    function: Any = import_module("moto.awslambda.models").LambdaFunction
    if not hasattr(function, "own_code"):
        function.own_code = True
        function.set_version = _of_its_own(function.set_version)
        function._set_function_code = _by_digest(function._set_function_code)  # noqa: SLF001
        function.get_code = _resolved(function.get_code)


def _of_its_own(set_version: Callable[..., None]) -> Callable[..., None]:
    def own(function: Any, version: int) -> None:
        function.code = copy.copy(function.code)
        set_version(function, version)

    return own


def _by_digest(set_code: Callable[..., None]) -> Callable[..., None]:
    """Of an image that is named by its digest, that is the hash."""

    def put(function: Any, given: dict[str, Any]) -> None:
        set_code(function, given)
        _, at, digest = str(given.get("ImageUri", "")).partition("@sha256:")
        if at:
            function.code_sha_256 = digest

    return put


def _resolved(get_code: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def told(function: Any) -> dict[str, Any]:
        found = get_code(function)
        image = str(found.get("Code", {}).get("ImageUri", ""))
        if image:
            bare = image.partition("@")[0]
            plain = bare.rsplit(":", 1)[0] if ":" in bare.rsplit("/", 1)[-1] else bare
            found["Code"]["ResolvedImageUri"] = f"{plain}@sha256:{function.code_sha_256}"
        return found

    return told
