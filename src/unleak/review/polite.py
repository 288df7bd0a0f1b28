"""Clients that ask one service of one place no more than a few things at once.

AWS limits requests by account, region and service; two at a time stay below nearly all of those limits, and botocore
waits and asks again where they do not: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
"""

from collections.abc import Callable, Iterator
from threading import BoundedSemaphore, Lock
from typing import Any

from unleak.aws.accounts import Accounts
from unleak.model.errors import CouldNotLook
from unleak.review.refusals import not_there

_AT_ONCE = 2


class Polite:
    """As the client that it holds, and raises NotThere where the service is not."""

    def __init__(self, client: Any, service: str, region: str) -> None:
        self._client, self._service, self._region = client, service, region
        self._turn = BoundedSemaphore(_AT_ONCE)

    def __getattr__(self, method: str) -> Callable[..., Any]:
        call = getattr(self._client, method)
        return lambda **arguments: self._ask(lambda: call(**arguments))

    def items(self, method: str, path: str, **arguments: Any) -> Iterator[Any]:
        """Every item at `path` over all pages; others get their turn between two items."""
        found, end = self._client.items(method, path, **arguments), object()
        while (item := self._ask(lambda: next(found, end))) is not end:
            yield item

    def _ask(self, call: Callable[[], Any]) -> Any:
        try:
            with self._turn:
                return call()
        except CouldNotLook as error:
            told = not_there(error, self._service, self._region)
            if told is None:
                raise
            raise told from error


class Clients:
    """The clients of one place, made when they are first asked for, and let go with it: a client takes a megabyte."""

    def __init__(self, aws: Accounts, account: str, lock: Lock) -> None:
        """`lock` is shared by all places: botocore's sessions are not made for threads."""
        self._aws, self._account, self._lock = aws, account, lock
        self._made: dict[tuple[str, str], Polite] = {}

    def __call__(self, service: str, region: str) -> Polite:
        with self._lock:
            if (service, region) not in self._made:
                client = self._aws.client(self._account, service, region, fresh=True)
                self._made[service, region] = Polite(client, service, region)
            return self._made[service, region]

    def let_go(self) -> None:
        with self._lock:
            self._made.clear()
