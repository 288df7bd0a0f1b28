"""Deletes a Lightsail instance that the attacker made. Its disk goes with it; snapshots of it stay.

https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_DeleteInstance.html
"""

from typing import Any

from unleak.aws.client import Client
from unleak.evict.deleting import Deleting
from unleak.model.plan import Target
from unleak.unit import ByHand


class DeleteLightsailInstance(Deleting):
    id = "delete_lightsail_instance"
    title = "Delete a Lightsail instance that the attacker made"
    permissions = ("lightsail:GetInstance", "lightsail:DeleteInstance")
    service = "lightsail"
    types = ("Lightsail::Instance",)
    noun = "Lightsail instance"
    by_hand = ByHand(
        console="Lightsail > Instances > {name} > Delete",
        cli="aws lightsail delete-instance --region {region} --instance-name {name}",
    )
    references = ("https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_DeleteInstance.html",)

    def look(self, client: Client, target: Target) -> Any:
        found = client.get_instance(instanceName=target.name)["instance"]
        return {"blueprint": found.get("blueprintId", ""), "bundle": found.get("bundleId", "")}

    def delete(self, client: Client, target: Target) -> None:
        client.delete_instance(instanceName=target.name)


ACTION = DeleteLightsailInstance()
