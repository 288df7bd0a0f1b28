"""Whether an ARN pattern can name something that an action works on: policies list many actions beside many resources.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import re

from unleak.iam.wildcard import wildcard

# Actions whose resources have another service's name in their ARN; none: of any service.
_RESOURCES_OF: dict[str, tuple[str, ...]] = {
    "backup": (),
    "ebs": ("ec2",),
    "ec2-instance-connect": ("ec2",),
    "rds-data": ("rds",),
    "redshift-data": ("redshift", "redshift-serverless"),
    "ssm": ("ssm", "ec2", "ecs", "s3"),
    "sts": ("iam", "sts"),
}
_WILD = re.compile(r"[*?]")
_PARTS = 6


def fits(action: str, pattern: str) -> bool:
    """True where in doubt."""
    service, _, name = action.lower().partition(":")
    parts = pattern.split(":", _PARTS - 1)
    if len(parts) < _PARTS:
        return True
    services = _RESOURCES_OF.get(service, (service,))
    if services and not any(map(wildcard(parts[2]), services)):
        return False
    return service != "s3" or _fits_s3(name, parts[-1])


def _fits_s3(name: str, resource: str) -> bool:
    """Objects have a slash in their names, buckets have none."""
    literal, *wild = _WILD.split(resource, maxsplit=1)
    return "/" in literal or bool(wild) if "object" in name else "/" not in literal
