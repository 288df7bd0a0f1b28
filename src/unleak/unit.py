"""What a Check and an Action promise, and what they are given to work with."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from unleak.config import Config
from unleak.model.clock import Clock
from unleak.model.credential import Vault
from unleak.model.evidence import Evidence, Exhibit
from unleak.model.incident import Incident
from unleak.model.plan import Change, Look, Outcome, Target

if TYPE_CHECKING:  # botocore takes a fifth of a second, and not every reader of a check talks to AWS
    from unleak.aws.accounts import Accounts


@dataclass(frozen=True, slots=True)
class Context:
    """`incident` is a snapshot; `keep` stores bulk evidence (JSON lines); `vault` holds secrets in memory only.

    `round` is the renewal that is asked for: 1 at first. `config` says where trails are, and where to keep copies.
    """

    aws: "Accounts"
    clock: Clock
    incident: Incident
    vault: Vault
    keep: Callable[[Iterable[bytes]], Exhibit]
    round: int = 1
    config: Config = field(default_factory=Config.nowhere)


@dataclass(frozen=True, slots=True)
class ByHand:
    """The same in the console and in the AWS CLI, for those who would rather do it themselves.

    `{name}`, `{key_id}`, `{user}` and `{region}` are filled from the target.
    """

    console: str
    cli: str


class Check(Protocol):
    """Looks and never writes. Evidence that was yielded before an error counts; the error makes the check UNKNOWN."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def permissions(self) -> tuple[str, ...]: ...

    def run(self, context: Context, target: Target) -> Iterator[Evidence]: ...


class Action(Protocol):
    """Changes one thing, provably and undoably.

    `deletes`: takes something away for good, which a legal hold forbids. `undone_by`: in words, for its page; what is
    written just then is told with each change before it is made. `propose` reads and returns the change, or
    None when it already stands so; `apply` may be called twice and does it once; `verify` is one look with fresh
    clients; `undo` removes only what this change added.
    """

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def permissions(self) -> tuple[str, ...]: ...
    @property
    def breaking(self) -> bool: ...
    @property
    def reversible(self) -> bool: ...
    @property
    def deletes(self) -> bool: ...
    @property
    def undone_by(self) -> str: ...
    @property
    def by_hand(self) -> ByHand: ...
    @property
    def references(self) -> tuple[str, ...]: ...

    def propose(self, context: Context, target: Target) -> Change | None: ...
    def apply(self, context: Context, target: Target, change: Change) -> Outcome: ...
    def verify(self, context: Context, target: Target, change: Change | None) -> Look: ...
    def undo(self, context: Context, target: Target, change: Change) -> Outcome: ...
