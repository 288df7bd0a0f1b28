"""Lets GuardDuty watch a region again where the attacker switched its detector off or deleted it. A detector that is
made anew has another id, and none of the settings and members of the old one.

https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_suspend-disable.html
"""

from collections.abc import Iterator
from typing import Any

from unleak.evict.putting_right import Parts, PuttingRight
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import ByHand, Context


class StartDetector(PuttingRight):
    id = "start_detector"
    title = "Let GuardDuty watch the region again"
    permissions = (
        "guardduty:ListDetectors", "guardduty:GetDetector", "guardduty:UpdateDetector", "guardduty:CreateDetector",
    )  # fmt: skip
    undone_by = "switching it off; a detector that was made anew is not deleted"
    by_hand = ByHand(
        console="GuardDuty (region {region}) > Settings > Re-enable GuardDuty",
        cli="aws guardduty update-detector --region {region} --detector-id {name} --enable",
    )
    references = ("https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_suspend-disable.html",)

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        del context, target
        if deed.type == "AWS::GuardDuty::Detector" and (deed.deed == "deleted" or deed.part == "settings"):
            yield "watching", True

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        """Whether the region's one detector is on; False where there is none."""
        del part
        client = context.aws.client(target.account, "guardduty", target.region, fresh=fresh)
        found = client.pages("list_detectors", "DetectorIds")
        return any(client.get_detector(DetectorId=one)["Status"] == "ENABLED" for one in found)

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        del part
        client = context.aws.client(target.account, "guardduty", target.region)
        found = list(client.pages("list_detectors", "DetectorIds"))
        for one in found:
            client.update_detector(DetectorId=one, Enable=bool(value))
        if value and not found:
            client.create_detector(Enable=True)

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        del parts
        return (
            f"let GuardDuty watch {target.region} again",
            "nothing; it costs what it did",
            "switch it off; a detector that was made anew is not deleted",
        )


ACTION = StartDetector()
