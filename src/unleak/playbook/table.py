"""The table: which steps are wanted, in the order in which things are done. Numbers are the rows of docs/respond.md."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from unleak.model.clock import parse_stamp
from unleak.model.credential import CredentialKind, Origin
from unleak.model.evidence import KeyOwner, KeyStatus
from unleak.model.incident import Incident
from unleak.model.plan import Mode, Step, Target, TargetKind, VerdictKind
from unleak.playbook import facts, rotation
from unleak.playbook.eviction import evictions, roles_made
from unleak.playbook.wanted import Wanted

SOAK = timedelta(days=7)
"""How long a key stays Inactive before its deletion is proposed: who still needs it has shown up by then."""
_TRAIL = "calls_of_key"
_MOST_ROUNDS = 12
_LIFTS = "lift_aws_quarantine"
_CUTS = {"revoke_user_sessions", "revoke_role_sessions"}
_GONE_FOR_GOOD = "it cannot be taken back"


def wanted(incident: Incident) -> Iterator[Wanted]:
    """A key that the attacker created joins the incident and is handled as the leaked one is."""
    for credential in facts.chain(incident):
        if credential.origin in {Origin.LEAKED, Origin.CREATED}:
            again = _moved_at(incident, credential.key_id)
            yield Wanted(Step("find_owner", Target(TargetKind.KEY, credential.key_id, "")), again_at=again)  # 2
    for owner in facts.owners(incident):
        yield from _of(incident, owner)
    if incident.owner is not None and incident.owner.kind is not CredentialKind.FOREIGN:
        yield from _investigation(incident)  # 10
        yield from _reached(incident)  # 4, 7, 11
        yield from _renewals(incident)  # 4
        yield from evictions(incident)  # 11, 12
        yield from _afterwards(incident)  # 13
    yield from rotation.looks(incident)  # 5
    yield from _asked_for(incident)


def _moved_at(incident: Incident, key_id: str) -> tuple[datetime, ...]:
    """When a look found the key with a user of another name: an attacker may rename, and leave a decoy behind."""
    looks = [a.looks for a in incident.actions.values() if a.step.target.id == key_id]
    return tuple(k.last_at for k in looks if k.last is not None and k.last.moved and k.last_at is not None)


def _of(incident: Incident, owner: KeyOwner) -> Iterator[Wanted]:
    match owner.kind:
        case CredentialKind.ROOT_KEY | CredentialKind.ROOT_SESSION:
            yield from _root(incident, owner)
        case CredentialKind.FOREIGN:
            return
        case _ if owner.user_arn:
            yield from _user(incident, owner)
        case _ if owner.role_arn:
            yield from _role_session(owner)


def _user(incident: Incident, owner: KeyOwner) -> Iterator[Wanted]:
    """Of its key, of a session of its own, of a session that it federated, or of a credential for one service."""
    key, user = facts.key_of(owner), facts.user_of(owner)
    if _is_deleted(incident, user):
        return
    yield Wanted(Step("try_credential", key))  # 2
    yield Wanted(Step("save_principal", user))  # 1
    yield Wanted(Step("read_permissions", user))  # 2
    lifted = incident.action(Step(_LIFTS, user))
    if not facts.glass_is_broken(incident, key) and (lifted is None or not lifted.is_applied):
        yield Wanted(Step("attach_quarantine", user), Mode.QUARANTINE)  # 3
    yield Wanted(Step("revoke_user_sessions", user), Mode.DISABLE)  # 4
    if owner.kind is CredentialKind.USER_KEY and owner.status is not KeyStatus.ABSENT:
        yield from _deactivation(incident, owner, key)  # 5, 6
    yield Wanted(Step("revoke_service_credentials", user), Mode.DISABLE)  # 6
    yield from _lockdown(incident, user)  # 7


def _is_deleted(incident: Incident, who: Target) -> bool:
    """From the intent on, unless it is seen to be there (again): what hung on it need not be looked for."""
    deleted = incident.action(Step("delete_user" if who.kind is TargetKind.USER else "delete_role", who))
    if deleted is None or deleted.intended_at is None:
        return False
    fails = deleted.verdict is not None and deleted.verdict.kind is VerdictKind.FAILS
    return deleted.is_open or (deleted.is_applied and not fails)


def _deactivation(incident: Incident, owner: KeyOwner, key: Target) -> Iterator[Wanted]:
    """Exactly this key, never the user's other one. A leak that strangers could not read leaves time to look first."""
    step = Step("deactivate_key", key)
    looked = any(c.step.unit == _TRAIL and c.step.target.id == key.id for c in incident.checks.values())
    if facts.glass_is_broken(incident, key) or not (incident.is_public or looked or incident.action(step)):
        return
    if rotation.comes_first(incident, owner):  # 5
        yield Wanted(step, Mode.DISABLE, asks=rotation.why(incident, owner))
    else:
        unused = incident.is_known_public and facts.is_unused(incident, owner)
        yield Wanted(step, Mode.QUARANTINE if unused else Mode.DISABLE)  # 6


