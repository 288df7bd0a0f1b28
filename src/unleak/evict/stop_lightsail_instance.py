"""Stops a Lightsail instance that the attacker made: nobody looks there, and it costs as it runs.

https://docs.aws.amazon.com/lightsail/latest/userguide/lightsail-how-to-start-stop-or-restart-your-instance-virtual-private-server.html
"""

from collections.abc import Iterator
from typing import Any

from unleak.evict.putting_right import Parts, PuttingRight
from unleak.model.errors import NotFound
from unleak.model.evidence import Fact
from unleak.model.plan import Change, Look, Target, Tri
from unleak.unit import ByHand, Context

_OFF, _GOING = "stopped", "stopping"


class StopLightsailInstance(PuttingRight):
    id = "stop_lightsail_instance"
    title = "Stop a Lightsail instance that the attacker made"
    permissions = ("lightsail:GetInstance", "lightsail:StopInstance", "lightsail:StartInstance")
    undone_by = "starting it again"
    by_hand = ByHand(
        console="Lightsail > Instances > {name} > Stop",
        cli="aws lightsail stop-instance --region {region} --instance-name {name}",
    )
    references = ("https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_StopInstance.html",)

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        del context, target
        if deed.type == "AWS::Lightsail::Instance" and deed.deed == "created" and not deed.part:
            yield "state", _OFF

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        del part
        client = context.aws.client(target.account, "lightsail", target.region, fresh=fresh)
        try:
            return str(client.get_instance(instanceName=target.name)["instance"]["state"]["name"])
        except NotFound:
            return _OFF  # what is gone does not run

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        client = context.aws.client(target.account, "lightsail", target.region)
        now = self.read(context, target, part, fresh=False)
        if value != _OFF:
            client.start_instance(instanceName=target.name)
        elif now != _GOING:
            client.stop_instance(instanceName=target.name)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        if self.read(context, target, "state", fresh=True) == _GOING:
            return Look(Tri.COULD_NOT_LOOK, detail=f"{target.name} is stopping", immediate=True)
        return super().verify(context, target, change)

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        del parts
        return (
            f"stop Lightsail instance {target.name}",
            "whatever runs on it; its disk stays for the investigation",
            "start it again; without a static address it gets another one",
        )


ACTION = StopLightsailInstance()
