"""An attacker makes things of many kinds in two regions; the review names each, and what was there before as older."""

import gzip
import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from review_world import Reviewed, reviewed

from conftest import next_account
from unleak.aws.accounts import Accounts
from unleak.cli import main as cli
from unleak.engine.local import incident_id_of
from unleak.model.alert import Alert, Ground
from unleak.model.clock import parse_stamp
from unleak.model.credential import Credentials, SecretKey
from unleak.model.entry import Checked, Opened
from unleak.model.evidence import DescentRead
from unleak.model.plan import Mode, Step, Target, TargetKind
from unleak.standin.server import Standin
from unleak.store.record import Record

REGIONS = ("us-east-1", "eu-west-1")
STRANGER = "999988887777"
PLANTED = "Pl4nted" + "S3cret" + "Zq9" * 9
CHECKS = ("iam_users", "iam_roles", "iam_policies", "copies_in_code", "copies_in_machines", "copies_in_stores",
          "ec2_instances", "lambda_functions", "s3_buckets", "disks", "security_groups", "kms")  # fmt: skip
NO_CODE = {"ImageId": "ami-12c6146b", "MinCount": 1, "MaxCount": 1}


@pytest.fixture(scope="module")
def standin() -> Iterator[Standin]:
    """Of its own: what the engine makes is dated by the real clock, and that of the shared one is ahead of it."""
    with Standin() as running:
        yield running


@dataclass(frozen=True, slots=True)
class Scene:
    """`leak` is when the key of a user became known; `made` are names of what each of them made."""

    site: Reviewed
    victim: Credentials
    leak: str
    old: dict[str, str]
    attacks: dict[str, str]
    colleague: dict[str, str]


def _zip() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("main.py", "def main(*_): pass")
    return data.getvalue()


