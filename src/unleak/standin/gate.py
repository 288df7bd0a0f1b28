"""The gate in front of moto: who signs, may they, what is answered, and what the trail keeps of it."""

import io
import json
import logging
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from unleak.iam.policy import PolicyError, parse_policy
from unleak.standin import engine, iam_own, root_user, secrets_own, services, sts, tables_own
from unleak.standin.authentication import Authenticator, Refused
from unleak.standin.authorize import Caller, first_denial, never_with_this_session
from unleak.standin.chunks import STREAMING, BadChunk, check_sums, unchunk
from unleak.standin.clock import DialClock
from unleak.standin.console import Console
from unleak.standin.delivery import Delivery
from unleak.standin.denial import denial_text
from unleak.standin.errors import Answer, Refusal, error_answer, refuse
from unleak.standin.event import is_read_only
from unleak.standin.forwarding import Environ, forwarded
from unleak.standin.function_code import FunctionCodes, keep_what_was_published
from unleak.standin.lag import History, LagDial
from unleak.standin.machines import Machines
from unleak.standin.moto_engine import Headers, MotoEngine, StartResponse, broken, fail, not_imitated
from unleak.standin.needs import OWN_USER, needs_of
from unleak.standin.organization import members_of
from unleak.standin.principals import AccountView, Kind
from unleak.standin.quotas import exceeded
from unleak.standin.request import Ambiguous, ApiCall, raw_path, read_call
from unleak.standin.resource_policies import on_resource
from unleak.standin.sessions import RootKey, RootKeys, Sessions, new_key_id, new_secret
from unleak.standin.signature import Malformed, Signed, read_signature
from unleak.standin.snapshot import managed_policy, snapshot
from unleak.standin.trail import InvalidLookup, Trail
from unleak.standin.xml_answer import IAM, STS, to_xml

_log = logging.getLogger(__name__)
_CLIENT_ERROR = 400
_NO_USER = "Must specify userName when calling with non-User credentials"
_INVALID = "The security token included in the request is invalid"
_EC2_VERSION = "2016-11-15"
_OURS = {"content-type", "content-length", "x-amzn-requestid", "x-amz-request-id", "connection", "date"}
_REGION = "us-east-1"


