"""A clone that is gone afterwards, asks nobody, runs nothing, and keeps a login to itself."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from gitted_world import Key, apart_fixture, commit, git, make  # noqa: F401  a fixture
from https_world import serving

from unleak.model.errors import CouldNotLook, Misuse, UnleakError
from unleak.scan.history import scan_history
from unleak.scan.sources.remote import Login, cloned, is_remote
from unleak.scan.sources.remote_address import address_of, without_login

KEY, OTHER = Key(1), Key(2)
WORD = "pass/word%\\n-" + "0123456789"
ENCODED = WORD.replace("%", "%25").replace("/", "%2F")


@pytest.fixture(name="spare", autouse=True)
def spare_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    spare = tmp_path / "spare"
    spare.mkdir()
    monkeypatch.setenv("TMPDIR", str(spare))
    monkeypatch.setattr("tempfile.tempdir", str(spare))
    return spare


@pytest.fixture(name="repo")
def repo_fixture(tmp_path: Path) -> Path:
    """A key on the main branch, and one under a ref that a plain clone leaves out."""
    repo = make(tmp_path / "repo")
    commit(repo, "a", KEY.text)
    git(repo, "update-ref", "refs/pull/1/head", commit(repo, "b", OTHER.text))
    git(repo, "reset", "-q", "--hard", "HEAD~1")
    return repo


def test_a_clone_has_every_ref_and_is_gone_afterwards(repo: Path, spare: Path) -> None:
    said: list[str] = []
    with cloned(f"file://{repo}", progress=said.append) as repository:
        assert list(spare.iterdir())
        result = scan_history(repository)
    assert {f.key_id: f.places[0].path for f in result.findings} == {KEY.id: "a", OTHER.id: "b"}
    assert result.problems == []
    assert any("objects" in line for line in said)
    assert list(spare.iterdir()) == []


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_error_while_it_is_looked_at_removes_it_too(repo: Path, spare: Path, error: type[BaseException]) -> None:
    with pytest.raises(error), cloned(f"file://{repo}"):
        raise error
    assert list(spare.iterdir()) == []


# Who is started in the background of a shell ignores an interruption.
WAITS = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
from unleak.scan.sources.remote import cloned
with cloned(sys.argv[1]):
    print("here", flush=True)
    time.sleep(30)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_removes_it_too(repo: Path, spare: Path, number: signal.Signals) -> None:
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip("whoever started this ignores the signal, and so does all that is started here")
    command = [sys.executable, "-c", WAITS, f"file://{repo}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as waiting:
        assert waiting.stdout is not None
        assert waiting.stdout.readline() == b"here\n"
        assert list(spare.iterdir())
        waiting.send_signal(number)
        assert waiting.wait(10) in {128 + number, -number}
    assert list(spare.iterdir()) == []


def test_nothing_of_the_repository_or_of_the_users_templates_is_run(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sprung = tmp_path / "sprung"
    template = tmp_path / "template"
    for hooks in (template / "hooks", repo / ".git" / "hooks"):
        hooks.mkdir(parents=True, exist_ok=True)
        for name in ("post-checkout", "reference-transaction", "pre-receive", "post-update"):
            (hooks / name).write_text(f"#!/bin/sh\ntouch '{sprung}'\n")
            (hooks / name).chmod(0o755)
    (repo / ".gitattributes").write_text("* filter=trap\n")
    (repo / ".gitmodules").write_text('[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "touch sprung"\n')
    commit(repo, "c", "x")
    sprung.unlink(missing_ok=True)
    configuration = tmp_path / "configuration"
    configuration.write_text(
        f"[init]\n\ttemplateDir = {template}\n"
        f'[filter "trap"]\n\tsmudge = touch {sprung}\n'
        "[safe]\n\tbareRepository = explicit\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(configuration))
    with cloned(f"file://{repo}") as repository:
        assert {f.key_id for f in scan_history(repository).findings} == {KEY.id, OTHER.id}
        assert not (repository.path / "hooks").exists()
    assert not sprung.exists()


def test_in_a_hook_the_clone_is_the_clone(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = make(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    with cloned(f"file://{repo}") as repository:
        assert {f.key_id for f in scan_history(repository).findings} == {KEY.id, OTHER.id}


@pytest.mark.parametrize("given", ["address", "argument"])
def test_a_login_reaches_its_host_and_is_nowhere_else(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    bare = tmp_path / "bare.git"
    git(tmp_path, "clone", "-q", "--bare", str(repo), str(bare))
    git(bare, "update-server-info")
    helper = tmp_path / "told"
    configuration = tmp_path / "configuration"
    configuration.write_text(f'[credential]\n\thelper = "!cat >>{helper}; true"\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(configuration))
    certificate = tmp_path / "certificate.pem"
    said: list[str] = []
    with serving(bare, "robot-user", WORD, certificate) as server:
        monkeypatch.setenv("GIT_SSL_CAINFO", str(certificate))
        login = Login("robot-user", WORD) if given == "argument" else None
        url = f"https://{server.url}/" if login else f"https://robot-user:{ENCODED}@{server.url}/"
        with cloned(url, login=login, progress=said.append) as repository:
            assert KEY.id in {f.key_id for f in scan_history(repository).findings}
            assert WORD[-10:] not in (repository.path / "config").read_text()
            assert not [v for v in repository.environment.values() if WORD[-10:] in v]
        assert server.seen == []
        assert not helper.exists(), "the user's helper is not told of a login that is not its own"
        said += refused(f"https://robot-user:wrong{ENCODED}@{server.url}/", "no access")
        said += refused(f"https://{server.url}/", "no access")
        monkeypatch.delenv("GIT_SSL_CAINFO")
        said += refused(url, "its certificate is not trusted")
    told = "\n".join(said)
    assert "robot-user" not in told
    assert WORD[-10:] not in told


def refused(url: str, why: str) -> list[str]:
    """All that was said."""
    said: list[str] = []
    with pytest.raises(CouldNotLook, match=why) as raised, cloned(url, progress=said.append):
        pass
    assert raised.value.hint
    return [*said, str(raised.value), raised.value.hint]


TAKEN = {
    "https://example.com/a.git": "https://example.com/a.git",
    "HTTPS://tok:x@example.com:8443/a?token=1#x": "https://example.com:8443/a",
    "https://tok@example.com/a@b": "https://example.com/a@b",
    "https://[::1]:80/a": "https://[::1]:80/a",
    "ssh://git@example.com:22/a": "ssh://example.com:22/a",
    "git://example.com/a": "git://example.com/a",
    "file:///a b/c": "file:///a b/c",
    "git@example.com:owner/repo.git": "example.com:owner/repo.git",
    "alias:owner/repo": "alias:owner/repo",
    "[::1]:a": "[::1]:a",
}


@pytest.mark.parametrize(("url", "shown"), TAKEN.items(), ids=str)
def test_addresses_that_are_taken_and_what_is_shown_of_them(url: str, shown: str) -> None:
    assert is_remote(url)
    address = address_of(url)
    assert address.shown.lower() == shown
    assert without_login(url).lower() == shown
    assert "tok" not in repr(address)


REFUSED = [
    "ext::sh -c 'touch pwned'",
    "ext::https://example.com/x",
    "fd::17",
    "http://tok:x@example.com/a",
    "ftp://example.com/a",
    "ext://example.com",
    "--upload-pack=touch pwned",
    "-oProxyCommand=touch",
    "ssh://-oProxyCommand=touch/x",
    "ssh://-l@host/x",
    "-host:path",
    "user@-host:path",
    "host:-path",
    "ssh://user:tok@example.com/a",
    "git://tok@example.com/a",
    "https:///a",
    "https://example.com:port/a",
    "https://example.com/a\nb",
    "https://tok:a%0Ab@example.com/a",
    "/a/path",
    "",
]


@pytest.mark.parametrize("url", REFUSED, ids=ascii)
def test_addresses_that_are_refused(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spare: Path) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Misuse) as raised, cloned(url):
        pass
    assert "tok" not in f"{raised.value} {raised.value.hint}"
    assert list(spare.iterdir()) == []
    assert not (tmp_path / "pwned").exists()


def test_what_exists_here_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("alias:repo", "host:"):
        (tmp_path / name).touch()
    assert not is_remote("alias:repo")
    for path in (".", "C:\\repo", "C:/repo", "a/b:c", "./host:x", "host:", "no-such-file", "a\0b", "x" * 10_000):
        assert not is_remote(path), path


FAILURES = [
    ("file://{here}/nowhere", "no such repository"),
    ("https://no-such-host.invalid/a", "host"),
    ("https://127.0.0.1:1/a", "does not answer"),
    ("git://127.0.0.1:1/a", "does not answer"),
]


@pytest.mark.parametrize(("url", "why"), FAILURES)
def test_what_cannot_be_cloned_says_what_to_do(url: str, why: str, tmp_path: Path, spare: Path) -> None:
    refused(url.format(here=tmp_path), why)
    assert list(spare.iterdir()) == []


def test_a_helper_that_a_rewritten_address_names_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = tmp_path / "configuration"
    configuration.write_text(
        f'[url "ext::sh -c touch% {tmp_path}/pwned "]\n\tinsteadOf = https://rewritten/\n'
        '[protocol "ext"]\n\tallow = always\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(configuration))
    refused("https://rewritten/a", "not allowed")
    assert not (tmp_path / "pwned").exists()


def fake_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "git").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


SAID = [
    ("fatal: write error: No space left on device", "the disk is full"),
    ("Host key verification failed.\nfatal: Could not read from remote repository.", "ssh does not know"),
    ("git@h: Permission denied (publickey).", "no access"),
    ("remote: Repository not found.\nfatal: repository 'https://h/openssl/' not found", "no such repository"),
    ("fatal: something new \033[2J https://tok@h/x", "something new .\\[2J https://h/x"),
]


@pytest.mark.parametrize(("words", "why"), SAID)
def test_git_s_words_are_understood_and_cleaned(
    words: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_git(tmp_path, monkeypatch, f"cat >&2 <<'END'\n{words}\nEND\nexit 128")
    told = "\n".join(refused("git@h0:openssl/x", why))
    assert "\033" not in told
    assert "tok" not in told
    assert "git@" not in told


def test_a_host_that_falls_silent_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spare: Path) -> None:
    fake_git(tmp_path, monkeypatch, 'case "$*" in *clone*) exec sleep 30;; esac')
    with pytest.raises(UnleakError, match="no sign of life"), cloned("https://h/x", most_silence=0.2):
        pass
    assert list(spare.iterdir()) == []
