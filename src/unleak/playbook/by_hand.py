"""What only a person can do, or must look at: one sentence each."""

from collections.abc import Iterator
from datetime import datetime

from unleak.iam.outlives import ENDS_BY
from unleak.model.credential import CredentialKind
from unleak.model.evidence import Fact, KeyOwner, KeyStatus
from unleak.model.incident import Incident
from unleak.model.plan import Step
from unleak.playbook import facts
from unleak.playbook.eviction import facts_and_steps, is_a_services, taken_out

_MOST_NAMED = 5
_WRITTEN = frozenset({"code", "layers", "handler", "environment", "role", "vpcConfig", "settings"})
"""Parts of a function that decide what it does."""
_ROOT_SIGN_IN = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user_manage_delete-key.html"


def escaped(incident: Incident, now: datetime) -> Iterator[str]:
    """What keeps an incident from being contained, whatever was done."""
    for key_id in facts.accepted_after(incident):
        yield f"{key_id} was used with success after containment: look at its calls, contain what they reach"
    for owner in facts.owners(incident):
        yield from _of_its_kind(incident, owner, now)
        if facts.glass_is_broken(incident, facts.key_of(owner)):
            yield f"{owner.key_id} works again: the glass is broken, until it is taken back"
    yield from _left_standing(incident)


def _of_its_kind(incident: Incident, owner: KeyOwner, now: datetime) -> Iterator[str]:
    if owner.kind is CredentialKind.FOREIGN:
        yield (
            f"{owner.key_id} belongs to account {owner.account}, which is not reached: where it is yours, name a role "
            "for it in unleak.toml; where it is not, tell its owner, and AWS (aws-security@amazon.com)"
        )
    if owner.kind is CredentialKind.ROOT_KEY and owner.status is KeyStatus.UNKNOWN:
        yield (
            f"{owner.key_id} is no user's key: it is root's, or was deleted; give its secret (--secret-from), or sign "
            "in as root and look at its keys"
        )
    if owner.kind is CredentialKind.UNKNOWN_SESSION:
        yield (
            f"whose session {owner.key_id} is, neither the trail nor the credential tells (yet): respond with its "
            "secret and token in hand (--secret-from), or find its call in the trail"
        )
    if owner.kind is CredentialKind.ROOT_SESSION:
        ends = (incident.opened_at or now) + facts.ROOT_SESSION
        if now < ends:
            yield f"no policy of the account ends a session of root: it ends by itself by {ends:%H:%M} UTC"


def _left_standing(incident: Incident) -> Iterator[str]:
    """What may let the attacker back in and is not taken out yet by itself: a person must look before this is green."""
    out = taken_out(incident)
    for read in incident.calls.values():
        for call in read.lasting:
            if call.at >= incident.suspect_since and call.event_id not in out:
                what = f"{call.action} {call.name}".rstrip()
                when = f"{call.at:%Y-%m-%d %H:%M}"
                yield f"{what} by {read.key_id} at {when} may let them back in: look at it, take it out"


def to_do(incident: Incident) -> Iterator[str]:
    """What a person must still do beside containment."""
    owner = incident.owner
    if owner is None or owner.kind is CredentialKind.FOREIGN:
        return
    if owner.is_root:
        yield f"root: sign in, look for keys, MFA devices, changed contacts ({_ROOT_SIGN_IN}); read all that root did"
    elif owner.kind is CredentialKind.USER_KEY and owner.status is KeyStatus.ABSENT:
        yield f"{incident.key_id} does not exist any more; the sessions that it made may still live, read the trail"
        if owner.user_arn is None:
            return
    elif owner.kind is CredentialKind.SERVICE_CREDENTIAL and owner.user_arn is None:
        yield f"{incident.key_id} does not exist (any more): nothing is left to switch off; look at what was done"
    yield from _made_before(incident)
    yield from _probably_stolen(incident)
    yield from _no_action_for(incident)
    yield from _rewritten(incident)
    yield from _kept_of_images(incident)
    yield from _outlives(incident)
    yield from _put_right(incident, owner)


def _made_before(incident: Incident) -> Iterator[str]:
    since = incident.suspect_since
    before = [c.key_id for c in incident.credentials.values() if c.at and c.at < since]
    before += [r.target.name for r in incident.resources.values() if r.at < since]
    if before:
        more = f" and {len(before) - _MOST_NAMED} more" if before[_MOST_NAMED:] else ""
        listed = ", ".join(before[:_MOST_NAMED]) + more
        yield f"made with this key before the leak, and left alone: {listed}; look whether they are yours"