class Gate:
    """A WSGI application. `moto` is the application behind it."""

    def __init__(self, moto: Callable[[Environ, StartResponse], Iterable[bytes]]) -> None:
        self.clock = DialClock()
        self.lag = LagDial()
        self.trail = Trail()
        self.sessions = Sessions()
        self.delivery = Delivery(self.trail)
        self.machines = Machines(self.sessions, self.trail, self.newest)
        self.console = Console(self.sessions, self.trail, self.newest)
        self.holdings = services.Holdings()
        self.codes = FunctionCodes()
        secrets_own.tell_when_versions_were_made()
        keep_what_was_published()
        tables_own.keep_what_is_deleted()
        self._moto = MotoEngine(moto)
        self.roots = RootKeys()
        self._histories: dict[str, History] = {}
        self._lock = threading.RLock()
        self._doors = Authenticator(
            self.clock, self.sessions, self.roots, lambda: list(self._histories), self.view, self.newest
        )

    def add_account(self, account: str, key_id: str = "", secret: str = "") -> RootKey:
        """Makes an empty account with a root key, the way into it; what was there of this number is gone. Stand-ins of
        one process share what moto holds: an account is the one's that made it last.
        """
        with self._lock:
            engine.forget_account(account)
            self.sessions.forget(account)
            self.trail.forget(account)
            self.delivery.sight(account)
            self.holdings.forget(account)
            self.machines.forget(account)
            for old in self.roots.of(account):
                self.roots.remove(old.key_id)
            self._histories[account] = History(snapshot(account))
            return self.add_root_key(account, key_id, secret)

    def adopt(self, account: str) -> None:
        """An account has become a member of an organisation: it has the role by which the management comes in."""
        with self._lock:
            iam_own.furnish_member(account)
            self._histories[account] = History(snapshot(account))

    def add_root_key(self, account: str, key_id: str = "", secret: str = "") -> RootKey:
        """For an account that is there, as one that an organisation made."""
        made = RootKey(account, key_id or new_key_id(account, "AKIA"), secret or new_secret(), created=self.clock.now())
        with self._lock:
            self._histories.setdefault(account, History(snapshot(account)))
            self.roots.add(made)
            iam_own.note_root_keys(account, self.roots.of(account))
        return made

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request_id = str(uuid.uuid4())
        body = b""
        if (code := self.codes.at(str(environ.get("PATH_INFO", "")))) is not None:
            start_response("200 OK", [("Content-Type", "application/zip"), ("Content-Length", str(len(code)))])
            return [code]
        try:
            body = _read_body(environ)
            answer, headers = self._answer(environ, body, request_id)
        except _BadLength as error:
            answer, headers = error_answer("InvalidRequest", 400, *_guess(environ, b""), str(error), request_id), []
        except Exception as error:  # noqa: BLE001  whatever fails, AWS answers in its own shape
            _log.exception("the stand-in failed at a request")
            answer = error_answer("InternalFailure", 500, *_guess(environ, body), repr(error), request_id)
            headers = []
        lines = [(k, v) for k, v in (*headers, *answer.headers) if k.lower() not in _OURS] + [
            ("Content-Type", answer.content_type),
            ("Content-Length", str(len(answer.body))),
            ("x-amzn-RequestId", request_id),
            ("x-amz-request-id", request_id),
        ]
        start_response(f"{answer.status} {'OK' if answer.status < _CLIENT_ERROR else 'Error'}", lines)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]

    def _answer(self, environ: Environ, body: bytes, request_id: str) -> tuple[Answer, Headers]:
        try:
            signed = read_signature(environ)
        except Malformed as error:
            return refuse(Refusal.MALFORMED, *_guess(environ, body), str(error), request_id), []
        service, protocol = _guess(environ, body)
        if signed is None and service != "s3":
            return refuse(Refusal.MISSING, service, protocol, "Missing Authentication Token", request_id), []
        try:
            call = read_call(signed.service if signed else "s3", signed.region if signed else _REGION, environ, body)
        except Ambiguous as error:
            return error_answer("InvalidArgument", 400, service, protocol, str(error), request_id), []
        try:
            caller = self._doors.authenticate(signed, environ, body) if signed else self._doors.anonymous(environ, "")
            body = _plain(environ, body, signed, caller)
        except Refused as refused:
            return refuse(refused.kind, call.service, call.protocol, str(refused), request_id), []
        except BadChunk as error:
            status = 403 if error.code == "SignatureDoesNotMatch" else 400
            return error_answer(error.code, status, call.service, call.protocol, str(error), request_id), []
        if not call.operation:
            code = "InvalidAction" if call.protocol == "query" else "UnknownOperationException"
            return fail(call, code, "There is no such operation", request_id), []
        try:
            answer, headers = self._decide_and_do(call, caller, environ, body, request_id)
        except (TypeError, AttributeError, KeyError, IndexError) as error:
            # Parameters of another shape than the operation has.
            answer, headers = broken(call, error, request_id), []
        is_session_unknown_to_iam = call.service == "iam" and never_with_this_session("iam:", caller.principal)
        if signed is not None and not is_session_unknown_to_iam:
            self.trail.record(call, caller, answer, request_id, str(environ.get("HTTP_HOST", "")))
        return answer, headers

    def view(self, account: str, caller: str) -> AccountView:
        """An account's IAM as this caller's requests are decided by it now."""
        history = self._histories.get(account)
        return history.seen_by(caller, self.clock.now()) if history else AccountView()

    def newest(self, account: str) -> AccountView:
        """An account's IAM as it is listed."""
        history = self._histories.get(account)
        return history.newest() if history else AccountView()

    def _decide_and_do(
        self, call: ApiCall, caller: Caller, environ: Environ, body: bytes, request_id: str
    ) -> tuple[Answer, Headers]:
        p = caller.principal
        if p.kind is Kind.USER and not p.is_session:
            engine.note_use(p.account, p.name, p.key_id, caller.now, call.service, call.region)
        if call.service == "sts":
            return self._sts(call, caller, request_id), []
        if call.service == "iam" and never_with_this_session("iam:", p):
            return refuse(Refusal.UNKNOWN_KEY, "iam", "query", _INVALID, request_id), []
        needs = needs_of(call, p, caller.view)
        if p.kind is Kind.ANONYMOUS and "Bucket" in call.parameters and on_resource(needs[0].resource, "") is None:
            return error_answer("NoSuchBucket", 404, "s3", call.protocol, "No such bucket", request_id), []
        if denial := first_denial(needs, caller):
            text = denial_text(call, caller, denial)
            return refuse(Refusal.DENIED, call.service, call.protocol, text, request_id), []
        if call.service == "cloudtrail" and call.operation == "LookupEvents":
            return self._lookup(call, caller, request_id), []
        held = on_resource(needs[0].resource, p.account) if needs and not call.operation.startswith("Create") else None
        owner = held.account if held else p.account
        return self._behind(call, caller, forwarded(environ, call, owner, body), raw_path(environ), request_id)

    def _sts(self, call: ApiCall, caller: Caller, request_id: str) -> Answer:
        key_id = caller.principal.key_id
        request = sts.StsRequest(
            call, caller, self.sessions, lambda a: self.view(a, key_id), managed_policy, iam_own.root_features,
            engine.mfa_seed,
        )  # fmt: skip
        denial = (
            None
            if call.operation == "AssumeRole"
            else first_denial(needs_of(call, caller.principal, caller.view), caller)
        )
        if denial:
            return refuse(Refusal.DENIED, "sts", "query", denial_text(call, caller, denial), request_id)
        try:
            result = sts.answer(request)
        except sts.StsError as error:
            return error_answer(error.code, error.status, "sts", "query", str(error), request_id)
        return Answer(200, to_xml(call.operation, result, request_id, STS), "text/xml")

    def _lookup(self, call: ApiCall, caller: Caller, request_id: str) -> Answer:
        try:
            page = self.trail.lookup(caller.principal.account, call.region, call.parameters, caller.now)
        except InvalidLookup as error:
            return error_answer(error.code, 400, call.service, call.protocol, str(error), request_id)
        return Answer(200, json.dumps(page).encode(), "application/x-amz-json-1.1")

    def _behind(
        self, call: ApiCall, caller: Caller, environ: Environ, path: str, request_id: str
    ) -> tuple[Answer, Headers]:
        """Lets moto do it, in the account that owns what it is about, and notes what IAM looks like afterwards."""
        own = services.SERVICES.get(call.service)
        if own is not None and call.operation in own.operations:
            return self._own(own, call, caller, request_id), []
        if call.signs_as not in engine.SERVICES:
            return fail(call, "UnknownOperationException", "The stand-in has no such service", request_id), []
        if not engine.imitates(call, path):
            return not_imitated(call, request_id), []
        if call.service == "s3" and call.operation == "PutBucketPolicy" and not _is_policy(environ):
            return error_answer("MalformedPolicy", 400, "s3", call.protocol, "This is no policy", request_id), []
        if call.service == "iam":
            return self._iam(call, caller, environ, request_id)
        if call.service == "s3":
            self.delivery.deliver(caller.now)
        result = self._moto_does(call, caller.principal.account, environ, request_id)
        if (call.service, call.operation) != ("lambda", "GetFunction"):
            return result
        host = str(environ.get("HTTP_HOST", ""))
        return self.codes.located(result[0], call, caller.principal.account, host), result[1]

    def _moto_does(self, call: ApiCall, account: str, environ: Environ, request_id: str) -> tuple[Answer, Headers]:
        result = self._moto.run(call, environ, request_id)
        if result[0].status < _CLIENT_ERROR and not is_read_only(call):
            self._note_changes(call, account)
        return result

    def _own(self, own: services.OwnService, call: ApiCall, caller: Caller, request_id: str) -> Answer:
        holding = self.holdings.of(call.service, own, caller.principal.account, call.region)
        try:
            with self._lock:
                result = own.operations[call.operation](holding, call.parameters, caller.now)
        except services.ServiceError as error:
            return error_answer(error.code, 400, call.service, call.protocol, str(error), request_id)
        return Answer(200, json.dumps(result).encode(), "application/x-amz-json-1.1")

    def lay(self, service: str, account: str, region: str, given: Mapping[str, Any]) -> None:
        """What AWS would find by itself: costs, findings, notices. Raises KeyError for a service that has none."""
        own = services.SERVICES[service]
        own.lay(self.holdings.of(service, own, account, region), given, self.clock.now())

    def _iam(self, call: ApiCall, caller: Caller, environ: Environ, request_id: str) -> tuple[Answer, Headers]:
        account = caller.principal.account
        if call.operation in OWN_USER and "UserName" not in call.parameters:
            if caller.principal.kind is Kind.ROOT:
                return self._root_user(call, caller, request_id), []
            if caller.principal.kind is not Kind.USER:
                return fail(call, "ValidationError", _NO_USER, request_id), []
            fields = {**call.fields, "UserName": caller.principal.name}
            call = replace(call, fields=fields, parameters={**call.parameters, "UserName": caller.principal.name})
            environ = forwarded(environ, call, account, b"")
        with self._lock:
            if broken := exceeded(call, account, caller.now):
                return error_answer(broken.code, broken.status, "iam", "query", broken.message, request_id), []
            return self._moto_does(call, account, environ, request_id)

    def _root_user(self, call: ApiCall, caller: Caller, request_id: str) -> Answer:
        account = caller.principal.account
        with self._lock:
            try:
                result = root_user.answer(call, self.roots, account, caller.now)
            except root_user.RootError as error:
                return error_answer(error.code, error.status, "iam", "query", str(error), request_id)
            if result is None:
                return fail(call, "ValidationError", _NO_USER, request_id)
            iam_own.note_root_keys(account, self.roots.of(account))
        return Answer(200, to_xml(call.operation, result, request_id, IAM), "text/xml")

    def _note_changes(self, call: ApiCall, account: str) -> None:
        """Calls of IAM, and of services that make users and roles by themselves."""
        if call.service == "cloudtrail":
            self.delivery.sight(account)
        if call.service not in {"iam", "cloudformation", "organizations"}:
            return
        with self._lock:
            if call.service == "organizations":
                for member in members_of(account):
                    if member not in self._histories:
                        self.adopt(member)
                return
            if account in self._histories:
                self._histories[account].changed(self.clock.now(), snapshot(account), self.lag)


