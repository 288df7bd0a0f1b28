"""Folders in which a key has just leaked, for each kind of person who may have done it: docs/leaked.md runs there."""

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from botocore.session import Session

from conftest import next_account
from unleak.model.credential import Credentials, SecretKey, SessionToken
from unleak.standin.server import Standin
from unleak.standin.sessions import new_key_id, new_secret
from unleak.standin.worlds import make_world

KINDS = ("admin", "developer", "nobody", "root", "session")
_AWS = "arn:aws:iam::aws:policy/"
_MAY_SWITCH_ITSELF_OFF = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["iam:UpdateAccessKey", "iam:List*", "iam:Get*"], "Resource": "*"}],
}
_POLICIES: Mapping[str, Mapping[str, Any]] = {
    "admin": {"managed": [f"{_AWS}AdministratorAccess"]},
    "reader": {"managed": [f"{_AWS}ReadOnlyAccess"]},
    "shop": {"managed": [f"{_AWS}AmazonEC2FullAccess"], "policies": {"own": _MAY_SWITCH_ITSELF_OFF}},
}
ENTER = """cd "$LEAKS/{0}/shop" && . ../env"""


def make_leaks(standin: Standin, home: Path) -> None:
    """Each in an account of its own: who has leaked has an administrator's profile, may read, or has nothing."""
    for kind in KINDS:
        account = next_account()
        users = {name: Credentials(new_key_id(account, "AKIA"), SecretKey(new_secret())) for name in _POLICIES}
        make_world(standin.gate, standin.url, {"accounts": {account: {"users": _described(users)}}})
        leaked = users["shop"]
        if kind == "root":
            root = standin.gate.add_root_key(account)  # not the one that has made all this
            leaked = Credentials(root.key_id, SecretKey(root.secret))
        if kind == "session":
            leaked = _session_of(standin.url, leaked)
        profiles = {"admin": users["admin"]}
        if kind == "developer":
            profiles = {"default": users["reader"]}
        if kind == "nobody":
            profiles = {}
        _folder(home / kind, standin.url, leaked, profiles)


def _described(users: Mapping[str, Credentials]) -> dict[str, Any]:
    keys = {name: {"id": pair.key_id, "secret": pair.secret.reveal(), "days_old": 400} for name, pair in users.items()}
    return {name: {**policies, "keys": [keys[name]]} for name, policies in _POLICIES.items()}


def _session_of(url: str, pair: Credentials) -> Credentials:
    sts = Session().create_client("sts", region_name="us-east-1", endpoint_url=url, aws_access_key_id=pair.key_id,
                                  aws_secret_access_key=pair.secret.reveal())  # fmt: skip
    made = sts.get_session_token()["Credentials"]
    return Credentials(made["AccessKeyId"], SecretKey(made["SecretAccessKey"]), SessionToken(made["SessionToken"]))


def _lines(pair: Credentials) -> Iterable[str]:
    yield f"aws_access_key_id = {pair.key_id}"
    yield f"aws_secret_access_key = {pair.secret.reveal()}"
    if pair.token is not None:
        yield f"aws_session_token = {pair.token.reveal()}"


def _folder(folder: Path, url: str, leaked: Credentials, profiles: Mapping[str, Credentials]) -> None:
    shop = folder / "shop"
    shop.mkdir(parents=True)
    (shop / "settings.toml").write_text("\n".join([*_lines(leaked), ""]))
    (shop / "unleak.toml").write_text('regions = ["us-east-1"]\nlookups_a_second = 0\n')
    git = ["git", "-C", str(shop), "-c", "user.name=Me", "-c", "user.email=me@example.com"]
    for command in (["init", "-q", "-b", "main"], ["add", "settings.toml"], ["commit", "-q", "-m", "Settings"]):
        subprocess.run([*git, *command], check=True)
    sections = [line for name, pair in profiles.items() for line in (f"[{name}]", *_lines(pair))]
    (folder / "credentials").write_text("\n".join([*sections, ""]))
    settings = {"KEY": leaked.key_id, "UNLEAK_HOME": folder / "record", "AWS_ENDPOINT_URL": url,
                "AWS_SHARED_CREDENTIALS_FILE": folder / "credentials"}  # fmt: skip
    (folder / "env").write_text("".join(f"export {name}={value}\n" for name, value in settings.items()))
