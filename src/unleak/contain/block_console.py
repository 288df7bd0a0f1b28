"""Takes the console password away. Sessions that are signed in end by the deny of sessions; new ones need a password.

AWS gives a password to nobody, so it cannot be put back: the user gets a new one afterwards. Console sessions made from
a federation token need no password: they carry the user's permissions, and the denies on the user bind them.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteLoginProfile.html
"""

from unleak.model.errors import NotFound
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Target, Tri
from unleak.unit import ByHand, Context


class BlockConsole:
    id = "block_console"
    title = "Take the user's console password away"
    permissions = ("iam:GetLoginProfile", "iam:DeleteLoginProfile")
    breaking = True
    reversible = False
    deletes = True
    undone_by = "nothing: an administrator gives the user a new password"
    by_hand = ByHand(
        console="IAM > Users > {name} > Security credentials > Manage console access > Disable",
        cli="aws iam delete-login-profile --user-name {name}",
    )
    references = ("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_admin-change-user.html",)

    def propose(self, context: Context, target: Target) -> Change | None:
        if not self._has_password(context, target):
            return None
        return Change(
            summary=f"delete the console password of user {target.name}",
            breaks=f"{target.name} cannot sign in to the console",
            undo="never: an administrator gives the user a new password",
            before={"console": True},
            after={"console": False},
        )

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        try:
            context.aws.client(target.account, "iam").delete_login_profile(UserName=target.name)
        except NotFound:
            return Outcome(OutcomeKind.DONE, "there is no password any more")
        return Outcome(OutcomeKind.DONE, change.summary)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        del change
        if self._has_password(context, target, fresh=True):
            return Look(Tri.NO, detail=f"{target.name} has a console password (again)")
        return Look(Tri.YES, detail=f"{target.name} has no console password")

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        del context, change
        return Outcome(OutcomeKind.ASK, f"the password of {target.name} is gone: give the user a new one")

    def _has_password(self, context: Context, target: Target, *, fresh: bool = False) -> bool:
        try:
            context.aws.client(target.account, "iam", fresh=fresh).get_login_profile(UserName=target.name)
        except NotFound:
            return False
        return True


ACTION = BlockConsole()
