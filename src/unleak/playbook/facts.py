"""What the table asks of an incident: was the key used before, is it abused, since when is it dead."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from unleak.iam.our_deny import is_aws_quarantine
from unleak.model.credential import CredentialKind, Origin
from unleak.model.evidence import KeyOwner, KeyStatus
from unleak.model.incident import ActionState, CredentialState, Incident
from unleak.model.plan import OutcomeKind, Step, Target, TargetKind
from unleak.model.verdict import STATE_UNKNOWN_UNTIL

TRAIL_DELAYS = (timedelta(minutes=6), timedelta(minutes=16))
"""CloudTrail delivers after about 5 minutes, without guarantee: when the trail is read again after the last change."""
USER_SESSION = timedelta(hours=36)
ROLE_SESSION = timedelta(hours=12)
"""The longest that a session can live. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp.html"""
ROOT_SESSION = timedelta(hours=1)
MOST_PUT_BACKS = 20
"""From then on a change that somebody removes again and again is put back at long intervals."""
_UNUSED = timedelta(days=3)
_CLOCKS_DIFFER = timedelta(seconds=5)
_OF_A_USER = {CredentialKind.USER_KEY, CredentialKind.SERVICE_CREDENTIAL}


def chain(incident: Incident) -> list[CredentialState]:
    """The leaked key, and what was made from it since it leaked."""
    since = incident.suspect_since  # asked once: there may be thousands of credentials
    return [c for c in incident.credentials.values() if c.at is None or c.at >= since]


def owners(incident: Incident) -> list[KeyOwner]:
    """Of the leaked credential and of every key that the attacker created."""
    known = [c for c in chain(incident) if c.key_id in incident.owners]
    return [incident.owners[c.key_id] for c in known if c.origin in {Origin.LEAKED, Origin.CREATED}]


def key_of(owner: KeyOwner) -> Target:
    return Target(TargetKind.KEY, owner.key_id, owner.account)


def user_of(owner: KeyOwner) -> Target:
    return Target(TargetKind.USER, owner.user_arn or "", owner.account)


def roles(incident: Incident) -> list[Target]:
    """Roles that the chain became or put on a machine, nearest to the leaked key first."""
    arns = [o.role_arn for o in owners(incident) if o.role_arn]
    arns += [c.principal_arn for c in chain(incident) if ":role/" in c.principal_arn]
    arns += incident.instance_roles.values()
    return [Target(TargetKind.ROLE, arn, arn.split(":")[4]) for arn in dict.fromkeys(arns)]


def users(incident: Incident) -> list[Target]:
    return list(dict.fromkeys(user_of(o) for o in owners(incident) if o.user_arn))


def is_unused(incident: Incident, owner: KeyOwner) -> bool:
    """Nobody, rightful or not, has used it for days: switching it off breaks nothing."""
    opened = incident.opened_at
    return opened is not None and (owner.last_used_at is None or owner.last_used_at < opened - _UNUSED)


def is_abused(incident: Incident, key_id: str) -> bool | None:
    """None: nobody can tell, since the trail was not read, not everywhere, or too early to show the last calls."""
    read = incident.calls.get(key_id)
    if read is None:
        return None
    made = any(c.parent == key_id for c in chain(incident)) or any(
        r.by_key == key_id and r.at >= incident.suspect_since for r in incident.resources.values()
    )
    if read.strange or made:
        return True
    check = next((c for c in incident.checks.values() if c.step == _trail_of(incident, key_id)), None)
    early = check is None or check.last_at < (incident.leaked_at or incident.opened_at or check.last_at) + max(
        TRAIL_DELAYS
    )
    return None if read.unread or early else False


def _trail_of(incident: Incident, key_id: str) -> Step:
    home = incident.owner.account if incident.owner else ""
    known = incident.credentials.get(key_id)
    return Step("calls_of_key", Target(TargetKind.KEY, key_id, (known.account if known else "") or home))


def changed_at(incident: Incident) -> datetime | None:
    """When we last changed anything, or found it standing."""
    return max((a.concluded_at for a in incident.actions.values() if a.is_applied and a.concluded_at), default=None)


@dataclass(frozen=True, slots=True)
class Calm:
    """`at`: when our last change is obeyed everywhere, so that whoever it cut off can take nothing away any more.
    `trouble_at`: when something that we wrote was last seen to be taken away.
    """

    at: datetime | None
    trouble_at: datetime | None


def calm(incident: Incident) -> Calm:
    changed = changed_at(incident)
    return Calm(changed + STATE_UNKNOWN_UNTIL if changed else None, _trouble_at(incident))


def _trouble_at(incident: Incident) -> datetime | None:
    """Also where it was gone at the first look already."""
    seen = [a.removed_at[-1] for a in incident.actions.values() if a.removed_at]
    first = [a.looks.last_at for a in incident.actions.values() if a.change is not None and a.looks.is_gone]
    return max([*seen, *(at for at in first if at is not None)], default=None)


def application_uses(incident: Incident, owner: KeyOwner) -> datetime | None:
    """When an application last used it before the leak; None where none is known to."""
    read = incident.calls.get(owner.key_id)
    return read.before.last_at if read is not None and read.before.accepted else None


def is_created(incident: Incident, key_id: str) -> bool:
    """Whether the attacker made this key."""
    known = incident.credentials.get(key_id)
    return known is not None and known.origin is Origin.CREATED


def is_quarantined_by_aws(incident: Incident, user: Target) -> bool:
    """Whether AWS's own quarantine was on the user before we touched it, or we found it standing."""
    saved, ours = incident.saved.get(user.id), incident.action(Step("attach_quarantine", user))
    arns = saved.attached if saved else ()
    if ours is not None and ours.change is None and ours.is_applied:
        return True
    return any(is_aws_quarantine(arn) for arn in arns)


