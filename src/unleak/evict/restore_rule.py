"""Disables a rule of EventBridge that the attacker made, enables one that the attacker disabled, and takes the targets
away that the attacker gave it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-delete-rule.html
"""

from collections.abc import Iterator
from typing import Any

from unleak.aws.client import Client
from unleak.evict.putting_right import GONE, Parts, PuttingRight, spoken
from unleak.model.errors import NotFound, NotPossible
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import ByHand, Context

_ON, _OFF = "ENABLED", "DISABLED"


class RestoreRule(PuttingRight):
    id = "restore_rule"
    title = "Disable a rule that the attacker made, or put one back as it was"
    permissions = (
        "events:DescribeRule", "events:DisableRule", "events:EnableRule", "events:ListTargetsByRule",
        "events:RemoveTargets", "events:PutTargets", "iam:PassRole",
    )  # fmt: skip
    undone_by = "writing what was found there"
    by_hand = ByHand(
        console="EventBridge (region {region}) > Rules > {name} > Disable",
        cli="aws events disable-rule --region {region} --name {name}  # and remove-targets",
    )
    references = ("https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-delete-rule.html",)

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        del context
        kind, _, number = deed.part.removesuffix(GONE).partition("|")
        if deed.type != "AWS::Events::Rule" or deed.deed == "deleted":
            return
        if not deed.part:
            yield "state", _OFF
        elif deed.action == "events:DisableRule":
            yield "state", _ON
        elif kind == "target" and deed.part.endswith(GONE):
            raise NotPossible(f"what target {number} of rule {target.name} was is not in the trail", "give it anew")
        elif kind == "target":
            yield f"target|{number}", None

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        client = context.aws.client(target.account, "events", target.region, fresh=fresh)
        try:
            if part == "state":
                return client.describe_rule(**_named(target))["State"]
            return _target(client, target, part.partition("|")[2])
        except NotFound:
            return _OFF if part == "state" else None  # what is gone does nothing

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        client = context.aws.client(target.account, "events", target.region)
        if part == "state":
            turn = client.enable_rule if value == _ON else client.disable_rule
            turn(**_named(target))
            return
        of_rule = _of_rule(target)
        if value is None:
            client.remove_targets(**of_rule, Ids=[part.partition("|")[2]])
        else:
            client.put_targets(**of_rule, Targets=[value])

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        told = [f"{spoken(p)} {'taken away' if v is None else v.lower()}" for p, v in parts.items()]
        return (
            f"put rule {target.name} right: {', '.join(told)}",
            "whatever the rule starts",
            "write what was found there",
        )


def _named(target: Target) -> dict[str, str]:
    return {"Name": target.name, **_bus(target)}


def _of_rule(target: Target) -> dict[str, str]:
    return {"Rule": target.name, **_bus(target)}


def _bus(target: Target) -> dict[str, str]:
    """A rule of the account's own bus does not name it."""
    names = target.id.split("/")[1:-1]
    return {"EventBusName": "/".join(names)} if names else {}


def _target(client: Client, target: Target, number: str) -> Any:
    found = client.pages("list_targets_by_rule", "Targets", **_of_rule(target))
    return next((t for t in found if t["Id"] == number), None)


ACTION = RestoreRule()
