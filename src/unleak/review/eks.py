"""Clusters of EKS and who has an entry into them: an entry outlives the key, and no deny can refuse its login."""

from collections.abc import Iterator
from typing import Any

from unleak.model.review import Thing
from unleak.review.check import Place, Scope, medium, some

_OWN_ACCESS = ("InvalidRequestException", "InvalidParameterException")
"""A cluster whose access is kept in its own map has no entries."""


class Eks:
    id = "eks"
    title = "EKS clusters, node groups and access entries"
    scope = Scope.REGIONAL
    permissions = (
        "eks:ListClusters",
        "eks:DescribeCluster",
        "eks:ListNodegroups",
        "eks:ListAccessEntries",
        "eks:DescribeAccessEntry",
    )
    types = ("AWS::EKS::Cluster", "AWS::EKS::Nodegroup", "AWS::EKS::AccessEntry")

    def look(self, place: Place) -> Iterator[Thing]:
        client = place.client("eks")
        for name in client.items("list_clusters", "clusters"):
            arn = place.arn("eks", f"cluster/{name}")
            told = place.ask(arn, client.describe_cluster, name=name)
            found = (told or {}).get("cluster", {})
            network = found.get("resourcesVpcConfig", {})
            everywhere = network.get("endpointPublicAccess") and "0.0.0.0/0" in network.get("publicAccessCidrs", ())
            yield place.thing(
                "AWS::EKS::Cluster", found.get("arn", arn), name, found.get("createdAt"),
                detail=some(status=found.get("status"), version=found.get("version")),
                concerns=(medium("its endpoint is open to the internet"),) if everywhere else (),
            )  # fmt: skip
            yield from _inside(place, client, name)


def _inside(place: Place, client: Any, cluster: str) -> Iterator[Thing]:
    arn = place.arn("eks", f"cluster/{cluster}")
    for group in place.listed(arn, client.items, "list_nodegroups", "nodegroups", clusterName=cluster):
        yield place.thing("AWS::EKS::Nodegroup", place.arn("eks", f"nodegroup/{cluster}/{group}"), group)
    entries = place.listed(
        arn, client.items, "list_access_entries", "accessEntries", none=_OWN_ACCESS, clusterName=cluster
    )
    for who in entries:
        told = place.ask(who, client.describe_access_entry, clusterName=cluster, principalArn=who)
        found = (told or {}).get("accessEntry", {})
        yield place.thing(
            "AWS::EKS::AccessEntry", found.get("accessEntryArn", f"{arn}/{who}"), who, found.get("createdAt"),
            detail=some(cluster=cluster, groups=", ".join(found.get("kubernetesGroups", ()))),
        )  # fmt: skip


CHECK = Eks()
