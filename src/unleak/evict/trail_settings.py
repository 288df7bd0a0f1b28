"""The settings and selectors of a trail, as calls write them and as the trail itself tells of those calls."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

SETTINGS = {
    "S3BucketName": "S3BucketName", "S3KeyPrefix": "S3KeyPrefix",
    "IncludeGlobalServiceEvents": "IncludeGlobalServiceEvents", "IsMultiRegionTrail": "IsMultiRegionTrail",
    "EnableLogFileValidation": "LogFileValidationEnabled", "CloudWatchLogsLogGroupArn": "CloudWatchLogsLogGroupArn",
    "CloudWatchLogsRoleArn": "CloudWatchLogsRoleArn", "IsOrganizationTrail": "IsOrganizationTrail",
}  # fmt: skip
"""What UpdateTrail calls it, and what GetTrail does. A key of KMS and a topic may be given by names that it does not
tell: they are left as they are.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html
"""
_TOGETHER = {
    "where it delivers": ("S3BucketName", "S3KeyPrefix"),
    "which regions it records": ("IncludeGlobalServiceEvents", "IsMultiRegionTrail"),
    "validation of its files": ("EnableLogFileValidation",),
    "its log group": ("CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn"),
    "whether it is the organisation's": ("IsOrganizationTrail",),
}
_EVERYTHING = {"ReadWriteType": "All", "IncludeManagementEvents": True}


def settings_of(former: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Of the parameters of a call, those that are written together, and in words what they say."""
    given = _upper(former)
    for words, fields in _TOGETHER.items():
        told = {field: given[field] for field in fields if given.get(field) is not None}
        if told:
            yield words, told


def settings_told(fields: Sequence[str]) -> str:
    return next(words for words, together in _TOGETHER.items() if fields[0] in together)


def selectors_of(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """As one shape, whoever tells them. Where nobody knows, every call of management: what a trail records from the
    start.

    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
    """
    told = _upper(given or {})
    if told.get("AdvancedEventSelectors"):
        return {"AdvancedEventSelectors": told["AdvancedEventSelectors"]}
    listed = told.get("EventSelectors") or [_EVERYTHING]
    return {
        "EventSelectors": [
            {
                "ReadWriteType": s.get("ReadWriteType", "All"),
                "IncludeManagementEvents": s.get("IncludeManagementEvents", True),
                "DataResources": list(s.get("DataResources") or ()),
                "ExcludeManagementEventSources": list(s.get("ExcludeManagementEventSources") or ()),
            }
            for s in listed
        ]
    }


def is_selected(former: Mapping[str, Any] | None) -> bool:
    told = _upper(former or {})
    return bool(told.get("EventSelectors") or told.get("AdvancedEventSelectors"))


def insights_of(given: Mapping[str, Any]) -> list[Any]:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutInsightSelectors.html"""
    return list(_upper(given).get("InsightSelectors") or ())


def _upper(value: Any) -> Any:
    """CloudTrail writes the names of parameters with a small letter first."""
    if isinstance(value, Mapping):
        return {k[:1].upper() + k[1:]: _upper(v) for k, v in value.items()}
    return [_upper(v) for v in value] if isinstance(value, list | tuple) else value
