"""One call in CloudTrail, cut down to what an investigation reads and scrubbed of secrets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """`made` holds what the answer says was created: ids and names, never secrets. `error` is empty for success.

    `kind` is CloudTrail's type of identity; `issuer_arn` is the role or user that a session came from.
    """

    event_id: str
    request_id: str
    at: datetime
    region: str
    action: str
    key_id: str
    principal_arn: str
    account: str
    address: str
    agent: str
    error: str = ""
    read_only: bool = True
    invoked_by: str = ""
    kind: str = ""
    issuer_arn: str = ""
    request: Mapping[str, Any] = field(default_factory=dict)
    made: Mapping[str, Any] = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        return not self.error

    @property
    def service(self) -> str:
        return self.action.split(":", 1)[0]

    @property
    def operation(self) -> str:
        return self.action.split(":", 1)[-1]
