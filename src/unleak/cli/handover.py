"""For whoever may not do it: what an administrator must run, the same in the console, and a message to send."""

from collections.abc import Iterable, Mapping

from unleak.iam.key_id import KeyKind, account_of, kind_of
from unleak.model.incident import Incident
from unleak.model.plan import OutcomeKind, Step, Target, TargetKind
from unleak.respond import ACTIONS

_OFFLINE = ("attach_quarantine", "revoke_user_sessions", "deactivate_key")
_SESSION = ("revoke_role_sessions",)
_SERVICE = ("revoke_service_credentials",)
_OF_ONE_SERVICE = {KeyKind.CONTEXT, KeyKind.BEARER}
_READ_MORE = "why in this order, and what it breaks: docs/respond.md of unleak; or let `unleak respond` do and prove it"


def handover(incident: Incident) -> str:
    """Empty where nothing was refused: then nobody else is needed."""
    refused = [
        a.step
        for a in incident.actions.values()
        if a.outcome is not None and a.outcome.kind in {OutcomeKind.REFUSED, OutcomeKind.FAILED}
    ]
    unknown = incident.owner is None and any(c.unknown for c in incident.checks.values())
    if unknown:
        return offline_handover(incident.key_id)
    if not refused:
        return ""
    owner = incident.owner
    user = owner.user_arn.rsplit("/", 1)[-1] if owner and owner.user_arn else "USER"
    places = [f"{p.path}:{p.line}" for a in incident.alerts for p in a.places]
    return "\n".join(_lines(incident.key_id, owner.account if owner else "", refused, {"user": user}, places))


def offline_handover(key_id: str) -> str:
    """Without asking anybody: the user is not known, and the first command finds it."""
    account = account_of(key_id) or ""
    kind = kind_of(key_id)
    units = _SESSION if kind is KeyKind.TEMPORARY else _SERVICE if kind in _OF_ONE_SERVICE else _OFFLINE
    key = Target(TargetKind.KEY, key_id, account)
    steps = [
        Step(unit, key if unit == "deactivate_key" else Target(TargetKind.USER, "USER", account)) for unit in units
    ]
    first = f"aws iam get-access-key-last-used --access-key-id {key_id}   # UserName: put it in place of USER"
    if kind in _OF_ONE_SERVICE:
        first = (
            f"aws iam list-service-specific-credentials --all-users   # UserName of {key_id}: put it in place of USER"
        )
    if kind is KeyKind.TEMPORARY:
        first = (
            f"aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue={key_id}"
            "   # userIdentity: put its role in place of USER"
        )
    return "\n".join(_lines(key_id, account, steps, {"user": "USER"}, (), first))


def _lines(
    key_id: str, account: str, steps: Iterable[Step], names: Mapping[str, str], places: Iterable[str], first: str = ""
) -> Iterable[str]:
    where = f"account {account}" if account else "an account that the id does not tell"
    yield from ("", f"What an administrator of {where} must do, in this order", "")
    if first:
        yield f"  {first}"
    listed = list(steps)
    for number, step in enumerate(listed, 1):
        action = ACTIONS[step.unit]
        filled = {"key_id": key_id, "name": step.target.name, "region": step.target.region, **names}
        yield f"  {number}. {action.title}"
        yield f"     {action.by_hand.cli.format(**filled)}"
        yield f"     console: {action.by_hand.console.format(**filled)}"
    found = ", ".join(places)
    yield from ("", "A message to send", "")
    yield f"  The AWS access key {key_id} of {where} has leaked" + (f" (found in {found})." if found else ".")
    yield f"  I may not contain it myself. Please run the {len(listed)} commands above now, in their order:"
    yield "  deactivating the key alone does not end the sessions that were made with it. Then look into CloudTrail for"
    yield "  this key id."
    yield f"  ({_READ_MORE})"