class _BadLength(ValueError):
    """A Content-Length that is none."""


def _read_body(environ: Environ) -> bytes:
    if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
        body = environ["wsgi.input"].read()
    else:
        given = str(environ.get("CONTENT_LENGTH") or "0")
        if not (given.isascii() and given.isdecimal() and len(given) < len("9999999999")):
            raise _BadLength("Content-Length is not a number of bytes")
        body = environ["wsgi.input"].read(int(given)) if int(given) else b""
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
    return bytes(body)


def _plain(environ: Environ, body: bytes, signed: Signed | None, caller: Caller) -> bytes:
    """The body without its frame of signed chunks. Raises BadChunk."""
    kind = str(environ.get("HTTP_X_AMZ_CONTENT_SHA256", ""))
    headers = {k[5:].replace("_", "-").lower(): str(v) for k, v in environ.items() if k.startswith("HTTP_")}
    if signed is None or not kind.startswith(STREAMING):
        check_sums(body, headers)
        return body
    plain = unchunk(body, kind, signed, caller.principal.secret)
    environ["HTTP_X_AMZ_CONTENT_SHA256"] = "UNSIGNED-PAYLOAD"
    for gone in ("HTTP_CONTENT_ENCODING", "HTTP_X_AMZ_TRAILER", "HTTP_X_AMZ_DECODED_CONTENT_LENGTH"):
        environ.pop(gone, None)
    environ.update({f"HTTP_{k.upper().replace('-', '_')}": v for k, v in plain.trailer.items()})
    return plain.data


def _is_policy(environ: Environ) -> bool:
    document = environ["wsgi.input"].getvalue()
    try:
        parse_policy(document.decode())
    except (PolicyError, ValueError):
        return False
    return True


def _guess(environ: Mapping[str, Any], body: bytes) -> tuple[str, str]:
    """Service, where the shape of an answer depends on it, and protocol of a request that no signature tells about."""
    if "HTTP_X_AMZ_TARGET" in environ:
        return "", "json"
    if "x-www-form-urlencoded" not in environ.get("CONTENT_TYPE", ""):
        return "s3", "rest-xml"
    fields = dict(parse_qsl(body.decode("utf-8", "replace")))
    return "ec2" if fields.get("Version") == _EC2_VERSION else "", "query"
