"""How much AWS was asked, counted where the requests go out."""

from threading import Lock
from typing import Any

from unleak.aws.errors import BUSY

_TOO_MANY_REQUESTS = 429


class Traffic:
    """`calls` are requests, retries too; `throttled` those that AWS turned away for coming too fast.

    Shared by threads. botocore tells of every request by its event `needs-retry`, also of those that needed none.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self.calls = 0
        self.throttled = 0

    def attempted(self, response: Any = None, **_: object) -> None:
        """For botocore's event; it answers nothing, so that botocore's own answer holds."""
        parsed = response[1] if response else {}
        status = parsed.get("ResponseMetadata", {}).get("HTTPStatusCode")
        slow = parsed.get("Error", {}).get("Code") in BUSY or status == _TOO_MANY_REQUESTS
        with self._lock:
            self.calls += 1
            self.throttled += slow
