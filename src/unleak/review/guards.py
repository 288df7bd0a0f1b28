"""What watches the account: GuardDuty, Config, Access Analyzer, Security Hub. A guard that is there and sleeps is told.

A region without any is told as well, lightly: most accounts have none in most regions.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from unleak.model.review import Thing
from unleak.review.check import Concern, Place, Scope, high, low, medium, some

_NOT_ON = ("InvalidAccessException",)


class Guards:
    id = "guards"
    title = "GuardDuty, Config, Access Analyzer, Security Hub: off, narrowed or muted"
    scope = Scope.REGIONAL
    permissions = (
        "guardduty:ListDetectors",
        "guardduty:GetDetector",
        "guardduty:ListFilters",
        "guardduty:GetFilter",
        "guardduty:ListIPSets",
        "guardduty:GetIPSet",
        "config:DescribeConfigurationRecorders",
        "config:DescribeConfigurationRecorderStatus",
        "access-analyzer:ListAnalyzers",
        "securityhub:DescribeHub",
    )
    types = (
        "AWS::GuardDuty::Detector",
        "AWS::GuardDuty::Filter",
        "AWS::GuardDuty::IPSet",
        "AWS::Config::ConfigurationRecorder",
        "AWS::AccessAnalyzer::Analyzer",
        "AWS::SecurityHub::Hub",
    )

    def look(self, place: Place) -> Iterator[Thing]:
        yield from place.listed("AWS::GuardDuty::Detector", _guardduty, place)
        yield from place.listed("AWS::Config::ConfigurationRecorder", _config, place)
        yield from place.listed("AWS::AccessAnalyzer::Analyzer", _analyzers, place)
        yield from place.listed("AWS::SecurityHub::Hub", _hub, place)


def _guardduty(place: Place) -> Iterator[Thing]:
    client = place.client("guardduty")
    detectors = list(client.items("list_detectors", "DetectorIds"))
    if not detectors:
        arn = place.arn("guardduty", "detector")
        yield place.thing("AWS::GuardDuty::Detector", arn, "no detector", concerns=(low("GuardDuty does not watch"),))
    for its_id in detectors:
        arn = place.arn("guardduty", f"detector/{its_id}")
        told = place.ask(arn, client.get_detector, DetectorId=its_id)
        off = told is not None and told.get("Status") == "DISABLED"
        yield place.thing(
            "AWS::GuardDuty::Detector", arn, its_id, (told or {}).get("CreatedAt"),
            detail=some(status=(told or {}).get("Status"), changed=(told or {}).get("UpdatedAt")),
            concerns=(high("it is switched off"),) if off else (),
        )  # fmt: skip
        yield from _muted(place, client, its_id, arn)
        yield from _trusted(place, client, its_id, arn)


def _muted(place: Place, client: Any, detector: str, arn: str) -> Iterator[Thing]:
    """A filter that archives hides findings from whoever looks at the list."""
    kind = "AWS::GuardDuty::Filter"
    for name in place.listed(f"{arn}/filter", client.items, "list_filters", "FilterNames", DetectorId=detector):
        told = place.ask(name, client.get_filter, DetectorId=detector, FilterName=name) or {}
        hides: tuple[Concern, ...] = (medium("archives findings unseen"),) if told.get("Action") == "ARCHIVE" else ()
        yield place.thing(kind, f"{arn}/filter/{name}", name, detail=some(action=told.get("Action")), concerns=hides)


def _trusted(place: Place, client: Any, detector: str, arn: str) -> Iterator[Thing]:
    """No finding is made of a trusted address: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_upload-lists.html"""
    kind = "AWS::GuardDuty::IPSet"
    for its_id in place.listed(f"{arn}/ipset", client.items, "list_ip_sets", "IpSetIds", DetectorId=detector):
        told = place.ask(its_id, client.get_ip_set, DetectorId=detector, IpSetId=its_id) or {}
        concerns = (medium("a list of addresses that no finding is made of"),)
        yield place.thing(
            kind, f"{arn}/ipset/{its_id}", told.get("Name") or its_id, detail=some(status=told.get("Status")),
            concerns=concerns,
        )  # fmt: skip


def _config(place: Place) -> Iterator[Thing]:
    client = place.client("config")
    states: Mapping[str, Any] = {
        s["name"]: s for s in client.describe_configuration_recorder_status().get("ConfigurationRecordersStatus", ())
    }
    for one in client.describe_configuration_recorders().get("ConfigurationRecorders", ()):
        name = one["name"]
        state = states.get(name, {})
        off = state.get("recording") is False
        yield place.thing(
            "AWS::Config::ConfigurationRecorder", one.get("arn") or place.arn("config", f"recorder/{name}"), name,
            detail=some(recording=state.get("recording"), stopped=state.get("lastStopTime")),
            concerns=(high("it does not record"),) if off else (),
        )  # fmt: skip


def _analyzers(place: Place) -> Iterator[Thing]:
    for one in place.client("accessanalyzer").items("list_analyzers", "analyzers"):
        weak = one.get("status") in {"DISABLED", "FAILED"}
        yield place.thing(
            "AWS::AccessAnalyzer::Analyzer", one["arn"], one["name"], one.get("createdAt"),
            detail=some(status=one.get("status"), type=one.get("type")),
            concerns=(medium("it does not work"),) if weak else (),
        )  # fmt: skip


def _hub(place: Place) -> Iterator[Thing]:
    client = place.client("securityhub")
    told = place.ask("AWS::SecurityHub::Hub", client.describe_hub, none=_NOT_ON)
    if told:
        own = (low("takes no new controls by itself"),) if told.get("AutoEnableControls") is False else ()
        yield place.thing("AWS::SecurityHub::Hub", told["HubArn"], "hub", told.get("SubscribedAt"), concerns=own)


CHECK = Guards()
