"""Lets a leaked key work again, fenced and for a time: for an application that broke, until it has a new key.

The one exception to "no restore re-enables a leaked credential". The fence denies all but what the application did
before the leak, from where it did it; it stands before the key is active, and goes after it is inactive again. While
the glass is broken, AWS's quarantine is off: the fence is the narrower of the two. Sessions that are minted meanwhile
are denied afterwards, by a later cut-off.
"""

import ipaddress
from datetime import timedelta
from typing import Any

from unleak.contain.deactivate_key import set_status, status_of
from unleak.contain.own_policy import ON_USER, OwnPolicy, own_policy
from unleak.contain.quarantine.policies import is_quarantine
from unleak.iam.trail_names import in_iam
from unleak.model.errors import NotPossible
from unleak.model.evidence import KeyStatus
from unleak.model.incident import ActionState
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Step, Target, TargetKind, Tri
from unleak.unit import ByHand, Context

HOURS = 2.0
_SETTLES = timedelta(seconds=12)
"""The fence is given time to be true everywhere before the key is active."""
_MORE = "name them with --allow, and where it runs with --from"


class BreakGlass:
    id = "break_glass"
    title = "Let the leaked key work again, fenced and for a time"
    permissions = (*ON_USER, "iam:ListAccessKeys", "iam:UpdateAccessKey")
    breaking = False
    reversible = True
    deletes = False
    undone_by = "setting the key to Inactive again, then deleting the fence; by itself, when its time is up"
    by_hand = ByHand(
        console="IAM > Users > {user} > Security credentials > Access keys > {key_id} > Actions > Activate, after an "
        "inline policy denies all else (NotAction) and all other addresses (NotIpAddress)",
        cli="aws iam update-access-key --user-name {user} --access-key-id {key_id} --status Active",
    )
    references = ("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_deny-ip.html",)

    def propose(self, context: Context, target: Target) -> Change | None:
        """Raises NotPossible where no fence can be drawn, or something stands that a fence would not open."""
        if status_of(context, target) is not KeyStatus.INACTIVE:
            raise NotPossible(f"{target.id} is not Inactive", "glass is broken only for a key that was deactivated")
        user = _user(context, target)
        denied = context.incident.action(Step("deny_all", user))
        if denied is not None and denied.is_applied:
            raise NotPossible(f"everything is denied to {user.name}", f"lift {denied.step.id} first")
        quarantined = context.incident.action(Step("attach_quarantine", user))
        if quarantined is not None and quarantined.is_applied and _way_of(quarantined) != "policy":
            hint = f"take {quarantined.step.id} back first: the fence is narrower"
            raise NotPossible(f"{user.name} is quarantined by a {_way_of(quarantined)}, which would stay", hint)
        hours, actions, addresses = _fence_of(context, target)
        return Change(
            summary=f"set {target.id} to Active for {hours:g} h, for {len(actions)} actions from "
            f"{', '.join(addresses)} only",
            breaks="nothing; whoever holds the leaked key may use it again within the fence",
            undo=f"set it to Inactive again; done by itself after {hours:g} h",
            before={"quarantine": _quarantines(context, user)},
            after={"hours": hours, "actions": list(actions), "addresses": list(addresses)},
        )

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        user = _user(context, target)
        fence = _fence(change)
        policy = _policy(context, user)
        if policy.read() != fence:
            policy.write(fence)
            context.clock.sleep_until(context.clock.now() + _SETTLES)
        set_status(context, target, KeyStatus.ACTIVE)
        iam = context.aws.client(user.account, "iam")
        for arn in set(change.before["quarantine"]) & set(_quarantines(context, user)):
            iam.detach_user_policy(UserName=user.name, PolicyArn=arn)
        return Outcome(OutcomeKind.DONE, change.summary)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        """A fence that is gone is a failure: the loop then takes the key back."""
        user = _user(context, target)
        present = _policy(context, user, fresh=True).read()
        if change is None or present != _fence(change):
            return Look(Tri.NO, detail="the fence is not there (any more)")
        if status_of(context, target, fresh=True) is not KeyStatus.ACTIVE:
            return Look(Tri.NO, detail=f"{target.id} is not Active (any more)")
        return Look(Tri.YES, detail=f"{target.id} is Active, within the fence")

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        user, iam = _user(context, target), context.aws.client(target.account, "iam")
        policy = _policy(context, user)
        fenced = policy.read() is not None
        if not fenced and status_of(context, target) is not KeyStatus.ACTIVE:
            return Outcome(OutcomeKind.ALREADY, f"{target.id} is Inactive again, and the fence is gone")
        set_status(context, target, KeyStatus.INACTIVE)
        for arn in change.before["quarantine"]:
            iam.attach_user_policy(UserName=user.name, PolicyArn=arn)
        if fenced:
            context.clock.sleep_until(
                context.clock.now() + _SETTLES
            )  # the key is dead everywhere before the fence goes
            policy.delete()
        return Outcome(OutcomeKind.DONE, f"set {target.id} to Inactive again, and took the fence away")


def _way_of(quarantined: ActionState) -> str:
    return str(quarantined.change.after.get("way", "policy")) if quarantined.change else "policy"


def _user(context: Context, target: Target) -> Target:
    owner = context.incident.owners.get(target.id)
    if owner is None or owner.user_arn is None:
        raise NotPossible(f"nobody knows which user owns {target.id}", "find its owner first")
    return Target(TargetKind.USER, owner.user_arn, target.account)


def _policy(context: Context, user: Target, *, fresh: bool = False) -> OwnPolicy:
    return own_policy(context, user, "fence", fresh=fresh)


def _quarantines(context: Context, user: Target) -> list[str]:
    iam = context.aws.client(user.account, "iam")
    found = iam.pages("list_attached_user_policies", "AttachedPolicies", UserName=user.name)
    return sorted(p["PolicyArn"] for p in found if is_quarantine(p["PolicyArn"]))


def _fence_of(context: Context, target: Target) -> tuple[float, tuple[str, ...], tuple[str, ...]]:
    """Hours, actions, addresses: what the trail has from before the leak, and what the request adds."""
    request = context.incident.requested.get(Step("break_glass", target, context.round).id)
    options = dict(request.options) if request else {}
    read = context.incident.calls.get(target.id)
    seen = read.before if read else None
    actions = {in_iam(a) for a in (seen.actions if seen else ())} | _listed(options.get("allow", ""))
    addresses = {a for a in (seen.addresses if seen else ()) if _is_address(a)} | _listed(options.get("from", ""))
    if not actions or not addresses:
        what = "what the application did" if not actions else "from where the application called"
        raise NotPossible(f"nobody knows {what} before the leak: no fence can be drawn", _MORE)
    return float(options.get("hours", HOURS)), tuple(sorted(actions)), tuple(sorted(addresses))


def _listed(text: str) -> set[str]:
    return {part for part in text.split(",") if part}


def _is_address(text: str) -> bool:
    """A call by a service of AWS bears that service's name in place of an address."""
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _fence(change: Change) -> dict[str, Any]:
    where = {"NotIpAddress": {"aws:SourceIp": change.after["addresses"]}}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "UnleakFence", "Effect": "Deny", "NotAction": change.after["actions"], "Resource": "*"},
            {"Sid": "UnleakFromWhere", "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": where},
        ],
    }


ACTION = BreakGlass()
