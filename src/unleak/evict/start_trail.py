"""Lets a trail record again as it did before the attacker: it logs, with the settings and selectors that the trail
itself shows from before; one that was deleted is made again under its name.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-update-a-trail-console.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from unleak.aws.client import Client
from unleak.evict.putting_right import Parts, PuttingRight
from unleak.evict.trail_settings import SETTINGS, insights_of, is_selected, selectors_of, settings_of, settings_told
from unleak.model.errors import AwsError, NotFound, NotPossible
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import ByHand, Context


class StartTrail(PuttingRight):
    id = "start_trail"
    title = "Let a trail record again as it did before"
    permissions = (
        "cloudtrail:GetTrail", "cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors", "cloudtrail:StartLogging",
        "cloudtrail:StopLogging", "cloudtrail:UpdateTrail", "cloudtrail:PutEventSelectors", "cloudtrail:CreateTrail",
        "cloudtrail:GetInsightSelectors", "cloudtrail:PutInsightSelectors", "iam:PassRole",
    )  # fmt: skip
    undone_by = "writing what was found; a trail that was made again stays, and is stopped"
    by_hand = ByHand(
        console="CloudTrail (region {region}) > Trails > {name} > Start logging",
        cli="aws cloudtrail start-logging --region {region} --name {name}  # and update-trail, put-event-selectors",
    )
    references = (
        "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartLogging.html",
        "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html",
    )

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        del context
        if deed.type != "AWS::CloudTrail::Trail":
            return
        gone = deed.deed == "deleted"
        if gone or deed.part == "settings":
            yield from _settings(target, deed.former, whole=gone)
        if deed.part == "selectors" or (gone and is_selected(deed.former)):
            yield "selectors", selectors_of(deed.former)
        if deed.part == "insights" or (gone and "insightSelectors" in (deed.former or {})):
            yield "insights", _insights_before(target, deed.former)
        if gone or deed.part == "logging|gone":
            yield "logging", True

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        client = context.aws.client(target.account, "cloudtrail", target.region, fresh=fresh)
        kind, _, fields = part.partition("|")
        try:
            if kind == "logging":
                return bool(client.get_trail_status(Name=target.name)["IsLogging"])
            if kind == "selectors":
                return selectors_of(client.get_event_selectors(TrailName=target.name))
            if kind == "insights":
                return _insights(client, target.name)
            found = client.get_trail(Name=target.name)["Trail"]
        except NotFound:
            return None
        return {f: found.get(SETTINGS[f]) for f in fields.split(",")}

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        client = context.aws.client(target.account, "cloudtrail", target.region)
        kind = part.partition("|")[0]
        if kind == "logging":
            (client.start_logging if value else client.stop_logging)(Name=target.name)
        elif value is None:
            return  # the trail was not there: it stays, and is stopped
        elif kind == "selectors":
            client.put_event_selectors(TrailName=target.name, **value)
        elif kind == "insights":
            client.put_insight_selectors(TrailName=target.name, InsightSelectors=value)
        else:
            _put_settings(client, target.name, value)

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        told = ", ".join(dict.fromkeys(_told(p) for p in parts))
        return (
            f"let trail {target.name} record again: {told}",
            "nothing",
            "write what was found; a trail that was made again stays, and is stopped",
        )


def _settings(target: Target, former: Mapping[str, Any] | None, *, whole: bool) -> Iterator[tuple[str, Any]]:
    """Parts by what AWS wants to be written together, the bucket first: with it a trail is made."""
    told = list(settings_of(former or {}))
    if not told or (whole and "S3BucketName" not in told[0][1]):
        raise NotPossible(f"how trail {target.name} was set up is not in the trail", "set it up anew by hand")
    yield from ((f"settings|{','.join(fields)}", fields) for fields in (one for _, one in told))


def _put_settings(client: Client, name: str, value: dict[str, Any]) -> None:
    given = {field: setting for field, setting in value.items() if setting is not None}
    try:
        client.update_trail(Name=name, **given)
    except NotFound:
        if "S3BucketName" not in given:
            raise
        client.create_trail(Name=name, **given)


def _insights_before(target: Target, former: Mapping[str, Any] | None) -> list[Any]:
    if former is None:
        raise NotPossible(f"which insights trail {target.name} told is not in the trail", "choose them by hand")
    return insights_of(former)


def _insights(client: Client, name: str) -> list[Any]:
    """None are asked for: AWS calls that an error."""
    try:
        return insights_of(client.get_insight_selectors(TrailName=name))
    except AwsError as error:
        if error.code == "InsightNotEnabledException":
            return []
        raise


def _told(part: str) -> str:
    kind, _, fields = part.partition("|")
    return settings_told(fields.split(",")) if kind == "settings" else kind


ACTION = StartTrail()
