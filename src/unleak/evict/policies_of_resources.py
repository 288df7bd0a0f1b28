"""Who holds a policy beside IAM and S3, and how it is read and written. One that is not there is an empty text."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from unleak.aws.client import Client
from unleak.evict.putting_right import last_of
from unleak.model.plan import Target


@dataclass(frozen=True, slots=True)
class Holder:
    """`told`: what the call that writes it calls the policy, as the trail has it."""

    service: str
    get: Callable[[Client, Target], str]
    put: Callable[[Client, Target, str], None]
    told: str
    may_be_empty: bool = True


def _of_key(kms: Client, target: Target) -> str:
    return str(kms.get_key_policy(KeyId=target.name, PolicyName="default")["Policy"])


def _to_key(kms: Client, target: Target, policy: str) -> None:
    kms.put_key_policy(KeyId=target.name, PolicyName="default", Policy=policy)


def _of_secret(client: Client, target: Target) -> str:
    return str(client.get_resource_policy(SecretId=target.id).get("ResourcePolicy") or "")


def _to_secret(client: Client, target: Target, policy: str) -> None:
    if policy:
        client.put_resource_policy(SecretId=target.id, ResourcePolicy=policy)
    else:
        client.delete_resource_policy(SecretId=target.id)


def _queue(sqs: Client, target: Target) -> str:
    return str(sqs.get_queue_url(QueueName=last_of(target))["QueueUrl"])


def _of_queue(sqs: Client, target: Target) -> str:
    found = sqs.get_queue_attributes(QueueUrl=_queue(sqs, target), AttributeNames=["Policy"])
    return str(found.get("Attributes", {}).get("Policy", ""))


def _to_queue(sqs: Client, target: Target, policy: str) -> None:
    sqs.set_queue_attributes(QueueUrl=_queue(sqs, target), Attributes={"Policy": policy})


def _of_topic(sns: Client, target: Target) -> str:
    return str(sns.get_topic_attributes(TopicArn=target.id)["Attributes"].get("Policy", ""))


def _to_topic(sns: Client, target: Target, policy: str) -> None:
    sns.set_topic_attributes(TopicArn=target.id, AttributeName="Policy", AttributeValue=policy)


def _of_repository(ecr: Client, target: Target) -> str:
    return str(ecr.get_repository_policy(repositoryName=_repository(target))["policyText"])


def _to_repository(ecr: Client, target: Target, policy: str) -> None:
    if policy:
        ecr.set_repository_policy(repositoryName=_repository(target), policyText=policy)
    else:
        ecr.delete_repository_policy(repositoryName=_repository(target))


def _repository(target: Target) -> str:
    """Its name may hold slashes."""
    return target.id.partition(":repository/")[2]


HOLDERS: Mapping[str, Holder] = {
    "AWS::KMS::Key": Holder("kms", _of_key, _to_key, "policy", may_be_empty=False),
    "AWS::SecretsManager::Secret": Holder("secretsmanager", _of_secret, _to_secret, "resourcePolicy"),
    "AWS::SQS::Queue": Holder("sqs", _of_queue, _to_queue, "attributes.Policy"),
    "AWS::SNS::Topic": Holder("sns", _of_topic, _to_topic, "attributeValue", may_be_empty=False),
    "AWS::ECR::Repository": Holder("ecr", _of_repository, _to_repository, "policyText"),
}


def formerly(type_: str, former: Mapping[str, Any]) -> Any:
    """The policy that a former call wrote; None where it is not known."""
    found: Any = former
    for name in HOLDERS[type_].told.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return json.loads(found) if isinstance(found, str) and found.startswith("{") else found
