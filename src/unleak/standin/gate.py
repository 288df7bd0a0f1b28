"""The gate in front of moto: who signs, may they, what is answered, and what the trail keeps of it."""

import io
import json
import logging
import re
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from unleak.iam.evaluate import Decision
from unleak.standin import engine, sts
from unleak.standin.actions import OWN_USER, copy_source
from unleak.standin.authorize import Caller, Denial, authorize
from unleak.standin.clock import DialClock
from unleak.standin.errors import Answer, Refusal, error_answer, refuse
from unleak.standin.lag import History, LagDial
from unleak.standin.principals import AccountView, KeyView, Kind, Principal, UserView
from unleak.standin.request import ApiCall, raw_path, read_call
from unleak.standin.sessions import RootKey, Sessions, new_key_id, new_secret
from unleak.standin.signature import Signed, is_skewed, is_untouched, is_valid, read_authorization
from unleak.standin.snapshot import managed_policy, snapshot
from unleak.standin.trail import InvalidLookup, Trail

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
_log = logging.getLogger(__name__)
_CLIENT_ERROR = 400
_NOT_IMPLEMENTED = 501
_REQUEST_ID = re.compile(rb"<([Rr]equestI[dD])>[^<]*</\1>")
_HTML = (b"<!doctype html", b"<html")
_INVALID = "The security token included in the request is invalid."
_NO_USER = "Must specify userName when calling with non-User credentials"
_EC2_VERSION = "2016-11-15"


