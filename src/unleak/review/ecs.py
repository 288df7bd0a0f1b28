"""Clusters of ECS, their services and running tasks, and active task definitions: where miners run on Fargate."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from unleak.model.review import Thing
from unleak.review.check import Place, Scope, some

_OF_SERVICES, _OF_TASKS = 10, 100
"""As many as one call describes."""


class Ecs:
    id = "ecs"
    title = "ECS clusters, services, tasks and task definitions"
    scope = Scope.REGIONAL
    permissions = (
        "ecs:ListClusters",
        "ecs:ListServices",
        "ecs:DescribeServices",
        "ecs:ListTasks",
        "ecs:DescribeTasks",
        "ecs:ListTaskDefinitions",
        "ecs:DescribeTaskDefinition",
    )
    types = ("AWS::ECS::Cluster", "AWS::ECS::Service", "AWS::ECS::Task", "AWS::ECS::TaskDefinition")

    def look(self, place: Place) -> Iterator[Thing]:
        """AWS does not say when a cluster was made; its services and tasks are dated."""
        client = place.client("ecs")
        for arn in client.items("list_clusters", "clusterArns"):
            yield place.thing("AWS::ECS::Cluster", arn, arn.rsplit("/", 1)[-1])
            yield from _services(place, client, arn)
            yield from _tasks(place, client, arn)
        yield from _definitions(place, client)


def _definitions(place: Place, client: Any) -> Iterator[Thing]:
    """The newest revision of each family; the date is that of this revision."""
    newest: dict[str, str] = {}
    for arn in place.listed("AWS::ECS::TaskDefinition", client.items, "list_task_definitions", "taskDefinitionArns"):
        newest[arn.rpartition(":")[0]] = arn
    for arn in newest.values():
        told = place.ask(arn, client.describe_task_definition, taskDefinition=arn)
        found = (told or {}).get("taskDefinition", {})
        role = str(found.get("taskRoleArn", "")).rsplit("/", 1)[-1]
        name, made = arn.rsplit("/", 1)[-1], found.get("registeredAt")
        yield place.thing("AWS::ECS::TaskDefinition", arn, name, made, detail=some(role=role))


def _services(place: Place, client: Any, cluster: str) -> Iterator[Thing]:
    arns = place.listed(cluster, client.items, "list_services", "serviceArns", cluster=cluster)
    for some_arns in _batches(list(arns), _OF_SERVICES):
        told = place.ask(cluster, client.describe_services, cluster=cluster, services=some_arns) or {}
        for one in told.get("services", ()):
            detail = some(status=one.get("status"), running=one.get("runningCount"), launch=one.get("launchType"))
            yield place.thing(
                "AWS::ECS::Service", one["serviceArn"], one["serviceName"], one.get("createdAt"), detail=detail
            )


def _tasks(place: Place, client: Any, cluster: str) -> Iterator[Thing]:
    arns = place.listed(cluster, client.items, "list_tasks", "taskArns", cluster=cluster)
    for some_arns in _batches(list(arns), _OF_TASKS):
        told = place.ask(cluster, client.describe_tasks, cluster=cluster, tasks=some_arns) or {}
        for one in told.get("tasks", ()):
            detail = some(group=one.get("group"), state=one.get("lastStatus"), started_by=one.get("startedBy"))
            made = one.get("createdAt") or one.get("startedAt")
            yield place.thing("AWS::ECS::Task", one["taskArn"], one["taskArn"].rsplit("/", 1)[-1], made, detail=detail)


def _batches(arns: Sequence[str], size: int) -> Iterator[list[str]]:
    rest = iter(arns)
    while batch := list(islice(rest, size)):
        yield batch


CHECK = Ecs()