def _lockdown(incident: Incident, target: Target) -> Iterator[Wanted]:
    """Wanted only in this mode: the milder ones contain without it. What was denied stays until its time is up."""
    denied = Step("deny_all", target)
    if incident.mode.covers(Mode.LOCKDOWN) or incident.action(denied) is not None:
        until = None if facts.is_made(incident, target.id) else facts.last_session_of(incident, target)
        yield Wanted(denied, Mode.LOCKDOWN, until=until)  # 7
    if not incident.mode.covers(Mode.LOCKDOWN) or target.kind is not TargetKind.USER:
        return
    yield from _lock(incident, target)
    saved = incident.saved.get(target.id)
    if saved is not None and saved.has_console_login:
        yield Wanted(Step("block_console", target), Mode.LOCKDOWN, asks=f"its password is lost: {_GONE_FOR_GOOD}")  # 7


def _lock(incident: Incident, target: Target) -> Iterator[Wanted]:
    """The deny made irremovable, where an organisation is reachable."""
    account = Target(TargetKind.ACCOUNT, target.account, target.account)
    yield Wanted(Step("find_organization", account))
    found = incident.organizations.get(target.account)
    if found is not None and found.binds:
        yield Wanted(Step("lock_with_scp", target), Mode.LOCKDOWN)


def _role_session(owner: KeyOwner) -> Iterator[Wanted]:
    yield Wanted(Step("try_credential", facts.key_of(owner)))  # 2; the role itself is among those that were reached


def _root(incident: Incident, owner: KeyOwner) -> Iterator[Wanted]:
    """Never handled as a user: no policy of the account binds root."""
    account = Target(TargetKind.ACCOUNT, owner.account, owner.account)
    yield Wanted(Step("try_credential", facts.key_of(owner)))
    yield Wanted(Step("find_organization", account))  # 8
    found = incident.organizations.get(owner.account)
    if found is not None and found.binds:
        why = f"it denies everything to root of account {owner.account}"
        yield Wanted(Step("lock_with_scp", account), Mode.LOCKDOWN, asks=why)  # 8
    if owner.status is not KeyStatus.UNKNOWN or owner.kind is CredentialKind.ROOT_SESSION:
        yield Wanted(Step("root_key", account), Mode.LOCKDOWN, asks=f"root's keys are deleted: {_GONE_FOR_GOOD}")


def _investigation(incident: Incident) -> Iterator[Wanted]:
    """Read again when what was called until the last change has been delivered, and before a deny is lifted."""
    last = facts.changed_at(incident)
    changed = [last] if last is not None else []
    changed += [m for o in facts.owners(incident) if (m := facts.glass_mended_at(incident, facts.key_of(o)))]
    again = [max(changed) + delay for delay in facts.TRAIL_DELAYS] if changed else []
    fought_over = facts.calm(incident).trouble_at is not None
    denied = [a.step.target for a in incident.actions.values() if a.step.unit == "deny_all" and a.is_applied]
    lifts = [*(facts.last_session_of(incident, t) for t in denied), facts.may_restore_at(incident)]
    home = incident.owner.account if incident.owner else ""
    for credential in facts.chain(incident):
        target = Target(TargetKind.KEY, credential.key_id, credential.account or home)
        step = Step(_TRAIL, target)
        between = _between(incident, step, again) if fought_over else ()
        yield Wanted(step, again_at=tuple(sorted({*again, *between, *(t for t in lifts if t)})))
    descent = Step("descent", Target(TargetKind.KEY, incident.key_id, home))
    between = _between(incident, descent, again) if fought_over else ()
    due = tuple(sorted({*again, *between, *(t for t in lifts if t)}))
    yield Wanted(descent, again_at=due, not_before=due[0] if due else None)


def _between(incident: Incident, step: Step, again: list[datetime]) -> tuple[datetime, ...]:
    """Who keeps taking denies away makes us change something all the time: that must not put off for ever that the
    trail is read, which tells with what they do it.
    """
    read = incident.checks.get(step.id)
    since = read.last_at if read is not None else incident.opened_at
    if since is None or not again:
        return ()
    sooner = since + min(facts.TRAIL_DELAYS)
    return (sooner,) if sooner < again[0] else ()


def _reached(incident: Incident) -> Iterator[Wanted]:
    reached = facts.roles(incident)
    for role in (r for r in reached if not _is_deleted(incident, r)):
        yield Wanted(Step("revoke_role_sessions", role), Mode.DISABLE)  # 4
        yield from _lockdown(incident, role)  # 7
    for role in roles_made(incident):
        if role not in reached and not _is_deleted(incident, role):
            yield from _lockdown(incident, role)  # 7
    for found in incident.resources.values():
        if found.is_machine and found.at >= incident.suspect_since:
            yield Wanted(Step("instance_role", found.target))  # 11
            yield Wanted(Step("stop_instance", found.target), Mode.DISABLE)  # 11


