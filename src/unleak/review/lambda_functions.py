"""Functions, their URLs, whom their policies let in, their layers, and what calls them."""

from collections.abc import Iterator, Mapping
from typing import Any

from unleak.model.review import Thing
from unleak.review.check import Concern, Place, Scope, high, low, some
from unleak.review.documents import lets_in

_NONE = ("ResourceNotFoundException",)


class LambdaFunctions:
    id = "lambda_functions"
    title = "Functions with their URLs, policies and layers"
    scope = Scope.REGIONAL
    permissions = (
        "lambda:ListFunctions",
        "lambda:GetPolicy",
        "lambda:ListFunctionUrlConfigs",
        "lambda:ListLayers",
        "lambda:ListEventSourceMappings",
    )
    types = (
        "AWS::Lambda::Function",
        "AWS::Lambda::Url",
        "AWS::Lambda::LayerVersion",
        "AWS::Lambda::EventSourceMapping",
    )

    def look(self, place: Place) -> Iterator[Thing]:
        """AWS tells when a function was last changed, not when it was made: that is the date told."""
        client = place.client("lambda")
        for one in client.items("list_functions", "Functions"):
            urls = list(_urls(place, client, one["FunctionName"], one["FunctionArn"]))
            yield _function(place, client, one)
            yield from urls
        for layer in place.listed("AWS::Lambda::LayerVersion", client.items, "list_layers", "Layers"):
            newest = layer.get("LatestMatchingVersion", {})
            arn = newest.get("LayerVersionArn") or layer["LayerArn"]
            yield place.thing("AWS::Lambda::LayerVersion", arn, layer["LayerName"], newest.get("CreatedDate"))
        yield from _mappings(place, client)


def _function(place: Place, client: Any, one: Mapping[str, Any]) -> Thing:
    name, arn = one["FunctionName"], one["FunctionArn"]
    policy = place.ask(arn, client.get_policy, none=_NONE, FunctionName=name) or {}
    owners = {str(layer.get("Arn", "::::")).split(":")[4] for layer in one.get("Layers", ())}
    layers = (low(f"uses a layer of account {owner}") for owner in sorted(owners - {place.account}))
    return place.thing(
        "AWS::Lambda::Function", arn, name, one.get("LastModified"),
        detail=some(runtime=one.get("Runtime"), role=str(one.get("Role", "")).rsplit("/", 1)[-1], dated="last change"),
        concerns=(*lets_in(policy.get("Policy"), place.account), *layers),
    )  # fmt: skip


def _urls(place: Place, client: Any, name: str, arn: str) -> Iterator[Thing]:
    listed = place.listed(
        f"{arn} (URL)", client.items, "list_function_url_configs", "FunctionUrlConfigs", none=_NONE, FunctionName=name
    )
    for url in listed:
        open_ = url.get("AuthType") == "NONE"
        concerns: tuple[Concern, ...] = (high("a URL that asks nobody who they are"),) if open_ else ()
        yield place.thing(
            "AWS::Lambda::Url", url.get("FunctionArn", arn), name, url.get("CreationTime"),
            detail=some(url=url.get("FunctionUrl"), auth=url.get("AuthType")), concerns=concerns,
        )  # fmt: skip


def _mappings(place: Place, client: Any) -> Iterator[Thing]:
    kind = "AWS::Lambda::EventSourceMapping"
    for one in place.listed(kind, client.items, "list_event_source_mappings", "EventSourceMappings"):
        arn = place.arn("lambda", f"event-source-mapping:{one['UUID']}")
        detail = some(source=one.get("EventSourceArn"), calls=one.get("FunctionArn"), state=one.get("State"))
        yield place.thing(kind, arn, one["UUID"], one.get("LastModified"), detail=detail)


CHECK = LambdaFunctions()
