"""The root user's own keys, which IAM lists and changes for the root user alone.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user_manage_add-key.html
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from unleak.model.clock import stamp
from unleak.standin.request import ApiCall
from unleak.standin.sessions import RootKey, RootKeys, new_key_id, new_secret

_MOST = 2


class RootError(Exception):
    """AWS's code and message."""

    def __init__(self, code: str, message: str, status: int = 409) -> None:
        super().__init__(message)
        self.code, self.status = code, status


def answer(call: ApiCall, keys: RootKeys, account: str, now: datetime) -> dict[str, Any] | None:
    """None for what is no operation on the root user himself. Raises RootError."""
    operation = _OPERATIONS.get(call.operation)
    return operation(call, keys, account, now) if operation else None


def _create(call: ApiCall, keys: RootKeys, account: str, now: datetime) -> dict[str, Any]:
    del call
    if len(keys.of(account)) >= _MOST:
        raise RootError("LimitExceeded", f"Cannot exceed quota for AccessKeysPerUser: {_MOST}")
    made = keys.add(RootKey(account, new_key_id(account, "AKIA"), new_secret(), created=now))
    return {"AccessKey": {**_listed(made), "SecretAccessKey": made.secret}}


def _list(call: ApiCall, keys: RootKeys, account: str, now: datetime) -> dict[str, Any]:
    del call, now
    return {"AccessKeyMetadata": [_listed(k) for k in keys.of(account)], "IsTruncated": False}


def _update(call: ApiCall, keys: RootKeys, account: str, now: datetime) -> dict[str, Any]:
    del now
    keys.add(replace(_named(call, keys, account), active=call.parameters.get("Status") == "Active"))
    return {}


def _delete(call: ApiCall, keys: RootKeys, account: str, now: datetime) -> dict[str, Any]:
    del now
    keys.remove(_named(call, keys, account).key_id)
    return {}


def _user(call: ApiCall, keys: RootKeys, account: str, now: datetime) -> dict[str, Any]:
    del call, keys
    arn = f"arn:aws:iam::{account}:root"
    return {"User": {"UserId": account, "Arn": arn, "CreateDate": stamp(now), "PasswordLastUsed": None}}


def _none_of_them(name: str) -> Callable[[ApiCall, RootKeys, str, datetime], dict[str, Any]]:
    return lambda *_: {name: [], "IsTruncated": False}


def _named(call: ApiCall, keys: RootKeys, account: str) -> RootKey:
    wanted = call.parameters.get("AccessKeyId")
    for key in keys.of(account):
        if key.key_id == wanted:
            return key
    raise RootError("NoSuchEntity", f"The Access Key with id {wanted} cannot be found.", 404)


def _listed(key: RootKey) -> dict[str, Any]:
    status = "Active" if key.active else "Inactive"
    created = stamp(key.created) if key.created else None
    return {"AccessKeyId": key.key_id, "Status": status, "CreateDate": created}


_OPERATIONS: dict[str, Callable[[ApiCall, RootKeys, str, datetime], dict[str, Any]]] = {
    "CreateAccessKey": _create,
    "ListAccessKeys": _list,
    "UpdateAccessKey": _update,
    "DeleteAccessKey": _delete,
    "GetUser": _user,
    "ListMFADevices": _none_of_them("MFADevices"),
    "ListSigningCertificates": _none_of_them("Certificates"),
}
