"""Who signed a request: root keys, users' keys and sessions, each as AWS finds them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from unleak.standin.authorize import Caller
from unleak.standin.clock import DialClock
from unleak.standin.errors import Refusal
from unleak.standin.principals import NOBODY, AccountView, KeyView, Kind, Principal, UserView
from unleak.standin.sessions import RootKey, RootKeys, Sessions
from unleak.standin.signature import Signed, is_over, is_skewed, is_untouched, is_valid, unsigned_headers

_INVALID = "The security token included in the request is invalid."
_ANOTHER = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method."
)


class Refused(Exception):
    def __init__(self, kind: Refusal, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Authenticator:
    """`view` gives an account's IAM as a caller's requests are decided by it now; `newest` as it is listed."""

    def __init__(
        self,
        clock: DialClock,
        sessions: Sessions,
        roots: RootKeys,
        accounts: Callable[[], Iterable[str]],
        view: Callable[[str, str], AccountView],
        newest: Callable[[str], AccountView],
    ) -> None:
        self._clock, self._sessions, self._roots = clock, sessions, roots
        self._accounts, self._view, self._newest = accounts, view, newest

    def authenticate(self, signed: Signed, environ: Mapping[str, Any], body: bytes) -> Caller:
        """Raises Refused, in AWS's order: the key, its token, its age, the signature, the body, the time."""
        now = self._clock.now()
        principal, view = self._principal(signed.key_id)
        if principal is None:
            raise Refused(Refusal.UNKNOWN_KEY, _INVALID)
        if signed.token != principal.token:
            raise Refused(Refusal.BAD_TOKEN if signed.token else Refusal.NO_TOKEN, _INVALID)
        if principal.expires_at is not None and principal.expires_at <= now:
            raise Refused(Refusal.EXPIRED, "The security token included in the request is expired")
        if not is_valid(signed, principal.secret, environ, body):
            raise Refused(Refusal.BAD_SIGNATURE, _ANOTHER)
        if signed.service == "s3" and (added := unsigned_headers(signed, environ)):
            text = f"There were headers present in the request which were not signed: {', '.join(added)}"
            raise Refused(Refusal.DENIED, text)
        if not is_untouched(environ, body):
            raise Refused(Refusal.BAD_BODY, "The body is not the one whose hash was signed.")
        if is_over(signed, now):
            raise Refused(Refusal.LATE, "Request has expired")
        if is_skewed(signed, now):
            raise Refused(Refusal.SKEWED, _skew(signed, now.strftime("%Y%m%dT%H%M%SZ")))
        return _caller(principal, view, environ, signed.region, now)

    def anonymous(self, environ: Mapping[str, Any], region: str) -> Caller:
        return _caller(NOBODY, AccountView(), environ, region, self._clock.now())

    def _principal(self, key_id: str) -> tuple[Principal | None, AccountView]:
        """The signer as the view that has reached it has them. An inactive or deleted key is nobody."""
        if (root := self._roots.find(key_id)) is not None:
            return _root_principal(root), self._newest(root.account)
        if (session := self._sessions.find(key_id)) is not None:
            return session, self._view(session.account, key_id)
        for account in self._accounts():
            view = self._view(account, key_id)
            key = view.keys.get(key_id)
            user = view.users.get(key.user) if key else None
            if key is not None and user is not None and key.active:
                return _user_principal(account, user, key), view
        return None, AccountView()


def _caller(principal: Principal, view: AccountView, environ: Mapping[str, Any], region: str, now: Any) -> Caller:
    address = str(environ.get("HTTP_X_FORWARDED_FOR") or environ.get("REMOTE_ADDR", "")).split(",")[0].strip()
    secure = environ.get("HTTP_X_FORWARDED_PROTO") == "https"
    return Caller(principal, view, address, environ.get("HTTP_USER_AGENT", ""), region, now, secure)


def _skew(signed: Signed, now: str) -> str:
    if signed.service == "s3":
        return "The difference between the request time and the current time is too large."
    return (
        f"Signature expired: {signed.at} is now earlier than {now} - 15 min."
        if signed.at < now
        else (f"Signature not yet current: {signed.at} is still later than {now} + 15 min.")
    )


def _root_principal(root: RootKey) -> Principal:
    arn, account = f"arn:aws:iam::{root.account}:root", root.account
    return Principal(Kind.ROOT, account, arn, account, root.key_id, root.secret, source_arn=arn, source_id=account)


def _user_principal(account: str, user: UserView, key: KeyView) -> Principal:
    arn, unique = user.arn, user.unique_id
    return Principal(
        Kind.USER, account, arn, unique, key.key_id, key.secret, user.name, source_arn=arn, source_id=unique
    )
