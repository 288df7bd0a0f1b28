"""Signing in to the console, as far as the trail and the sessions that come of it go."""

from collections.abc import Callable
from datetime import datetime

from unleak.standin.engine import has_password, mfa_seeds
from unleak.standin.event import console_login
from unleak.standin.principals import AccountView, Kind, Principal
from unleak.standin.sessions import Sessions
from unleak.standin.totp import is_code_of
from unleak.standin.trail import Trail

_LIFE = 12 * 3600


class Console:
    """`view`: an account's IAM as it is listed."""

    def __init__(self, sessions: Sessions, trail: Trail, view: Callable[[str], AccountView]) -> None:
        self._sessions, self._trail, self._view = sessions, trail, view

    def sign_in(
        self, account: str, user: str, password: str, now: datetime, code: str = "", address: str = "198.51.100.9"
    ) -> Principal | None:
        """The session that the console then works with; None where it does not let in. Either way, the trail knows."""
        found = self._view(account).users.get(user)
        seeds = mfa_seeds(account, user)
        second = any(is_code_of(seed, code, now) for seed in seeds)
        well = found is not None and has_password(account, user, password) and (second or not seeds)
        arn = found.arn if found else f"arn:aws:iam::{account}:user/{user}"
        unique = found.unique_id if found else ""
        like = Principal(
            kind=Kind.USER,
            account=account,
            arn=arn,
            unique_id=unique,
            key_id="",
            secret="",
            name=user,
            source_arn=arn,
            source_id=unique,
            mfa_at=now if second else None,
            of_console=True,
        )
        self._trail.add(now, console_login(like, now, address, well=well, mfa=second))
        return self._sessions.mint(like, now, _LIFE) if well else None
