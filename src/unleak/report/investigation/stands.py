"""What the attacker made or changed and what of it stands: by type, the worst first."""

from collections.abc import Iterable
from dataclasses import dataclass

from unleak.model.investigation import Investigation, Remaining
from unleak.report.investigation.words import listed, minute, named, said, tail

_DEEDS = ("created", "shared", "changed", "started", "deleted")
_WHOLE = ("administrator", "poweruser", "*:*", "iamfullaccess")


@dataclass(frozen=True, slots=True)
class Thing:
    """`grants` names the outsiders that it lets in."""

    name: str
    arn: str
    deed: str
    detail: str
    when: str
    by: str
    grants: str
    is_principal: bool

    @property
    def told(self) -> str:
        """The detail, and whom it lets in where the detail does not say so."""
        lets_in = f"lets in {self.grants}" if self.grants and self.grants not in self.detail else ""
        return "; ".join(filter(None, (self.detail, lets_in)))


@dataclass(frozen=True, slots=True)
class Group:
    type: str
    things: tuple[Thing, ...]

    @property
    def is_of_principals(self) -> bool:
        return any(t.is_principal for t in self.things)


def standing(found: Investigation) -> tuple[Group, ...]:
    """What the trail does not show to be removed. Principals and credentials first, then what lets outsiders in."""
    groups: dict[str, list[Remaining]] = {}
    for one in found.remaining:
        if one.state == "stands":
            groups.setdefault(one.type, []).append(one)
    ordered = sorted(groups.items(), key=lambda pair: (min(map(_mildness, pair[1])), pair[0]))
    return tuple(Group(_type(kind), tuple(map(_thing, sorted(things, key=_order)))) for kind, things in ordered)


def removed(found: Investigation) -> str:
    """What was taken away again, and by whom, in one sentence; empty if nothing was."""
    gone = [r for r in found.remaining if r.state == "removed"]
    if not gone:
        return ""
    own = {c.key_id for c in found.credentials}
    by_attacker = sum(r.removed_by in own for r in gone)
    whom = {0: "others", len(gone): "the attacker"}.get(by_attacker, f"the attacker ({by_attacker}) and others")
    names = listed([named(r.arn, 40) for r in gone], 3)
    return f"Removed again by {whom}, as the trail tells: {len(gone):,} ({names})."


def unsure(found: Investigation) -> str:
    """Changes of which nobody can tell whether they stand, in one sentence; empty if there are none."""
    others = [r for r in found.remaining if r.state not in {"stands", "removed"}]
    if not others:
        return ""
    names = listed([" ".join(filter(None, (said(r.detail, 50), named(r.arn, 40) if r.arn else ""))) for r in others], 4)
    return f"Changed too, and whether it stands is not known: {len(others):,} ({names})."


def _mildness(one: Remaining) -> tuple[bool, bool, bool, int]:
    text = one.detail.lower().replace(" ", "")
    powerful = any(word in text for word in _WHOLE)
    deed = _DEEDS.index(one.deed) if one.deed in _DEEDS else len(_DEEDS)
    return not one.is_principal, not powerful, not one.grants, deed


def _order(one: Remaining) -> tuple[object, ...]:
    return (*_mildness(one), one.at, one.arn)


def _type(kind: str) -> str:
    return said(kind.removeprefix("AWS::").replace("::", " "), 50)


def _thing(one: Remaining) -> Thing:
    return Thing(
        name=named(one.arn),
        arn=said(one.arn, 200),
        deed=said(one.deed, 12),
        detail=said(one.detail, 140),
        when=minute(one.at),
        by=tail(one.by),
        grants=listed([said(g, 60) for g in one.grants], 3),
        is_principal=one.is_principal,
    )


def counted_things(groups: Iterable[Group]) -> int:
    return sum(len(g.things) for g in groups)
