"""Keys of KMS, what they let outsiders do, and grants to outsiders: a grant stays until it is revoked.

https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from unleak.model.review import Thing
from unleak.review.check import Concern, Place, Scope, high, medium, some
from unleak.review.documents import lets_in

_ENDING = {"PendingDeletion", "PendingReplicaDeletion"}


class Kms:
    id = "kms"
    title = "Keys, their policies and grants"
    scope = Scope.REGIONAL
    permissions = ("kms:ListKeys", "kms:DescribeKey", "kms:GetKeyPolicy", "kms:ListGrants")
    types = ("AWS::KMS::Key", "AWS::KMS::Grant")

    def look(self, place: Place) -> Iterator[Thing]:
        kms = place.client("kms")
        for one in kms.items("list_keys", "Keys"):
            arn = one["KeyArn"]
            told = place.ask(arn, kms.describe_key, KeyId=arn)
            if told is not None and told["KeyMetadata"].get("KeyManager") != "AWS":
                yield _key(place, kms, told["KeyMetadata"])
                yield from _grants(place, kms, arn)


def _key(place: Place, kms: Any, key: Mapping[str, Any]) -> Thing:
    arn, state = key["Arn"], key.get("KeyState")
    policy = place.ask(arn, kms.get_key_policy, KeyId=arn, PolicyName="default") or {}
    ending: tuple[Concern, ...] = (high("is to be deleted"),) if state in _ENDING else ()
    own = (medium("holds key material from outside"),) if key.get("Origin") == "EXTERNAL" else ()
    concerns = (*ending, *own, *lets_in(policy.get("Policy"), place.account))
    return place.thing(
        "AWS::KMS::Key", arn, key["KeyId"], key.get("CreationDate"), detail=some(state=state), concerns=concerns
    )


def _grants(place: Place, kms: Any, arn: str) -> Iterator[Thing]:
    """Those to services are theirs to work with; the others are told."""
    for one in place.listed(arn, kms.items, "list_grants", "Grants", KeyId=arn):
        whom = str(one.get("GranteePrincipal", ""))
        if whom.endswith((".amazonaws.com", ".amazonaws.com.cn")) or "/aws-service-role/" in whom:
            continue
        outside = f":{place.account}:" not in whom
        yield place.thing(
            "AWS::KMS::Grant", f"{arn}/grant/{one['GrantId']}", one["GrantId"], one.get("CreationDate"),
            detail=some(to=whom, allows=", ".join(one.get("Operations", ()))),
            concerns=(high("lets an outsider use the key"),) if outside else (),
        )  # fmt: skip


CHECK = Kms()
