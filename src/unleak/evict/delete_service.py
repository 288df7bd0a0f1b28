"""Deletes a service of containers that the attacker made, with its tasks: one that runs on every machine of its cluster
cannot be told to run none.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html
"""

from typing import Any

from unleak.aws.client import Client
from unleak.evict.deleting import Deleting
from unleak.evict.stop_service import cluster_of, service_of
from unleak.model.plan import Change, Look, Target, Tri
from unleak.unit import ByHand, Context


class DeleteService(Deleting):
    id = "delete_service"
    title = "Delete a service of containers that the attacker made, with its tasks"
    permissions = ("ecs:DescribeServices", "ecs:DeleteService")
    service = "ecs"
    types = ("ECS::Service",)
    noun = "service of containers"
    by_hand = ByHand(
        console="ECS (region {region}) > Clusters > the cluster > Services > {name} > Delete service",
        cli="aws ecs delete-service --region {region} --cluster CLUSTER --service {name} --force",
    )
    references = ("https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html",)

    def look(self, client: Client, target: Target) -> Any:
        found = service_of(client, target)
        return {"runs": found.get("taskDefinition", "")} if found else None

    def delete(self, client: Client, target: Target) -> None:
        client.delete_service(cluster=cluster_of(target), service=target.name, force=True)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        """One whose tasks still end is neither there nor gone."""
        found = service_of(context.aws.client(target.account, "ecs", target.region, fresh=True), target)
        if found is not None and found["status"] == "DRAINING":
            return Look(Tri.COULD_NOT_LOOK, detail=f"the tasks of {target.name} are ending")
        return super().verify(context, target, change)


ACTION = DeleteService()
