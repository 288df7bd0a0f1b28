"""A repository that is elsewhere: mirrored with all its refs into a temporary folder, while it is looked at."""

import os
import queue
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from unleak.git.repository import Repository, in_short
from unleak.model.errors import CouldNotLook
from unleak.scan.sources.remote_address import SCHEMES, Address, Login, address_of, is_remote
from unleak.scan.sources.termination import terminated_gently

__all__ = ["Login", "Progress", "cloned", "is_remote"]

Progress = Callable[[str], None]
"""Told what git says of its progress, a line at a time, without anything that steers a terminal."""

_MOST_SILENCE = 600.0
_PATIENCE = 10.0
_MOST_LINES = 60
_LONGEST_LINE = 2000
_USERINFO = re.compile(r"(?<=//)[^/@\s]*@")

_ANSWER = (
    """!f() { test "$1" = get && printf 'username=%s\\npassword=%s\\n' "$UNLEAK_GIT_USER" "$UNLEAK_GIT_WORD"; }; f"""
)
"""A credential helper that hands on what is in the environment: the login is in no command line and no file."""

_SETTINGS = (
    ("protocol.ext.allow", "never"),
    ("submodule.recurse", "false"),
    ("http.lowSpeedLimit", "100"),
    ("http.lowSpeedTime", "60"),
)
_SSH = "ssh -o BatchMode=yes -o ConnectTimeout=30 -o ServerAliveInterval=30"

_FULL = r"no space left|disk quota exceeded"
_UNKNOWN_HOST = r"could not resolve|name or service not known|nodename nor servname|unable to look up|name resolution"
_UNKNOWN_KEY = r"host key verification failed"
_REFUSED = (
    r"could not read (?:username|password)|authentication failed|permission denied|access denied|invalid username"
    r"|returned error: 40[13]"
)
_NOTHING_THERE = (
    r"repository .*not found|not a git repository|not appear to be a git repository|repository not exported"
    r"|returned error: 404|does not exist|no such file or directory"
)
_NO_TRUST = r"certificate|SSL_|SSL connect|TLS handshake|handshake failure"
_NO_ANSWER = (
    r"connection refused|timed out|failed to connect|couldn't connect|network is unreachable|no route to host"
    r"|operation too slow|connection reset"
)
_ADVICE = (
    (_FULL, "the disk is full", "make room, or set TMPDIR to a folder on a larger disk"),
    (_UNKNOWN_HOST, "its host is not known", "look for a typing error in the address, and at the network"),
    (_UNKNOWN_KEY, "ssh does not know its host", "connect to it once with ssh, and compare the fingerprint"),
    (_REFUSED, "no access", "give git a credential helper or an ssh key for it; `git ls-remote` tries them"),
    (
        _NOTHING_THERE,
        "there is no such repository, or no access to it",
        "look for a typing error; for a private one, give git a credential helper or an ssh key",
    ),
    (_NO_TRUST, "its certificate is not trusted", "if it is your own, set http.sslCAInfo in git's configuration"),
    (_NO_ANSWER, "its host does not answer", "look at the network and the proxy, then try again"),
)


