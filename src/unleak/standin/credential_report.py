"""The credential report, with the root user and where keys were used, which moto's lacks.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

import csv
import io
from datetime import datetime
from typing import Any

_KEYS, _CERTIFICATES = 2, 2
_NONE, _UNSUPPORTED, _UNKNOWN = "N/A", "not_supported", "no_information"
_FIELDS = (
    "user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed",
    "password_next_rotation", "mfa_active",
    *(f"access_key_{n}_{what}" for n in (1, 2) for what in
      ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")),
    *(f"cert_{n}_{what}" for n in (1, 2) for what in ("active", "last_rotated")),
)  # fmt: skip


def report(iam: Any, root_keys: list[tuple[bool, datetime | None]]) -> str:
    """Of moto's backend of an account. `root_keys`: of each, whether it is active and when it was made."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_FIELDS)
    rows.writerow(_root(iam, root_keys))
    rows.writerows(_user(u) for u in iam.users.values())
    return text.getvalue()


def _root(iam: Any, keys: list[tuple[bool, datetime | None]]) -> list[str]:
    made = [[_yes(active), _date(created), _NONE, _NONE, _NONE] for active, created in keys]
    made += [["false", *[_NONE] * 4]] * (_KEYS - len(made))
    since = min((created for _, created in keys if created), default=None)
    whose = ["<root_account>", f"arn:aws:iam::{iam.account_id}:root", _date(since)]
    login = [_UNSUPPORTED, _UNKNOWN, _UNSUPPORTED, _UNSUPPORTED, "false"]
    return [*whose, *login, *(c for key in made[:_KEYS] for c in key), *["false", _NONE] * _CERTIFICATES]


def _user(user: Any) -> list[str]:
    created = _date(user.create_date)
    login = ["true", _date(user.password_last_used, _UNKNOWN), created, _NONE]
    if not user.password:
        login = ["false", _NONE, _NONE, _NONE]
    keys = [_key(k) for k in user.access_keys[:_KEYS]]
    keys += [["false", *[_NONE] * 4]] * (_KEYS - len(keys))
    certificates = [[_yes(c.status == "Active"), _date(c.upload_date)] for c in user.signing_certificates.values()]
    certificates += [["false", _NONE]] * (_CERTIFICATES - len(certificates))
    parts = [*keys, *certificates[:_CERTIFICATES]]
    return [user.name, user.arn, created, *login, _yes(bool(user.mfa_devices)), *(c for part in parts for c in part)]


def _key(key: Any) -> list[str]:
    used = key.last_used
    last = [_date(used.timestamp), used.region, used.service] if used else [_NONE] * 3
    return [_yes(key.status == "Active"), _date(key.create_date), *last]


def _yes(value: bool) -> str:  # noqa: FBT001  of a row
    return "true" if value else "false"


def _date(value: Any, instead: str = _NONE) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%S+00:00") if value else instead
