"""Where the calls of a key are, and from when on they are read."""

from datetime import datetime, timedelta

from unleak.engine.inquiries.standpoint import Standpoint
from unleak.iam.key_id import account_of
from unleak.investigate.trail.opened import EVENT_HISTORY, Opened, opened
from unleak.model.errors import Misuse

_USUAL = timedelta(days=14)


def sources_of(stand: Standpoint, key_id: str, account: str, trails: tuple[str, ...]) -> Opened:
    """Those that are named, else the configured ones, else the event history. Raises Misuse for what is no trail."""
    names = trails or stand.config.trails or (EVENT_HISTORY,)
    whose = account or account_of(key_id) or _known_account(stand)
    if not whose and any(n == EVENT_HISTORY or "://" in n for n in names):
        raise Misuse("the key's id does not tell its account", "say whose trail it is: --account 123456789012")
    return opened(names, stand.aws, whose, stand.config.home / "trail", stand.config.lookups_a_second)


def time_before(leak: datetime | None) -> datetime | None:
    """Enough of the time before to know what is usual."""
    return leak - _USUAL if leak else None


def _known_account(stand: Standpoint) -> str:
    owner = stand.known.owner if stand.known else None
    return owner.account if owner else ""
