"""`unleak purge`, as a user runs it."""

import base64
import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from purge_world import (  # noqa: F401  fixtures
    Key,
    Repo,
    apart_fixture,
    everything,
    forms_of,
    listing,
    repo_fixture,
    unleak,
    who,
)

from unleak.git.repository import Repository
from unleak.model.errors import Misuse
from unleak.purge import rewrite
from unleak.purge.journal import Journal, Stage

KEY = Key(7)


def purge(repo: Repo, *options: str) -> "subprocess.CompletedProcess[str]":
    return unleak("purge", str(repo.path), *options, cwd=repo.path.parent)


def purged(repo: Repo, *options: str) -> dict[str, Any]:
    """What it says of a rewriting, as JSON."""
    done = purge(repo, "--into", "out", "--format", "json", *options)
    assert done.returncode in {1, 3}, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def objects(folder: Path) -> bytes:
    command = ["git", "-C", str(folder), "cat-file", "--batch-all-objects", "--batch"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def test_everything_in_one(repo: Repo) -> None:
    everything(repo, KEY)
    before = listing(repo.path)
    done = purge(repo, "--into", "out")
    out = repo.path.parent / "out"
    assert done.returncode == 1
    assert "YES  the secret is gone" in done.stdout
    assert "YES  all else is as it was" in done.stdout
    for told in (
        "Git LFS: 1 ",
        "submodules:",
        "1 signed commits",
        "notes:",
        "push --force",
        "forks",
        "unleak respond",
        "1 branches",
    ):
        assert told in done.stdout
    assert listing(repo.path) == before
    on_disk = b"".join(p.read_bytes() for p in out.rglob("*") if p.is_file())
    said = (done.stdout + done.stderr).encode()
    for form in forms_of(KEY):
        assert form not in objects(out / "mirror.git")
        assert form not in on_disk
    assert KEY.secret.encode() not in said
    assert forms_of(KEY)[2] not in said
    commits = (out / "commit-map").read_text().splitlines()
    assert len(commits) == int(repo.git("rev-list", "--all", "--count"))
    assert json.loads((out / "purge.json").read_text())["stage"] == "proven"
    git = ["git", "-C", str(out / "mirror.git")]
    refs = subprocess.run([*git, "for-each-ref", "--format=%(refname)"], capture_output=True, text=True, check=True)
    assert "refs/heads/fix-REMOVED-BY-UNLEAK" in refs.stdout.split()
    assert "refs/notes/commits" in refs.stdout.split()
    assert not subprocess.run([*git, "fsck", "--no-dangling"], capture_output=True, check=True).stdout
    assert unleak("scan", "--history", str(out / "mirror.git"), cwd=out).returncode == 0


def test_json(repo: Repo) -> None:
    everything(repo, KEY)
    told = purged(repo)
    assert told["schema"] == "unleak.purge/1"
    assert [f["key_id"] for f in told["taken"]] == [KEY.id]
    assert told["rewritten"]["verdict"] == "yes"
    assert [p["verdict"] for p in told["rewritten"]["proofs"]] == ["yes", "yes"]
    assert told["rewritten"]["proofs"][1]["lost_headers"] == {"gpgsig": 1}
    assert {e["path"] for e in told["patch"]} == {"config/env.old", "memory.bin", "secret.yaml", "windows.ini"}
    assert KEY.secret not in json.dumps(told)


def test_the_plan_changes_nothing(repo: Repo) -> None:
    everything(repo, KEY)
    before = listing(repo.path.parent)
    for done in (purge(repo, "--plan"), purge(repo)):
        assert done.returncode == 1
        assert "+aws_secret_access_key = REMOVED-BY-UNLEAK" in done.stdout
        assert KEY.secret not in done.stdout
        assert listing(repo.path.parent) == before


def test_nothing_to_take_out(repo: Repo) -> None:
    repo.write("a", "b\n")
    repo.commit("clean")
    assert purge(repo, "--into", "out").returncode == 0
    assert not (repo.path.parent / "out").exists()


def test_one_key_and_what_stands_beside_it(repo: Repo) -> None:
    other, elsewhere = Key(8), Key(9)
    repo.write("a.env", KEY.text())
    repo.write("b.env", other.text())
    repo.commit("two")
    repo.write("c.env", elsewhere.text())
    repo.commit("three")
    told = purged(repo, "--key", KEY.id)
    assert [f["key_id"] for f in told["compromised_too"]] == [other.id]
    assert told["rewritten"]["verdict"] == "yes"
    left = objects(repo.path.parent / "out" / "mirror.git")
    assert KEY.secret.encode() not in left
    assert other.secret.encode() in left
    assert elsewhere.secret.encode() in left


def test_another_secret_beside_it_is_not_shown(repo: Repo) -> None:
    other = Key(8)
    repo.write("a.env", f"[a]\n{KEY.text()}[b]\n{other.text()}")
    repo.commit("two")
    for options in ((), ("--format", "json")):
        done = purge(repo, "--key", KEY.id, *options)
        assert done.returncode == 1
        assert "REMOVED-BY-UNLEAK" in done.stdout
        assert other.secret not in done.stdout


def test_what_is_ignored_stays(repo: Repo) -> None:
    other = Key(8)
    repo.write("a.env", KEY.text())
    repo.write("b.env", other.text())
    repo.write(".unleakignore", f"{other.id}\n")
    repo.commit("two")
    told = purged(repo)
    assert [f["key_id"] for f in told["taken"]] == [KEY.id]
    assert told["rewritten"]["verdict"] == "yes"


@pytest.mark.parametrize("above", [9, 20, 31])
def test_broken_over_lines(repo: Repo, above: int) -> None:
    repo.write("wrapped.txt", base64.encodebytes(KEY.text(above).encode()).decode())
    repo.commit("wrapped")
    assert purged(repo)["rewritten"]["verdict"] == "yes"
    left = (repo.path.parent / "out" / "mirror.git", "HEAD:wrapped.txt")
    text = subprocess.run(["git", "-C", str(left[0]), "show", left[1]], capture_output=True, check=True).stdout
    assert [len(line) for line in text.splitlines()[:-1]] == [76] * (len(text) // 77)
    assert KEY.secret.encode()[3:-3] not in base64.b64decode(text)


def test_encoded_twice(repo: Repo) -> None:
    """A registry's login in a Secret of Kubernetes: all of it but the secret reads as before."""
    login = base64.b64encode(f"{KEY.id}:{KEY.secret}".encode()).decode()
    config = json.dumps({"auths": {"registry.example": {"username": "AWS", "auth": login}}})
    held = base64.b64encode(config.encode()).decode()
    repo.write("pull.yaml", f"data:\n  .dockerconfigjson: {held}\ntype: kubernetes.io/dockerconfigjson\n")
    repo.write("a.env", KEY.text())
    repo.commit("wrapped")
    assert purged(repo)["rewritten"]["verdict"] == "yes"
    left = (repo.path.parent / "out" / "mirror.git", "HEAD:pull.yaml")
    text = subprocess.run(["git", "-C", str(left[0]), "show", left[1]], capture_output=True, check=True).stdout
    found = json.loads(base64.b64decode(text.split()[2]))["auths"]["registry.example"]
    assert found["username"] == "AWS"
    decoded = base64.b64decode(found["auth"])  # of the last sign a few bits stay
    assert decoded[:-1] == (b"x" * len(KEY.id) + b":" + b"x" * len(KEY.secret))[:-1]


def test_a_form_that_is_not_replaced_is_told(repo: Repo) -> None:
    repo.write("a.env", KEY.text())
    repo.write("wrapped.txt", base64.b64encode(gzip.compress(KEY.text().encode())).decode())
    (repo.path / "packed.gz").write_bytes(gzip.compress(KEY.text().encode()))
    repo.commit("wrapped")
    told = purged(repo)
    assert told["rewritten"]["verdict"] == "no"
    why = told["rewritten"]["proofs"][0]["why"]
    assert any("packed.gz" in w for w in why)
    assert KEY.secret not in json.dumps(told)
    assert json.loads((repo.path.parent / "out" / "purge.json").read_text())["stage"] == "not proven"


def test_odd_refs(repo: Repo) -> None:
    """Notes that hold it, a ref to a blob that does, replaced objects, no branch at HEAD."""
    repo.write("a.env", KEY.text())
    first = repo.commit("first")
    repo.write("b", "b\n")
    second = repo.commit("second")
    repo.git("notes", "add", "-m", KEY.text(), env=who())
    repo.git("update-ref", "refs/tags/blob", repo.git("rev-parse", "HEAD:a.env"))
    repo.git("tag", "-a", "kept", "-m", "of a blob", repo.git("rev-parse", "HEAD:b"), env=who())
    repo.git("replace", second, first)
    repo.git("checkout", "-q", first)
    told = purged(repo)
    assert told["rewritten"]["verdict"] == "yes", told["rewritten"]["proofs"]
    assert any("replace refs: 1" in n for n in told["notices"])


def test_odd_objects(repo: Repo) -> None:
    """Names that are no text, encodings, no tagger, no people, octopuses, trees with a tag, refs of pull requests."""
    repo.write("a.env", KEY.text())
    first = repo.commit("first")
    (repo.path / "link").symlink_to(f"/x/{KEY.secret[:10]}")
    repo.write("run.sh", f"#!/bin/sh\nexport AWS_SECRET_ACCESS_KEY={KEY.secret}\n")
    (repo.path / "run.sh").chmod(0o755)
    Path(os.fsdecode(bytes(repo.path) + b'/odd \xff\n"q\t' + KEY.id.encode())).write_bytes(b"x")
    second = repo.commit(f"speaks of {first}")
    repo.write("a.env", "clean\n")
    third = repo.commit("taken out")
    tree = repo.git("rev-parse", f"{second}^{{tree}}").encode()

    def raw(kind: str, data: bytes, ref: str) -> bytes:
        made = repo.git("hash-object", "-t", kind, "-w", "--literally", "--stdin", stdin=data)
        repo.git("update-ref", ref, made)
        return made.encode()

    head = b"tree " + tree + b"\nparent " + third.encode()
    who_ = b"\nauthor a <b> 1 +0130\ncommitter a <b> 1 -0000\n"
    latin = raw(
        "commit",
        head + b"\nauthor \xe9 <a@b> 16 +0130\ncommitter  <> 16 -0000\nencoding latin-1\n\nm\xe9",
        "refs/heads/l",
    )
    named = raw("commit", head + who_.replace(b"a <b>", KEY.id.encode() + b" <b>") + b"\n\n\n lead", "refs/heads/n")
    octopus = raw("commit", head + b"\nparent " + latin + b"\nparent " + named + who_ + b"\n", "refs/pull/1/head")
    raw("commit", b"tree " + tree + who_ + b"\n", "refs/heads/orphan")
    raw(
        "tag",
        b"object " + named + b"\ntype commit\ntag old\n\nno tagger " + KEY.secret.encode() + b"\n",
        "refs/tags/old",
    )
    raw("tag", b"object " + tree + b"\ntype tree\ntag tr\ntagger a <b> 1 +0000\n\nx\n", "refs/tags/tr")
    signature = b"x\n-----BEGIN SSH SIGNATURE-----\nabc\n-----END SSH SIGNATURE-----\n"
    raw("tag", b"object " + octopus + b"\ntype commit\ntag s\ntagger a <b> 1 +0000\n\n" + signature, "refs/tags/s")
    told = purged(repo)
    assert told["rewritten"]["verdict"] == "yes", told["rewritten"]["proofs"]
    assert told["rewritten"]["proofs"][1]["looked_at"]["commits"] == 7


def test_nothing_is_pushed_from_a_clone_that_may_be_behind(repo: Repo) -> None:
    repo.write("a.env", KEY.text())
    repo.commit("leak")
    repo.git("clone", "-q", str(repo.path), str(repo.path.parent / "clone"))
    for options in (("--plan",), ("--into", "out")):
        done = unleak("purge", "clone", *options, cwd=repo.path.parent)
        assert done.returncode == 1
        assert "push --force" not in done.stdout
        assert f"git clone --mirror {repo.path}, and purge that" in done.stdout


def test_other_secrets_than_pairs(repo: Repo) -> None:
    """One alone, without its id, in a file whose name is hard to say; and one that stays, beside it."""
    other = Key(8)
    name = os.fsdecode(b"odd\n \xff*.py")
    repo.write(name, f'AWS_SECRET_ACCESS_KEY = "{KEY.secret}"\n' + "#\n" * 40 + f'OTHER = "{other.id}"\n')
    repo.write(".unleakignore", f"{other.id}\n")
    repo.commit("alone")
    assert purged(repo)["rewritten"]["verdict"] == "yes"
    left = objects(repo.path.parent / "out" / "mirror.git")
    assert KEY.secret.encode() not in left
    assert left.count(other.id.encode()) == 2


def test_one_alone_in_an_archive_is_not_clean(repo: Repo) -> None:
    repo.write("a", "b\n")
    (repo.path / "packed.gz").write_bytes(gzip.compress(f'AWS_SECRET_ACCESS_KEY = "{KEY.secret}"\n'.encode()))
    repo.commit("packed")
    assert purged(repo)["rewritten"]["verdict"] == "no"


def test_a_branch_with_the_patch(repo: Repo) -> None:
    repo.write("a.py", f'c = f("s3", aws_access_key_id="{KEY.id}", aws_secret_access_key="{KEY.secret}")\n')
    repo.write("b.env", KEY.text())
    repo.commit("leak")
    repo.git("config", "user.name", "Dev")
    repo.git("config", "user.email", "dev@example.com")
    before, head = repo.git("status", "--porcelain"), repo.git("rev-parse", "HEAD")
    index = (repo.path / ".git" / "index").read_bytes()
    assert purge(repo, "--branch", "without").returncode == 1
    assert repo.git("show", "without:a.py") == 'c = f("s3")'
    assert KEY.secret not in repo.git("show", "without:b.env")
    assert repo.git("rev-parse", "without^") == head == repo.git("rev-parse", "HEAD")
    assert (repo.git("status", "--porcelain"), (repo.path / ".git" / "index").read_bytes()) == (before, index)
    assert "there is a branch without already" in purge(repo, "--branch", "without").stderr


def test_misuse(repo: Repo) -> None:
    repo.write("a.env", KEY.text())
    repo.commit("leak")
    there = repo.path.parent / "there"
    there.mkdir()
    for options, told in (
        (("--into", "there"), "is there already"),
        (("--into", "no/where"), "there is no folder"),
        (("--plan", "--into", "x"), "changes nothing"),
        (("--key", Key(9).id), "was not found"),
        (("--branch", "a..b"), "no name for a branch"),
    ):
        done = purge(repo, *options)
        assert (done.returncode, done.stdout) == (2, "")
        assert told in done.stderr
    assert list(there.iterdir()) == []


def test_not_a_whole_repository(repo: Repo) -> None:
    for n in range(3):
        repo.write("a.env", KEY.text(above=n))
        repo.commit(f"commit {n}")
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.path}", str(repo.path.parent / "shallow"))
    done = unleak("purge", "shallow", "--into", "out", cwd=repo.path.parent)
    assert done.returncode == 3
    assert "not whole" in done.stderr


def test_without_filter_repo(monkeypatch: pytest.MonkeyPatch, repo: Repo) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(Misuse, match="git-filter-repo is not installed"):
        rewrite.need_filter_repo(Repository.at(repo.path))


def test_sha256(repo: Repo) -> None:
    other = Repo(repo.path.parent / "other", "--object-format=sha256")
    other.write("a.env", KEY.text())
    other.commit("leak")
    done = purge(other, "--into", "out")
    assert done.returncode == 2
    assert "SHA-256" in done.stderr


_SLOW = """#!/bin/sh
case " $* " in *" fast-export "*) sleep 30;; esac
exec {git} "$@"
"""


def test_killed_in_the_middle(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    everything(repo, KEY)
    before, folder = listing(repo.path), repo.path.parent
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    slow = folder / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text(_SLOW.format(git=real))
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    command = [sys.executable, "-m", "unleak.cli.main", "purge", str(repo.path), "--into", "out"]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as started:
        journal = folder / "out" / "purge.json"
        until = time.monotonic() + 30
        while not (journal.exists() and "rewriting" in journal.read_text()) and time.monotonic() < until:
            time.sleep(0.01)
        os.killpg(started.pid, signal.SIGKILL)
    assert listing(repo.path) == before
    done = purge(repo, "--into", "out")
    assert done.returncode == 2
    assert "ended early, while rewriting; your repository was only read" in done.stderr
    assert "remove out" in done.stderr


def test_the_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "x")
    journal.begin()
    journal.write(Stage.PROVEN)
    for ask in (journal.begin, journal.check_new):
        with pytest.raises(Misuse, match="ended: proven"):
            ask()
