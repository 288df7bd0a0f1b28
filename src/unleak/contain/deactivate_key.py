"""Switches exactly this key off: never the user's other key. Its sessions live on; they are denied on their own."""

from unleak.aws.trial import IDENTITY, Trial, try_with
from unleak.model.errors import AwsError, NotFound, NotPossible
from unleak.model.evidence import KeyStatus
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Target, Tri
from unleak.unit import ByHand, Context


class DeactivateKey:
    id = "deactivate_key"
    title = "Deactivate the key"
    permissions = ("iam:ListAccessKeys", "iam:UpdateAccessKey", "iam:GetAccessKeyLastUsed")
    breaking = True
    reversible = True
    deletes = False
    undone_by = "nothing, for a credential of the incident: `unleak incident break-glass` is the one way back"
    by_hand = ByHand(
        console="IAM > Users > {user} > Security credentials > Access keys > {key_id} > Actions > Deactivate",
        cli="aws iam update-access-key --user-name {user} --access-key-id {key_id} --status Inactive",
    )
    references = ("https://docs.aws.amazon.com/IAM/latest/UserGuide/access-keys-admin-managed.html",)

    def propose(self, context: Context, target: Target) -> Change | None:
        if status_of(context, target) is not KeyStatus.ACTIVE:
            return None
        user = user_owning(context, target)
        return Change(
            summary=f"set access key {target.id} of user {user} to Inactive",
            breaks=f"whatever still signs with {target.id}",
            undo="set it to Active (never done for a leaked key but by breaking glass)",
            before={"status": KeyStatus.ACTIVE.value},
            after={"status": KeyStatus.INACTIVE.value},
        )

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        set_status(context, target, KeyStatus.INACTIVE)
        return Outcome(OutcomeKind.DONE, change.summary)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        del change
        trial = _trial(context, target)
        ids = (trial.request_id,) if trial and trial.request_id else ()
        try:
            status = status_of(context, target, fresh=True)
        except AwsError:
            if trial is not None and trial.dead:  # it was all that we had to look with
                return Look(
                    Tri.YES, Tri.YES, f"it is refused now ({trial.code}), and cannot list itself", request_ids=ids
                )
            raise
        if status is KeyStatus.ABSENT and (user := _has_moved(context, target)):
            return Look(Tri.NO, detail=f"{target.id} is user {user}'s now", request_ids=ids, moved=True)
        if status is KeyStatus.ACTIVE:
            return Look(Tri.NO, detail=f"{target.id} is Active (again)", request_ids=ids)
        if trial is not None and trial.accepted is Tri.YES:
            return Look(Tri.YES, Tri.NO, "GetCallerIdentity is still accepted", request_ids=ids)
        if trial is not None and trial.dead:
            detail = f"GetCallerIdentity, accepted before, is refused now ({trial.code})"
            return Look(Tri.YES, Tri.YES, detail, request_ids=ids)
        return Look(Tri.YES, detail=f"{target.id} is {status.value}", request_ids=ids)

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        del change
        status = status_of(context, target)
        if status is KeyStatus.ACTIVE:
            return Outcome(OutcomeKind.ALREADY, f"{target.id} is Active already")
        if status is KeyStatus.ABSENT:
            return Outcome(OutcomeKind.ASK, f"{target.id} was deleted since: it cannot come back")
        set_status(context, target, KeyStatus.ACTIVE)
        return Outcome(OutcomeKind.DONE, f"set {target.id} to Active")


def _trial(context: Context, target: Target) -> Trial | None:
    """With the leaked pair, where it is in hand and was accepted before."""
    leaked, tried = context.vault.get(target.id), context.incident.tried.get(target.id)
    if leaked is None or tried is None or not tried.accepted:
        return None
    return try_with(context.aws, leaked, IDENTITY)


def _has_moved(context: Context, target: Target) -> str:
    """The user whose it is now, where its user was renamed and another made under the old name; else empty."""
    iam = context.aws.client(target.account, "iam", fresh=True)
    try:
        found = str(iam.get_access_key_last_used(AccessKeyId=target.id).get("UserName") or "")
    except NotFound:
        return ""
    return found if found != user_owning(context, target) else ""


def status_of(context: Context, target: Target, *, fresh: bool = False) -> KeyStatus:
    client = context.aws.client(target.account, "iam", fresh=fresh)
    keys = client.pages("list_access_keys", "AccessKeyMetadata", UserName=user_owning(context, target))
    return next((KeyStatus(k["Status"]) for k in keys if k["AccessKeyId"] == target.id), KeyStatus.ABSENT)


def set_status(context: Context, target: Target, status: KeyStatus) -> None:
    client = context.aws.client(target.account, "iam")
    client.update_access_key(UserName=user_owning(context, target), AccessKeyId=target.id, Status=status.value)


def user_owning(context: Context, target: Target) -> str:
    """Raises NotPossible where nobody knows."""
    owner = context.incident.owners.get(target.id)
    if owner is None or owner.user_arn is None:
        raise NotPossible(f"nobody knows which user owns {target.id}", "find its owner first")
    return owner.user_arn.rsplit("/", 1)[-1]


ACTION = DeactivateKey()
