"""Deletes the user, and with it every credential of it; saved before, so that it can be made again without them.

The new user has the old name and rights, but another unique id: a policy of a resource that named the old user must be
written anew. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
"""

from contextlib import suppress

from unleak.contain.user_parts import PERMISSIONS, image_of, lacks, put_back, take_apart
from unleak.model.errors import NotFound
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Target, Tri
from unleak.unit import ByHand, Context


class DeleteUser:
    id = "delete_user"
    title = "Delete the user, saved so that it can be made again"
    permissions = PERMISSIONS
    breaking = True
    reversible = True
    deletes = True
    undone_by = "making the user again with its policies and groups; no key, password or second factor comes back"
    by_hand = ByHand(
        console="IAM > Users > {name} > Delete",
        cli="aws iam delete-user --user-name {name}  # after its keys, policies, groups, devices and password",
    )
    references = ("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users_remove.html",)

    def propose(self, context: Context, target: Target) -> Change | None:
        image = image_of(context.aws.client(target.account, "iam"), target.name)
        if image is None:
            return None
        held = f"{len(image['keys'])} keys, {len(image['attached']) + len(image['inline'])} policies"
        return Change(
            summary=f"delete user {target.name} with {held}, {len(image['groups'])} groups",
            breaks=f"whatever {target.name} is used for, with any of its credentials",
            undo="make the user again with its policies and groups; no key, password or second factor comes back, and "
            "policies of resources that named the old user must be written anew",
            before=image,
            after={"user": None},
        )

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        iam = context.aws.client(target.account, "iam")
        take_apart(iam, target.name)
        with suppress(NotFound):
            iam.delete_user(UserName=target.name)
        return Outcome(OutcomeKind.DONE, change.summary)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        del change
        try:
            context.aws.client(target.account, "iam", fresh=True).get_user(UserName=target.name)
        except NotFound:
            return Look(Tri.YES, detail=f"there is no user {target.name}")
        return Look(Tri.NO, detail=f"there is a user {target.name} (again)")

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        iam = context.aws.client(target.account, "iam")
        present = image_of(iam, target.name)
        if present is not None and not lacks(present, dict(change.before)):
            return Outcome(OutcomeKind.ALREADY, f"there is a user {target.name}")
        put_back(iam, target.name, dict(change.before))
        return Outcome(OutcomeKind.DONE, f"made user {target.name} again, without keys, password and second factor")


ACTION = DeleteUser()
