"""How a thing that the attacker made is taken out for good: it is there, or it is not. Most that is deleted so is a
file with the two calls that look at it and delete it.
"""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

from unleak.aws.client import Client
from unleak.evict.putting_right import Parts, PuttingRight, last_of
from unleak.model.errors import NotFound
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import Context


class Deleting(PuttingRight):
    """`types` are those of what it deletes, without `AWS::`, and `noun` is what people call it."""

    reversible = False
    deletes = True
    whole = True
    service: str
    types: tuple[str, ...]
    noun: str

    @abstractmethod
    def look(self, client: Client, target: Target) -> Any:
        """What there is to tell of it; None, or NotFound raised, where it is gone."""

    @abstractmethod
    def delete(self, client: Client, target: Target) -> None:
        """NotFound may be raised: then it is gone."""

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        del context, target
        if deed.type.removeprefix("AWS::") in self.types and deed.deed == "created" and not deed.part:
            yield "", None

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        del part
        try:
            return self.look(context.aws.client(target.account, self.service, target.region, fresh=fresh), target)
        except NotFound:
            return None

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        del part, value
        try:
            self.delete(context.aws.client(target.account, self.service, target.region), target)
        except NotFound:
            return

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        del parts
        name = last_of(target)
        return f"delete {self.noun} {name}", f"whatever uses {self.noun} {name} since", "never: what is deleted is gone"
