"""What records: CloudTrail, Config, flow of DNS queries, CloudWatch's logs and alarms.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html
"""

from unleak.investigate.standing.field import here
from unleak.investigate.standing.row import CHANGED, CREATED, DELETED, STARTED, Row

_TRAIL = here("cloudtrail", "trail/{trailName|name}")
_STORE = here("cloudtrail", "eventdatastore/{eventDataStore}")
_GROUP = here("logs", "log-group:{logGroupName}")
_ALARM = here("cloudwatch", "alarm:{alarmName}")
_QUERIES = here("route53resolver", "resolver-query-log-config/{resolverQueryLogConfigId}")
_RECORDER = here("config", "configuration-recorder/{configurationRecorderName|configurationRecorder.name}")
_CHANNEL = here("config", "delivery-channel/{deliveryChannelName|deliveryChannel.name}")
_RULE = here("config", "config-rule/{configRuleName|configRule.configRuleName}")

_CLOUDTRAIL = (
    Row("cloudtrail:CreateTrail", "CloudTrail::Trail", CREATED, ("{>trailARN}", _TRAIL), "to {s3BucketName}"),
    Row("cloudtrail:DeleteTrail", "CloudTrail::Trail", DELETED, _TRAIL, "trail deleted"),
    Row(
        "cloudtrail:UpdateTrail", "CloudTrail::Trail", CHANGED, ("{>trailARN}", _TRAIL),
        "changed: to {s3BucketName}, every regi[on {isMultiRegionTrail}]", key="settings",
    ),
    Row("cloudtrail:StopLogging", "CloudTrail::Trail", CHANGED, _TRAIL, "logging stopped", key="logging", away=True),
    Row(
        "cloudtrail:StartLogging", "CloudTrail::Trail", CHANGED, _TRAIL, "logging started", key="logging",
        replaces=False,
    ),
    Row(
        "cloudtrail:PutEventSelectors", "CloudTrail::Trail", CHANGED, ("{>trailARN}", _TRAIL),
        "what is recorded was changed", key="selectors",
    ),
    Row(
        "cloudtrail:PutInsightSelectors", "CloudTrail::Trail", CHANGED, ("{>trailARN}", _TRAIL),
        "insights changed", key="insights",
    ),
    Row("cloudtrail:CreateEventDataStore", "CloudTrail::EventDataStore", CREATED, "{>eventDataStoreArn}"),
    Row("cloudtrail:DeleteEventDataStore", "CloudTrail::EventDataStore", DELETED, _STORE),
    Row("cloudtrail:UpdateEventDataStore", "CloudTrail::EventDataStore", CHANGED, _STORE, "changed", key="settings"),
    Row(
        "cloudtrail:StopEventDataStoreIngestion", "CloudTrail::EventDataStore", CHANGED, _STORE, "recording stopped",
        key="ingestion", away=True,
    ),
    Row(
        "cloudtrail:StartEventDataStoreIngestion", "CloudTrail::EventDataStore", CHANGED, _STORE, "recording started",
        key="ingestion", replaces=False,
    ),
)  # fmt: skip

_CONFIG = (
    Row(
        "config:PutConfigurationRecorder", "Config::ConfigurationRecorder", CHANGED, _RECORDER, "changed",
        key="settings",
    ),
    Row("config:DeleteConfigurationRecorder", "Config::ConfigurationRecorder", DELETED, _RECORDER, "deleted"),
    Row(
        "config:StopConfigurationRecorder", "Config::ConfigurationRecorder", CHANGED, _RECORDER, "recording stopped",
        key="recording", away=True,
    ),
    Row(
        "config:StartConfigurationRecorder", "Config::ConfigurationRecorder", CHANGED, _RECORDER, "recording started",
        key="recording", replaces=False,
    ),
    Row("config:PutDeliveryChannel", "Config::DeliveryChannel", CHANGED, _CHANNEL, "changed", key="settings"),
    Row("config:DeleteDeliveryChannel", "Config::DeliveryChannel", DELETED, _CHANNEL, "deleted"),
    Row("config:PutConfigRule", "Config::ConfigRule", CHANGED, _RULE, "changed", key="settings"),
    Row("config:DeleteConfigRule", "Config::ConfigRule", DELETED, _RULE, "deleted"),
    Row(
        "config:PutRetentionConfiguration", "Config::RetentionConfiguration", CHANGED, here("config", "*"),
        "kept for {retentionPeriodInDays} days", key="retention",
    ),
)  # fmt: skip

