"""The reach of a key, asked of an AWS over the wire, and `unleak inspect` as a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from account_file import ADMIN, ROOT, account, allow, arn, deny, document, role, user
from conftest import Site, next_account
from unleak.aws.accounts import Accounts
from unleak.config import Config
from unleak.iam.reach import reach_of
from unleak.iam.way import Rank, Reach
from unleak.inspect.authorization import (
    ORGANISATION_PERMISSIONS,
    PERMISSIONS,
    UNREADABLE,
    read_details,
    read_organisation,
)
from unleak.inspect.look_at_reach import reach_online
from unleak.model.credential import Credentials, SecretKey
from unleak.model.errors import AccessDenied
from unleak.standin.server import Standin
from unleak.standin.worlds import make_world

UNLEAK = [sys.executable, "-m", "unleak.cli.main", "inspect"]
MACHINE = ("iam:PassRole", "ec2:RunInstances")


def victim(site: Site) -> str:
    return f"arn:aws:iam::{site.stage.account}:user/aws-victim"


def ways_to_administrator(reach: Reach | None) -> list[tuple[str, ...]]:
    assert reach is not None
    return [way.steps[-1].actions for way in reach.ways if way.rank is Rank.ADMINISTRATOR]


def auditor(site: Site, *actions: str) -> Credentials:
    """A user of the site who may just this."""
    iam = site.stage.admin.client(site.stage.account, "iam")
    iam.create_user(UserName="auditor")
    iam.put_user_policy(UserName="auditor", PolicyName="own", PolicyDocument=json.dumps(document(allow(list(actions)))))
    made = iam.create_access_key(UserName="auditor")["AccessKey"]
    return Credentials(made["AccessKeyId"], SecretKey(made["SecretAccessKey"]))


def test_the_whole_way_over_the_wire(site: Site) -> None:
    called: set[str] = set()
    who = auditor(site, *PERMISSIONS, *ORGANISATION_PERMISSIONS)
    reach, problem = reach_online(site.accounts(who, called.add), victim(site), site.stage.account)
    assert problem == ""
    assert ways_to_administrator(reach) == [MACHINE]
    assert reach is not None
    assert {way.gain for way in reach.ways if way.rank is Rank.PRINCIPAL} == {
        "becomes role/ops-admin",
        "becomes role/data-reader",
    }
    assert reach.unread_limits == ()  # this account is in no organisation, and AWS says so
    assert called <= {*PERMISSIONS, *ORGANISATION_PERMISSIONS, "sts:GetCallerIdentity"}


def test_every_page_is_read(site: Site) -> None:
    """The policies fill more than one of a thousand."""
    details = read_details(site.stage.admin, site.stage.account)
    assert len(details.managed) > 1000
    assert f"arn:aws:iam::{site.stage.account}:policy/aws-victim" in details.managed


def _forbidden_to_responder(site: Site) -> None:
    """As where the responder has an older policy."""
    deny = {"Effect": "Deny", "Action": "iam:GetAccountAuthorizationDetails", "Resource": "*"}
    site.stage.admin.client(site.stage.account, "iam").put_user_policy(
        UserName="unleak-responder",
        PolicyName="older",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [deny]}),
    )


def test_who_may_not_look_is_told_what_it_lacks(site: Site) -> None:
    with pytest.raises(AccessDenied):
        read_details(site.accounts(auditor(site, "iam:ListUsers")), site.stage.account)
    _forbidden_to_responder(site)
    reach, problem = reach_online(site.accounts(), victim(site), site.stage.account)
    assert reach is None
    assert "grant iam:GetAccountAuthorizationDetails" in problem


@pytest.fixture
def organised(standin: Standin, tmp_path: Path) -> Callable[[dict[str, Any]], tuple[Accounts, Accounts, str]]:
    """Accounts of the management and of a member, in a unit with this SCP; and the member's number."""

    def make(scp: dict[str, Any]) -> tuple[Accounts, Accounts, str]:
        management, member = next_account(), next_account()
        world = {
            "accounts": {management: {}, member: {}},
            "organization": {"management": management, "units": {"apps": {"members": [member], "scps": {"apps": scp}}}},
        }
        config = Config(home=tmp_path, regions=("us-east-1",))
        made = make_world(standin.gate, standin.url, world).roots
        above, below = (
            Accounts(config, endpoint=standin.url, identity=Credentials(r.key_id, SecretKey(r.secret)))
            for r in (made[management], made[member])
        )
        return above, below, member

    return make


def test_service_control_policies_of_every_level(
    organised: Callable[[dict[str, Any]], tuple[Accounts, Accounts, str]],
) -> None:
    above, below, member = organised(document(allow("*"), deny("ec2:RunInstances")))
    organisation = read_organisation(above, member)
    assert organisation.unread == ""
    assert [sorted(p.name for p in level) for level in organisation.levels] == [
        ["FullAWSAccess"],
        ["FullAWSAccess", "apps"],
        ["FullAWSAccess"],
    ]
    iam = below.client(member, "iam")
    iam.create_user(UserName="ci")
    may = document(allow(["ec2:RunInstances", "s3:GetObject"]))
    iam.put_user_policy(UserName="ci", PolicyName="own", PolicyDocument=json.dumps(may))
    details, ci = read_details(below, member), f"arn:aws:iam::{member}:user/ci"
    assert {way.gain for way in reach_of(details, ci, organisation.levels).ways} == {"reads stored objects"}
    assert "starts machines at your cost" in {way.gain for way in reach_of(details, ci).ways}


