"""What a technique is made of: an attacker's calls, each tried before and after."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from unleak.aws.accounts import Accounts
from unleak.aws.client import Client
from unleak.drill.stage import Stage
from unleak.model.credential import Credentials, SecretKey, SessionToken
from unleak.model.errors import AccessDenied, AwsError, CredentialRefused, UnleakError
from unleak.model.plan import Mode, Tri


@dataclass(slots=True)
class Loot:
    """What the attacker has in hand. `held` names credentials: `key`, `session`, `role`; `seen` keeps ids."""

    aws: Accounts
    stage: Stage
    held: dict[str, Credentials] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)

    def client(self, holder: str, service: str) -> Client:
        """Raises KeyError where the attacker never got that credential."""
        return self.aws.leaked(self.held[holder], service)

    def keep(self, holder: str, made: dict[str, Any]) -> None:
        """A new credential replaces an old one only when there is none: old ones are what containment must end."""
        token = SessionToken(made["SessionToken"])
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
class Technique:
    """`id` is its module's name. `attack` refers to MITRE ATT&CK. `prepare` lays out what must be there before; `mode`
    is how far containment goes. `puts_right`: afterwards all is put right, and the account held beside what it was,
    which takes days of a clock that can be moved.
    """

    id: str
    title: str
    attack: tuple[str, ...]
    moves: tuple[Move, ...]
    prepare: Callable[[Stage], None] = lambda _: None
    mode: Mode = Mode.DISABLE
    puts_right: bool = False


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
