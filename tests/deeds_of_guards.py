"""What an attacker has done to what records, watches, encrypts and lets in; for each action that puts it right."""

from collections.abc import Callable
from typing import Any

from conftest import Site
from deeds_of_resources import OUTSIDER, of, thing
from deeds_world import did, document
from unleak.model.plan import Target

_KINDS = ("kms", "secretsmanager", "sqs", "sns", "ecr")


def _trail(site: Site) -> Target:
    name = f"logs-{site.stage.account}"
    of(site, "s3").create_bucket(Bucket=name)
    of(site, "cloudtrail").create_trail(Name="main", S3BucketName=name, IsMultiRegionTrail=False)
    return thing(site, "cloudtrail", "trail/main")


def _stopped_trail(site: Site) -> Target:
    trail = _trail(site)
    seen = [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": True, "DataResources": []}]
    of(site, "cloudtrail").put_event_selectors(TrailName="main", EventSelectors=seen)
    before = {"name": "main", "s3BucketName": f"logs-{site.stage.account}", "isMultiRegionTrail": True}
    did(site, trail, "CloudTrail::Trail", "changed", "logging|gone", action="cloudtrail:StopLogging")
    did(site, trail, "CloudTrail::Trail", "changed", "settings", action="cloudtrail:UpdateTrail", former=before)
    did(site, trail, "CloudTrail::Trail", "changed", "selectors", action="cloudtrail:PutEventSelectors",
        former={"eventSelectors": [{"readWriteType": "All", "includeManagementEvents": True}]})  # fmt: skip
    return trail


def _deleted_trail(site: Site) -> Target:
    trail = _trail(site)
    of(site, "cloudtrail").delete_trail(Name="main")
    before = {"name": "main", "s3BucketName": f"logs-{site.stage.account}", "isMultiRegionTrail": True,
              "advancedEventSelectors": [{"name": "all", "fieldSelectors": [
                  {"field": "eventCategory", "equals": ["Management"]}]}],
              "insightSelectors": [{"insightType": "ApiCallRateInsight"}]}  # fmt: skip
    did(site, trail, "CloudTrail::Trail", "deleted", "gone", action="cloudtrail:DeleteTrail", former=before)
    return trail


def _disabled_detector(site: Site) -> Target:
    made = of(site, "guardduty").create_detector(Enable=False)["DetectorId"]
    detector = thing(site, "guardduty", f"detector/{made}")
    did(site, detector, "GuardDuty::Detector", "changed", "settings", action="guardduty:UpdateDetector")
    return detector


def _deleted_detector(site: Site) -> Target:
    detector = thing(site, "guardduty", f"detector/{'a' * 32}")
    did(site, detector, "GuardDuty::Detector", "deleted", "gone", action="guardduty:DeleteDetector")
    return detector


def _stopped_recorder(site: Site) -> Target:
    config, recorder = of(site, "config"), thing(site, "config", "configuration-recorder/default")
    role = f"arn:aws:iam::{site.stage.account}:role/data-reader"
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role})
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": site.stage.bucket})
    did(site, recorder, "Config::ConfigurationRecorder", "changed", "recording|gone")
    return recorder


def _key(site: Site) -> Target:
    return thing(site, "kms", f"key/{of(site, 'kms').create_key()['KeyMetadata']['KeyId']}")


def _disabled_key(site: Site) -> Target:
    key = _key(site)
    of(site, "kms").disable_key(KeyId=key.name)
    did(site, key, "KMS::Key", "changed", "state", action="kms:DisableKey")
    return key


def _dying_key(site: Site) -> Target:
    key = _key(site)
    of(site, "kms").schedule_key_deletion(KeyId=key.name, PendingWindowInDays=7)
    did(site, key, "KMS::Key", "changed", "deletion", action="kms:ScheduleKeyDeletion")
    return key


def _fixed_key(site: Site) -> Target:
    key = _key(site)
    did(site, key, "KMS::Key", "changed", "rotation|gone", action="kms:DisableKeyRotation")
    return key


def _granted_key(site: Site) -> Target:
    key = _key(site)
    given = {"GranteePrincipal": f"arn:aws:iam::{OUTSIDER}:root", "Operations": ["Decrypt"]}
    made = of(site, "kms").create_grant(KeyId=key.name, **given)["GrantId"]
    did(site, key, "KMS::Grant", "shared", f"grant|{made}", action="kms:CreateGrant")
    return key