def test_a_member_cannot_read_them_and_the_management_is_not_bound(
    organised: Callable[[dict[str, Any]], tuple[Accounts, Accounts, str]],
) -> None:
    above, below, member = organised(document(deny("*")))
    assert read_organisation(below, member).unread.startswith(UNREADABLE)
    own = read_organisation(above, above.caller.account)
    assert (own.levels, own.unread) == ((), "")


def inspect(
    *arguments: str, site: Site | None = None, who: Credentials | None = None
) -> "subprocess.CompletedProcess[str]":
    environment = dict(os.environ)
    if site is not None:
        asks = who or site.stage.responder
        environment |= {
            "AWS_ENDPOINT_URL": site.standin.url,
            "AWS_ACCESS_KEY_ID": asks.key_id,
            "AWS_SECRET_ACCESS_KEY": asks.secret.reveal(),
        }
    return subprocess.run(
        [*UNLEAK, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_inspect_tells_the_reach_after_the_rest(site: Site) -> None:
    iam = site.stage.admin.client(site.stage.account, "iam")
    iam.attach_user_policy(UserName="unleak-responder", PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    done = inspect(site.stage.victim.key_id, site=site)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines.index("  reach      administrator in 1 step") > lines.index(f"  owner      {victim(site)}")
    step = f"user/aws-victim: {' + '.join(MACHINE)} -> role/ops-admin (starts a machine that holds it)"
    assert step in " ".join(done.stdout.split())
    assert "acme-orders" in done.stdout
    assert max(map(len, lines)) <= 100
    story = json.loads(inspect(site.stage.victim.key_id, "--format", "json", site=site).stdout)
    assert story["owner"]["user_arn"] == story["reach"]["principal"] == victim(site)
    assert story["reach"]["ways"][0]["rank"] == "administrator"


def test_inspect_without_the_permission_tells_the_rest_and_what_is_missing(site: Site) -> None:
    _forbidden_to_responder(site)
    done = inspect(site.stage.victim.key_id, site=site)
    assert done.returncode == 3
    assert "  may do     " in done.stdout
    assert "  reach      " not in done.stdout
    assert "iam:GetAccountAuthorizationDetails" in done.stderr


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    file = tmp_path / "account.json"
    things = (user("ci", allow("sts:AssumeRole", arn("role/ops"))), role("ops", ROOT, attached=(ADMIN,)))
    file.write_text(json.dumps(account(*things)))
    return file


OF_ACCOUNT = "AKIA" + "RTX3GSDSYKHUNPP6"
"""Of account 111122223333."""


@pytest.mark.parametrize("who", [["--user", "ci"], ["--user", arn("user/ci")], [OF_ACCOUNT, "--user", "ci"]])
def test_a_saved_file_needs_no_aws(saved: Path, who: list[str]) -> None:
    done = inspect(*who, "--details", str(saved))
    assert done.returncode == 0, done.stderr
    assert "  reach      administrator in 1 step" in done.stdout
    assert "user/ci: sts:AssumeRole -> role/ops (trusts the whole account)" in done.stdout
    assert "role/ops has AdministratorAccess" in done.stdout
    assert UNREADABLE in done.stdout


def test_a_file_with_a_hole_is_not_the_whole_answer(saved: Path) -> None:
    raw = json.loads(saved.read_text())
    saved.write_text(json.dumps({**raw, "Policies": []}))
    done = inspect("--role", "ops", "--details", str(saved), "--format", "json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["reach"]["unread"] == [f"policy {ADMIN} of role/ops"]
    assert ADMIN in done.stderr


MISUSED = [
    ([], "which key?"),
    (["--user", "ci"], "--details FILE"),
    (["--details", "{saved}"], "--user NAME or --role NAME"),
    (["--details", "{saved}", "--user", "ci", "--role", "ops"], "--user NAME or --role NAME"),
    (["--details", "{saved}", "--user", "nobody"], "there is no user nobody"),
    (["--details", "{saved}", "--role", "ci"], "there is no role ci"),
    (["--details", "/no/such/file", "--user", "ci"], "cannot be read"),
    (["--details", sys.executable, "--user", "ci"], "is no such file"),
    (["AKIA" + "QZHO3CC62YYHHCD6", "--details", "{saved}", "--user", "ci"], "of account 111122223333"),
]


@pytest.mark.parametrize(("arguments", "words"), MISUSED, ids=[" ".join(m[0])[:40] for m in MISUSED])
def test_misuse_gets_a_sentence(saved: Path, arguments: list[str], words: str) -> None:
    done = inspect(*(a.replace("{saved}", str(saved)) for a in arguments))
    assert done.returncode == 2, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