def is_made(incident: Incident, principal_arn: str) -> bool:
    """Whether the attacker made this user or role: it is evicted, and never given its rights back."""
    return incident.descent is not None and principal_arn in incident.descent.made


def rotates_first(incident: Incident, owner: KeyOwner) -> bool:
    """Row 5. Where strangers could read the key, not being able to tell counts as abuse."""
    if application_uses(incident, owner) is None:
        return False
    abused = is_abused(incident, owner.key_id)
    return not abused if not incident.is_public else abused is False


def is_gone(incident: Incident, owner: KeyOwner) -> bool:
    """Deleted, by itself or with its user."""
    deleted = [Step("delete_key", key_of(owner)), Step("delete_user", user_of(owner))]
    return owner.status is KeyStatus.ABSENT or any(incident.holds(step) for step in deleted)


def dead_since(incident: Incident, owner: KeyOwner) -> datetime | None:
    """Since when the key is proved dead; None while it is not. A session has no such time: its end is its expiry."""
    if owner.status is KeyStatus.ABSENT:
        return incident.opened_at
    if owner.user_arn and (gone := incident.action(Step("delete_user", user_of(owner)))) and gone.verdict:
        return gone.verdict.since
    if owner.kind not in _OF_A_USER:
        known = incident.credentials.get(owner.key_id)
        return (known.at if known else None) or incident.opened_at
    unit = "deactivate_key" if owner.kind is CredentialKind.USER_KEY else "revoke_service_credentials"
    target = key_of(owner) if owner.kind is CredentialKind.USER_KEY else user_of(owner)
    if glass_is_broken(incident, key_of(owner)):
        return None
    mended = glass_mended_at(incident, key_of(owner))
    for step in (Step("delete_key", key_of(owner)), Step(unit, target)):
        state = incident.action(step)
        if state is not None and state.verdict is not None and state.verdict.holds and state.verdict.since:
            return max(state.verdict.since, mended) if mended else state.verdict.since
    return None


def last_session_of(incident: Incident, target: Target) -> datetime | None:
    """When the last session that could exist of this principal has expired; None while new ones can still come."""
    return _last_session(incident, target, owners(incident), _minting(incident))


def _last_session(
    incident: Incident, target: Target, known_owners: list[KeyOwner], minting: list[Target]
) -> datetime | None:
    """`minting`: roles that still can make sessions of others."""
    mine = [o for o in known_owners if target.kind is TargetKind.ROLE or user_of(o) == target]
    dead = [dead_since(incident, o) for o in mine]
    known = [d for d in dead if d is not None]
    if not known or len(known) != len(dead):
        return None
    if target.kind is TargetKind.USER:
        return max(known) + USER_SESSION
    if any(role != target for role in minting) or _is_on_a_machine(incident, target):
        return None
    cut = incident.action(Step("revoke_role_sessions", target))
    since = cut.verdict.since if cut is not None and cut.verdict is not None and cut.verdict.holds else None
    return max([*known, since]) + ROLE_SESSION if since is not None else None


