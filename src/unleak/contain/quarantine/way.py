"""What a way of quarantining promises."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from unleak.aws.client import Client
from unleak.contain.quarantine.policies import Quarantine
from unleak.model.plan import Change, Target
from unleak.unit import Context

_SLOTS = 10
"""Policies and groups a user may have, unless AWS has raised it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""


@dataclass(frozen=True)
class Patient:
    """The user, and what is to be attached: None where the partition has no such policy."""

    context: Context
    client: Client
    target: Target
    quarantine: Quarantine | None = None

    @property
    def name(self) -> str:
        """Of what we make for it: derived from the incident, so that making it twice is making it once."""
        return self.context.incident.name_of("quarantine")

    @property
    def partition(self) -> str:
        return self.target.id.split(":")[1]

    @cached_property
    def attached(self) -> list[str]:
        found = self.client.pages("list_attached_user_policies", "AttachedPolicies", UserName=self.target.name)
        return sorted(p["PolicyArn"] for p in found)

    @cached_property
    def groups(self) -> list[str]:
        found = self.client.pages("list_groups_for_user", "Groups", UserName=self.target.name)
        return sorted(g["GroupName"] for g in found)

    def has_room(self, held: int, quota: str) -> bool:
        """`quota` as the account's summary names it; it is asked only where the usual number is reached."""
        if held < _SLOTS:
            return True
        summary = self.client.get_account_summary()["SummaryMap"]
        return held < int(summary.get(quota, _SLOTS))


class Way(Protocol):
    """`propose` gives None where this way is closed. `seen` says what stands, empty where nothing does; `after` is what
    was written, where that is known.
    """

    @property
    def id(self) -> str: ...
    @property
    def permissions(self) -> tuple[str, ...]: ...

    def propose(self, patient: Patient) -> Change | None: ...
    def apply(self, patient: Patient, after: Mapping[str, Any]) -> None: ...
    def seen(self, patient: Patient, after: Mapping[str, Any]) -> str: ...
    def undo(self, patient: Patient, change: Change) -> bool: ...