def _renewals(incident: Incident) -> Iterator[Wanted]:
    """Sessions minted while the deactivation travelled may be younger than the cut-off: cut again, upstream first."""
    renewed = [
        Step("revoke_user_sessions", facts.user_of(owner), 2 + len(facts.glass_of(incident, facts.key_of(owner))))
        for owner in facts.owners(incident)
        if owner.user_arn
        and not _is_deleted(incident, facts.user_of(owner))
        and incident.holds(Step("deactivate_key", facts.key_of(owner)))
        and not facts.glass_is_broken(incident, facts.key_of(owner))
    ]
    yield from (Wanted(step, Mode.DISABLE) for step in dict.fromkeys(renewed))
    yield from (Wanted(step, Mode.DISABLE) for step in _last_renewals(incident))
    yield from _after_younger_sessions(incident, max((s.round for s in renewed), default=1))
    if not renewed or not all(incident.holds(step) for step in renewed):
        return
    for role in facts.roles(incident):
        if incident.holds(Step("revoke_role_sessions", role)):
            yield Wanted(Step("revoke_role_sessions", role, 2), Mode.DISABLE)


def _last_renewals(incident: Incident) -> list[Step]:
    """Once made, the last cut of each principal is looked at and put back, whether or not anything would ask for it
    now. It stands for those before it.
    """
    made = [a.step for a in incident.actions.values() if a.step.unit in _CUTS and a.step.round > 1 and a.intended_at]
    last = {(s.unit, s.target): s for s in sorted(made, key=lambda s: s.round)}
    return [s for s in last.values() if not _is_deleted(incident, s.target)]


def _after_younger_sessions(incident: Incident, taken: int) -> Iterator[Wanted]:
    """The trail shows a session that is younger than the last cut-off of its principal: cut again, later than it."""
    for unit, targets in (
        ("revoke_user_sessions", facts.users(incident)),
        ("revoke_role_sessions", facts.roles(incident)),
    ):
        for target in (t for t in targets if not _is_deleted(incident, t)):
            done = [a for a in incident.same_change(Step(unit, target)) if a.change is not None and a.intended_at]
            changes = [(a.change.after, a.step.round) for a in done if a.change]
            cuts = [(parse_stamp(after["cutoff"]), n) for after, n in changes if "cutoff" in after]
            if not cuts:
                continue
            latest, last = max(cuts)[0], max(r for _, r in cuts)
            born = [c.at for c in facts.chain(incident) if c.principal_arn == target.id and c.at]
            if any(at >= latest for at in born):
                why = f"{last} times sessions were cut off, and new ones came" if last >= _MOST_ROUNDS else ""
                yield Wanted(Step(unit, target, max(last, taken, 2) + 1), Mode.DISABLE, asks=why)


def _afterwards(incident: Incident) -> Iterator[Wanted]:
    """Row 13: a key that nobody missed while it was Inactive; row 14: AWS's own quarantine, when all is over."""
    over = facts.may_restore_at(incident)
    for user in facts.users(incident):
        by_aws = facts.is_quarantined_by_aws(incident, user) and not facts.is_made(incident, user.id)
        if by_aws and over is not None and all(facts.is_gone(incident, o) for o in facts.owners(incident)):
            why = "AWS attached it: answer its support case first"
            yield Wanted(Step(_LIFTS, user), Mode.LOCKDOWN, asks=why, not_before=over, part=False)
    for owner in facts.owners(incident):
        key = facts.key_of(owner)
        state = incident.action(Step("deactivate_key", key))
        if state is None or not state.holds or state.concluded_at is None:
            continue
        if facts.is_created(incident, owner.key_id):
            continue  # taken out with the rest of what the attacker made
        soaked = state.concluded_at + SOAK
        yield Wanted(Step("delete_key", key), Mode.LOCKDOWN, asks=_GONE_FOR_GOOD, not_before=soaked, part=False)


def _asked_for(incident: Incident) -> Iterator[Wanted]:
    """What a person wants beside the table. It is shown like everything else, and needs an approval of the change."""
    for request in incident.requested.values():
        if rotation.is_superseded(incident, request.step):
            continue
        state = incident.action(request.step)
        until = None
        if request.step.unit == "break_glass" and state is not None and state.change is not None and state.concluded_at:
            until = state.concluded_at + timedelta(hours=float(state.change.after["hours"]))
        why = f"{request.who} asked for it: {request.why}"
        yield Wanted(request.step, Mode.LOCKDOWN, asks=why, until=until, part=False)
