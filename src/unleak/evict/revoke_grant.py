"""Revokes a grant of an encryption key that the attacker gave.

https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
"""

from collections.abc import Iterator
from typing import Any

from unleak.evict.putting_right import GONE, Parts, PuttingRight
from unleak.model.errors import NotFound
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import ByHand, Context


class RevokeGrant(PuttingRight):
    id = "revoke_grant"
    title = "Revoke a grant of an encryption key that the attacker gave"
    permissions = ("kms:ListGrants", "kms:RevokeGrant")
    reversible = False
    deletes = True
    undone_by = "nothing: what is deleted is gone"
    by_hand = ByHand(
        console="only by the CLI: the console shows no grants",
        cli="aws kms revoke-grant --region {region} --key-id {name} --grant-id ID",
    )
    references = ("https://docs.aws.amazon.com/kms/latest/developerguide/grants.html",)

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        del context, target
        kind, _, number = deed.part.partition("|")
        if deed.type == "AWS::KMS::Grant" and kind == "grant" and number and not deed.part.endswith(GONE):
            yield deed.part, None

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        kms = context.aws.client(target.account, "kms", target.region, fresh=fresh)
        number = part.partition("|")[2]
        try:
            found = next((g for g in kms.pages("list_grants", "Grants", KeyId=target.name) if g["GrantId"] == number),
                         None)  # fmt: skip
        except NotFound:
            return None
        return {"to": found["GranteePrincipal"], "may": sorted(found["Operations"])} if found else None

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        del value
        kms = context.aws.client(target.account, "kms", target.region)
        try:
            kms.revoke_grant(KeyId=target.name, GrantId=part.partition("|")[2])
        except NotFound:
            return

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        return (
            f"revoke {len(parts)} grant{'s' if len(parts) > 1 else ''} of key {target.name}",
            "whoever decrypts by it; AWS may need five minutes until it is refused everywhere",
            "never: a grant that is given anew has another id",
        )


ACTION = RevokeGrant()
