"""Puts back who may assume a role: the trust policy as the trail shows it from before, else the present one without the
outsiders whom the attacker let in.
"""

import json
from collections.abc import Iterator
from typing import Any

from unleak.evict.putting_right import Parts, PuttingRight
from unleak.iam.shut_out import without
from unleak.model.errors import NotFound, NotPossible
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import ByHand, Context


class RestoreTrust(PuttingRight):
    id = "restore_trust"
    title = "Put a role's trust policy back as it was"
    permissions = ("iam:GetRole", "iam:UpdateAssumeRolePolicy")
    undone_by = "writing the trust policy that was found"
    by_hand = ByHand(
        console="IAM > Roles > {name} > Trust relationships > Edit trust policy",
        cli="aws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json",
    )
    references = ("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html",)

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        if deed.type != "AWS::IAM::Role" or deed.part != "trust" or deed.action == "iam:CreateRole":
            return
        former = deed.former or {}
        text = former.get("policyDocument") or former.get("assumeRolePolicyDocument")
        if isinstance(text, str):
            yield "trust", json.loads(text)
        else:
            yield "trust", _shut(self.read(context, target, "trust", fresh=False), deed.grants)

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        del part
        iam = context.aws.client(target.account, "iam", fresh=fresh)
        try:
            return iam.get_role(RoleName=target.name)["Role"]["AssumeRolePolicyDocument"]
        except NotFound:
            return None

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        del part
        iam = context.aws.client(target.account, "iam")
        iam.update_assume_role_policy(RoleName=target.name, PolicyDocument=json.dumps(value))

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        del parts
        return (
            f"put the trust policy of role {target.name} back as it was before the attacker changed it",
            "whom the attacker let in cannot assume it any more; sessions that they have live on until they are denied",
            "write the trust policy that was found",
        )


def _shut(document: Any, outsiders: tuple[str, ...]) -> Any:
    """Raises NotPossible where no outsider is known, or nothing would be left: then nobody can tell what it was."""
    if not outsiders or not isinstance(document, dict):
        raise NotPossible("what the trust policy was before is not in the trail", "write it anew by hand")
    kept = without(document, outsiders)
    if kept is None:
        raise NotPossible("the trust policy names nobody but outsiders, and what it was before is not in the trail",
                          "write it anew by hand, or delete the role")  # fmt: skip
    return kept


ACTION = RestoreTrust()
