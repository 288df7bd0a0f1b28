"""Trails: whether they still write, what they leave out, and where to; and what else keeps a record of the network.

An attacker who stops no trail narrows its selectors: it still says that it is logging.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from unleak.model.review import Thing
from unleak.review.check import Concern, Place, Scope, high, low, medium, some

_STORE = "AWS::CloudTrail::EventDataStore"
_NONE = ("TrailNotFoundException",)


class Trails:
    id = "trails"
    title = "Trails: stopped, narrowed, or writing elsewhere; flow logs"
    scope = Scope.REGIONAL
    permissions = (
        "cloudtrail:DescribeTrails",
        "cloudtrail:GetTrailStatus",
        "cloudtrail:GetEventSelectors",
        "cloudtrail:ListEventDataStores",
        "ec2:DescribeFlowLogs",
        "logs:DescribeLogGroups",
    )
    types = ("AWS::CloudTrail::Trail", _STORE, "AWS::EC2::FlowLog", "AWS::Logs::LogGroup")

    def look(self, place: Place) -> Iterator[Thing]:
        client = place.client("cloudtrail")
        trails = client.describe_trails(includeShadowTrails=True)["trailList"]
        for trail in trails:
            if trail.get("HomeRegion") == place.region:
                yield _trail(place, client, trail)
        if not trails:
            yield place.thing(
                "AWS::CloudTrail::Trail", place.arn("cloudtrail", "trail"), "no trail",
                concerns=(medium("no trail records this region: only the event history of 90 days does"),),
            )  # fmt: skip
        for one in place.listed(_STORE, client.items, "list_event_data_stores", "EventDataStores"):
            yield place.thing(_STORE, one["EventDataStoreArn"], one["Name"], one.get("CreatedTimestamp"))
        yield from _flow_logs(place)
        logs = place.client("logs")
        for one in place.listed("AWS::Logs::LogGroup", logs.items, "describe_log_groups", "logGroups"):
            arn = str(one["arn"]).removesuffix(":*")
            yield place.thing("AWS::Logs::LogGroup", arn, one["logGroupName"], one.get("creationTime"))


def _trail(place: Place, client: Any, trail: Mapping[str, Any]) -> Thing:
    arn = trail["TrailARN"]
    status = place.ask(arn, client.get_trail_status, none=_NONE, Name=arn)
    selectors = place.ask(arn, client.get_event_selectors, none=_NONE, TrailName=arn)
    concerns = (*_of_status(status), *_of_trail(trail), *(_of_selectors(selectors) if selectors else ()))
    detail = some(bucket=trail.get("S3BucketName"), stopped=(status or {}).get("StopLoggingTime"))
    return place.thing("AWS::CloudTrail::Trail", arn, trail["Name"], detail=detail, concerns=concerns)


def _of_status(status: Mapping[str, Any] | None) -> Iterator[Concern]:
    if status is not None and not status.get("IsLogging"):
        yield high("it does not log")
    if status and status.get("LatestDeliveryError"):
        yield high(f"it cannot deliver ({status['LatestDeliveryError']})")


def _of_trail(trail: Mapping[str, Any]) -> Iterator[Concern]:
    if not trail.get("IsMultiRegionTrail"):
        yield low("records one region only")
    if not trail.get("IncludeGlobalServiceEvents", True):
        yield medium("leaves out services without a region, IAM for one")
    if not trail.get("LogFileValidationEnabled"):
        yield low("its files are not signed")


def _of_selectors(selectors: Mapping[str, Any]) -> Iterator[Concern]:
    plain, advanced = selectors.get("EventSelectors", ()), selectors.get("AdvancedEventSelectors", ())
    if plain and not any(s.get("IncludeManagementEvents", True) for s in plain):
        yield high("records no management events")
    elif plain and not any(s.get("ReadWriteType", "All") != "ReadOnly" for s in plain):
        yield high("records only what reads")
    if any(s.get("ExcludeManagementEventSources") for s in plain):
        yield low("leaves out some services")
    if advanced and not any(_is_of_management(s) for s in advanced):
        yield high("records no management events")


def _is_of_management(selector: Mapping[str, Any]) -> bool:
    return any(
        f.get("Field") == "eventCategory" and "Management" in f.get("Equals", ())
        for f in selector.get("FieldSelectors", ())
    )


def _flow_logs(place: Place) -> Iterator[Thing]:
    ec2 = place.client("ec2")
    for one in place.listed("AWS::EC2::FlowLog", ec2.items, "describe_flow_logs", "FlowLogs"):
        its_id, failed = one["FlowLogId"], one.get("DeliverLogsStatus") == "FAILED"
        yield place.thing(
            "AWS::EC2::FlowLog", place.arn("ec2", f"vpc-flow-log/{its_id}"), its_id, one.get("CreationTime"),
            detail=some(of=one.get("ResourceId"), status=one.get("FlowLogStatus")),
            concerns=(medium("it cannot deliver"),) if failed else (),
        )  # fmt: skip


CHECK = Trails()
