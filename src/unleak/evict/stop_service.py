"""Lets a service of containers that the attacker made run nothing: it wants 0 tasks.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-service-console-v2.html
"""

from collections.abc import Iterator
from typing import Any

from unleak.aws.client import Client
from unleak.evict.putting_right import Parts, PuttingRight
from unleak.model.errors import NotFound, NotPossible
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import ByHand, Context


class StopService(PuttingRight):
    id = "stop_service"
    title = "Let a service of containers that the attacker made run no task"
    permissions = ("ecs:DescribeServices", "ecs:UpdateService")
    undone_by = "letting it run as many tasks as before"
    by_hand = ByHand(
        console="ECS (region {region}) > Clusters > the cluster > Services > {name} > Update service",
        cli="aws ecs update-service --region {region} --cluster CLUSTER --service {name} --desired-count 0",
    )
    references = ("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-service-console-v2.html",)

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        if deed.type == "AWS::ECS::Service" and deed.deed == "created" and not deed.part:
            self._refuse_daemon(context, target)
            yield "tasks", 0

    def _refuse_daemon(self, context: Context, target: Target) -> None:
        found = service_of(context.aws.client(target.account, "ecs", target.region), target)
        if found is not None and found.get("schedulingStrategy") == "DAEMON":
            raise NotPossible(
                f"service {target.name} runs a task on each machine of its cluster, and cannot be told to run none",
                "approve that it is deleted",
            )

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        """What is gone, or goes, wants no task."""
        del part
        found = service_of(context.aws.client(target.account, "ecs", target.region, fresh=fresh), target)
        return int(found["desiredCount"]) if found and found["status"] == "ACTIVE" else 0

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        del part
        client = context.aws.client(target.account, "ecs", target.region)
        client.update_service(cluster=cluster_of(target), service=target.name, desiredCount=value)

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        del parts
        return (
            f"let service {target.name} run no task",
            "whatever the service does; tasks that were started by themselves run on",
            "let it run as many tasks as before",
        )


def cluster_of(target: Target) -> str:
    """Older ARNs do not name it."""
    parts = target.id.split("/")
    return parts[1] if len(parts) > 2 else "default"  # noqa: PLR2004  service/CLUSTER/NAME


def service_of(client: Client, target: Target) -> dict[str, Any] | None:
    """As AWS tells it, while anything of it is left."""
    try:
        found = client.describe_services(cluster=cluster_of(target), services=[target.name])["services"]
    except NotFound:
        return None
    return next((s for s in found if s["status"] != "INACTIVE"), None)


ACTION = StopService()
