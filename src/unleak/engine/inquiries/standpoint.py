"""From where it is looked: a person's command at its own machine, or an errand of the service."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from unleak.config import Config
from unleak.model.evidence import Exhibit
from unleak.model.incident import Incident

if TYPE_CHECKING:
    from unleak.aws.accounts import Accounts


@dataclass(frozen=True, slots=True)
class Standpoint:
    """`aws` is called only by what asks AWS. `known` is what the record has of the key, None where that is nothing;
    `load` opens its exhibits.
    """

    config: Config
    aws: "Callable[[], Accounts]"
    known: Incident | None
    load: Callable[[Exhibit], list[bytes]]
    now: Callable[[], datetime]

    @property
    def leaked_at(self) -> datetime | None:
        """As the record has it."""
        return self.known.leaked_at if self.known else None

    @property
    def our_requests(self) -> frozenset[str]:
        """Calls that unleak made itself, with the leaked key."""
        return self.known.our_request_ids if self.known else frozenset()
