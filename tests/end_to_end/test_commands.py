"""`unleak respond`, `inspect` and `incident` as processes of their own, on good days and bad ones."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import Site, site_in
from documents import hold
from unleak.drill.push import push_leak
from unleak.model.plan import Tri
from unleak.standin.server import Standin
from unleak.standin.sessions import new_key_id
from unleak.store.readiness import ReadinessStore
from unleak.store.record import Record

UNLEAK = [sys.executable, "-m", "unleak.cli.main"]


class Shell:
    """Runs unleak as the responder of a site would."""

    def __init__(self, site: Site, home: Path) -> None:
        self.site, self.home = site, home
        responder = site.stage.responder
        self.environment = {
            **os.environ,
            "AWS_ENDPOINT_URL": site.standin.url,
            "AWS_ACCESS_KEY_ID": responder.key_id,
            "AWS_SECRET_ACCESS_KEY": responder.secret.reveal(),
            "UNLEAK_CONFIG": str(home / "unleak.toml"),
            "UNLEAK_HOME": str(home / "record"),
        }
        (home / "unleak.toml").write_text('regions = ["us-east-1"]\n')

    def run(self, *arguments: str, secret: str = "") -> "subprocess.CompletedProcess[str]":
        done = subprocess.run([*UNLEAK, *arguments], env=self.environment, input=secret, capture_output=True, text=True,
                              check=False, timeout=120, cwd=self.home)  # fmt: skip
        hold(done.stdout)
        return done

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen([*UNLEAK, *arguments], env=self.environment, cwd=self.home, **quiet)  # type: ignore[call-overload,no-any-return]

    def story(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(
            self.run("incident", "show", self.site.stage.victim.key_id, "--format", "json").stdout
        )
        return found


@pytest.fixture
def shell(site: Site, tmp_path: Path) -> Shell:
    return Shell(site, tmp_path)


def test_the_secret_on_standard_input_proves_the_leak(shell: Shell) -> None:
    victim = shell.site.stage.victim
    done = shell.run("respond", victim.key_id, "--secret-from", "-", "--mode", "disable", "--no-wait",
                     secret=victim.secret.reveal() + "\n")  # fmt: skip
    assert "set access key" in done.stderr
    assert victim.secret.reveal() not in done.stdout + done.stderr
    story = shell.story()
    assert {m["what"].split()[0] for m in story["measures"]} == {"attach", "deny", "set", "Deactivate"}  # type: ignore[attr-defined]


def test_a_repository_to_scan_is_a_source_of_the_secret(shell: Shell, tmp_path: Path) -> None:
    bare = push_leak(tmp_path, shell.site.stage.victim)
    done = shell.run("respond", shell.site.stage.victim.key_id, "--secret-from", str(bare), "--no-wait")
    assert "attached" in done.stderr or "attach AWSCompromisedKeyQuarantine" in done.stderr
    assert "infra/main.tf" in json.dumps(shell.story()["places"])


def test_a_plan_changes_nothing_and_leaves_no_incident(shell: Shell) -> None:
    done = shell.run("respond", shell.site.stage.victim.key_id, "--plan")
    assert "attach AWSCompromisedKeyQuarantineV3 to user aws-victim" in done.stdout
    assert done.returncode == 1
    assert shell.run("incident", "list").stdout.strip() == "no incidents"
    iam = shell.site.stage.admin.client(shell.site.stage.account, "iam")
    assert [k["Status"] for k in iam.pages("list_access_keys", "AccessKeyMetadata", UserName="aws-victim")] == [
        "Active"
    ]


def test_without_a_ground_a_person_is_asked_and_nothing_is_changed(shell: Shell) -> None:
    done = shell.run("respond", shell.site.stage.victim.key_id, "--mode", "disable")
    assert done.returncode == 1
    assert "Waits for a person" in done.stdout
    assert "--reason" in shell.run("respond", "--help").stdout


def test_approve_then_respond(shell: Shell) -> None:
    """Also where this machine's clock is behind AWS's by more than an approval lasts."""
    shell.site.standin.gate.clock.advance(25 * 3600)
    key_id = shell.site.stage.victim.key_id
    shell.run("respond", key_id, "--mode", "observe", "--reason", "a test", "--no-wait")
    step = f"attach_quarantine:arn:aws:iam::{shell.site.stage.account}:user/aws-victim"
    assert shell.run("incident", "approve", key_id, step, "--why", "seen it").returncode == 0
    assert shell.run("incident", "approve", key_id, "no such step", "--why", "x").returncode == 2
    again = shell.run("respond", key_id, "--mode", "observe", "--reason", "a test", "--no-wait")
    assert "about to attach" in shell.run("incident", "show", key_id, "--log").stdout, again.stdout + again.stderr
    undone = shell.run("incident", "undo", key_id, step, "--why", "over")
    assert undone.returncode == 0
    assert "took the quarantine off user aws-victim" in undone.stdout


BAD = [
    (["respond", "AKIA" + "NOSUCHKEYATALL77"], 3, "account"),
    (["respond", "not-a-key"], 2, "begins with AKIA"),
    (["respond", "ASIA" + "RTX3GSDSABCDEFGH"], 1, "name a role for it in unleak.toml"),
    (["respond"], 2, "name one"),
    (["respond", "--user", "somebody"], 2, "--reason"),
    (["inspect", "AIDA" + "RTX3GSDSABCDEFGH"], 2, "not a key"),
    (["inspect", "AKIA" + "QZHO3CC62YYHHCD6"], 3, "unleak.toml"),
    (["incident", "show", "inc-0000000000"], 2, "incident list"),
    (["incident", "undo", "inc-0000000000", "x", "--why", "y"], 2, "incident list"),
    (["respond", "AKIA" + "RTX3GSDSABCDEFGH", "--secret-from", "/no/such/path"], 2, "there is no"),
    (["scan", "--history", "/"], 2, "not a git repository"),
    (["no-such-command"], 2, "No such command"),
    (["respond", "AKIA" + "RTX3GSDSABCDEFGH", "--profile", "nobody"], 3, "profile"),
]


@pytest.mark.parametrize(("arguments", "code", "words"), BAD, ids=[" ".join(b[0])[:40] for b in BAD])
def test_bad_input_gets_a_sentence_and_its_exit_code(shell: Shell, arguments: list[str], code: int, words: str) -> None:
    done = shell.run(*arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_a_key_that_does_not_exist(shell: Shell) -> None:
    """The account's root has keys: where no user has it, it may be one of them."""
    key_id = new_key_id(shell.site.stage.account, "AKIA")
    done = shell.run("inspect", key_id)
    assert "root's, or nobody's any more" in done.stdout
    done = shell.run("respond", key_id, "--reason", "a test", "--mode", "disable")
    assert "it is root's, or was deleted" in done.stdout
    assert done.returncode == 1