_DNS = (
    Row(
        "route53resolver:CreateResolverQueryLogConfig", "Route53Resolver::ResolverQueryLoggingConfig", CREATED,
        "{>resolverQueryLogConfig.arn}", "to {destinationArn}",
    ),
    Row(
        "route53resolver:DeleteResolverQueryLogConfig", "Route53Resolver::ResolverQueryLoggingConfig", DELETED,
        ("{>resolverQueryLogConfig.arn}", _QUERIES), "log of DNS queries deleted",
    ),
    Row(
        "route53resolver:DisassociateResolverQueryLogConfig", "Route53Resolver::ResolverQueryLoggingConfig", CHANGED,
        _QUERIES, "no longer for {resourceId}", key="of|{resourceId}", away=True,
    ),
    Row(
        "route53resolver:AssociateResolverQueryLogConfig", "Route53Resolver::ResolverQueryLoggingConfig", CHANGED,
        _QUERIES, "for {resourceId}", key="of|{resourceId}", replaces=False,
    ),
)  # fmt: skip

_CLOUDWATCH = (
    Row("logs:CreateLogGroup", "Logs::LogGroup", CREATED, _GROUP),
    Row("logs:DeleteLogGroup", "Logs::LogGroup", DELETED, _GROUP, "log group deleted"),
    Row("logs:CreateLogStream", "Logs::LogStream", CREATED, _GROUP + ":log-stream:{logStreamName}", quiet=True),
    Row(
        "logs:DeleteLogStream", "Logs::LogStream", DELETED, _GROUP + ":log-stream:{logStreamName}",
        "log stream deleted",
    ),
    Row(
        "logs:PutRetentionPolicy", "Logs::LogGroup", CHANGED, _GROUP, "kept for {retentionInDays} days",
        key="retention",
    ),
    Row("logs:DeleteRetentionPolicy", "Logs::LogGroup", CHANGED, _GROUP, "kept for ever", key="retention", away=True),
    Row(
        "logs:PutSubscriptionFilter", "Logs::SubscriptionFilter", CHANGED, _GROUP, "sent to {destinationArn}",
        key="filter|{filterName}",
    ),
    Row(
        "logs:DeleteSubscriptionFilter", "Logs::SubscriptionFilter", CHANGED, _GROUP, "filter {filterName} deleted",
        key="filter|{filterName}", away=True,
    ),
    Row(
        "logs:PutMetricFilter", "Logs::MetricFilter", CHANGED, _GROUP, "metric {filterName} changed",
        key="metric|{filterName}",
    ),
    Row(
        "logs:DeleteMetricFilter", "Logs::MetricFilter", CHANGED, _GROUP, "metric {filterName} deleted",
        key="metric|{filterName}", away=True,
    ),
    Row(
        "logs:PutResourcePolicy", "Logs::ResourcePolicy", CHANGED, here("logs", "*"), "policy {policyName}",
        key="policy|{policyName}", document="policyDocument",
    ),
    Row(
        "logs:DeleteResourcePolicy", "Logs::ResourcePolicy", CHANGED, here("logs", "*"), "policy {policyName} deleted",
        key="policy|{policyName}", away=True,
    ),
    Row(
        "logs:CreateExportTask", "Logs::ExportTask", STARTED, _GROUP, "exported to {destination}",
        key="export|{>taskId}",
    ),
    Row("logs:DisassociateKmsKey", "Logs::LogGroup", CHANGED, _GROUP, "encryption taken away", key="key", away=True),
    Row("logs:AssociateKmsKey", "Logs::LogGroup", CHANGED, _GROUP, "encrypted with {kmsKeyId}", key="key"),
    Row("monitoring:PutMetricAlarm", "CloudWatch::Alarm", CHANGED, _ALARM, "changed", key="settings"),
    Row(
        "monitoring:DeleteAlarms", "CloudWatch::Alarm", DELETED, here("cloudwatch", "alarm:{.}"), "alarm deleted",
        each="alarmNames",
    ),
    Row(
        "monitoring:DisableAlarmActions", "CloudWatch::Alarm", CHANGED, here("cloudwatch", "alarm:{.}"),
        "what it does was disabled", each="alarmNames", key="actions", away=True,
    ),
    Row(
        "monitoring:EnableAlarmActions", "CloudWatch::Alarm", CHANGED, here("cloudwatch", "alarm:{.}"),
        "what it does was enabled", each="alarmNames", key="actions", replaces=False,
    ),
)  # fmt: skip

ROWS: tuple[Row, ...] = (*_CLOUDTRAIL, *_CONFIG, *_DNS, *_CLOUDWATCH)
