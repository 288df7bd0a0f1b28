"""What a template is made of, before it is CloudFormation or Terraform.

Texts name what only the account knows in angle brackets: `<Account>`, a setting such as `<ApiKey>`, or another thing's
ARN, `<Queue.arn>`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

Document = Mapping[str, Any]


class Where(Enum):
    """IAM is the same in every region, and its events are at home: what is made once, and what is made elsewhere."""

    HOME = "home"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Setting:
    """What whoever deploys it says."""

    id: str
    text: str
    pattern: str = ""
    default: str = ""
    secret: bool = False
    many: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """`role` is the id of the role that it is attached to."""

    id: str
    name: str
    text: str
    document: Document
    role: str
    where: Where = Where.HOME


@dataclass(frozen=True, slots=True)
class Role:
    """`own` are policies that stand in the role itself, by their names."""

    id: str
    name: str
    text: str
    trust: Document
    own: Mapping[str, Document] = field(default_factory=dict)
    where: Where = Where.HOME


@dataclass(frozen=True, slots=True)
class Queue:
    id: str
    name: str
    policy: Document
    where: Where = Where.HOME


@dataclass(frozen=True, slots=True)
class Bus:
    """`allows` is a statement about who else may put events on it."""

    id: str
    name: str
    allows: Document | None = None
    where: Where = Where.HOME


@dataclass(frozen=True, slots=True)
class Destination:
    """An https address that EventBridge posts to, showing a key in a header."""

    id: str
    name: str
    url: str
    header: str
    key: str
    a_second: int
    where: Where = Where.HOME

    @property
    def connection(self) -> str:
        return f"{self.id}Connection"


@dataclass(frozen=True, slots=True)
class Target:
    arn: str
    role: str = ""
    dead_letters: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """`bus` is the id of a bus of this template; the account's own where empty. `after`: ids of what must be there."""

    id: str
    name: str
    text: str
    pattern: Document
    target: Target
    bus: str = ""
    after: tuple[str, ...] = ()
    where: Where = Where.HOME


@dataclass(frozen=True, slots=True)
class StackSet:
    """A template of CloudFormation for every member. `gives` are its settings; `units` and `regions` name settings."""

    id: str
    name: str
    text: str
    template: "Template"
    gives: Mapping[str, str]
    units: str
    regions: str
    where: Where = Where.HOME


Thing = Policy | Role | Queue | Bus | Destination | Rule | StackSet


@dataclass(frozen=True, slots=True)
class Template:
    """`outputs` are texts by name, of what is at home."""

    text: str
    home: str
    settings: tuple[Setting, ...]
    things: tuple[Thing, ...]
    outputs: Mapping[str, str] = field(default_factory=dict)
