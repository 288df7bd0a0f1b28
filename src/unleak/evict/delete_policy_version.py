"""Deletes a version of a managed policy that the attacker wrote, once it is not the default any more.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html
"""

from collections.abc import Iterator
from typing import Any

from unleak.evict.putting_right import GONE, Parts, PuttingRight
from unleak.model.errors import NotFound, NotPossible
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import ByHand, Context


class DeletePolicyVersion(PuttingRight):
    id = "delete_policy_version"
    title = "Delete a version of a managed policy that the attacker wrote"
    permissions = ("iam:GetPolicyVersion", "iam:DeletePolicyVersion")
    reversible = False
    deletes = True
    undone_by = "nothing: what is deleted is gone"
    by_hand = ByHand(
        console="IAM > Policies > {name} > Policy versions > Delete",
        cli="aws iam delete-policy-version --policy-arn ARN --version-id VERSION",
    )
    references = ("https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html",)

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        kind, _, _ = deed.part.partition("|")
        if deed.type != "AWS::IAM::ManagedPolicy" or kind != "version" or deed.part.endswith(GONE):
            return
        now = self.read(context, target, deed.part, fresh=False)
        if now is not None and now["default"]:
            raise NotPossible(
                f"the attacker's version is the default of policy {target.name}",
                "make another version the default before: restore_policy does",
            )
        yield deed.part, None

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        iam = context.aws.client(target.account, "iam", fresh=fresh)
        try:
            found = iam.get_policy_version(PolicyArn=target.id, VersionId=part.partition("|")[2])["PolicyVersion"]
        except NotFound:
            return None
        return {"default": found["IsDefaultVersion"], "document": found["Document"]}

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        del value
        iam = context.aws.client(target.account, "iam")
        try:
            iam.delete_policy_version(PolicyArn=target.id, VersionId=part.partition("|")[2])
        except NotFound:
            return

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        which = ", ".join(p.partition("|")[2] for p in parts)
        return (
            f"delete version {which} of policy {target.name}",
            "nothing: it is not the default",
            "never: a number is not given twice; what it said is kept here",
        )


ACTION = DeletePolicyVersion()
