"""A security group lets the whole internet in by SSH."""

from unleak.drill.documents import be_administrator, port
from unleak.drill.moves import Answer, call
from unleak.drill.stage import Stage
from unleak.drill.technique import LEAVES, Loot, Technique, Traces

GROUP = "web"


def prepare(stage: Stage) -> None:
    be_administrator(stage)
    ec2 = stage.admin.client(stage.account, "ec2")
    group = ec2.create_security_group(GroupName=GROUP, Description="the shop")["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[port(443, "0.0.0.0/0")])


def _find(loot: Loot, answer: Answer) -> None:
    found = [g["GroupId"] for g in answer["SecurityGroups"] if g["GroupName"] == GROUP]
    loot.seen["group"] = str(found[0])


TECHNIQUE = Technique(
    id="door_opened",
    title="A door opened in the firewall",
    attack=("T1562.007",),
    prepare=prepare,
    moves=(
        call("ec2:DescribeSecurityGroups", then=_find),
        call("ec2:AuthorizeSecurityGroupIngress", GroupId="{group}", IpPermissions=[port(22, "0.0.0.0/0")]),
    ),
    seen=Traces(rules=("security-group-opened", "network-path-opened"), things=("EC2::SecurityGroup",)),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
    leaves=(f"security group {GROUP}",),
    only_standin=LEAVES,
)
