"""`unleak investigate` over the event history of the embedded AWS: an attacker at work, and what is told of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from test_commands import Shell

from conftest import Site
from unleak.aws.accounts import Accounts
from unleak.aws.client import Client
from unleak.model.credential import Credentials, SecretKey, SessionToken


@pytest.fixture
def shell(site: Site, tmp_path: Path) -> Shell:
    made = Shell(site, tmp_path)
    (tmp_path / "unleak.toml").write_text('regions = ["us-east-1"]\nlookups_a_second = 0\n')
    return made


def _credentials(made: dict[str, Any]) -> Credentials:
    token = made.get("SessionToken")
    return Credentials(made["AccessKeyId"], SecretKey(made["SecretAccessKey"]), SessionToken(token) if token else None)


class Attacker:
    """Holds every credential that came of the leaked one, by the name of what gave it."""

    def __init__(self, site: Site) -> None:
        self.site, self.held = site, {"leaked": site.stage.victim}

    def client(self, name: str, service: str) -> Client:
        accounts: Accounts = self.site.stage.admin
        return accounts.leaked(self.held[name], service)

    def attack(self) -> None:
        account = self.site.stage.account
        self.held["GetSessionToken"] = _credentials(self.client("leaked", "sts").get_session_token()["Credentials"])
        iam = self.client("leaked", "iam")
        iam.create_user(UserName="backup-svc")
        iam.attach_user_policy(UserName="backup-svc", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
        self.held["CreateAccessKey"] = _credentials(iam.create_access_key(UserName="backup-svc")["AccessKey"])
        role = self.site.stage.reader_arn
        session = self.client("CreateAccessKey", "sts").assume_role(RoleArn=role, RoleSessionName="visit")
        self.held["AssumeRole"] = _credentials(session["Credentials"])
        self.client("AssumeRole", "sts").get_caller_identity()
        self.client("GetSessionToken", "s3").list_buckets()
        assert role.split(":")[4] == account


@pytest.fixture
def attacker(site: Site) -> Attacker:
    iam = site.stage.admin.client(site.stage.account, "iam")
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    iam.put_user_policy(UserName="aws-victim", PolicyName="grown", PolicyDocument=document)
    return Attacker(site)


def _asked(shell: Shell, *more: str) -> Any:
    key_id = shell.site.stage.victim.key_id
    return shell.run("investigate", key_id, "--trail", "event-history", *more)


def test_the_event_history_tells_the_whole_chain(shell: Shell, attacker: Attacker) -> None:
    site = shell.site
    leak = f"{site.standin.gate.clock.now():%Y-%m-%dT%H:%M:%SZ}"
    site.standin.gate.clock.advance(60)
    attacker.attack()
    site.standin.gate.clock.advance(3600)
    done = _asked(shell, "--format", "json", "--leaked-at", leak, "--evidence", "calls.parquet")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    parents = {c["key_id"]: (c["parent"], c["how"]) for c in found["credentials"] if c["parent"]}
    held = {name: who.key_id for name, who in attacker.held.items()}
    assert parents == {
        held["GetSessionToken"]: (held["leaked"], "GetSessionToken"),
        held["CreateAccessKey"]: (held["leaked"], "CreateAccessKey"),
        held["AssumeRole"]: (held["CreateAccessKey"], "AssumeRole"),
    }
    users = [r for r in found["resources"] if r["arn"].endswith(":user/backup-svc")]
    assert users
    assert found["leaked_at_is_known"]
    said = done.stdout.encode() + done.stderr.encode() + (shell.home / "calls.parquet").read_bytes()
    kept = b"".join(p.read_bytes() for p in (shell.home / "record").rglob("*") if p.is_file())
    for who in attacker.held.values():
        assert who.secret.reveal().encode() not in said + kept
        assert who.token is None or who.token.reveal().encode() not in said + kept
    again = _asked(shell, "--format", "json", "--leaked-at", leak)
    assert {c["key_id"] for c in json.loads(again.stdout)["credentials"]} == set(held.values())


def test_who_may_not_look_up_events_is_told_so(shell: Shell) -> None:
    iam = shell.site.stage.admin.client(shell.site.stage.account, "iam")
    deny = {"Effect": "Deny", "Action": "cloudtrail:LookupEvents", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    iam.put_user_policy(UserName="unleak-responder", PolicyName="no", PolicyDocument=document)
    done = _asked(shell)
    assert done.returncode == 3
    assert "LookupEvents" in done.stderr
    assert "defect" not in done.stderr