def _opened(service: str) -> Callable[[Site], Target]:
    """A thing whose policy lets an outsider in beside its own account."""

    def lay(site: Site) -> Target:
        target, type_, put = _MAKERS[service](site)
        own, out = (f"arn:aws:iam::{a}:root" for a in (site.stage.account, OUTSIDER))
        statement = {"Sid": "own", "Effect": "Allow", "Principal": {"AWS": own}, "Action": f"{service}:*",
                     "Resource": "*"}  # fmt: skip
        put(document(statement, {**statement, "Sid": "out", "Principal": {"AWS": out}}))
        did(site, target, type_, "shared", "policy", grants=(out,))
        return target

    return lay


_Made = tuple[Target, str, Callable[[str], Any]]


def _opened_key(site: Site) -> _Made:
    key = _key(site)
    return (
        key,
        "KMS::Key",
        lambda policy: of(site, "kms").put_key_policy(KeyId=key.name, PolicyName="default", Policy=policy),
    )


def _opened_secret(site: Site) -> _Made:
    client = of(site, "secretsmanager")
    arn = client.create_secret(Name="password", SecretString="x")["ARN"]
    secret = thing(site, "secretsmanager", arn.split(":", 5)[5])
    return (
        secret,
        "SecretsManager::Secret",
        lambda policy: client.put_resource_policy(SecretId=arn, ResourcePolicy=policy),
    )


def _opened_queue(site: Site) -> _Made:
    client = of(site, "sqs")
    url = client.create_queue(QueueName="orders")["QueueUrl"]
    return (
        thing(site, "sqs", "orders"),
        "SQS::Queue",
        lambda policy: client.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy}),
    )


def _opened_topic(site: Site) -> _Made:
    client = of(site, "sns")
    arn = client.create_topic(Name="orders")["TopicArn"]
    return (
        thing(site, "sns", "orders"),
        "SNS::Topic",
        lambda policy: client.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy),
    )


def _opened_repository(site: Site) -> _Made:
    client = of(site, "ecr")
    client.create_repository(repositoryName="team/web")
    return (
        thing(site, "ecr", "repository/team/web"),
        "ECR::Repository",
        lambda policy: client.set_repository_policy(repositoryName="team/web", policyText=policy),
    )


_MAKERS: dict[str, Callable[[Site], _Made]] = {
    "kms": _opened_key, "secretsmanager": _opened_secret, "sqs": _opened_queue, "sns": _opened_topic,
    "ecr": _opened_repository,
}  # fmt: skip


def _outsiders_only(service: str) -> Callable[[Site], Target]:
    """By the statement that the attacker added, where no policy was."""

    def lay(site: Site) -> Target:
        target, type_, put = _MAKERS[service](site)
        put(document({"Sid": "in", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{OUTSIDER}:root"},
                      "Action": f"{service}:*", "Resource": "*"}))  # fmt: skip
        did(site, target, type_, "shared", "policy", grants=(f"arn:aws:iam::{OUTSIDER}:root",))
        return target

    return lay


def _permitted_queue(site: Site) -> Target:
    client, queue = of(site, "sqs"), thing(site, "sqs", "orders")
    url = client.create_queue(QueueName="orders")["QueueUrl"]
    client.add_permission(QueueUrl=url, Label="in", AWSAccountIds=[OUTSIDER], Actions=["*"])
    client.add_permission(QueueUrl=url, Label="own", AWSAccountIds=[site.stage.account], Actions=["*"])
    did(site, queue, "SQS::Queue", "shared", "permission|in", action="sqs:AddPermission")
    return queue


SPOILT_GUARDS: dict[str, Callable[[Site], Target]] = {
    "start_trail": _stopped_trail,
    "start_detector": _disabled_detector,
    "start_recorder": _stopped_recorder,
    "restore_key": _disabled_key,
    "revoke_grant": _granted_key,
    "restore_resource_policy": _opened("kms"),
}
GUARDS_OTHERWISE: dict[str, Callable[[Site], Target]] = {
    "start_trail, that was deleted": _deleted_trail,
    "start_detector, that was deleted": _deleted_detector,
    "restore_key, that would be deleted": _dying_key,
    "restore_key, that does not rotate": _fixed_key,
    **{f"restore_resource_policy, of {service}": _opened(service) for service in _KINDS[1:]},
    **{f"restore_resource_policy, of {s} with outsiders alone": _outsiders_only(s) for s in ("secretsmanager", "ecr")},
    "restore_resource_policy, of a queue by a statement": _permitted_queue,
}
