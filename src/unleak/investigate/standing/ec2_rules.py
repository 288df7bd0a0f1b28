"""EC2: security groups and their rules.

A rule is known by its protocol, ports and peer, and by its id where the answer tells it; it is revoked by either.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html
"""

from collections.abc import Iterator

from unleak.investigate.standing.field import Scene, here, many, pick, word
from unleak.investigate.standing.row import CREATED, DELETED, Own, Row
from unleak.investigate.standing.trace import Deed, Trace
from unleak.model.call import Call

_GROUP = here("ec2", "security-group/{groupId}")
_BY_NAME = here("ec2", "security-group/{groupName}")
_TYPE = "AWS::EC2::SecurityGroup"
_PEERS = (
    ("ipRanges", "cidrIp"), ("ipv6Ranges", "cidrIpv6"), ("groups", "groupId"), ("prefixListIds", "prefixListId"),
)  # fmt: skip


def _authorized(call: Call) -> Iterator[Trace]:
    way = _way(call)
    group = _group(call)
    ids = _ids(call)
    for rule in _rules(call):
        yield Trace(
            arn=group,
            type=_TYPE,
            deed=Deed.CHANGED,
            detail=f"opened {_told(rule, way)}",
            fact=f"{group}|{way}|{rule}",
            undoes=(f"{group}|{way}|{rule}|gone",),
            aliases=(f"{group}|rule|{ids[rule]}",) if ids.get(rule) else (),
        )


def _revoked(call: Call) -> Iterator[Trace]:
    way = _way(call)
    group = _group(call)
    for rule in dict.fromkeys((*_rules(call), *_answered(call, ">revokedSecurityGroupRuleSet"))):
        fact = f"{group}|{way}|{rule}"
        yield Trace(group, _TYPE, Deed.CHANGED, f"closed {_told(rule, way)}", (fact,), f"{fact}|gone")
    for rule_id in _named_ids(call):
        fact = f"{group}|rule|{rule_id}"
        yield Trace(group, _TYPE, Deed.CHANGED, f"rule {rule_id} taken away", (fact,), "")


def _changed(call: Call) -> Iterator[Trace]:
    """A changed rule is not what was opened any more; what it is now is told as a rule of its own."""
    group = _group(call)
    for item in many(Scene(call).at("securityGroupRule")):
        rule_id = word(pick(item, "securityGroupRuleId"))
        inner = pick(item, "securityGroupRule")
        key = _key(inner, word(pick(inner, "cidrIpv4") or pick(inner, "cidrIpv6")) or "another peer")
        fact = f"{group}|rule|{rule_id}"
        yield Trace(group, _TYPE, Deed.CHANGED, f"rule {rule_id} changed: {_told(key, 'ingress')}", (fact,), fact)


def _group(call: Call) -> str:
    scene = Scene(call)
    return scene.filled(_GROUP) or scene.filled(_BY_NAME) or scene.filled(here("ec2", "security-group/*"))


def _way(call: Call) -> str:
    return "egress" if call.operation.endswith("Egress") else "ingress"


def _rules(call: Call) -> list[str]:
    """`tcp/22-22/0.0.0.0/0` for every rule that the request spells out."""
    scene = Scene(call)
    found = [
        _key(permission, word(pick(peer, name)))
        for permission in many(scene.at("ipPermissions"))
        for field, name in _PEERS
        for peer in many(pick(permission, field))
    ]
    alone = word(scene.at("cidrIp")) or word(scene.at("sourceSecurityGroupName"))
    if alone:
        found.append(_key(scene.at(""), alone))
    return list(dict.fromkeys(found)) or list(_answered(call, ">securityGroupRuleSet"))


def _answered(call: Call, path: str) -> list[str]:
    return [_key(rule, _peer(rule)) for rule in many(Scene(call).at(path)) if _peer(rule)]


def _ids(call: Call) -> dict[str, str]:
    rules = many(Scene(call).at(">securityGroupRuleSet"))
    return {_key(rule, _peer(rule)): word(pick(rule, "securityGroupRuleId")) for rule in rules}


def _named_ids(call: Call) -> list[str]:
    scene = Scene(call)
    listed = many(scene.at("securityGroupRuleIds")) or many(scene.at("securityGroupRuleId"))
    return [i for i in (word(pick(v, "securityGroupRuleId")) or word(v) for v in listed) if i]


def _peer(rule: object) -> str:
    names = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedGroupId", "referencedGroupInfo.groupId")
    return next(filter(None, (word(pick(rule, name)) for name in names)), "")


def _key(rule: object, peer: str) -> str:
    protocol = word(pick(rule, "ipProtocol")) or "-1"
    first, last = word(pick(rule, "fromPort")) or "-1", word(pick(rule, "toPort")) or "-1"
    return f"{protocol}/{first}-{last}/{peer}"


def _told(rule: str, way: str) -> str:
    protocol, _, rest = rule.partition("/")
    ports, _, peer = rest.partition("/")
    first, _, last = ports.partition("-")
    which = first if first == last else ports
    what = "everything" if protocol == "-1" else f"{which}/{protocol}"
    return f"{what} {'out to' if way == 'egress' else 'to'} {peer}"


ROWS: tuple[Row | Own, ...] = (
    Row(
        "ec2:CreateSecurityGroup", "EC2::SecurityGroup", CREATED, here("ec2", "security-group/{>groupId}"),
        "{groupName}", also=(_BY_NAME,),
    ),
    Row("ec2:DeleteSecurityGroup", "EC2::SecurityGroup", DELETED, (_GROUP, _BY_NAME)),
    Own("ec2:AuthorizeSecurityGroupIngress ec2:AuthorizeSecurityGroupEgress", _authorized),
    Own("ec2:RevokeSecurityGroupIngress ec2:RevokeSecurityGroupEgress", _revoked),
    Own("ec2:ModifySecurityGroupRules", _changed),
)  # fmt: skip