def _minting(incident: Incident) -> list[Target]:
    """Roles of the chain that are not cut off."""
    return [r for r in roles(incident) if not incident.holds(Step("revoke_role_sessions", r))]


def _is_on_a_machine(incident: Incident, role: Target) -> bool:
    """A machine that holds the role and is not seen stopped."""
    for arn, held in incident.instance_roles.items():
        machine = Target(TargetKind.INSTANCE, arn, role.account)
        if held == role.id and not incident.holds(Step("stop_instance", machine)):
            return True
    return False


def glass_of(incident: Incident, key: Target) -> list[ActionState]:
    """Each time that a person let a leaked key work again, and it did."""
    mine = (a for a in incident.actions.values() if a.step.unit == "break_glass" and a.step.target == key)
    return [a for a in mine if a.is_open or (a.outcome is not None and a.outcome.kind is OutcomeKind.DONE)]


def glass_is_broken(incident: Incident, key: Target) -> bool:
    """Until it was seen to be taken back: that it is meant to be is not enough."""
    return any(not _is_taken_back(a) for a in glass_of(incident, key))


def _is_taken_back(state: ActionState) -> bool:
    return state.undone is not None and state.undone.kind in {OutcomeKind.DONE, OutcomeKind.ALREADY}


def glass_mended_at(incident: Incident, key: Target) -> datetime | None:
    """When it was last taken back."""
    return max((a.undone_at for a in glass_of(incident, key) if _is_taken_back(a) and a.undone_at), default=None)


_DENIES = {"attach_quarantine", "revoke_user_sessions", "revoke_role_sessions", "deactivate_key", "deny_all",
           "revoke_service_credentials"}  # fmt: skip


def accepted_after(incident: Incident) -> list[str]:
    """The trail has the last word: keys with a call that was accepted after every deny was seen to hold. What a key did
    while a person let it work again is meant.
    """
    denies = [a for a in incident.actions.values() if a.step.unit in _DENIES and not a.is_lifted]
    seen = [a.verdict.since for a in denies if a.verdict and a.verdict.since]
    found = []
    for read in incident.calls.values():
        if not seen or read.last_accepted_at is None:
            continue
        key = Target(TargetKind.KEY, read.key_id, incident.owner.account if incident.owner else "")
        if glass_is_broken(incident, key):
            continue
        mended = glass_mended_at(incident, key)
        bound = max([*seen, mended]) if mended is not None else max(seen)
        if read.last_accepted_at > bound + _CLOCKS_DIFFER:
            found.append(read.key_id)
    return found


def may_restore_at(incident: Incident) -> datetime | None:
    """When the last session that could exist of any principal has expired; None while new ones can still come."""
    if incident.owner is not None and incident.owner.is_root:
        return _root_gone_at(incident, incident.owner.account)
    targets: list[Target] = [*users(incident), *roles(incident)]
    known_owners, minting = owners(incident), _minting(incident)  # asked once: there may be many of each
    times = [_last_session(incident, t, known_owners, minting) for t in targets]
    known = [t for t in times if t is not None]
    return max(known, default=None) if len(known) == len(times) else None


def _root_gone_at(incident: Incident, account: str) -> datetime | None:
    """When the last session of root that its keys could make has expired."""
    removed = incident.action(Step("root_key", Target(TargetKind.ACCOUNT, account, account)))
    since = removed.verdict.since if removed is not None and removed.verdict and removed.verdict.holds else None
    return since + ROOT_SESSION if since is not None else None


def why_trail_is_silent(incident: Incident, since: datetime) -> str:
    """Why the trail of the chain cannot speak for the time until `since`; empty where all of it was read after that."""
    for credential in chain(incident):
        check = incident.checks.get(_trail_of(incident, credential.key_id).id)
        if check is None or check.unknown:
            return f"the trail of {credential.key_id} could not be read"
        if check.last_at < since:
            return f"the trail of {credential.key_id} was not read after {since:%Y-%m-%d %H:%M} UTC"
    return ""
