"""Queues and topics with whom their policies let in, and secrets with theirs; registries of images."""

from collections.abc import Iterator
from typing import Any

from unleak.model.review import Thing
from unleak.review.check import Place, Scope
from unleak.review.documents import lets_in

_NO_POLICY = ("RepositoryPolicyNotFoundException", "ResourceNotFoundException")


class Messaging:
    id = "messaging"
    title = "Queues, topics, secrets and registries, and whom they let in"
    scope = Scope.REGIONAL
    permissions = (
        "sqs:ListQueues",
        "sqs:GetQueueAttributes",
        "sns:ListTopics",
        "sns:GetTopicAttributes",
        "secretsmanager:ListSecrets",
        "secretsmanager:GetResourcePolicy",
        "ecr:DescribeRepositories",
        "ecr:GetRepositoryPolicy",
    )
    types = ("AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::SecretsManager::Secret", "AWS::ECR::Repository")

    def look(self, place: Place) -> Iterator[Thing]:
        for kind, look in zip(self.types, (_queues, _topics, _secrets, _registries), strict=True):
            yield from place.listed(kind, look, place)


def _queues(place: Place) -> Iterator[Thing]:
    sqs = place.client("sqs")
    for url in sqs.items("list_queues", "QueueUrls"):
        told = place.ask(url, sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["All"])
        found = (told or {}).get("Attributes", {})
        name = url.rsplit("/", 1)[-1]
        made = str(found.get("CreatedTimestamp", ""))
        yield _thing(
            place, "AWS::SQS::Queue", found.get("QueueArn") or place.arn("sqs", name), name, made, found.get("Policy")
        )


def _topics(place: Place) -> Iterator[Thing]:
    """AWS does not say when a topic was made."""
    sns = place.client("sns")
    for one in sns.items("list_topics", "Topics"):
        arn = one["TopicArn"]
        told = place.ask(arn, sns.get_topic_attributes, TopicArn=arn)
        policy = (told or {}).get("Attributes", {}).get("Policy")
        yield _thing(place, "AWS::SNS::Topic", arn, arn.rsplit(":", 1)[-1], None, policy)


def _secrets(place: Place) -> Iterator[Thing]:
    client = place.client("secretsmanager")
    for one in client.items("list_secrets", "SecretList"):
        arn = one["ARN"]
        told = place.ask(arn, client.get_resource_policy, none=_NO_POLICY, SecretId=arn) or {}
        policy = told.get("ResourcePolicy")
        yield _thing(place, "AWS::SecretsManager::Secret", arn, one["Name"], one.get("CreatedDate"), policy)


def _registries(place: Place) -> Iterator[Thing]:
    ecr = place.client("ecr")
    for one in ecr.items("describe_repositories", "repositories"):
        arn, name = one["repositoryArn"], one["repositoryName"]
        told = place.ask(arn, ecr.get_repository_policy, none=_NO_POLICY, repositoryName=name) or {}
        yield _thing(place, "AWS::ECR::Repository", arn, name, one.get("createdAt"), told.get("policyText"))


def _thing(place: Place, kind: str, arn: str, name: str, created: object, policy: Any) -> Thing:
    return place.thing(kind, arn, name, created, concerns=lets_in(policy, place.account))


CHECK = Messaging()
