"""The AWS CLI against the stand-in, as people type it. `make aws-cli` installs the CLI in an environment of its own.

Not collected by `make test`: the CLI pins a botocore of its own.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from unleak.standin.server import Standin

_ACCOUNT = "730000000001"
_LISTS = (
    "iam list-users", "sts get-caller-identity", "s3api list-buckets", "ec2 describe-instances",
    "cloudtrail lookup-events", "kms list-keys", "lambda list-functions", "secretsmanager list-secrets",
    "rds describe-db-instances", "sns list-topics", "sqs list-queues", "ssm describe-parameters", "ecs list-clusters",
    "events list-rules", "ses list-identities", "cloudformation list-stacks", "guardduty list-detectors",
    "dynamodb list-tables", "logs describe-log-groups", "organizations describe-organization",
)  # fmt: skip


class Shell:
    """`aws …` as one signer."""

    def __init__(self, url: str, key_id: str, secret: str, folder: Path) -> None:
        # CLI version 1 overlooks AWS_ENDPOINT_URL for a few services.
        self._url = url
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": key_id,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_MAX_ATTEMPTS": "1",
        }

    def __call__(self, line: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        program = os.environ.get("UNLEAK_AWS_CLI") or shutil.which("aws")
        if not program:
            pytest.skip("the AWS CLI is not installed: make aws-cli")
        command = [program, "--endpoint-url", self._url, "--output", "json", *line.split()]
        return subprocess.run(command, env=self.environment, capture_output=True, input=stdin, check=False)

    def read(self, line: str) -> Any:
        done = self(line)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout) if done.stdout else {}


@pytest.fixture(name="standin", scope="module")
def standin_fixture() -> Iterator[Standin]:
    with Standin() as running:
        yield running


@pytest.fixture(name="root")
def root_fixture(standin: Standin, tmp_path: Path) -> Shell:
    made = standin.gate.add_account(_ACCOUNT)
    return Shell(standin.url, made.key_id, made.secret, tmp_path)


def _user(standin: Standin, root: Shell, tmp_path: Path) -> Shell:
    root.read("iam create-user --user-name alice")
    key = root.read("iam create-access-key --user-name alice")["AccessKey"]
    return Shell(standin.url, key["AccessKeyId"], key["SecretAccessKey"], tmp_path)


@pytest.mark.parametrize("line", _LISTS)
def test_root_may_and_a_new_user_may_not(standin: Standin, root: Shell, tmp_path: Path, line: str) -> None:
    done = root(line)
    assert done.returncode == 0 or b"AWSOrganizationsNotInUseException" in done.stderr, done.stderr.decode()
    if line.startswith("sts"):
        return
    refused = _user(standin, root, tmp_path)(line)
    assert refused.returncode != 0
    assert any(w in refused.stderr for w in (b"AccessDenied", b"UnauthorizedOperation", b"AuthorizationError"))


def test_a_bucket_from_making_it_to_removing_it(root: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 100_000)
    for line in ("s3 mb s3://cli-bucket", f"s3 cp {tmp_path}/file s3://cli-bucket/file", "s3 ls s3://cli-bucket"):
        done = root(line)
        assert done.returncode == 0, done.stderr.decode()
    assert b"file" in root("s3 ls s3://cli-bucket").stdout
    assert root("s3 cp - s3://cli-bucket/piped", b"y" * 50_000).returncode == 0
    assert root("s3 cp s3://cli-bucket/piped -").stdout == b"y" * 50_000
    assert root("s3 rb s3://cli-bucket --force").returncode == 0


def test_a_deactivated_key_is_dead_and_its_session_is_not(standin: Standin, root: Shell, tmp_path: Path) -> None:
    alice = _user(standin, root, tmp_path)
    made = alice.read("sts get-session-token")["Credentials"]
    session = Shell(standin.url, made["AccessKeyId"], made["SecretAccessKey"], tmp_path)
    session.environment["AWS_SESSION_TOKEN"] = made["SessionToken"]
    key = alice.environment["AWS_ACCESS_KEY_ID"]
    root.read(f"iam update-access-key --user-name alice --access-key-id {key} --status Inactive")
    assert b"InvalidClientTokenId" in alice("sts get-caller-identity").stderr
    assert session.read("sts get-caller-identity")["Account"] == _ACCOUNT
    asked = f"AttributeKey=AccessKeyId,AttributeValue={key}"
    events = root.read(f"cloudtrail lookup-events --lookup-attributes {asked}")["Events"]
    assert [e["EventName"] for e in events] == ["GetSessionToken"]
