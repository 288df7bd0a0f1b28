"""AWS's time. A deny of sessions issued before now must mean AWS's now, whatever this machine's clock says."""

import time
from datetime import UTC, datetime

from unleak.aws.accounts import Accounts


class AwsClock:
    """This machine's clock, put right by what AWS's answers say; before the first answer, as it is."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def now(self) -> datetime:
        return datetime.now(UTC) + self._accounts.clock_offset

    def sleep_until(self, when: datetime) -> None:
        seconds = (when - self.now()).total_seconds()
        if seconds > 0:
            time.sleep(seconds)
