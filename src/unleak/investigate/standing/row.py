"""The declaration of what a call does: one row an action, and how a row reads a call."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from unleak.investigate.standing.field import Scene, many
from unleak.investigate.standing.outsiders import allowed_in, as_principals, lets_in, named_in, outside, readable
from unleak.investigate.standing.trace import Deed, Trace
from unleak.model.call import Call

CREATED, CHANGED, SHARED, DELETED, STARTED = Deed.CREATED, Deed.CHANGED, Deed.SHARED, Deed.DELETED, Deed.STARTED
_CLEARED = frozenset({"-", "active", "enabled", "true", "running"})


@dataclass(frozen=True, slots=True)
class Row:
    """What the actions (names with a space between them) do to a thing of this type (without `AWS::`).

    `arn`, `base`, `key`, `detail`, `also` and `mark` are templates with places for fields (`Scene`). Of several `arn`
    the first that can be filled is taken. The fact is `base` (else the ARN), and `key` hung on it. `each` is the path
    of a list: one trace an item, places in it begin with a dot. What stands in brackets is left out where one of its
    places has no value.

    * `away`: the call ends the fact, as every deletion does; that it is gone is a fact too, until it is made again.
    * `replaces`: a change puts something in the place of what stood under the same fact.
    * `document` is the path of a policy that says who is let in, `to` of a list of accounts, `says` of a policy that
      says what an identity may do.
    * `mark` tells the fact from now on with a word (active, enabled, running and - tell it plainly again).
    * `quiet`: calls of others need not be fetched for its sake.
    """

    action: str
    type: str
    deed: Deed
    arn: str | tuple[str, ...]
    detail: str = ""
    key: str = ""
    base: str = ""
    each: str = ""
    away: bool = False
    replaces: bool = True
    document: str = ""
    to: str = ""
    says: str = ""
    also: tuple[str, ...] = ()
    mark: str = ""
    quiet: bool = False

    @property
    def actions(self) -> list[str]:
        return self.action.split()

    @property
    def takes(self) -> bool:
        return self.away or self.deed is DELETED

    @property
    def removes(self) -> bool:
        """It may end a fact: it takes away, replaces, marks, or makes again what has the same name."""
        if self.quiet or self.deed is STARTED:
            return False
        first = self.arn if isinstance(self.arn, str) else self.arn[-1]
        by_name = ">" not in (self.base or first)
        return self.takes or self.deed in {CHANGED, SHARED} or bool(self.mark) or by_name

    def read(self, call: Call) -> Iterator[Trace]:
        items = many(Scene(call).at(self.each)) if self.each else [None]
        for scene in (Scene(call, item) for item in items):
            trace = self._trace(scene)
            if trace is not None:
                yield trace

    def _trace(self, scene: Scene) -> Trace | None:
        templates = (self.arn,) if isinstance(self.arn, str) else self.arn
        arn = next(filter(None, (scene.filled(t) for t in templates)), "")
        base = scene.filled(self.base) if self.base else arn
        if not arn.startswith("arn:") or not base:
            return None
        fact = f"{base}|{scene.said(self.key)}" if self.key else base
        named = self._named(scene)
        grants = outside(named, scene.call)
        mark = scene.said(self.mark).lower()
        return Trace(
            arn=arn,
            type=f"AWS::{self.type}",
            deed=SHARED if grants and self.deed is CHANGED and not self.takes else self.deed,
            detail=self._detail(scene, () if self.takes else grants),
            undoes=self._undoes(fact, marks=bool(mark), told=not self.document or readable(scene.at(self.document))),
            fact=f"{fact}|gone" if self.takes else f"{fact}|state" if mark else fact,
            grants=() if self.takes else grants,
            named=named,
            aliases=() if self.takes else tuple(filter(None, (scene.filled(t) for t in self.also))),
            mark=(fact, "" if mark in _CLEARED else mark) if mark else None,
        )

    def _named(self, scene: Scene) -> tuple[str, ...]:
        listed = as_principals(many(scene.at(self.to)), scene.call) if self.to else ()
        return (*listed, *(named_in(scene.at(self.document), scene.call) if self.document else ()))

    def _detail(self, scene: Scene, grants: tuple[str, ...]) -> str:
        allowed = allowed_in(scene.at(self.says)) if self.says else ""
        return " ".join(filter(None, (scene.said(self.detail), lets_in(grants), allowed)))

    def _undoes(self, fact: str, *, marks: bool, told: bool) -> tuple[str, ...]:
        """A policy that cannot be read ends nothing."""
        if self.takes:
            return (fact,)
        if marks:
            return (f"{fact}|state",)
        whole = self.replaces and told and (self.deed is CHANGED or bool(self.document))
        return (fact,) if whole else (f"{fact}|gone",)


@dataclass(frozen=True, slots=True)
class Own:
    """Actions that no row can tell of alone; `rows` are those that it reads. `removes`: calls of others matter too."""

    action: str
    read: Callable[[Call], Iterable[Trace]]
    removes: bool = True
    rows: tuple[Row, ...] = ()

    @property
    def actions(self) -> list[str]:
        return self.action.split()


def made_and_deleted(
    action: str, type_: str, made: str | tuple[str, ...], named: str, detail: str = ""
) -> tuple[Row, Row]:
    """What `service:CreateX` makes and `service:DeleteX` deletes; the facts are one where both have the same name."""
    service, noun = action.split(":")
    of_answer = ">" in (made if isinstance(made, str) else made[-1])
    base = "" if of_answer else named
    return (
        Row(f"{service}:Create{noun}", type_, CREATED, made, detail, base=base),
        Row(f"{service}:Delete{noun}", type_, DELETED, named),
    )
