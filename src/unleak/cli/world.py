"""The world that a command works in: the record, the accounts, the leaked secret, and who is at the keyboard."""

import getpass
import sys
from pathlib import Path

from unleak.aws.accounts import Accounts
from unleak.aws.clock import AwsClock
from unleak.config import Config
from unleak.model.credential import Credentials, SecretKey, SessionToken, Vault
from unleak.model.errors import CouldNotLook, Misuse
from unleak.model.finding import Finding
from unleak.respond import World
from unleak.scan.scanner import Scan
from unleak.store.record import Record


def make_world(config: Config, *, record_url: str = "", vault: Vault | None = None) -> World:
    record = record_at(record_url or config.record_url)
    accounts = Accounts(config)
    return World(config=config, record=record, aws=accounts, clock=AwsClock(accounts), vault=vault or Vault())


def record_at(url: str) -> Record:
    """Where it lies in PostgreSQL, whoever adds to it wakes a worker in the same transaction."""
    if not url.startswith("postgres"):
        return Record(url)
    from unleak.cli.extras import need_cluster

    need_cluster()
    from unleak.engine.procrastinate import enqueue, make_queue

    make_queue(url)
    return Record(url, wake=enqueue)


def person() -> str:
    """Who is at the keyboard, for the record."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"


def leaked_credentials(key_id: str, source: str) -> tuple[Credentials, Finding | None]:
    """The secret of `key_id`: from standard input ("-"), or found by scanning a path and, in a repository, its history.

    Raises Misuse where it is not there.
    """
    if source == "-":
        secret = (getpass.getpass(f"secret of {key_id}: ") if sys.stdin.isatty() else sys.stdin.readline()).strip()
        if len(secret) != 40:  # noqa: PLR2004  https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html
            raise Misuse("that is no AWS secret: it has 40 characters", "paste only the secret")
        return Credentials(key_id, SecretKey(secret), _token_of(key_id)), None
    scans = _scan_everything(Path(source))
    for finding in (f for s in scans for f in s.findings):
        if finding.key_id == key_id and finding.credentials is not None:
            return finding.credentials, finding
    unread = sum(len(s.problems) for s in scans)
    if unread:
        raise CouldNotLook(
            f"the secret of {key_id} was not found in {source}, but {unread} places could not be looked at",
            "`unleak scan` tells which; or give it on standard input: --secret-from -",
        )
    raise Misuse(f"the secret of {key_id} was not found in {source}", "give it on standard input: --secret-from -")


def _token_of(key_id: str) -> SessionToken | None:
    """The third part of a session, on the next line."""
    from unleak.iam.key_id import KeyKind, kind_of

    if kind_of(key_id) is not KeyKind.TEMPORARY:
        return None
    typed = getpass.getpass(f"session token of {key_id}: ") if sys.stdin.isatty() else sys.stdin.readline()
    if not typed.strip():
        raise Misuse(
            f"{key_id} is a session: it needs its token too", "give the secret, and its token on the next line"
        )
    return SessionToken(typed.strip())


def _scan_everything(path: Path) -> list[Scan]:
    from unleak.git.repository import Repository
    from unleak.scan.history import scan_history
    from unleak.scan.scanner import scan
    from unleak.scan.sources.files import read_files

    if not path.exists():
        raise Misuse(f"there is no {path}", "give a file, a folder or a repository")
    try:
        repository = Repository.at(path)
    except Misuse:
        return [scan(read_files(path))]
    return [scan_history(repository), scan(read_files(path))]
