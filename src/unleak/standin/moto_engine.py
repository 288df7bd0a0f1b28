"""Lets moto answer a call that the gate has let through, and mends what its answers lack."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from xml.parsers.expat import ExpatError

from unleak.standin.errors import Answer, error_answer
from unleak.standin.forwarding import Environ
from unleak.standin.request import ApiCall

StartResponse = Callable[..., Any]
Headers = list[tuple[str, str]]
_CLIENT_ERROR, _NOT_IMPLEMENTED = 400, 501
_REQUEST_ID = re.compile(rb"<([Rr]equestI[dD])>[^<]*</\1>")
_HTML = (b"<!doctype html", b"<html")


class MotoEngine:
    def __init__(self, moto: Callable[[Environ, StartResponse], Iterable[bytes]]) -> None:
        self._moto = moto

    def run(self, call: ApiCall, environ: Environ, request_id: str) -> tuple[Answer, Headers]:
        """An answer in AWS's shape, whatever moto says: what it does not know is refused, and what breaks it is the
        caller's mistake.
        """
        held: dict[str, Any] = {}

        def start(status: str, headers: Headers, _: Any = None) -> None:
            held["status"], held["headers"] = int(status.split(maxsplit=1)[0]), headers

        try:
            body = b"".join(self._moto(environ, start))
        except NotImplementedError:
            return not_imitated(call, request_id), []
        except ExpatError as error:
            return error_answer("MalformedXML", 400, call.service, call.protocol, str(error), request_id), []
        except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            return broken(call, error, request_id), []
        kind = next((v for k, v in held["headers"] if k.lower() == "content-type"), "text/xml")
        if held["status"] == _NOT_IMPLEMENTED or body.lstrip()[:15].lower().startswith(_HTML):
            return not_imitated(call, request_id), []
        if call.protocol == "query" or held["status"] >= _CLIENT_ERROR:
            # Moto writes constants where every answer must have the id that its event has in the trail.
            body = _REQUEST_ID.sub(rb"<\1>" + request_id.encode() + rb"</\1>", body)
        answer = Answer(held["status"], body, kind)
        if held["status"] >= _CLIENT_ERROR:
            code, message = _error_of(body, held["headers"])
            answer = replace(answer, error=code, message=message)
        return answer, held["headers"]


def not_imitated(call: ApiCall, request_id: str) -> Answer:
    """Not with AWS's 501: clients would try again."""
    return fail(call, "NotImplemented", "The stand-in does not imitate this operation", request_id)


def fail(call: ApiCall, code: str, message: str, request_id: str) -> Answer:
    text = f"{message}: {call.service} {call.operation}".rstrip()
    return error_answer(code, _CLIENT_ERROR, call.service, call.protocol, text, request_id)


def broken(call: ApiCall, error: Exception, request_id: str) -> Answer:
    """Whatever a parameter of the wrong shape led to, it is the caller's mistake."""
    code = {"ec2": "InvalidParameterValue", "s3": "InvalidArgument"}.get(call.service, "ValidationError")
    if "json" in call.protocol:
        code = "ValidationException"
    return fail(call, code, f"A parameter is not as it should be ({type(error).__name__})", request_id)


def _error_of(body: bytes, headers: Headers) -> tuple[str, str]:
    """Code and message of an error answer in any protocol."""
    text = body.decode("utf-8", "replace")
    if text.lstrip().startswith("{"):
        try:
            found = json.loads(text)
        except ValueError:
            found = {}
        named = next((v for k, v in headers if k.lower() == "x-amzn-errortype"), "")
        code = str(found.get("__type") or found.get("code") or named or "Error")
        return code.rsplit("#", 1)[-1].split(":", 1)[0], str(found.get("message") or found.get("Message") or "")
    return _between(text, "Code") or "Error", _between(text, "Message")


def _between(text: str, tag: str) -> str:
    _, _, rest = text.partition(f"<{tag}>")
    return rest.partition(f"</{tag}>")[0].strip()
