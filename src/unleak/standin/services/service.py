"""What a service of our own declares, and what it is given."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


class ServiceError(Exception):
    """AWS's code and message for a call that the service refuses."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(slots=True)
class Holding:
    """What one account has of one service in one region, by id."""

    account: str
    region: str
    things: dict[str, dict[str, Any]] = field(default_factory=dict)


Operation = Callable[[Holding, Mapping[str, Any], datetime], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class OwnService:
    """`operations` answer by name; what is not among them goes to moto, if it has the service. `everywhere`: one
    holding for all regions. `lay` takes in what AWS would find by itself.
    """

    operations: Mapping[str, Operation]
    lay: Callable[[Holding, Mapping[str, Any], datetime], None]
    everywhere: bool = False


class Holdings:
    """Of all accounts."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str, str], Holding] = {}
        self._lock = threading.Lock()

    def of(self, service: str, own: OwnService, account: str, region: str) -> Holding:
        key = service, account, "" if own.everywhere else region
        with self._lock:
            return self._held.setdefault(key, Holding(account, region))

    def forget(self, account: str) -> None:
        with self._lock:
            self._held = {k: h for k, h in self._held.items() if k[1] != account}


def nothing_to_lay(holding: Holding, given: Mapping[str, Any], now: datetime) -> None:
    """Of a service whose things are made by calls alone."""
    del holding, given, now
    raise ServiceError("InvalidInput", "nothing is laid here: make it by calls")