def test_who_may_not_contain_is_told_what_an_administrator_must_run(shell: Shell) -> None:
    """In an order that leaves no hole, and nothing that switches a leaked key on or deletes."""
    victim, iam = shell.site.stage.victim, shell.site.stage.admin.client(shell.site.stage.account, "iam")
    iam.create_user(UserName="dev")
    made = iam.create_access_key(UserName="dev")["AccessKey"]
    shell.environment |= {"AWS_ACCESS_KEY_ID": made["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"]}
    done = shell.run("respond", victim.key_id, "--secret-from", "-", "--no-wait", secret=victim.secret.reveal() + "\n")
    told = done.stdout.split("What an administrator")[1]
    assert told.index("attach-user-policy --user-name aws-victim") < told.index("revoke-older-sessions")
    assert told.index("revoke-older-sessions") < told.index(f"--access-key-id {victim.key_id} --status Inactive")
    assert "once more" in told
    assert "switch itself off" in told
    assert "Active\n" not in told.replace("Inactive\n", "")
    assert victim.secret.reveal() not in done.stdout + done.stderr


def test_nobody_but_the_leaked_key_itself_can_still_switch_it_off(shell: Shell) -> None:
    victim, iam = shell.site.stage.victim, shell.site.stage.admin.client(shell.site.stage.account, "iam")
    own = {"Effect": "Allow", "Action": ["iam:UpdateAccessKey", "iam:ListAccessKeys"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [own]})
    iam.put_user_policy(UserName="aws-victim", PolicyName="own", PolicyDocument=document)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del shell.environment[name]
    (shell.home / "leak").mkdir()
    (shell.home / "leak" / ".env").write_text(
        f"AWS_ACCESS_KEY_ID={victim.key_id}\nAWS_SECRET_ACCESS_KEY={victim.secret.reveal()}\n"
    )
    done = shell.run("respond", victim.key_id, "--self", "--secret-from", "leak", "--no-wait")
    keys = iam.list_access_keys(UserName="aws-victim")["AccessKeyMetadata"]
    assert [k["Status"] for k in keys] == ["Inactive"], done.stdout + done.stderr
    told = done.stdout.split("What an administrator")[1]
    assert "switch itself off" not in told, "that is done"


