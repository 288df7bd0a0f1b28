"""Lets a service of containers that the attacker made run nothing: it wants 0 tasks.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-service-console-v2.html
"""

from collections.abc import Iterator
from typing import Any

from unleak.aws.client import Client
from unleak.evict.putting_right import Parts, PuttingRight
from unleak.model.errors import NotFound
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import ByHand, Context


class StopService(PuttingRight):
    id = "stop_service"
    title = "Let a service of containers that the attacker made run no task"
    permissions = ("ecs:DescribeServices", "ecs:UpdateService")
    by_hand = ByHand(
        console="ECS (region {region}) > Clusters > the cluster > Services > {name} > Update service",
        cli="aws ecs update-service --region {region} --cluster CLUSTER --service {name} --desired-count 0",
    )
    references = ("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-service-console-v2.html",)

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        del context, target
        if deed.type == "AWS::ECS::Service" and deed.deed == "created" and not deed.part:
            yield "tasks", 0

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        del part
        client = context.aws.client(target.account, "ecs", target.region, fresh=fresh)
        try:
            return _wanted(client, target)
        except NotFound:
            return 0  # what is gone runs nothing

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        del part
        client = context.aws.client(target.account, "ecs", target.region)
        client.update_service(cluster=_cluster(target), service=target.name, desiredCount=value)

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        del parts
        return (
            f"let service {target.name} run no task",
            "whatever the service does; tasks that were started by themselves run on",
            "let it run as many tasks as before",
        )


def _cluster(target: Target) -> str:
    """Older ARNs do not name it."""
    parts = target.id.split("/")
    return parts[1] if len(parts) > 2 else "default"  # noqa: PLR2004  service/CLUSTER/NAME


def _wanted(client: Client, target: Target) -> int:
    found = client.describe_services(cluster=_cluster(target), services=[target.name])["services"]
    return int(next((s["desiredCount"] for s in found if s["status"] == "ACTIVE"), 0))


ACTION = StopService()