class Refused(Exception):
    def __init__(self, kind: Refusal, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Gate:
    """A WSGI application. `moto` is the application behind it."""

    def __init__(self, moto: Callable[[Environ, StartResponse], Iterable[bytes]]) -> None:
        self.clock = DialClock()
        self.lag = LagDial()
        self.trail = Trail()
        self.sessions = Sessions()
        self._moto = moto
        self._roots: dict[str, RootKey] = {}
        self._histories: dict[str, History] = {}
        self._lock = threading.RLock()

    def add_account(self, account: str, key_id: str = "", secret: str = "") -> RootKey:
        """Makes an empty account with a root key, the way into it. Stand-ins of one process share what moto holds: an
        account is the one's that made it last.
        """
        root = RootKey(account, key_id or new_key_id(account, "AKIA"), secret or new_secret())
        with self._lock:
            engine.forget_account(account)
            self._roots[root.key_id] = root
            self._histories[account] = History(snapshot(account))
        return root

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        body = _read_body(environ)
        request_id = str(uuid.uuid4())
        try:
            answer, headers = self._answer(environ, body, request_id)
        except Exception as error:  # noqa: BLE001  whatever fails, AWS answers in its own shape
            _log.exception("the stand-in failed at a request")
            service, protocol = _guess(environ, body)
            answer = error_answer("InternalFailure", 500, service, protocol, repr(error), request_id)
            headers = []
        lines = [(k, v) for k, v in headers if k.lower() not in _OURS] + [
            ("Content-Type", answer.content_type),
            ("Content-Length", str(len(answer.body))),
            ("x-amzn-RequestId", request_id),
            ("x-amz-request-id", request_id),
        ]
        start_response(f"{answer.status} {'OK' if answer.status < _CLIENT_ERROR else 'Error'}", lines)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]

    def _answer(self, environ: Environ, body: bytes, request_id: str) -> tuple[Answer, list[tuple[str, str]]]:
        signed = read_authorization(environ.get("HTTP_AUTHORIZATION", ""))
        if signed is None:
            service, protocol = _guess(environ, body)
            return refuse(Refusal.MISSING, service, protocol, "Missing Authentication Token", request_id), []
        call = read_call(signed.service, signed.region, environ, body)
        try:
            caller = self._authenticate(signed, environ, body)
        except Refused as refused:
            return refuse(refused.kind, call.service, call.protocol, str(refused), request_id), []
        if not call.operation:
            code = "InvalidAction" if call.protocol == "query" else "UnknownOperationException"
            return self._fail(call, code, "There is no such operation", request_id), []
        answer, headers = self._decide_and_do(call, caller, environ, request_id)
        self.trail.record(call, caller, answer, request_id)
        return answer, headers

    def _authenticate(self, signed: Signed, environ: Environ, body: bytes) -> Caller:
        """Raises Refused, in AWS's order: the key, its token, its age, the signature."""
        now = self.clock.now()
        principal, view = self._principal(signed.key_id)
        token = environ.get("HTTP_X_AMZ_SECURITY_TOKEN", "")
        if principal is None:
            raise Refused(Refusal.UNKNOWN_KEY, _INVALID)
        if token != principal.token:
            raise Refused(Refusal.BAD_TOKEN if token else Refusal.NO_TOKEN, _INVALID)
        if principal.expires_at is not None and principal.expires_at <= now:
            raise Refused(Refusal.EXPIRED, "The security token included in the request is expired")
        if not is_valid(signed, principal.secret, environ, body):
            raise Refused(
                Refusal.BAD_SIGNATURE,
                "The request signature we calculated does not match the signature "
                "you provided. Check your AWS Secret Access Key and signing method.",
            )
        if not is_untouched(environ, body):
            raise Refused(Refusal.BAD_BODY, "The body is not the one whose hash was signed.")
        if is_skewed(environ):
            raise Refused(Refusal.SKEWED, "The difference between the request time and the current time is too large.")
        address = str(environ.get("HTTP_X_FORWARDED_FOR") or environ.get("REMOTE_ADDR", "")).split(",")[0].strip()
        return Caller(principal, view, address, environ.get("HTTP_USER_AGENT", ""), signed.region, now)

    def _principal(self, key_id: str) -> tuple[Principal | None, AccountView]:
        """The signer as the view that has reached it has them. An inactive or deleted key is nobody."""
        if (root := self._roots.get(key_id)) is not None:
            return _root_principal(root), self._newest(root.account)
        if (session := self.sessions.find(key_id)) is not None:
            return session, self.view(session.account, key_id)
        for account in list(self._histories):
            view = self.view(account, key_id)
            key = view.keys.get(key_id)
            user = view.users.get(key.user) if key else None
            if key is not None and user is not None and key.active:
                return _user_principal(account, user, key), view
        return None, AccountView()

    def view(self, account: str, caller: str) -> AccountView:
        """An account's IAM as this caller's requests are decided by it now."""
        history = self._histories.get(account)
        return history.seen_by(caller, self.clock.now()) if history else AccountView()

    def _newest(self, account: str) -> AccountView:
        history = self._histories.get(account)
        return history.newest() if history else AccountView()

    def _decide_and_do(
        self, call: ApiCall, caller: Caller, environ: Environ, request_id: str
    ) -> tuple[Answer, list[tuple[str, str]]]:
        p = caller.principal
        if p.kind is Kind.USER and not p.is_session:
            engine.note_use(p.account, p.name, p.key_id, caller.now, call.service, call.region)
        if call.service == "sts":
            return self._sts(call, caller, request_id), []
        if denial := authorize(call, caller):
            text = _denial_text(p, denial)
            return refuse(Refusal.DENIED, call.service, call.protocol, text, request_id), []
        if call.service == "s3" and _is_foreign(call, p.account):
            text = f"User: {p.arn} is not authorized to reach a bucket of another account"
            return refuse(Refusal.DENIED, "s3", call.protocol, text, request_id), []
        if call.service == "cloudtrail" and call.operation == "LookupEvents":
            return self._lookup(call, caller, request_id), []
        return self._behind(call, caller, environ, request_id)

    def _sts(self, call: ApiCall, caller: Caller, request_id: str) -> Answer:
        key_id = caller.principal.key_id
        request = sts.StsRequest(call, caller, self.sessions, lambda a: self.view(a, key_id), managed_policy)
        denial = None if call.operation == "AssumeRole" else authorize(call, caller)
        if denial:
            text = _denial_text(caller.principal, denial)
            return refuse(Refusal.DENIED, "sts", "query", text, request_id)
        try:
            result = sts.answer(request)
        except sts.StsError as error:
            return error_answer(error.code, error.status, "sts", "query", str(error), request_id)
        return Answer(200, sts.to_xml(call.operation, result, request_id), "text/xml")

    def _lookup(self, call: ApiCall, caller: Caller, request_id: str) -> Answer:
        try:
            page = self.trail.lookup(caller.principal.account, call.region, call.parameters, caller.now)
        except InvalidLookup as error:
            return error_answer(error.code, 400, call.service, call.protocol, str(error), request_id)
        return Answer(200, json.dumps(page).encode(), "application/x-amz-json-1.1")

    def _behind(
        self, call: ApiCall, caller: Caller, environ: Environ, request_id: str
    ) -> tuple[Answer, list[tuple[str, str]]]:
        """Lets moto do it, in the caller's account, and notes what IAM looks like afterwards."""
        if call.service not in engine.SERVICES:
            return self._fail(call, "UnknownOperationException", "The stand-in has no such service", request_id), []
        if not engine.imitates(call, raw_path(environ)):
            return self._not_imitated(call, request_id), []
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = caller.principal.account
        if call.service != "iam":
            return self._run(call, environ, request_id)
        if call.operation in OWN_USER and "UserName" not in call.parameters:
            if caller.principal.kind is not Kind.USER:
                return self._fail(call, "ValidationError", _NO_USER, request_id), []
            _add_field(environ, "UserName", caller.principal.name)
        with self._lock:
            result = self._run(call, environ, request_id)
            if result[0].status < _CLIENT_ERROR and not call.operation.startswith(("Get", "List")):
                account = caller.principal.account
                self._histories[account].changed(self.clock.now(), snapshot(account), self.lag)
        return result

    def _run(self, call: ApiCall, environ: Environ, request_id: str) -> tuple[Answer, list[tuple[str, str]]]:
        held: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
            held["status"], held["headers"] = int(status.split(maxsplit=1)[0]), headers

        try:
            body = b"".join(self._moto(environ, start))
        except NotImplementedError:
            return self._not_imitated(call, request_id), []
        kind = next((v for k, v in held["headers"] if k.lower() == "content-type"), "text/xml")
        if call.protocol == "query" or held["status"] >= _CLIENT_ERROR:
            body = _with_request_id(body, request_id)
        answer = Answer(held["status"], body, kind)
        if held["status"] == _NOT_IMPLEMENTED or body.lstrip()[:15].lower().startswith(_HTML):
            return self._not_imitated(call, request_id), []
        if held["status"] >= _CLIENT_ERROR:
            code, message = _error_of(body)
            answer = replace(answer, error=code, message=message)
        return answer, held["headers"]

    def _not_imitated(self, call: ApiCall, request_id: str) -> Answer:
        return self._fail(call, "NotImplemented", "The stand-in does not imitate this operation", request_id)

    def _fail(self, call: ApiCall, code: str, message: str, request_id: str) -> Answer:
        text = f"{message}: {call.service} {call.operation}".rstrip()
        return error_answer(
            code, 501 if code == "NotImplemented" else 400, call.service, call.protocol, text, request_id
        )


