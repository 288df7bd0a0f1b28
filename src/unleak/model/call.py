"""One call in CloudTrail, cut down to what an investigation reads and scrubbed of secrets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """`action` is service:Operation. `error` is empty for success. `account` is whose trail it lies in,
    `caller_account` whose the caller was.

    `kind` is CloudTrail's type of identity; `issuer_arn` is the role or user that a session came from, `session_since`
    when it was made, `from_console` whether a sign-in to the console made it. `request`, `response` and `additional`
    are CloudTrail's, without the fields that may hold a secret. `shared_id` is one for both accounts of one call;
    `provider` vouched for a caller from outside.
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
    response: Mapping[str, Any] = field(default_factory=dict)
    additional: Mapping[str, Any] = field(default_factory=dict)
    principal_id: str = ""
    user_name: str = ""
    caller_account: str = ""
    session_since: datetime | None = None
    from_console: bool = False
    error_message: str = ""
    shared_id: str = ""
    event_type: str = ""
    provider: str = ""

    @property
    def accepted(self) -> bool:
        return not self.error

    @property
    def service(self) -> str:
        return self.action.split(":", 1)[0]

    @property
    def operation(self) -> str:
        return self.action.split(":", 1)[-1]

    @property
    def partition(self) -> str:
        parts = self.principal_arn.split(":")
        return parts[1] if len(parts) > 1 and parts[1] else "aws"

    @property
    def by_a_service(self) -> bool:
        """A service of AWS did it, not whoever holds the credential: the address is a service's name."""
        return self.kind == "AWSService" or self.address.endswith(".amazonaws.com") or self.address == "AWS Internal"