def _trust(whom: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": whom}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _function(client: Any, account: str, name: str, variables: dict[str, str]) -> None:
    role = f"arn:aws:iam::{account}:role/old-role"
    client.create_function(FunctionName=name, Runtime="python3.12", Role=role, Handler="main.main",
                           Code={"ZipFile": _zip()}, Environment={"Variables": variables})  # fmt: skip


def _before(site: Reviewed, victim: Credentials) -> dict[str, str]:
    """Rightful things, some with a copy of the key in them."""
    iam, ec2, s3 = (site.client(s) for s in ("iam", "ec2", "s3"))
    iam.create_role(RoleName="old-role", AssumeRolePolicyDocument=_trust(site.account))
    s3.create_bucket(Bucket=f"old-{site.account}")
    _function(site.client("lambda", "eu-west-1"), site.account, "old-function",
              {"AWS_KEY": victim.key_id, "AWS_SECRET": PLANTED})  # fmt: skip
    data = gzip.compress(f"#!/bin/sh\nexport K={victim.key_id} S={PLANTED}\n".encode())
    made = ec2.run_instances(**NO_CODE, UserData=data)["Instances"][0]
    ssm, secrets = site.client("ssm"), site.client("secretsmanager")
    ssm.put_parameter(Name="/app/key", Value=f"{victim.key_id}:{PLANTED}", Type="SecureString")
    secrets.create_secret(Name="app/key", SecretString=json.dumps({"id": victim.key_id, "secret": PLANTED}))
    secrets.create_secret(Name="app/other", SecretString=PLANTED)
    return {"instance": made["InstanceId"]}


def _attack(client: Callable[..., Any], account: str) -> dict[str, str]:
    iam = client("iam")
    iam.create_user(UserName="backdoor", Path="/system/")
    key = iam.create_access_key(UserName="backdoor")["AccessKey"]["AccessKeyId"]
    iam.create_role(RoleName="entrance", AssumeRolePolicyDocument=_trust(STRANGER))
    iam.update_assume_role_policy(RoleName="old-role", PolicyDocument=_trust("*"))
    here, there = client("ec2"), client("ec2", "eu-west-1")
    machine = there.run_instances(**NO_CODE)["Instances"][0]["InstanceId"]
    group = here.create_security_group(GroupName="open", Description="open")["GroupId"]
    everywhere = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    here.authorize_security_group_ingress(GroupId=group, IpPermissions=everywhere)
    volume = here.create_volume(Size=1, AvailabilityZone="us-east-1a")["VolumeId"]
    disk = here.create_snapshot(VolumeId=volume)["SnapshotId"]
    here.modify_snapshot_attribute(SnapshotId=disk, Attribute="createVolumePermission", OperationType="add",
                                   UserIds=[STRANGER])  # fmt: skip
    lambda_ = client("lambda", "eu-west-1")
    _function(lambda_, account, "miner", {})
    lambda_.create_function_url_config(FunctionName="miner", AuthType="NONE")
    return {"key": key, "machine": machine, "group": group, "disk": disk}


@pytest.fixture(scope="module")
def scene(standin: Standin, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    site = reviewed(standin, tmp_path_factory.mktemp("scene"))
    iam = site.client("iam")
    iam.create_user(UserName="ci")
    iam.attach_user_policy(UserName="ci", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    key = iam.create_access_key(UserName="ci")["AccessKey"]
    victim = Credentials(key["AccessKeyId"], SecretKey(key["SecretAccessKey"]))
    old = _before(site, victim)
    time.sleep(1.1)  # dates of some services are whole seconds
    leak = f"{standin.gate.clock.now():%Y-%m-%dT%H:%M:%SZ}"
    time.sleep(1.1)
    attacker = Accounts(site.config, endpoint=standin.url, identity=victim)
    attacks = _attack(lambda service, region="us-east-1": attacker.client(site.account, service, region), site.account)
    site.client("s3").create_bucket(Bucket=f"colleague-{site.account}")
    return Scene(site, victim, leak, old, attacks, {"bucket": f"colleague-{site.account}"})


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Done]:
    """Runs `unleak review` in this process, as the reader of a scene."""

    def ran(site: Reviewed, *arguments: str, who: Credentials | None = None) -> Done:
        own = who or site.keys
        monkeypatch.chdir(tmp_path)
        (tmp_path / "unleak.toml").write_text(f"regions = {json.dumps(list(REGIONS))}\nlookups_a_second = 0\n")
        monkeypatch.setenv("AWS_ENDPOINT_URL", site.standin.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", own.key_id)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", own.secret.reveal())
        monkeypatch.setattr("sys.argv", ["unleak", "review", *arguments])
        with pytest.raises(SystemExit) as left:
            cli.main()
        out, err = capsys.readouterr()
        return Done(int(str(left.value.code)), out, err)

    return ran


def _only(*names: str) -> list[str]:
    return [part for name in names for part in ("--check", name)]


@pytest.fixture
def told(scene: Scene, run: Callable[..., Done]) -> dict[str, Any]:
    more = ("--since", scene.leak, "--trail", "event-history", "--format", "json", *_only(*CHECKS))
    root = scene.site.standin.gate.roots.of(scene.site.account)[0]
    done = run(scene.site, scene.victim.key_id, *more, who=Credentials(root.key_id, SecretKey(root.secret)))
    found: dict[str, Any] = json.loads(done.out)
    assert done.code == (3 if found["could_not_look"] else 1), done.err
    assert {u["why"] for u in found["could_not_look"]} == {"lambda:ListFunctionUrlConfigs failed: NotImplemented"}
    assert PLANTED not in done.out + done.err
    return found


def test_everything_is_named_with_its_age(scene: Scene, told: dict[str, Any]) -> None:
    ages = {(t["type"], t["name"]): (t["age"], t["deed"]) for t in told["things"]}
    made = scene.attacks
    for kind, name, deed in (
        ("AWS::IAM::User", "backdoor", "created"),
        ("AWS::IAM::AccessKey", made["key"], "created"),
        ("AWS::IAM::Role", "entrance", "created"),
        ("AWS::IAM::Role", "old-role", "shared"),
        ("AWS::EC2::Instance", made["machine"], "created"),
        ("AWS::EC2::SecurityGroup", made["group"], "created"),
        ("AWS::EC2::Snapshot", made["disk"], "created"),
        ("AWS::Lambda::Function", "miner", "created"),
    ):
        assert ages[kind, name] == ("by_incident", deed), (kind, name)
    for kind, name in (
        ("AWS::IAM::User", "ci"),
        ("AWS::IAM::AccessKey", scene.victim.key_id),
        ("AWS::S3::Bucket", f"old-{scene.site.account}"),
        ("AWS::EC2::Instance", scene.old["instance"]),
        ("AWS::Lambda::Function", "old-function"),
        ("AWS::SSM::Parameter", "/app/key"),
        ("AWS::SecretsManager::Secret", "app/key"),
    ):
        assert ages[kind, name] == ("older", None), (kind, name)
    assert ages["AWS::S3::Bucket", scene.colleague["bucket"]] == ("since_leak", None)
    assert all(t["event_id"] and t["by"] == scene.victim.key_id for t in told["things"] if t["age"] == "by_incident")


def test_what_matters_is_said(scene: Scene, told: dict[str, Any]) -> None:
    said = {t["name"]: (t["weight"], " ".join(t["concerns"])) for t in told["things"]}
    assert said["entrance"] == ("medium", f"lets in account {STRANGER}")
    assert said["old-role"][0] == "high"
    assert "SSH" in said[scene.attacks["group"]][1]
    assert said[scene.attacks["disk"]] == ("medium", f"shared with {STRANGER}")
    for name in ("old-function", scene.old["instance"], "/app/key", "app/key"):
        assert said[name][0] == "high", name
        assert "holds the leaked key's id in" in said[name][1]
    assert "app/other" not in said


def test_the_text_names_the_same_and_no_secret(scene: Scene, run: Callable[..., Done]) -> None:
    checks = _only(*(c for c in CHECKS if c != "lambda_functions"))
    done = run(scene.site, scene.victim.key_id, "--since", scene.leak, *checks)
    assert done.code == 1, done.out
    assert PLANTED not in done.out + done.err
    first, *_ = done.out.splitlines()
    assert first.startswith("0 by the incident,")
    for name in ("backdoor", "entrance", scene.attacks["machine"], "old-function", "variable AWS_KEY"):
        assert name in done.out
    assert max(map(len, done.out.splitlines())) <= 110


def test_a_region_that_denies_is_told_and_the_rest_is_seen(
    standin: Standin, tmp_path: Path, run: Callable[..., Done]
) -> None:
    where = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
    deny = [{"Effect": "Deny", "Action": "ec2:DescribeInstances", "Resource": "*", "Condition": where}]
    site = reviewed(standin, tmp_path, deny=deny)
    made = site.client("ec2").run_instances(**NO_CODE)["Instances"][0]["InstanceId"]
    done = run(site, "--format", "json", *_only("ec2_instances"))
    found = json.loads(done.out)
    assert done.code == 3
    assert [t["name"] for t in found["things"]] == [made]
    assert found["could_not_look"] == [{
        "check": "ec2_instances", "account": site.account, "region": "eu-west-1", "thing": None,
        "why": "ec2:DescribeInstances is not permitted",
    }]  # fmt: skip
    text = run(site, *_only("ec2_instances")).out
    assert "is not permitted: ec2:DescribeInstances; ec2_instances in eu-west-1" in text


def test_all_of_it_can_be_named_and_written_to_a_file(scene: Scene, run: Callable[..., Done], tmp_path: Path) -> None:
    asked = ("--since", scene.leak, "--in", "us-east-1", *_only("ec2_launching", "s3_buckets"))
    assert f"old-{scene.site.account}" not in run(scene.site, *asked).out
    done = run(scene.site, *asked, "--all", "--output", str(tmp_path / "review.txt"))
    assert done.out == ""
    assert f"old-{scene.site.account}" in (tmp_path / "review.txt").read_text()


def test_an_empty_account_has_nothing_to_tell(standin: Standin, tmp_path: Path, run: Callable[..., Done]) -> None:
    site = reviewed(standin, tmp_path)
    done = run(site, "--in", "eu-west-1", *_only("ec2_instances", "kms"))
    assert done.code == 0, done.out
    assert done.out.startswith("0 by the incident, 0 since the leak")


def test_a_region_that_is_not_enabled_is_told(standin: Standin, tmp_path: Path, run: Callable[..., Done]) -> None:
    site = reviewed(standin, tmp_path)
    found = json.loads(run(site, "--in", "me-south-1", "--format", "json", *_only("ec2_instances")).out)
    assert found["regions"] == []
    assert found["regions_not_enabled"] == [{"account": site.account, "region": "me-south-1"}]


@pytest.mark.parametrize("wrong", [
    ("--check", "no-such-check"),
    ("--in", "nowhere"),
    ("--account", "12"),
    ("--organization",),
    ("--trail", "event-history"),
    ("NOKEY",),
    ("--since", "yesterday"),
])  # fmt: skip
def test_misuse_is_told(wrong: tuple[str, ...], standin: Standin, tmp_path: Path, run: Callable[..., Done]) -> None:
    site = reviewed(standin, tmp_path)
    assert run(site, *wrong).code == 2


def test_an_account_that_is_not_reached_is_a_gap(standin: Standin, tmp_path: Path, run: Callable[..., Done]) -> None:
    site = reviewed(standin, tmp_path)
    done = run(site, "--account", next_account(), "--format", "json", *_only("ec2_instances"))
    assert done.code == 3
    assert [u["check"] for u in json.loads(done.out)["could_not_look"]] == ["account"]


def test_an_incident_knows_its_leak_and_what_it_brought_about(
    scene: Scene, run: Callable[..., Done], tmp_path: Path
) -> None:
    key_id, record = scene.victim.key_id, Record(f"sqlite:///{tmp_path / 'home' / 'unleak.db'}")
    now, leak = scene.site.standin.gate.clock.now(), parse_stamp(scene.leak)
    arn = f"arn:aws:iam::{scene.site.account}:user/backdoor"
    line = {"arn": arn, "type": "AWS::IAM::User", "deed": "created", "detail": "", "by": key_id, "at": str(now),
            "event_id": "event-7", "state": "stands"}  # fmt: skip
    gone = {**line, "arn": arn + "-2", "state": "removed"}
    exhibit = record.keep(json.dumps(one).encode() for one in (line, gone))
    target = Target(TargetKind.KEY, key_id, scene.site.account)
    opened = Opened(Alert(key_id, Ground.PERSON, "a test", now, "a test", leaked_at=leak), Mode.OBSERVE)
    checked = Checked(Step("descent", target), (DescentRead(key_id, exhibit, 1, 1),))
    record.append(incident_id_of(key_id), 0, [(now, opened), (now, checked)])
    record.close()
    found = json.loads(run(scene.site, key_id, "--format", "json", *_only("iam_users")).out)
    assert found["leaked_at"] == scene.leak
    (told,) = [t for t in found["things"] if t["age"] == "by_incident"]
    assert (told["name"], told["event_id"], told["deed"]) == ("backdoor", "event-7", "created")
    assert found["not_met"] == []
