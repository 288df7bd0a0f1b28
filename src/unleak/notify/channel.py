"""What a channel promises, and what it is given to work with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from unleak.aws.accounts import Accounts
from unleak.model.errors import UnleakError
from unleak.model.incident import Incident
from unleak.notify.notice import Notice
from unleak.notify_settings import NotifySetting

PATIENCE_SECONDS = 10.0
"""How long a channel may take for one message."""


class NotTold(UnleakError):
    """Nobody was told. `refused`: the other side answered, and did not take it; else nobody knows whether it came."""

    exit_code = 3

    def __init__(self, message: str, hint: str = "", *, refused: bool = False) -> None:
        super().__init__(message, hint)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Access:
    """The channel as it is configured, and AWS for those that are a service of it. `region`: where they are asked."""

    setting: NotifySetting
    aws: Accounts
    region: str
    to: tuple[str, ...] = ()
    """Addresses that a test is sent to."""

    def value(self, name: str) -> str:
        """A setting that is needed. Raises NotTold where its variable is not set."""
        value = self.setting.values.get(name, "")
        if not value:
            missing = ", ".join(self.setting.missing) or name
            raise NotTold(f"{missing}: not set", f"set it where unleak runs, for channel {self.setting.name}")
        return value


class Channel(Protocol):
    """`kind` is what `[[notify]]` names. `send` ends within a few seconds, and never prints what a setting holds."""

    @property
    def kind(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def settings(self) -> Mapping[str, str]: ...
    @property
    def permissions(self) -> tuple[str, ...]: ...
    @property
    def references(self) -> tuple[str, ...]: ...

    def concerns(self, incident: Incident, setting: NotifySetting) -> bool:
        """Whether there is anybody at the other end for this incident, as far as is known of it."""
        ...

    def send(self, notice: Notice, access: Access) -> str:
        """Says whom it reached, in words. Raises NotTold or another UnleakError. May be called twice with one mark."""
        ...