@contextmanager
def cloned(
    url: str, *, progress: Progress | None = None, login: Login | None = None, most_silence: float = _MOST_SILENCE
) -> Iterator[Repository]:
    """A mirror of the repository, removed at the end, whatever the end is.

    git's own credential helpers and ssh keys are used, or `login`; nobody is asked for anything.
    Raises Misuse for an address that is not taken, CouldNotLook where it cannot be cloned.
    """
    with asking(url, progress=progress, login=login, most_silence=most_silence) as remote:
        mirror = remote.folder / "mirror.git"
        remote.git(
            "clone", "--mirror", "--progress", "--template=", "--no-recurse-submodules", "--", remote.url, str(mirror)
        )
        yield remote.repository(mirror)


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository that is elsewhere, and a temporary folder for what is fetched of it."""

    folder: Path
    _address: Address
    _asking: Repository
    _plain: Repository
    _progress: Progress
    _most_silence: float

    @property
    def url(self) -> str:
        return self._address.url

    def git(self, *arguments: str) -> str:
        """What it says, which must be little. The network is allowed, a prompt of any kind is not. Raises CouldNotLook
        in words of ours.
        """
        return _run(self._asking, self._address, arguments, self._progress, self._most_silence)

    def repository(self, folder: Path) -> Repository:
        """What lies there now, without the network. It is named outright: git may be told to find none by itself."""
        return Repository(folder, {**self._plain.environment, "GIT_DIR": str(folder)})


@contextmanager
def asking(
    url: str, *, progress: Progress | None = None, login: Login | None = None, most_silence: float = _MOST_SILENCE
) -> Iterator[Remote]:
    """The folder is removed at the end, whatever the end is. Raises Misuse for an address that is not taken."""
    address = address_of(url, login)
    with terminated_gently(), _temporary_folder() as folder:
        plain = Repository(folder)
        networked = Repository(folder, _environment(plain, address))
        yield Remote(folder, address, networked, plain, progress or (lambda _line: None), most_silence)


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    try:
        folder = Path(tempfile.mkdtemp(prefix="unleak-"))
    except OSError as error:
        raise CouldNotLook(f"cannot make a temporary folder: {error.strerror}", "set TMPDIR to one") from error
    try:
        yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """A helper of git that has not ended yet may still write: so again, until nothing is left."""
    for pause in (0.1, 0.5, 1.0, 0):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(pause)
    raise CouldNotLook(f"cannot remove {folder}, which holds a copy of the repository", "remove it")


def _environment(plain: Repository, address: Address) -> dict[str, str]:
    """For the clone alone: the network is allowed, a prompt of any kind is not."""
    settings = list(_SETTINGS)
    ours = {
        "GIT_ALLOW_PROTOCOL": ":".join(SCHEMES),
        "GIT_NO_LAZY_FETCH": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS_REQUIRE": "never",
    }
    if address.login is not None:
        name = f"credential.{address.origin}.helper"
        # An empty one puts away the user's: where the password is at hand, they are neither asked nor told.
        settings += [(name, ""), (name, _ANSWER)] if address.login.password else [(name, _ANSWER)]
        ours |= {"UNLEAK_GIT_USER": address.login.user, "UNLEAK_GIT_WORD": address.login.password}
    own_ssh = plain.environment.get("GIT_SSH_COMMAND") or plain.environment.get("GIT_SSH")
    if not own_ssh and not plain.run("config", "--get", "core.sshCommand", check=False).stdout:
        ours["GIT_SSH_COMMAND"] = _SSH
    return {**plain.environment, **ours, **_as_variables(settings, plain.environment)}


def _as_variables(settings: list[tuple[str, str]], before: Mapping[str, str]) -> dict[str, str]:
    """Configuration as git takes it from the environment, behind what stands there already."""
    count = before.get("GIT_CONFIG_COUNT", "")
    start = int(count) if count.isdecimal() else 0
    made = {"GIT_CONFIG_COUNT": str(start + len(settings))}
    for number, (name, value) in enumerate(settings, start):
        made |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return made


def _run(
    asking: Repository, address: Address, arguments: Sequence[str], progress: Progress, most_silence: float
) -> str:
    lines: deque[str] = deque(maxlen=_MOST_LINES)
    with asking.start(*arguments, stderr=subprocess.PIPE) as git:
        assert git.stderr is not None  # noqa: S101  both are pipes
        assert git.stdout is not None  # noqa: S101
        try:
            for line in _said(git.stderr, most_silence):
                lines.append(_clean(line, address))
                progress(lines[-1])
            told = git.stdout.read().decode(errors="replace")
            failed = git.wait()
        except queue.Empty:
            why = f"cannot clone {address.shown}: no sign of life for {most_silence:.0f} seconds"
            raise CouldNotLook(why, "try again later") from None
        finally:
            _end(git)
    if failed:
        raise _refusal(address, lines)
    return told


def _said(pipe: IO[bytes], most_silence: float) -> Iterator[str]:
    """Lines, that end in a line feed or carriage return. Raises queue.Empty after so many seconds without a byte."""
    pieces: queue.Queue[bytes] = queue.Queue()

    def listen() -> None:
        with suppress(OSError, ValueError):
            while piece := os.read(pipe.fileno(), 1 << 14):
                pieces.put(piece)
        pieces.put(b"")

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    begun = b""
    while piece := pieces.get(timeout=most_silence):
        *lines, begun = re.split(rb"[\r\n]", begun[-_LONGEST_LINE:] + piece)
        yield from (line.decode(errors="replace") for line in lines if line.strip())
    listener.join()
    if begun.strip():
        yield begun.decode(errors="replace")


def _clean(line: str, address: Address) -> str:
    line = _USERINFO.sub("", line[:_LONGEST_LINE])
    for hidden in address.hidden:
        line = line.replace(hidden, "")
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line).strip()


def _refusal(address: Address, lines: deque[str]) -> CouldNotLook:
    told = "\n".join(lines)
    for words, what, hint in _ADVICE:
        if re.search(words, told.replace(address.shown, ""), re.IGNORECASE):
            return CouldNotLook(f"cannot clone {address.shown}: {what}", hint)
    why = in_short(told.encode()) or "git failed"
    return CouldNotLook(f"cannot clone {address.shown}: {why}", "`git ls-remote` with the same address may tell more")


def _end(git: "subprocess.Popen[bytes]") -> None:
    """Gently first: git then ends what it has started."""
    if git.poll() is not None:
        return
    git.terminate()
    try:
        git.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        git.kill()
