"""How a thing that the attacker made is deleted: it is there, or it is not. Most that goes for good is a file with the
two calls that look at it and delete it; what IAM lets us make again is saved before.
"""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import suppress
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
    undone_by = "nothing: what is deleted is gone"
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


class DeletingSaved(PuttingRight):
    """Of IAM: all that hangs on it goes with it, and is saved, so that it can be made again. `type` is without `AWS::`,
    `noun` what people call it; `breaks` and `back` say, of `{name}`, what may break and what undoing comes to.
    """

    deletes = True
    whole = True
    type: str
    noun: str
    breaks: str
    back: str

    @abstractmethod
    def image(self, iam: Client, target: Target) -> dict[str, Any]:
        """All of it, without secrets. NotFound is raised where there is none."""

    @abstractmethod
    def take_apart(self, iam: Client, target: Target) -> None:
        """Whatever hangs on it now, not only what was saved. NotFound may be raised: then it is gone."""

    @abstractmethod
    def make(self, iam: Client, target: Target, image: dict[str, Any]) -> None:
        """Goes on where it was interrupted."""

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        del context, target
        if deed.type == f"AWS::{self.type}" and deed.deed == "created" and not deed.part:
            yield "", None

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        del part
        try:
            return self.image(context.aws.client(target.account, "iam", fresh=fresh), target)
        except NotFound:
            return None

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        del part
        iam = context.aws.client(target.account, "iam")
        if value is not None:
            self.make(iam, target, value)
            return
        with suppress(NotFound):
            self.take_apart(iam, target)

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        del parts
        name = target.name
        return f"delete {self.noun} {name}, which the attacker made", self.breaks.format(name=name), self.back
