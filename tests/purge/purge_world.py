"""A repository with one of everything that a rewrite may stumble over."""

import base64
import hashlib
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "git"))

from git_world import Key, Repo, apart_fixture, repo_fixture, who

__all__ = [
    "Key",
    "Repo",
    "apart_fixture",
    "everything",
    "forms_of",
    "listing",
    "repo_fixture",
    "unleak",
    "who",
]
_SUBMODULE = "160000 " + "1" * 40 + "\tvendor/lib\n"


def everything(repo: Repo, key: Key) -> None:
    """Merges, renames, tags of both kinds, secrets in messages, names, binaries and encodings, and what is lost."""
    repo.write("src/app.py", "print('hello')\n")
    repo.commit("begin")
    repo.write("config/.env", key.text(above=3))
    repo.commit("settings")
    (repo.path / "windows.ini").write_bytes(key.text().replace("\n", "\r\n").encode())
    (repo.path / "memory.bin").write_bytes(b"\0\1\2" + key.text().encode() + b"\0\xff" * 9)
    pair = f"AWS_ACCESS_KEY_ID={key.id}\nAWS_SECRET_ACCESS_KEY={key.secret}\n"
    repo.write("secret.yaml", f"apiVersion: v1\ndata:\n  env: {base64.b64encode(pair.encode()).decode()}\n")
    repo.commit(f"more\n\naws_access_key_id = {key.id}\naws_secret_access_key = {key.secret}\n")
    repo.git("checkout", "-q", "-b", "side", "HEAD~1")
    repo.write("side.txt", "side\n")
    repo.write(f"dumps/{key.id}.txt", "named after it\n")
    repo.commit("side")
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "merge side", "side", env=who())
    repo.git("mv", "config/.env", "config/env.old")
    repo.commit("renamed")
    repo.git("tag", "light", "HEAD~1")
    repo.git("tag", "-a", "v1", "-m", f"release {key.secret}\n\nwith words", "HEAD", env=who())
    repo.git("tag", "-a", "v2", "-m", "a tag of a tag", "v1", env=who())
    repo.git("branch", f"fix-{key.id}", "HEAD~1")
    repo.git("notes", "add", "-m", "a note", "HEAD", env=who())
    repo.git("update-index", "--index-info", stdin=_SUBMODULE.encode())
    repo.write("big.iso", "version https://git-lfs.github.com/spec/v1\noid sha256:" + "a" * 64 + "\nsize 12\n")
    repo.git("add", "big.iso")
    repo.git("commit", "-q", "-m", "submodule and lfs", env=who())
    signed(repo)
    repo.write("src/app.py", "print('goodbye')\n")
    repo.git("add", "src/app.py")
    repo.git("commit", "-q", "-m", "later", env=who())


def signed(repo: Repo) -> None:
    """HEAD again, with a signature that nobody made."""
    data = repo.git("cat-file", "commit", "HEAD")
    head, _, message = data.partition("\n\n")
    fake = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQEz\n -----END PGP SIGNATURE-----"
    made = f"{head}\n{fake}\n\n{message}\n".encode()
    repo.git("update-ref", "HEAD", repo.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=made))


def forms_of(key: Key) -> list[bytes]:
    pair = f"AWS_ACCESS_KEY_ID={key.id}\nAWS_SECRET_ACCESS_KEY={key.secret}\n"
    return [key.id.encode(), key.secret.encode(), base64.b64encode(pair.encode())[28:80]]


def listing(folder: Path) -> dict[str, str]:
    """Every file, with the hash of what is in it."""
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def unleak(*arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """As its user runs it."""
    command = [sys.executable, "-m", "unleak.cli.main", *arguments]
    return subprocess.run(command, cwd=cwd, env=os.environ, capture_output=True, text=True, timeout=60, check=False)
