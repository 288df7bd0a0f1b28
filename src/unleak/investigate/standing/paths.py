"""ARNs of users, roles and groups with their paths, which most calls of IAM leave out, and in AWS's own spelling.

A name is one in its account whatever the path: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
"""

import re
from dataclasses import dataclass, field

from unleak.investigate.standing.field import Scene, word
from unleak.investigate.standing.names import plainly
from unleak.model.call import Call

_NAMED = re.compile(r"(arn:[\w-]+:iam::\d*:(?:user|role|group|instance-profile))/((?:[^/]+/)*)([^/]+)")
_TOLD_AT = ("roleArn", ">user.arn", ">role.arn", ">group.arn", ">instanceProfile.arn")


@dataclass(slots=True)
class Paths:
    """Learns from the callers, and from what calls name whole."""

    _whole: dict[str, str] = field(default_factory=dict)

    def learn(self, call: Call) -> None:
        scene = Scene(call)
        told = () if call.read_only and call.service != "sts" else (word(scene.at(path)) for path in _TOLD_AT)
        for arn in (call.principal_arn, call.issuer_arn, *told):
            found = _NAMED.fullmatch(arn) if arn else None
            if found and found[2]:
                self._whole[_key(found)] = arn
            elif found:
                self._whole.setdefault(_key(found), arn)

    def whole(self, arn: str) -> str:
        """With its path, where one was learned. Of several spellings nobody vouches for, always the first."""
        found = _NAMED.fullmatch(arn)
        return self._whole.setdefault(_key(found), arn) if found else arn


def _key(found: re.Match[str]) -> str:
    return plainly(f"{found[1]}/{found[3]}")
