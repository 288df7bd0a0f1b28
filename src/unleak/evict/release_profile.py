"""Takes an instance profile off a machine that was there before, if the attacker put it on.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/detach-iam-role.html
"""

from collections.abc import Iterator
from typing import Any

from unleak.aws.client import Client
from unleak.evict.putting_right import GONE, Parts, PuttingRight
from unleak.model.errors import NotFound, NotPossible
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import ByHand, Context

_STANDS = {"associated", "associating"}


class ReleaseProfile(PuttingRight):
    id = "release_profile"
    title = "Take the instance profile off that the attacker put on an instance"
    permissions = (
        "ec2:DescribeIamInstanceProfileAssociations", "ec2:DisassociateIamInstanceProfile",
        "ec2:AssociateIamInstanceProfile", "iam:PassRole",
    )  # fmt: skip
    undone_by = "putting the profile on that was found"
    by_hand = ByHand(
        console="EC2 (region {region}) > Instances > {name} > Actions > Security > Modify IAM role",
        cli="aws ec2 disassociate-iam-instance-profile --region {region} --association-id ID",
    )
    references = ("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/detach-iam-role.html",)

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        del context
        if deed.type != "AWS::EC2::Instance" or deed.part.removesuffix(GONE) != "profile":
            return
        if deed.part.endswith(GONE):
            raise NotPossible(f"which instance profile {target.name} had is not in the trail", "give it its own again")
        yield "profile", None

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        del part
        ec2 = context.aws.client(target.account, "ec2", target.region, fresh=fresh)
        found = _association(ec2, target)
        return found["IamInstanceProfile"]["Arn"] if found else None

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        del part
        ec2 = context.aws.client(target.account, "ec2", target.region)
        if value is not None:
            ec2.associate_iam_instance_profile(InstanceId=target.name, IamInstanceProfile={"Arn": value})
            return
        found = _association(ec2, target)
        if found:
            ec2.disassociate_iam_instance_profile(AssociationId=found["AssociationId"])

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        del parts
        return (
            f"take the instance profile off instance {target.name}",
            "what runs on it and works with its role; credentials that it has already live on until they are denied",
            "put the profile on that was found",
        )


def _association(ec2: Client, target: Target) -> dict[str, Any] | None:
    mine = [{"Name": "instance-id", "Values": [target.name]}]
    try:
        found = list(ec2.pages("describe_iam_instance_profile_associations", "IamInstanceProfileAssociations",
                               Filters=mine))  # fmt: skip
    except NotFound:
        return None
    return next((a for a in found if a["State"] in _STANDS), None)


ACTION = ReleaseProfile()
