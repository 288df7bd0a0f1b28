"""What a technique is made of: an attacker's calls, each tried before and after; what they must leave behind; and what
must stop them and put things right.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from unleak.aws.accounts import Accounts
from unleak.aws.client import Client
from unleak.drill.stage import Stage
from unleak.model.credential import Credentials, SecretKey, SessionToken
from unleak.model.errors import AccessDenied, AwsError, CredentialRefused, UnleakError
from unleak.model.plan import Mode, Tri

LEAVES = "what it leaves is taken out by an eviction, which waits for a clock that can be moved"
"""Why most techniques are not played in an account of AWS."""


@dataclass(slots=True)
class Loot:
    """What the attacker has in hand. `held` names credentials: `key`, `session`, `role`; `seen` keeps ids."""

    aws: Accounts
    stage: Stage
    held: dict[str, Credentials] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)

    def client(self, holder: str, service: str, region: str = "") -> Client:
        """Raises KeyError where the attacker never got that credential."""
        return self.aws.leaked(self.held[holder], service, region)

    def keep(self, holder: str, made: dict[str, Any]) -> None:
        """A new credential replaces an old one only when there is none: old ones are what containment must end."""
        token = SessionToken(made["SessionToken"]) if "SessionToken" in made else None
        credentials = Credentials(made["AccessKeyId"], SecretKey(made["SecretAccessKey"]), token)
        self.held.setdefault(holder, credentials)


@dataclass(frozen=True, slots=True)
class Move:
    """One call of the attacker. `wanted`: it must be accepted before containment and refused after it.

    `note` says why a call that is not `wanted` is there at all.
    """

    holder: str
    action: str
    do: Callable[[Loot], object]
    wanted: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """`accepted` is COULD_NOT_LOOK where the call failed for another reason than a refusal."""

    accepted: Tri
    code: str = ""


@dataclass(frozen=True, slots=True)
class Traces:
    """What the investigation must tell of a technique from the trail alone: `rules` of ours by the names of their
    files, `credentials` by the call that gave them out, `things` by their type, without `AWS::`.
    """

    rules: tuple[str, ...]
    credentials: tuple[str, ...] = ()
    things: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Technique:
    """`id` is its module's name. `attack` refers to MITRE ATT&CK. `prepare` lays out what must be there before; `mode`
    is how far containment goes. Actions of `stopped_by` must hold.

    `leaves`: how a photograph of the account begins to tell what the attack changes in it, and must be gone or back
    after eviction; `lost`: what no action can bring back. Both empty: it leaves nothing. `by_hand`: of what a person
    must be told, in words that occur in what is told; unleak calls nothing contained before that person has looked.

    `meanwhile`: what the attacker goes on doing while they are contained. `only_standin`: why it is not played in an
    account of AWS; empty where it may be. `is_told`: played alone, it is told from the push to the report, beside a
    second account; `puts_right`: all is put right then, and the account held beside what it was, which takes days of a
    clock that can be moved.
    """

    id: str
    title: str
    attack: tuple[str, ...]
    moves: tuple[Move, ...]
    seen: Traces
    stopped_by: tuple[str, ...]
    leaves: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()
    prepare: Callable[[Stage], None] = lambda _: None
    meanwhile: Callable[[Loot], None] | None = None
    mode: Mode = Mode.DISABLE
    is_told: bool = False
    puts_right: bool = False
    only_standin: str = ""


def make(move: Move, loot: Loot) -> Result:
    try:
        move.do(loot)
    except (AccessDenied, CredentialRefused) as refusal:
        return Result(Tri.NO, refusal.code)
    except AwsError as failure:
        return Result(Tri.COULD_NOT_LOOK, failure.code)
    except (UnleakError, KeyError) as failure:
        return Result(Tri.COULD_NOT_LOOK, type(failure).__name__)
    return Result(Tri.YES)
