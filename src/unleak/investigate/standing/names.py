"""What a name stands for: IAM does not tell the names of users, groups, roles and instance profiles apart by case, and
takes a call that writes one otherwise.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

import re

_OF_IAM = re.compile(r"(?i)(arn:[\w-]+:iam::\d*:(?:user|role|group|instance-profile)/)([^|]+)")
_HUNG = re.compile(r"^((?:arn:[\w-]+:iam::[^|]*\|)?(?:group|role|member|profile)\|)(.+)")


def plainly(identity: str) -> str:
    """An identity, or what hangs on a thing of IAM (`group|Admins`), as it is compared: never told."""
    named = _OF_IAM.sub(lambda found: found[1] + found[2].lower(), identity)
    return _HUNG.sub(lambda found: found[1] + found[2].lower(), named)
