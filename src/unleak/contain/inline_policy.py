"""One inline policy of ours on a user or a role, and the deny of sessions issued before a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from unleak.aws.client import Client
from unleak.model.clock import parse_stamp, stamp
from unleak.model.errors import NotFound
from unleak.model.plan import Target, TargetKind

SKEW = timedelta(seconds=60)
"""Clocks differ, and a session minted while the deny travels is issued after `now`: the cut-off lies a little ahead."""


@dataclass(frozen=True, slots=True)
class InlinePolicy:
    """`name` derives from the incident, so that writing twice is writing once."""

    client: Client
    target: Target
    name: str

    def read(self) -> dict[str, Any] | None:
        """The document as it stands; None where there is none."""
        get = self.client.get_user_policy if self._is_user else self.client.get_role_policy
        try:
            document = get(**self._names)["PolicyDocument"]
        except NotFound:
            return None
        return dict(document)

    def write(self, document: str) -> None:
        put = self.client.put_user_policy if self._is_user else self.client.put_role_policy
        put(**self._names, PolicyDocument=document)

    def delete(self) -> None:
        delete = self.client.delete_user_policy if self._is_user else self.client.delete_role_policy
        delete(**self._names)

    @property
    def _is_user(self) -> bool:
        return self.target.kind is TargetKind.USER

    @property
    def _names(self) -> dict[str, str]:
        return {"UserName" if self._is_user else "RoleName": self.target.name, "PolicyName": self.name}


def session_deny(cutoff: datetime) -> dict[str, Any]:
    """Denies everything to sessions issued before `cutoff`; long-term keys carry no issue time and are not touched.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
    """
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "UnleakRevokeOlderSessions",
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": {"DateLessThan": {"aws:TokenIssueTime": stamp(cutoff)}},
            }
        ],
    }


def cutoff_of(document: dict[str, Any] | None) -> datetime | None:
    """The cut-off of a document that `session_deny` wrote; None for any other."""
    try:
        text = document["Statement"][0]["Condition"]["DateLessThan"]["aws:TokenIssueTime"] if document else None
        cutoff = parse_stamp(text) if text else None
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    return cutoff if cutoff and document == session_deny(cutoff) else None
