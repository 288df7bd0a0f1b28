"""`unleak inspect`: the checks of this room for one key, without an incident."""

from dataclasses import dataclass

from unleak.aws.accounts import Accounts
from unleak.inspect import find_owner, read_permissions
from unleak.model.clock import Clock
from unleak.model.credential import CredentialKind, Vault
from unleak.model.errors import AccessDenied, CouldNotLook, UnleakError
from unleak.model.evidence import Evidence, Exhibit, KeyOwner, PermissionsRead
from unleak.model.incident import Incident
from unleak.model.plan import Target, TargetKind
from unleak.unit import Context


@dataclass(frozen=True, slots=True)
class _Nowhere:
    """Keeps nothing: there is no incident to keep it for."""

    def __call__(self, lines: object) -> Exhibit:
        del lines
        return Exhibit("", 0, 0)


def look_at_key(aws: Accounts, clock: Clock, key_id: str) -> tuple[list[Evidence], str]:
    """What was found, and why the rest could not be looked at (empty where all was)."""
    context = Context(aws, clock, Incident(), Vault(), _Nowhere())
    found: list[Evidence] = []
    try:
        found.extend(find_owner.CHECK.run(context, Target(TargetKind.KEY, key_id, "")))
        owner = next((e for e in found if isinstance(e, KeyOwner)), None)
        if owner is not None and owner.kind is CredentialKind.FOREIGN:
            raise AccessDenied(
                f"account {owner.account} is not reached",
                f'name a role for it in unleak.toml ([accounts."{owner.account}"])',
            )
        if owner is not None and owner.kind is CredentialKind.UNKNOWN_SESSION:
            raise CouldNotLook(
                "whose session it is, only the session itself or the trail tells", "unleak respond reads both"
            )
        if owner is not None and owner.user_arn:
            target = Target(TargetKind.USER, owner.user_arn, owner.account)
            found.extend(read_permissions.CHECK.run(context, target))
    except UnleakError as error:
        return found, f"{error}; {error.hint}" if error.hint else str(error)
    unread = [name for e in found if isinstance(e, PermissionsRead) for name in e.unread]
    return found, f"policies: {', '.join(unread)}" if unread else ""
