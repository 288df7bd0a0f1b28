"""Deletes a key pair that the attacker made: no new instance is started with it. Where it was put into an instance, it
is good for logging in as before.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/delete-key-pair.html
"""

from typing import Any

from unleak.aws.client import Client
from unleak.evict.deleting import Deleting
from unleak.model.plan import Target
from unleak.unit import ByHand


class DeleteKeyPair(Deleting):
    id = "delete_key_pair"
    title = "Delete a key pair that the attacker made"
    permissions = ("ec2:DescribeKeyPairs", "ec2:DeleteKeyPair")
    service = "ec2"
    types = ("EC2::KeyPair",)
    noun = "key pair"
    by_hand = ByHand(
        console="EC2 (region {region}) > Key Pairs > {name} > Actions > Delete",
        cli="aws ec2 delete-key-pair --region {region} --key-name {name}",
    )
    references = ("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/delete-key-pair.html",)

    def look(self, client: Client, target: Target) -> Any:
        found = client.describe_key_pairs(KeyNames=[target.name])["KeyPairs"]
        return next(({"fingerprint": k.get("KeyFingerprint", "")} for k in found), None)

    def delete(self, client: Client, target: Target) -> None:
        client.delete_key_pair(KeyName=target.name)


ACTION = DeleteKeyPair()
