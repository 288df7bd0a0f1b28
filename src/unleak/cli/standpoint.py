"""From where a person at this machine looks."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unleak.aws.accounts import Accounts
    from unleak.config import Config
    from unleak.engine.inquiries.standpoint import Standpoint
    from unleak.model.evidence import Exhibit


def standpoint_of(config: "Config", key_id: str) -> "Standpoint":
    """With what the record has of the key, where there is a record. None is made."""
    from datetime import UTC, datetime

    from unleak.cli.incident_named import incident_of_key
    from unleak.engine.inquiries.standpoint import Standpoint

    @cache
    def aws() -> "Accounts":
        from unleak.aws.accounts import Accounts

        return Accounts(config)

    def load(exhibit: "Exhibit") -> list[bytes]:
        from unleak.store.record import Record

        record = Record(config.record_url)
        try:
            return record.load(exhibit)
        finally:
            record.close()

    known = incident_of_key(config, key_id) if key_id else None
    return Standpoint(config, aws, known, load, lambda: datetime.now(UTC))
