"""Takes away the rules of a security group that the attacker opened or changed, and opens again those that were closed.

https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_network
from typing import Any

from unleak.aws.client import Client
from unleak.evict.putting_right import GONE, Parts, PuttingRight, spoken
from unleak.model.errors import NotFound, NotPossible
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import ByHand, Context

_NUMBERS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
_WAYS = {"ingress", "egress"}
_PORTS = re.compile(r"(-?\d+)-(-?\d+)")
_PEERS = ("CidrIpv4", "CidrIpv6", "PrefixListId")


class CloseSecurityGroup(PuttingRight):
    id = "close_security_group"
    title = "Put the rules of a security group back that the attacker opened or closed"
    permissions = (
        "ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups",
        *(f"ec2:{verb}SecurityGroup{way.capitalize()}" for verb in ("Authorize", "Revoke") for way in sorted(_WAYS)),
    )  # fmt: skip
    undone_by = "writing the rules that were found; they get other ids"
    by_hand = ByHand(
        console="EC2 (region {region}) > Security Groups > {name} > Edit inbound or outbound rules",
        cli="aws ec2 revoke-security-group-ingress --region {region} --group-id {name} --security-group-rule-ids ID",
    )
    references = ("https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",)

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        way, _, rule = deed.part.removesuffix(GONE).partition("|")
        if deed.type != "AWS::EC2::SecurityGroup" or way not in {*_WAYS, "rule"}:
            return
        if way == "rule":
            yield from self._changed(context, target, rule)
        elif not deed.part.endswith(GONE):
            yield f"{way}|{rule}", None
        else:  # as it stands, if it is there again, with whatever description
            now = self.read(context, target, f"{way}|{rule}", fresh=False)
            yield f"{way}|{rule}", now or {"way": way, "rule": _plain(rule), "description": "", "owner": ""}

    def _changed(self, context: Context, target: Target, rule_id: str) -> Iterator[tuple[str, Any]]:
        """A rule known by its id goes as what it says now; what it said before nobody knows."""
        ec2 = context.aws.client(target.account, "ec2", target.region)
        with suppress(NotFound):
            found = [r for r in _rules(ec2, target) if r["SecurityGroupRuleId"] == rule_id]
            yield from ((f"{_way(r)}|{_plain(_said(r))}", None) for r in found)

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        ec2 = context.aws.client(target.account, "ec2", target.region, fresh=fresh)
        try:
            found = _found(ec2, target, part)
        except NotFound:
            return None
        return _value(found) if found else None

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        ec2 = context.aws.client(target.account, "ec2", target.region)
        try:
            now = _found(ec2, target, part)
            if now is not None:
                group, way = now["GroupId"], _way(now)
                revoke = getattr(ec2, f"revoke_security_group_{way}")
                revoke(GroupId=group, SecurityGroupRuleIds=[now["SecurityGroupRuleId"]])
            if value is not None:
                authorize = getattr(ec2, f"authorize_security_group_{value['way']}")
                authorize(GroupId=_id(target.name), IpPermissions=[_permission(value)])
        except NotFound:
            if value is not None:
                raise

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        told = ", ".join(f"{spoken(p)} {'closed' if v is None else 'opened again'}" for p, v in parts.items())
        return (
            f"put the rules of security group {target.name} back: {told}",
            "connections by the rules that are closed",
            "write the rules that were found; they get other ids",
        )


def _found(ec2: Client, target: Target, part: str) -> Any:
    """The rule as AWS has it, by what it says."""
    way, _, rule = part.partition("|")
    sought = _plain(rule)
    if not _is_peer(sought.split("/", 2)[2]):
        head, _, name = sought.rpartition("/")
        sought = f"{head}/{_peer(ec2, name)}"
    return next((r for r in _rules(ec2, target) if _way(r) == way and _plain(_said(r)) == sought), None)


def _rules(ec2: Client, target: Target) -> Iterator[dict[str, Any]]:
    of_group = [{"Name": "group-id", "Values": [_id(target.name)]}]
    return ec2.pages("describe_security_group_rules", "SecurityGroupRules", Filters=of_group)


def _peer(ec2: Client, name: str) -> str:
    """A group that a rule lets in may be given by its name."""
    if name.startswith("sg-"):
        return name
    wanted = [{"Name": "group-name", "Values": [name]}]
    listed = list(ec2.pages("describe_security_groups", "SecurityGroups", Filters=wanted))
    if len(listed) != 1:
        raise NotPossible(f"{len(listed)} security groups are named {name}", "look at their rules by hand")
    return str(listed[0]["GroupId"])


def _id(name: str) -> str:
    """By its id alone: another network may have a group of the same name."""
    if name.startswith("sg-"):
        return name
    raise NotPossible(f"the call named a security group by its name, {name}", "look at the rules of those so named")


def _way(rule: dict[str, Any]) -> str:
    return "egress" if rule["IsEgress"] else "ingress"


def _said(rule: dict[str, Any]) -> str:
    peer = next((rule[k] for k in _PEERS if rule.get(k)), "") or rule.get("ReferencedGroupInfo", {}).get("GroupId", "")
    return f"{rule['IpProtocol']}/{rule.get('FromPort', -1)}-{rule.get('ToPort', -1)}/{peer}"


def _value(rule: dict[str, Any]) -> dict[str, Any]:
    owner = rule.get("ReferencedGroupInfo", {}).get("UserId", "")
    return {"way": _way(rule), "rule": _plain(_said(rule)), "description": rule.get("Description", ""), "owner": owner}


def _plain(rule: str) -> str:
    """As AWS writes it, whatever the attacker wrote: names of protocols, no ports for all of them, networks."""
    protocol, ports, peer = rule.split("/", 2)
    protocol = _NUMBERS.get(protocol, protocol.lower())
    cidr = "/" in peer or ":" in peer
    return f"{protocol}/{'-1--1' if protocol == '-1' else ports}/{ip_network(peer, strict=False) if cidr else peer}"


def _is_peer(peer: str) -> bool:
    return "/" in peer or peer.startswith(("sg-", "pl-"))


def _permission(value: dict[str, Any]) -> dict[str, Any]:
    protocol, ports, peer = value["rule"].split("/", 2)
    first, last = _PORTS.fullmatch(ports).groups()  # type: ignore[union-attr]
    told = {"Description": value["description"]} if value["description"] else {}
    made: dict[str, Any] = {"IpProtocol": protocol}
    if protocol != "-1":
        made |= {"FromPort": int(first), "ToPort": int(last)}
    if "/" in peer:
        field, name = ("Ipv6Ranges", "CidrIpv6") if ":" in peer else ("IpRanges", "CidrIp")
        return {**made, field: [{name: peer, **told}]}
    if peer.startswith("pl-"):
        return {**made, "PrefixListIds": [{"PrefixListId": peer, **told}]}
    owner = {"UserId": value["owner"]} if value["owner"] else {}
    return {**made, "UserIdGroupPairs": [{"GroupId": peer, **owner, **told}]}


ACTION = CloseSecurityGroup()
