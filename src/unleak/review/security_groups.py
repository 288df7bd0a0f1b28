"""Security groups, and which of them let the whole internet in, to what."""

from collections.abc import Iterator, Mapping
from typing import Any

from unleak.model.review import Thing
from unleak.review.check import Concern, Place, Scope, high, low, medium, some

_GRAVE = {22: "SSH", 3389: "RDP", 445: "SMB", 2375: "Docker", 3306: "MySQL", 5432: "PostgreSQL", 1433: "SQL Server",
          6379: "Redis", 9200: "Elasticsearch", 27017: "MongoDB", 5900: "VNC", 5985: "WinRM"}  # fmt: skip
_WEB = {80, 443}
_EVERYWHERE = {"0.0.0.0/0", "::/0"}
_LAST_PORT = 65535


class SecurityGroups:
    id = "security_groups"
    title = "Security groups and what they open to the internet"
    scope = Scope.REGIONAL
    permissions = ("ec2:DescribeSecurityGroups",)
    types = ("AWS::EC2::SecurityGroup",)

    def look(self, place: Place) -> Iterator[Thing]:
        """AWS does not say when a group was made."""
        for one in place.client("ec2").items("describe_security_groups", "SecurityGroups"):
            concerns = tuple(c for rule in one.get("IpPermissions", ()) for c in _of_rule(rule))
            arn = place.arn("ec2", f"security-group/{one['GroupId']}")
            detail = some(name=one.get("GroupName"), network=one.get("VpcId"))
            yield place.thing("AWS::EC2::SecurityGroup", arn, one["GroupId"], detail=detail, concerns=concerns)


def _of_rule(rule: Mapping[str, Any]) -> Iterator[Concern]:
    ranges = {r.get("CidrIp") for r in rule.get("IpRanges", ())} | {
        r.get("CidrIpv6") for r in rule.get("Ipv6Ranges", ())
    }
    if not ranges & _EVERYWHERE or str(rule.get("IpProtocol", "")).startswith("icmp"):
        return
    first, last = rule.get("FromPort", 0), rule.get("ToPort", _LAST_PORT)
    if rule.get("IpProtocol") == "-1" or (first <= 1 and last == _LAST_PORT):
        yield high("opens everything to the internet")
        return
    grave = [name for port, name in _GRAVE.items() if first <= port <= last]
    ports = str(first) if first == last else f"{first}-{last}"
    if grave:
        yield high(f"opens {', '.join(grave)} to the internet (port {ports})")
    else:
        yield (low if first == last and first in _WEB else medium)(f"opens port {ports} to the internet")


CHECK = SecurityGroups()
