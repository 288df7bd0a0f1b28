"""What of an incident may stand behind a line of the bill: by Cost Explorer's name of the service, and the region."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from unleak.model.bill import Behind
from unleak.model.call import Call
from unleak.model.investigation import Remaining

_COMPUTE = ("EC2::Instance", "EC2::Spot", "EC2::CapacityReservation", "EC2::Reserved", "AutoScaling", "Batch", "ECS",
            "EKS", "ElasticBeanstalk", "EMR", "CloudFormation", "EC2::LaunchTemplate")  # fmt: skip
_BILLED: Mapping[str, tuple[str, ...]] = {
    "Amazon Elastic Compute Cloud - Compute": _COMPUTE,
    "EC2 - Other": ("EC2", "AutoScaling", "CloudFormation"),
    "Amazon Virtual Private Cloud": ("EC2", "CloudFormation"),
    "Amazon Elastic Container Service": ("ECS", "Batch"),
    "Amazon Elastic Container Service for Kubernetes": ("EKS",),
    "Amazon Elastic Kubernetes Service": ("EKS",),
    "Amazon EC2 Container Registry (ECR)": ("ECR",),
    "Amazon Elastic Load Balancing": ("ElasticLoadBalancing",),
    "Amazon Elastic MapReduce": ("EMR",),
    "Amazon Elastic File System": ("EFS",),
    "Amazon Simple Storage Service": ("S3",),
    "Amazon Simple Email Service": ("SES",),
    "Amazon Simple Notification Service": ("SNS",),
    "Amazon Simple Queue Service": ("SQS",),
    "Amazon Relational Database Service": ("RDS",),
    "Amazon DynamoDB": ("DynamoDB",),
    "Amazon Redshift": ("Redshift",),
    "AmazonCloudWatch": ("CloudWatch", "Logs"),
    "Amazon Route 53": ("Route53",),
    "AWS Key Management Service": ("KMS",),
    "AWS Step Functions": ("StepFunctions",),
    "AWS Transfer Family": ("Transfer",),
    "AWS Web Application Firewall": ("WAFv2",),
    "AWS WAF": ("WAFv2",),
    "AWS Systems Manager": ("SSM",),
    "CodeBuild": ("CodeBuild",),
}
"""Where the name is not that of the type: `AWS Lambda`, `Amazon SageMaker` and their like need no line."""
_ANYWHERE = frozenset({"", "global", "NoRegion"})
_MODELS = "(Amazon Bedrock Edition)"
_MOST, _MOST_CALLS = 20, 5
_ARN_PARTS = 6


def behind(
    account: str, service: str, region: str, things: Iterable[Remaining], calls: Iterable[Call] = ()
) -> tuple[Behind, ...]:
    """At most twenty things, in their order; where there is none, the calls of the service. What is global, or has no
    region in its name, may cost anywhere.
    """
    types = families(service)
    found = (
        Behind(r.arn, " ".join(filter(None, (r.deed, r.detail))), r.by, r.at, r.state)
        for r in things
        if r.type.removeprefix("AWS::").startswith(types) and _is_there(r.arn, account, region)
    )
    return tuple(dict.fromkeys(found))[:_MOST] or tuple(_called(types, account, region, calls))


def _called(types: tuple[str, ...], account: str, region: str, calls: Iterable[Call]) -> Iterator[Behind]:
    """Using a model leaves nothing behind but the bill."""
    services = {family.split("::")[0].lower() for family in types}
    theirs = [c for c in calls if c.accepted and c.service in services and c.account in {"", account}]
    here = [c for c in theirs if c.region == region or region in _ANYWHERE]
    first = {(c.action, c.key_id): c for c in sorted(here, key=lambda c: c.at, reverse=True)}
    count = Counter((c.action, c.key_id) for c in here)
    for (action, key_id), times in count.most_common(_MOST_CALLS):
        yield Behind(action, f"called {times:,} times", key_id, first[action, key_id].at)


def families(service: str) -> tuple[str, ...]:
    """The beginnings of types, without `AWS::`; for a service that is not known, its own name closed up."""
    if service.endswith(_MODELS):
        return ("Bedrock",)
    bare = service.removeprefix("Amazon ").removeprefix("AWS ").replace(" ", "")
    return _BILLED.get(service, (f"{bare}::",))


def _is_there(arn: str, account: str, region: str) -> bool:
    """Without an ARN nobody can tell where it is, and it is not named."""
    parts = arn.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS:
        return False
    return parts[4] in {"", account} and (parts[3] in {"", region} or region in _ANYWHERE)