@pytest.fixture
def punctual(tmp_path: Path) -> Iterator[Shell]:
    """A stand-in of its own, whose clock no other test has moved."""
    with Standin() as standin:
        yield Shell(site_in(standin, tmp_path), tmp_path)


def test_setup_check_says_what_is_missing_before_the_night(punctual: Shell) -> None:
    shell = punctual
    done = shell.run("setup", "check", "--format", "json")
    assert done.returncode == 0, done.stdout
    iam = shell.site.stage.admin.client(shell.site.stage.account, "iam")
    deny = {"Effect": "Deny", "Action": "iam:AttachUserPolicy", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    iam.put_user_policy(UserName="unleak-responder", PolicyName="no", PolicyDocument=document)
    done = shell.run("setup", "check")
    assert done.returncode == 1
    assert "missing: iam:AttachUserPolicy" in done.stdout
    kept = ReadinessStore(Record(f"sqlite:///{shell.home / 'record' / 'unleak.db'}")).checks()[shell.site.stage.account]
    assert kept.verdict is Tri.NO
    assert "missing: iam:AttachUserPolicy" in kept.why[0]


def test_all_keys_of_a_user_are_begun(shell: Shell) -> None:
    iam = shell.site.stage.admin.client(shell.site.stage.account, "iam")
    iam.create_access_key(UserName="aws-victim")
    shell.run("respond", "--user", "aws-victim", "--reason", "it left", "--mode", "disable", "--no-wait")
    keys = iam.list_access_keys(UserName="aws-victim")["AccessKeyMetadata"]
    assert [k["Status"] for k in keys] == ["Inactive", "Inactive"]


def test_a_report_of_a_scanner_is_a_claim_until_aws_accepts_a_secret(shell: Shell) -> None:
    victim = shell.site.stage.victim
    row = {
        "RuleID": "aws-access-token",
        "Secret": victim.key_id,
        "Match": victim.key_id,
        "File": "a.env",
        "StartLine": 1,
    }
    (shell.home / "report.json").write_text(json.dumps([row]))
    done = shell.run("respond", "--from", "report.json", "--mode", "disable", "--no-wait")
    assert victim.key_id in done.stdout, done.stderr
    iam = shell.site.stage.admin.client(shell.site.stage.account, "iam")
    keys = iam.list_access_keys(UserName="aws-victim")["AccessKeyMetadata"]
    assert [k["Status"] for k in keys] == ["Active"]


def test_a_mail_of_aws_is_a_claim_too(shell: Shell) -> None:
    victim = shell.site.stage.victim
    text = f"The AWS Access Key {victim.key_id}, belonging to IAM User aws-victim, is online at https://example.com/a."
    (shell.home / "notice.eml").write_text(f"From: no-reply-aws@amazon.com\nSubject: Exposed\n\n{text}\n")
    done = shell.run("respond", "--from", "notice.eml", "--mode", "disable", "--no-wait")
    assert victim.key_id in done.stdout, done.stderr
    assert "AWS's notice mail: user aws-victim" in done.stderr
    iam = shell.site.stage.admin.client(shell.site.stage.account, "iam")
    assert [k["Status"] for k in iam.list_access_keys(UserName="aws-victim")["AccessKeyMetadata"]] == ["Active"]


@pytest.mark.parametrize("wrong", [["--allow", "s3"], ["--allow", "nosuch:GetObject"], ["--from", "notanip"]])
def test_no_glass_is_broken_behind_a_fence_of_nonsense(shell: Shell, wrong: list[str]) -> None:
    done = shell.run("incident", "break-glass", "AKIA" + "RTX3GSDSABCDEFGH", "--why", "x", "--yes", *wrong)
    assert done.returncode == 2
    assert wrong[1] in done.stderr


@pytest.mark.parametrize("missing", [("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), ("AWS_SECRET_ACCESS_KEY",)])
def test_without_aws_credentials(shell: Shell, missing: tuple[str, ...]) -> None:
    for name in missing:
        del shell.environment[name]
    done = shell.run("respond", shell.site.stage.victim.key_id, "--reason", "a test")
    assert done.returncode == 3
    assert "credentials" in done.stderr
    assert "AWS_PROFILE" in done.stderr
    assert shell.run("incident", "list").stdout.strip() == "no incidents"


def test_an_endpoint_that_does_not_answer(shell: Shell) -> None:
    shell.environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
    shell.environment["AWS_MAX_ATTEMPTS"] = "1"
    done = shell.run("inspect", shell.site.stage.victim.key_id)
    assert done.returncode == 3
    assert "no answer from AWS" in done.stderr


@pytest.mark.parametrize("seed", range(4))
def test_kill_9_at_any_moment_and_run_again(make_site: Callable[[], Site], tmp_path: Path, seed: int) -> None:
    """The same end as an undisturbed run: contained in the account, every change intended once, nothing lost."""
    shell = Shell(make_site(), tmp_path)
    key_id = shell.site.stage.victim.key_id
    command = ["respond", key_id, "--reason", "a test", "--mode", "disable", "--no-wait"]
    moments = random.Random(seed)
    for _ in range(4):
        running = shell.start(*command)
        time.sleep(moments.uniform(0.4, 1.6))
        running.send_signal(signal.SIGKILL)
        running.wait()
    done = shell.run(*command)
    assert done.returncode == 1, done.stderr
    measures = shell.story()["measures"]
    assert sorted(m["what"].split()[0] for m in measures) == ["Deactivate", "attach", "deny", "set"]  # type: ignore[attr-defined]
    trail = shell.site.stage.admin.client(shell.site.stage.account, "cloudtrail")
    asked = [{"AttributeKey": "AccessKeyId", "AttributeValue": shell.site.stage.responder.key_id}]
    names = [e["EventName"] for e in trail.pages("lookup_events", "Events", LookupAttributes=asked)]
    assert [names.count(n) for n in ("AttachUserPolicy", "PutUserPolicy", "UpdateAccessKey")] == [1, 1, 1]


def test_the_reports_of_every_format(shell: Shell) -> None:
    key_id = shell.site.stage.victim.key_id
    shell.run("respond", key_id, "--reason", "a test", "--mode", "disable", "--no-wait")
    for form, begin in (("md", "# AKIA"), ("html", "<!doctype html>"), ("json", "{"), ("text", "inc-")):
        assert shell.run("incident", "report", key_id, "--format", form).stdout.startswith(begin)
    assert key_id in shell.run("incident", "list", "--format", "json").stdout
    assert shell.run("incident", "show", key_id, "--log").stdout.splitlines()[0].lstrip().startswith("1 ")