def _probably_stolen(incident: Incident) -> Iterator[str]:
    """Other people's keys, which address and habit speak against: whoever owns one decides."""
    for key_id in incident.descent.stolen if incident.descent else ():
        yield f"{key_id} was used from the attacker's address, probably stolen: unleak respond {key_id} --reason ..."


def _no_action_for(incident: Incident) -> Iterator[str]:
    """What the attacker left and no action of ours takes out."""
    left = [f for f, steps in facts_and_steps(incident) if not steps and f.deed != "started"]
    for fact in left[:_MOST_NAMED]:
        what = f"{fact.type.removeprefix('AWS::')} {fact.arn}".rstrip()
        yield f"{what}: {fact.detail or fact.deed}; look at it, take it out{_way_of(fact)}"
    if left[_MOST_NAMED:]:
        yield f"and {len(left) - _MOST_NAMED} things more that the attacker left: unleak evict {incident.key_id} --plan"


def _way_of(fact: Fact) -> str:
    if not is_a_services(fact) or fact.deed != "created":
        return ""
    name = fact.arn.rsplit("/", 1)[-1]
    return f" where no service of yours needs it: aws iam delete-service-linked-role --role-name {name}"


def _rewritten(incident: Incident) -> Iterator[str]:
    """A function that was stopped runs no more, and is not what it was."""
    actions = incident.actions.values()
    put_back = {a.step.target.id for a in actions if a.step.unit == "put_back_function" and a.holds}
    stopped = {a.step.target.id for a in actions if a.step.unit == "disable_function" and a.holds}
    if not (left := stopped - put_back):
        return
    written = dict.fromkeys(fact.arn for fact, _ in facts_and_steps(incident) if _is_rewritten(fact))
    for arn in (arn for arn in written if arn in left):
        yield (
            f"function {arn.rpartition(':')[2]} is stopped, and is still what the attacker wrote: put back the version "
            f"before (unleak data {incident.key_id} says which), or deploy it again"
        )


def _is_rewritten(fact: Fact) -> bool:
    return fact.deed == "changed" and fact.type.endswith("Lambda::Function") and fact.part in _WRITTEN


def _kept_of_images(incident: Incident) -> Iterator[str]:
    for state in incident.actions.values():
        if state.step.unit != "deregister_image" or not state.is_applied or state.change is None:
            continue
        if kept := (state.change.before.get("") or {}).get("snapshots"):
            name, listed = state.step.target.name, ", ".join(map(str, kept[:_MOST_NAMED]))
            yield f"the snapshots of image {name} stay: {listed}; delete them when nobody needs them"


def _outlives(incident: Incident) -> Iterator[str]:
    done = dict.fromkeys(a for read in incident.calls.values() for a in read.outlives)
    yield from (f"{action}: {ENDS_BY[action]}" for action in done if action in ENDS_BY)


def _put_right(incident: Incident, owner: KeyOwner) -> Iterator[str]:
    yield "take the key out of the source and of its history, and give the application a role instead of a key"
    dead = incident.holds(Step("deactivate_key", facts.key_of(owner))) and not facts.is_gone(incident, owner)
    if owner.kind is CredentialKind.USER_KEY and dead:
        yield f"delete {incident.key_id} after some days without rightful use (it stays Inactive until then)"
    yield from _fought(incident)
    yield "answer AWS's support case if there is one: AWS waits for it"


def _fought(incident: Incident) -> Iterator[str]:
    for state in incident.actions.values():
        what = f"{state.step.unit} on {state.step.target.name}"
        often = state.attempts >= facts.MOST_PUT_BACKS
        automation = "; it is put back as long as this goes on: stop what does it, if it is yours" if often else ""
        if state.removed_at:
            times = f"{len(state.removed_at)} times" if len(state.removed_at) > 1 else "once"
            last = f"last seen gone at {state.removed_at[-1]:%H:%M:%S}"
            yield f"{what} was removed {times} by somebody, {last}: the trail says by whom{automation}"
        elif often and state.looks.is_gone:
            yield f"{what} was made {state.attempts} times, and is gone at each look{automation}"