_OURS = {"content-type", "content-length", "x-amzn-requestid", "x-amz-request-id", "connection", "date"}


def _read_body(environ: Environ) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length) if length else b""
    environ["wsgi.input"] = io.BytesIO(body)
    return bytes(body)


def _guess(environ: Mapping[str, Any], body: bytes) -> tuple[str, str]:
    """Service, where the shape of an answer depends on it, and protocol of a request that no signature tells about."""
    if "HTTP_X_AMZ_TARGET" in environ:
        return "", "json"
    if "x-www-form-urlencoded" not in environ.get("CONTENT_TYPE", ""):
        return "s3", "rest-xml"
    fields = dict(parse_qsl(body.decode("utf-8", "replace")))
    return "ec2" if fields.get("Version") == _EC2_VERSION else "", "query"


def _root_principal(root: RootKey) -> Principal:
    arn, account = f"arn:aws:iam::{root.account}:root", root.account
    return Principal(Kind.ROOT, account, arn, account, root.key_id, root.secret, source_arn=arn, source_id=account)


def _user_principal(account: str, user: UserView, key: KeyView) -> Principal:
    arn, unique = user.arn, user.unique_id
    return Principal(
        Kind.USER, account, arn, unique, key.key_id, key.secret, user.name, source_arn=arn, source_id=unique
    )


def _is_foreign(call: ApiCall, account: str) -> bool:
    """Whether the call reaches into a bucket of another account. Bucket policies, which could allow it, are not
    imitated. Making a bucket of a name that is taken fails in its own way.
    """
    named = [] if call.operation == "CreateBucket" else [str(call.parameters.get("Bucket", ""))]
    if "CopySource" in call.parameters:
        named.append(copy_source(call.parameters["CopySource"])[0])
    return any(engine.owner_of(bucket) not in {None, account} for bucket in named)


def _add_field(environ: Environ, name: str, value: str) -> None:
    """One more parameter for a call of the query protocol, on its way to moto."""
    added = urlencode({name: value})
    if "x-www-form-urlencoded" not in environ.get("CONTENT_TYPE", ""):
        environ["QUERY_STRING"] += f"&{added}"
        return
    body = environ["wsgi.input"].read() + f"&{added}".encode()
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))


def _denial_text(p: Principal, denial: Denial) -> str:
    """As AWS words it: who, what, on what, and why."""
    explicit = denial.ruling.decision is Decision.EXPLICIT_DENY
    why = (
        "with an explicit deny in an identity-based policy"
        if explicit
        else (f"because no identity-based policy allows the {denial.action} action")
    )
    return f"User: {p.arn} is not authorized to perform: {denial.action} on resource: {denial.resource} {why}"


def _error_of(body: bytes) -> tuple[str, str]:
    """Code and message of an error answer in any protocol."""
    text = body.decode("utf-8", "replace")
    if text.lstrip().startswith("{"):
        found = json.loads(text)
        return str(found.get("__type") or found.get("code") or "Error").rsplit("#", 1)[-1], str(
            found.get("message", "")
        )
    return _between(text, "Code") or "Error", _between(text, "Message")


def _with_request_id(body: bytes, request_id: str) -> bytes:
    """Moto writes constants where every answer must have an id of its own, the one that its event has in the trail."""
    return _REQUEST_ID.sub(rb"<\1>" + request_id.encode() + rb"</\1>", body)


def _between(text: str, tag: str) -> str:
    _, _, rest = text.partition(f"<{tag}>")
    return rest.partition(f"</{tag}>")[0].strip()
