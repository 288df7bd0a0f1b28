"""For whoever may not do it: what an administrator must run, the same in the console, and a message to send."""

from collections.abc import Iterable, Iterator, Mapping

from unleak.iam.key_id import KeyKind, account_of, kind_of
from unleak.model.credential import CredentialKind
from unleak.model.evidence import KeyStatus
from unleak.model.incident import Incident
from unleak.model.plan import Step, Target, TargetKind
from unleak.playbook import facts
from unleak.respond import ACTIONS

_USER, _ROLE = "$U", "ROLE"
_ONE_SERVICE = {KeyKind.CONTEXT, KeyKind.BEARER}
_WAIT = "wait half a minute, then run the deny of sessions once more: a session that was made meanwhile is younger"
_READ_MORE = "why in this order, and what it breaks: docs/respond.md of unleak; or let `unleak respond` do and prove it"
_SELF = "nothing but the leaked pair in hand? unleak respond {key} --self --secret-from PATH lets it switch itself off"


def handover(incident: Incident) -> str:
    """Empty where AWS let us do everything that is wanted: then nobody else is needed."""
    owner = incident.owner
    if owner is None:
        unknown = any(c.unknown for c in incident.checks.values())
        return offline_handover(incident.key_id) if unknown else ""
    forbidden = any(a.outcome is not None and a.outcome.forbidden for a in incident.actions.values())
    if not forbidden or owner.kind is CredentialKind.FOREIGN or owner.is_root:
        return ""
    users = {o.key_id: o.user_arn.rsplit("/", 1)[-1] for o in facts.owners(incident) if o.user_arn}
    return "\n".join(_lines(incident.key_id, owner.account, _steps(incident), "", _places(incident), users))


def _steps(incident: Incident) -> Iterator[Step]:
    """What is not in place, in the order in which it is to be done: deny, switch off, deny again."""
    for user in facts.users(incident):
        yield from _missing(incident, Step("attach_quarantine", user), Step("revoke_user_sessions", user))
    for owner in facts.owners(incident):
        if owner.kind is CredentialKind.USER_KEY and owner.status is not KeyStatus.ABSENT:
            yield from _missing(incident, Step("deactivate_key", facts.key_of(owner)))
    for role in facts.roles(incident):
        yield from _missing(incident, Step("revoke_role_sessions", role))


def _missing(incident: Incident, *steps: Step) -> Iterator[Step]:
    for step in steps:
        state = incident.action(step)
        if state is None or not state.is_applied:
            yield step


def _places(incident: Incident) -> list[str]:
    return [f"{p.path}:{p.line}" for a in incident.alerts for p in a.places]


def offline_handover(key_id: str) -> str:
    """Without asking anybody: the first command finds the user."""
    account, kind = account_of(key_id) or "", kind_of(key_id)
    user = Target(TargetKind.USER, _USER, account)
    if kind is KeyKind.TEMPORARY:
        first = (
            f"aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue={key_id}"
            f"   # its userIdentity names the role: put it in place of {_ROLE}"
        )
        steps = [Step("revoke_role_sessions", Target(TargetKind.ROLE, _ROLE, account))]
    elif kind in _ONE_SERVICE:
        ask = f"ServiceSpecificCredentials[?ServiceSpecificCredentialId=='{key_id}'].UserName"
        first = f'U=$(aws iam list-service-specific-credentials --all-users --query "{ask}" --output text)'
        steps = [Step("revoke_service_credentials", user)]
    else:
        first = f"U=$(aws iam get-access-key-last-used --access-key-id {key_id} --query UserName --output text)"
        key = Target(TargetKind.KEY, key_id, account)
        steps = [Step("attach_quarantine", user), Step("revoke_user_sessions", user), Step("deactivate_key", key)]
    return "\n".join(_lines(key_id, account, steps, first, (), {}))


def _lines(
    key_id: str, account: str, steps: Iterable[Step], first: str, places: Iterable[str], users: Mapping[str, str]
) -> Iterator[str]:
    """`users` names the user of each key, where that is known."""
    where = f"account {account}" if account else "an account that the id does not tell"
    yield from ("", f"What an administrator of {where} must do, in this order", "")
    if first:
        yield f"  {first}"
    listed, number = list(steps), 0
    for number, step in enumerate(listed, 1):
        yield from _one(number, step, key_id, users.get(step.target.id, _USER))
    if any(s.unit == "deactivate_key" for s in listed):
        yield f"  {number + 1}. {_WAIT}"
        yield f"  ({_SELF.format(key=key_id)})"
    found = ", ".join(places)
    yield from ("", "A message to send", "")
    yield f"  The AWS access key {key_id} of {where} has leaked" + (f" (found in {found})." if found else ".")
    yield "  I may not contain it myself. Please run the commands above now, in their order: deactivating the key alone"
    yield "  does not end the sessions that were made with it. Then look into CloudTrail for this key id, and deny the"
    yield "  sessions of every role that it assumed."
    yield f"  ({_READ_MORE})"


def _one(number: int, step: Step, key_id: str, user: str) -> Iterator[str]:
    action = ACTIONS[step.unit]
    names = {"key_id": step.target.id if step.target.kind is TargetKind.KEY else key_id, "name": step.target.name,
             "region": step.target.region, "user": user}  # fmt: skip
    whole = action.by_hand.cli.format(**names).replace("ACCA...", key_id)
    yield f"  {number}. {action.title}"
    yield f"     {whole}"
    yield f"     console: {action.by_hand.console.format(**names)}"
