"""Deletes exactly this key, once nobody has missed it: a deleted key cannot come back, and frees its user's slot."""

from unleak.contain.deactivate_key import status_of, user_owning
from unleak.model.errors import NotFound, NotPossible
from unleak.model.evidence import KeyStatus
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Target, Tri
from unleak.unit import ByHand, Context


class DeleteKey:
    id = "delete_key"
    title = "Delete the key"
    permissions = ("iam:ListAccessKeys", "iam:DeleteAccessKey")
    breaking = True
    reversible = False
    deletes = True
    undone_by = "nothing: a deleted key cannot come back"
    by_hand = ByHand(
        console="IAM > Users > {user} > Security credentials > Access keys > {key_id} > Actions > Delete",
        cli="aws iam delete-access-key --user-name {user} --access-key-id {key_id}",
    )
    references = ("https://docs.aws.amazon.com/IAM/latest/UserGuide/access-keys-admin-managed.html",)

    def propose(self, context: Context, target: Target) -> Change | None:
        """Raises NotPossible for a key that is still active: who needs it must show up before it is gone."""
        status = status_of(context, target)
        if status is KeyStatus.ABSENT:
            return None
        if status is KeyStatus.ACTIVE:
            raise NotPossible(f"{target.id} is Active", "deactivate it first, and wait for who misses it")
        user = user_owning(context, target)
        return Change(
            summary=f"delete access key {target.id} of user {user}",
            breaks=f"whatever was to sign with {target.id} again; when it was last used is forgotten with it",
            undo="never: a deleted key cannot come back",
            before={"status": status.value},
            after={"status": KeyStatus.ABSENT.value},
        )

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        client = context.aws.client(target.account, "iam")
        try:
            client.delete_access_key(UserName=user_owning(context, target), AccessKeyId=target.id)
        except NotFound:
            return Outcome(OutcomeKind.DONE, f"{target.id} is deleted already")
        return Outcome(OutcomeKind.DONE, change.summary)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        del change
        status = status_of(context, target, fresh=True)
        if status is KeyStatus.ABSENT:
            return Look(Tri.YES, detail=f"{target.id} is not listed any more")
        return Look(Tri.NO, detail=f"{target.id} is {status.value}")

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        del context, change
        return Outcome(OutcomeKind.ASK, f"{target.id} was deleted: it cannot come back")


ACTION = DeleteKey()
