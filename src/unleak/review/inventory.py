"""Breadth: everything else that stands in a region, by what AWS itself keeps lists in.

Four inventories, none of which knows everything: Resource Explorer, Config, the tagging API, and Cloud Control for
types that no own check tells of. One that was never set up in an account is a remark; a region of which none could tell
is a gap.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from unleak.model.errors import AwsError, CouldNotLook
from unleak.model.review import Thing
from unleak.review.check import GLOBAL, Missed, Place, Scope, home_of
from unleak.review.refusals import NotThere, why

_MOST_FOUND = 1000
_NOT_SET_UP = {"UnauthorizedException", "ResourceNotFoundException", "NoAvailableConfigurationRecorderException"}
_CONTROLLED = {
    "AWS::ApiGateway::RestApi": "apigateway:GET",
    "AWS::ApiGatewayV2::Api": "apigateway:GET",
    "AWS::CloudFront::Distribution": "cloudfront:ListDistributions",
    "AWS::Cognito::IdentityPool": "cognito-identity:ListIdentityPools",
    "AWS::Cognito::UserPool": "cognito-idp:ListUserPools",
    "AWS::EFS::FileSystem": "elasticfilesystem:DescribeFileSystems",
    "AWS::ElastiCache::CacheCluster": "elasticache:DescribeCacheClusters",
    "AWS::GameLift::Fleet": "gamelift:ListFleets",
    "AWS::Kinesis::Stream": "kinesis:ListStreams",
    "AWS::MSK::Cluster": "kafka:ListClustersV2",
    "AWS::Route53::HostedZone": "route53:ListHostedZones",
    "AWS::SSM::Document": "ssm:ListDocuments",
    "AWS::Transfer::Server": "transfer:ListServers",
}
"""Types that Cloud Control lists with what its handler needs: it asks under the caller's name."""
_AT_HOME = {"AWS::CloudFront::Distribution", "AWS::Route53::HostedZone"}
"""Of no region: they are listed in one."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """`own`: the types that other checks tell of, which need not be asked for again."""

    own: frozenset[str] = frozenset()
    id: str = "inventory"
    title: str = "All other types, by AWS's own inventories"
    scope: Scope = Scope.REGIONAL
    permissions: tuple[str, ...] = (
        "tag:GetResources",
        "resource-explorer-2:Search",
        "config:GetDiscoveredResourceCounts",
        "config:ListDiscoveredResources",
        "cloudformation:ListResources",
        *dict.fromkeys(_CONTROLLED.values()),
    )
    types: tuple[str, ...] = tuple(_CONTROLLED)

    def look(self, place: Place) -> Iterator[Thing]:
        """Each inventory by itself; what two of them tell of is one thing, as they name it by the same ARN."""
        failed: list[str] = []
        for name, look in (("tagging", _tagged), ("Resource Explorer", _explored), ("Config", self._recorded)):
            try:
                yield from look(place)
            except NotThere as error:
                failed.append(f"{name}: {error}")
            except CouldNotLook as error:
                failed.append(f"{name}: {_said(error)}")
        yield from self._controlled(place)
        if len(failed) == len(("tagging", "explorer", "config")):
            place.missed.append(Missed("no inventory could tell: " + "; ".join(failed)))
        elif failed:
            place.remarks.extend(f"inventory not used: {one}" for one in failed)

    def _recorded(self, place: Place) -> Iterator[Thing]:
        """Only types that it has some of are asked for."""
        config = place.client("config")
        for count in config.items("get_discovered_resource_counts", "resourceCounts"):
            kind = str(count["resourceType"])
            if kind in self.own:
                continue
            for one in config.items("list_discovered_resources", "resourceIdentifiers", resourceType=kind):
                its_id = str(one["resourceId"])
                yield place.thing(kind, its_id if its_id.startswith("arn:") else "", one.get("resourceName") or its_id)

    def _controlled(self, place: Place) -> Iterator[Thing]:
        """Only what no own check tells of; what cannot be listed is a gap, a type that the region has not is none."""
        control = place.client("cloudcontrol")
        for kind in _CONTROLLED:
            if kind in self.own or (kind in _AT_HOME and place.region != home_of(place.partition)):
                continue
            for one in place.listed(kind, _resources, control, kind):
                its_id = str(one["Identifier"])
                yield place.thing(kind, its_id if its_id.startswith("arn:") else "", its_id)


def _said(error: CouldNotLook) -> str:
    if isinstance(error, AwsError) and error.code in _NOT_SET_UP:
        return "not set up"
    return why(error)


def _tagged(place: Place) -> Iterator[Thing]:
    for one in place.client("resourcegroupstaggingapi").items("get_resources", "ResourceTagMappingList"):
        yield from _by_arn(place, str(one["ResourceARN"]))


def _explored(place: Place) -> Iterator[Thing]:
    """A search brings a thousand at most, and does not page beyond:
    https://docs.aws.amazon.com/resource-explorer/latest/apireference/API_Search.html
    """
    explorer, told = place.client("resource-explorer-2"), 0
    for one in explorer.items("search", "Resources", QueryString=f"region:{place.region}"):
        told += 1
        if one.get("OwningAccountId", place.account) == place.account:
            yield from _by_arn(place, str(one["Arn"]), str(one.get("ResourceType", "")))
    if told >= _MOST_FOUND:
        place.remarks.append(f"Resource Explorer tells of no more than {_MOST_FOUND:,} things in {place.region}")


def _resources(control: Any, kind: str) -> Iterator[Any]:
    try:
        yield from control.items("list_resources", "ResourceDescriptions", TypeName=kind)
    except AwsError as error:
        if error.code != "TypeNotFoundException":
            raise


def _by_arn(place: Place, arn: str, said: str = "") -> Iterator[Thing]:
    """`ec2:instance` becomes `AWS::EC2::Instance`. What another check told by the same ARN is that check's."""
    parts = arn.split(":", 5)
    if len(parts) <= len("arn:a"):
        return
    service = parts[2]
    word = said.partition(":")[2] or parts[5].replace(":", "/").partition("/")[0]
    kind = f"AWS::{_spelled(service)}::{_spelled(word)}"
    yield place.thing(kind, arn, parts[5], region=parts[3] or GLOBAL)


def _spelled(word: str) -> str:
    """As near to CloudFormation's spelling as a rule comes."""
    joined = "".join(w[:1].upper() + w[1:] for w in word.replace("_", "-").split("-"))
    return joined.upper() if len(joined) <= len("kms") else joined


CHECK = Inventory()
