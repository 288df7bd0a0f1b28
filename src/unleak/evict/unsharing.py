"""How a thing that the attacker gave to other accounts, or to everybody, is taken back; and given back to those from
whom it was taken. A file needs the list of who has it, and the call that changes the list.
"""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any

from unleak.aws.client import Client
from unleak.evict.putting_right import GONE, Parts, PuttingRight, last_of
from unleak.model.errors import NotFound
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import Context

EVERYBODY = "all"


class Unsharing(PuttingRight):
    """Whoever has it is known by what AWS's list calls them: an account's number, an ARN, or `all`."""

    undone_by = "sharing it as it was found"
    service: str
    types: tuple[str, ...]
    noun: str

    @abstractmethod
    def shared_with(self, client: Client, target: Target) -> Iterable[str]: ...

    @abstractmethod
    def share(self, client: Client, target: Target, who: str, *, add: bool) -> None:
        """Gives it to them, or takes it from them."""

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        del context, target
        kind, _, who = deed.part.removesuffix(GONE).partition("|")
        if deed.type.removeprefix("AWS::") in self.types and kind == "share":
            yield f"share|{_listed(who)}", True if deed.part.endswith(GONE) else None

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        client = context.aws.client(target.account, self.service, target.region, fresh=fresh)
        try:
            return True if part.partition("|")[2] in self.shared_with(client, target) else None
        except NotFound:
            return None

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        client = context.aws.client(target.account, self.service, target.region)
        try:
            self.share(client, target, part.partition("|")[2], add=bool(value))
        except NotFound:
            if value:
                raise

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        name = last_of(target)
        told = ", ".join(
            f"{'give it back to' if value else 'take it from'} {_told(part.partition('|')[2])}"
            for part, value in parts.items()
        )
        return (
            f"share {self.noun} {name} as before: {told}",
            "whom the attacker gave it; what they have copied stays theirs",
            "share it as it was found",
        )


def _listed(who: str) -> str:
    if who == "*":
        return EVERYBODY
    return who.split(":")[4] if who.startswith("arn:") and who.endswith(":root") else who


def _told(who: str) -> str:
    return "everybody" if who == EVERYBODY else who
