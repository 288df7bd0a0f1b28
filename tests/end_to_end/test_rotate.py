"""`unleak rotate` as a process of its own: shown, approved, killed in the middle, run again."""

import json
import subprocess
from pathlib import Path

import pytest
from test_commands import Shell

from conftest import Site
from rotate_world import in_a_function, in_a_secret, in_secret, keys_of, new_key
from unit_world import let_rotate


@pytest.fixture
def shell(site: Site, tmp_path: Path) -> Shell:
    let_rotate(site)
    return Shell(site, tmp_path)


def _rotate(shell: Shell, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return shell.run("rotate", shell.site.stage.victim.key_id, *arguments)


def test_without_a_consumer_it_tells_who_uses_the_key_and_keeps_nothing(shell: Shell) -> None:
    shell.site.stage.admin.leaked(shell.site.stage.victim, "s3").list_buckets()
    in_a_function(shell.site)
    told = _rotate(shell)
    assert told.returncode == 1, told.stderr
    assert "s3:ListAllMyBuckets" in told.stdout
    assert "lies in lambda:orders@us-east-1" in told.stdout
    assert "secretsmanager:NAME" in told.stdout
    advised = _rotate(shell, "--advise", "--to", "github:acme/app")
    assert advised.returncode == 0
    assert "A role by OIDC" in advised.stdout
    assert '"s3:ListAllMyBuckets"' in advised.stdout
    assert shell.run("incident", "list").stdout.strip() == "no incidents"


def test_a_plan_makes_no_key_and_keeps_nothing(shell: Shell) -> None:
    shown = _rotate(shell, "--to", in_a_secret(shell.site), "--plan")
    assert shown.returncode == 0, shown.stderr
    assert "make a new access key for user aws-victim and hand it to secretsmanager:prod/app" in shown.stdout
    assert len(keys_of(shell.site)) == 1
    assert shell.run("incident", "list").stdout.strip() == "no incidents"


def test_without_a_yes_nothing_is_made(shell: Shell) -> None:
    asked = shell.run("rotate", shell.site.stage.victim.key_id, "--to", in_a_secret(shell.site), secret="n\n")
    assert asked.returncode == 1
    assert "nothing was changed" in asked.stderr
    assert len(keys_of(shell.site)) == 1


MISUSE = [
    ["--to", "vault:app"],
    ["--to", "secretsmanager:"],
    ["--to", f"command:curl -u {'wJalrXUtnFEMI/K7MDENG/' + 'bPxRfiCYzzQQpLm1Q2'} x"],
]


@pytest.mark.parametrize("arguments", MISUSE, ids=["no kind", "no name", "a secret"])
def test_what_is_no_consumer_is_misuse(shell: Shell, arguments: list[str]) -> None:
    done = _rotate(shell, *arguments)
    assert done.returncode == 2, done.stderr
    assert len(keys_of(shell.site)) == 1


def test_killed_while_it_hands_the_key_over_the_next_run_goes_on_with_the_same_key(
    shell: Shell, tmp_path: Path
) -> None:
    """The command kills the process that gave it the key; what it got is in the secret already."""
    consumer, got, died = in_a_secret(shell.site), tmp_path / "got", tmp_path / "died"
    kills = f"command:cat > {got}; test -e {died} || {{ touch {died}; kill -9 $PPID; }}"
    killed = _rotate(shell, "--to", consumer, "--to", kills, "--yes", "--reason", "a test", "--wait", "0")
    assert killed.returncode == -9
    first = new_key(shell.site)
    assert in_secret(shell.site)["AWS_ACCESS_KEY_ID"] == first
    again = _rotate(shell, "--wait", "0")
    assert again.returncode == 1, again.stderr
    assert f"{first}, made before, was taken up again" in again.stdout
    assert new_key(shell.site) == first
    assert json.loads(got.read_text())["AWS_SECRET_ACCESS_KEY"] == in_secret(shell.site)["AWS_SECRET_ACCESS_KEY"]
    assert (
        in_secret(shell.site)["AWS_SECRET_ACCESS_KEY"]
        not in killed.stdout + killed.stderr + again.stdout + again.stderr
    )


def test_killed_again_and_again_in_the_end_there_is_one_new_key(shell: Shell) -> None:
    """At moments of chance, from the first call to the hand-over."""
    consumer, key_id = in_a_secret(shell.site), shell.site.stage.victim.key_id
    asked = ("rotate", key_id, "--to", consumer, "--yes", "--reason", "a test", "--wait", "0")
    for seconds in (0.8, 1.6, 2.4, 4, 6, 8, 10, 12):
        process = shell.start(*asked)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        held = in_secret(shell.site)["AWS_ACCESS_KEY_ID"]
        assert keys_of(shell.site)[held] == "Active", "whoever reads the secret is let in"
        assert len(keys_of(shell.site)) <= 2
    done = shell.run(*asked)
    assert "handed over" in done.stdout, done.stderr
    assert in_secret(shell.site)["AWS_ACCESS_KEY_ID"] == new_key(shell.site)


def test_programs_are_told_in_json_and_nothing_else(shell: Shell) -> None:
    consumer, old = in_a_secret(shell.site), shell.site.stage.victim.key_id
    nobody = json.loads(_rotate(shell, "--format", "json").stdout)
    assert (nobody["schema"], nobody["state"], nobody["key_id"]) == ("unleak.rotation/1", "nobody named", old)
    advised = json.loads(_rotate(shell, "--advise", "--format", "json").stdout)
    assert advised["advice"][0]["policy"]["Version"] == "2012-10-17"
    planned = json.loads(_rotate(shell, "--to", consumer, "--plan", "--format", "json").stdout)
    assert (planned["state"], planned["consumers"], planned["exit_code"]) == ("planned", [consumer], 0)
    told = _rotate(shell, "--to", consumer, "--yes", "--reason", "a test", "--wait", "0", "--format", "json")
    handed = json.loads(told.stdout)
    assert (handed["state"], handed["exit_code"], told.returncode) == ("handed over", 1, 1)
    assert [m["outcome"] for m in handed["measures"] if m["step"].startswith("rotate_key")] == ["done"]
    assert "handed over: " in told.stderr
