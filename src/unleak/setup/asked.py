"""What a template for AWS is asked for, checked before anything is written."""

import re
from dataclasses import dataclass

from unleak.model.errors import Misuse
from unleak.setup.service_url import hook_of

_PRINCIPAL = re.compile(r"arn:(aws|aws-us-gov|aws-cn):iam::[0-9]{12}:(root|(user|role)/[\w+=,.@/-]{1,512})", re.ASCII)
# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
SENDER = "eventbridge"
_HOME = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}


@dataclass(frozen=True, slots=True)
class Asked:
    """`trusted` may assume the roles. Without `service_url`, events wait in a queue that the service reads.

    `rotates`, `reviews` and `notifies` add what those commands need. `in_management`: keys of the management account
    are responded to as well. Raises Misuse.
    """

    trusted: tuple[str, ...]
    external_id: str = ""
    service_url: str = ""
    organization: bool = False
    in_management: bool = False
    rotates: bool = False
    reviews: bool = False
    notifies: bool = False

    def __post_init__(self) -> None:
        if not self.trusted:
            raise Misuse("nobody may assume the role", "name who runs unleak: --trust arn:aws:iam::ACCOUNT:role/NAME")
        for arn in self.trusted:
            if not _PRINCIPAL.fullmatch(arn):
                raise Misuse(f"{arn!r} is nobody who assumes roles", "write arn:aws:iam::ACCOUNT:role/NAME; for a "
                             "session, its role")  # fmt: skip
        if len({arn.split(":")[1] for arn in self.trusted}) > 1:
            raise Misuse("those who are trusted are of different partitions", "make a template for each")
        if self.external_id and not _EXTERNAL_ID.fullmatch(self.external_id):
            raise Misuse("that is no external id", "letters, digits and +=,.@:/- ; two at least")
        if self.in_management and not self.organization:
            raise Misuse("there is a management account in an organisation only", "add --organization")
        if self.service_url:
            hook_of(self.service_url, SENDER)

    @property
    def partition(self) -> str:
        return self.trusted[0].split(":")[1]

    @property
    def home(self) -> str:
        """Where IAM leaves its trail, and AWS Health tells of it."""
        return _HOME[self.partition]
