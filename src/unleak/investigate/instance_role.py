"""Which role a machine of this incident holds: its credentials may have been stolen from the machine."""

from collections.abc import Iterator

from unleak.model.errors import CouldNotLook, NotFound
from unleak.model.evidence import Evidence, InstanceRole
from unleak.model.plan import Target
from unleak.unit import Context


class FindInstanceRole:
    id = "instance_role"
    title = "Find the role that the instance holds"
    permissions = ("ec2:DescribeInstances", "iam:GetInstanceProfile")

    def run(self, context: Context, target: Target) -> Iterator[Evidence]:
        """Asks the call that started it first: the machine may be gone, and its role's credentials not.

        Raises CouldNotLook where neither the call nor the machine can tell.
        """
        found = context.incident.resources.get(target.id)
        profiles = {found.profile} if found and found.profile else set()
        try:
            profiles |= _profiles_of(context, target)
        except NotFound as error:
            if not profiles and (found is None or found.from_template):
                raise CouldNotLook(
                    f"{target.name} is gone, and nobody says which role it held", "look into its launch template"
                ) from error
        iam = context.aws.client(target.account, "iam")
        for profile in sorted(profiles):
            try:
                roles = iam.get_instance_profile(InstanceProfileName=profile)["InstanceProfile"]["Roles"]
            except NotFound as error:
                raise CouldNotLook(f"the instance profile {profile} is gone", "find its role in the trail") from error
            for role in roles:
                yield InstanceRole(target.id, role["Arn"])


def _profiles_of(context: Context, target: Target) -> set[str]:
    ec2 = context.aws.client(target.account, "ec2", target.region)
    found = ec2.describe_instances(InstanceIds=[target.name])["Reservations"]
    held = [i["IamInstanceProfile"]["Arn"] for r in found for i in r["Instances"] if i.get("IamInstanceProfile")]
    return {arn.rsplit("/", 1)[-1] for arn in held}


CHECK = FindInstanceRole()
