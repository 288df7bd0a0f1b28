"""What may be done in the best case for whoever holds a principal, and what must then be met.

A leaked key's reach must not be told too short. So a condition on something that only the moment of the request
decides (an address, a region, a tag) counts as met where it allows and as avoided where it denies, and is named. What
the principal itself decides is judged. A deny for want of MFA counts: a long-term key carries none.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from unleak.iam.conditions import Condition
from unleak.iam.evaluate import Policies, Request, evaluate
from unleak.iam.fits import fits
from unleak.iam.policy import Context, Names, Policy, Statement
from unleak.iam.wildcard import example, plain, wildcard

_KNOWN = frozenset({
    "aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:userid", "aws:username",
    "iam:passedtoservice", "iam:permissionsboundary", "iam:policyarn",
})  # fmt: skip
_TAG = "aws:principaltag/"
_MFA = frozenset({"aws:multifactorauthpresent", "aws:multifactorauthage"})
# Denies that contain: the question is what was possible before.
_CONTAINMENT = ("AWSCompromisedKeyQuarantine", "unleak-inc-")
_SHOWN_VALUES = 3


@dataclass(frozen=True, slots=True)
class Grant:
    """An action that is allowed, by which policy, and the conditions that must be met for it, in words."""

    by: str = ""
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Open:
    """A statement with those of its conditions that are judged, and those that are left to the moment."""

    judged: Statement
    left: tuple[Condition, ...]

    @property
    def words(self) -> tuple[str, ...]:
        return (_if_met(self.left) if self.judged.effect == "Allow" else _if_avoided(self.left),)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A policy as it counts; `open` are its statements that leave something to the moment, denies too; `named` the
    actions, of those asked for, that it allows on anything.
    """

    policy: Policy
    open: tuple[_Open, ...]
    named: frozenset[str]


class Judge:
    """Judges the policies of an account, each once. `asked` are the actions, in lower case, that `names` will be asked
    for: most principals may do few of them, and need no more looking.
    """

    def __init__(self, asked: frozenset[str] = frozenset()) -> None:
        self._asked = asked
        self._seen: dict[tuple[int, bool], tuple[Policy, _Judged]] = {}

    def read(self, policy: Policy, *, tags_known: bool) -> _Judged:
        key = (id(policy), tags_known)
        if key not in self._seen:
            # The policy is kept too, so that nothing else comes to have its id.
            self._seen[key] = (policy, _judged(policy, self._asked, tags_known=tags_known))
        return self._seen[key][1]

    def policies(self, policies: Policies, *, tags_known: bool) -> "BestCase":
        layers = [
            tuple(self.read(policy, tags_known=tags_known) for policy in layer)
            for layer in (policies.identity, *policies.limits, *policies.organisation)
        ]
        plain = [tuple(j.policy for j in layer) for layer in layers]
        split = 1 + len(policies.limits)
        judged = replace(policies, identity=plain[0], limits=tuple(plain[1:split]), organisation=tuple(plain[split:]))
        named = frozenset[str]().union(*(j.named for j in layers[0]))
        return BestCase(judged, tuple(tuple(j for j in layer if j.open) for layer in layers), named)


@dataclass(frozen=True, slots=True)
class BestCase:
    """Policies as they count; `open` are those with conditions that are not judged, layer by layer; `named` the actions
    that the identity policies allow on anything, of those that the judge was asked for.
    """

    judged: Policies
    open: tuple[tuple[_Judged, ...], ...]
    named: frozenset[str]

    def allows(self, action: str, resource: str, context: Context) -> Grant | None:
        """Where a resource's own policy grants too, put it in with `granted`."""
        ruling = evaluate(Request(action, resource, context), self.judged)
        if not ruling.allowed:
            return None
        return Grant(ruling.by, tuple(self._conditions(action.lower(), resource, context)))

    def granted(self, resource: tuple[Policy, ...], *, direct: bool) -> "BestCase":
        return replace(self, judged=replace(self.judged, resource=resource, resource_is_direct=direct))

    def where(self, action: str, context: Context) -> Iterator[tuple[str, Grant]]:
        """On what it is allowed: `*`, or each pattern of an Allow that is narrower. Allows of limits count too: where
        a limit narrows a grant, it is the limit that names what is left.
        """
        unknown = f"arn:aws:{action.partition(':')[0]}:::unleak-any/unleak-any"
        everywhere = self.allows(action, unknown, context)
        if everywhere is not None:
            yield "*", everywhere
            if not everywhere.conditions:
                return
        for pattern in self._patterns(action.lower(), context):
            narrower = fits(action, pattern) and not wildcard(pattern)(unknown)
            if narrower and (grant := self.allows(action, example(pattern), context)):
                yield plain(pattern), grant

    def on(self, action: str, context: Context) -> frozenset[str]:
        """The patterns on which identity policies allow it."""
        allows = (s for p in self.judged.identity for s in p.naming(action.lower()) if s.effect == "Allow")
        patterns = (s.resources.patterns(context) if s.resources is not None else ["*"] for s in allows)
        return frozenset(itertools.chain.from_iterable(patterns))

    def _patterns(self, action: str, context: Context) -> Iterable[str]:
        layers = (self.judged.identity, *self.judged.limits, *self.judged.organisation)
        allows = (s for layer in layers for p in layer for s in p.naming(action) if s.effect == "Allow")
        return dict.fromkeys(p for s in allows if s.resources is not None for p in s.resources.patterns(context))

    def _conditions(self, action: str, resource: str, context: Context) -> Iterator[str]:
        layers = (self.judged.identity, *self.judged.limits, *self.judged.organisation)
        first_that_counts = self._needless()
        for place, (layer, judged) in enumerate(zip(layers, self.open, strict=True)):
            met = [o for j in judged for o in j.open if o.judged.applies(action, resource, context)]
            allows = [o for o in met if o.judged.effect == "Allow"] if place >= first_that_counts else []
            if allows and not _freely_allowed(layer, allows, action, resource, context):
                yield from min(allows, key=lambda o: len(o.left)).words
            yield from (word for o in met if o.judged.effect == "Deny" for word in o.words)

    def _needless(self) -> int:
        """How many layers need not allow, since a resource's own policy does."""
        if not self.judged.resource:
            return 0
        return 1 + len(self.judged.limits) if self.judged.resource_is_direct else 1


def _freely_allowed(
    layer: tuple[Policy, ...], conditional: list[_Open], action: str, resource: str, context: Context
) -> bool:
    """Whether an Allow of this layer that leaves nothing open covers the request."""
    left_open = {id(o.judged) for o in conditional}
    statements = (s for p in layer for s in p.naming(action) if s.effect == "Allow" and id(s) not in left_open)
    return any(s.covers(resource, context) for s in statements)


def _judged(policy: Policy, asked: frozenset[str], *, tags_known: bool) -> _Judged:
    contains = policy.name.rsplit("/", 1)[-1].startswith(_CONTAINMENT)
    kept: list[Statement] = []
    opened: list[_Open] = []
    for statement in policy.statements:
        if contains and statement.effect == "Deny":
            continue
        decided = tuple(c for c in statement.conditions if _is_known(c, statement.effect, tags_known=tags_known))
        if len(decided) == len(statement.conditions):
            kept.append(statement)
            continue
        judged = replace(statement, conditions=decided)
        opened.append(_Open(judged, tuple(c for c in statement.conditions if c not in decided)))
        if statement.effect == "Allow":
            kept.append(judged)
    named = (_named(s.actions, s.not_actions, asked) for s in kept if s.effect == "Allow")
    return _Judged(Policy(tuple(kept), policy.name), tuple(opened), frozenset[str]().union(*named))


def _named(actions: Names | None, but: Names | None, asked: frozenset[str]) -> frozenset[str]:
    allowed = _matching(actions.match, asked) if actions is not None else asked
    return allowed - _matching(but.match, asked) if but is not None else allowed


@lru_cache(maxsize=16_384)
def _matching(match: Callable[[str], object], asked: frozenset[str]) -> frozenset[str]:
    """Statements with the same list of actions share their matcher."""
    return frozenset(filter(match, asked))


def _is_known(condition: Condition, effect: str, *, tags_known: bool) -> bool:
    key = condition.key
    return key in _KNOWN or (tags_known and key.startswith(_TAG)) or (effect == "Deny" and key in _MFA)


def _if_met(conditions: tuple[Condition, ...]) -> str:
    return "if " + " and ".join(_in_words(c, opposite=False) for c in conditions)


def _if_avoided(conditions: tuple[Condition, ...]) -> str:
    if len(conditions) == 1:
        return "if " + _in_words(conditions[0], opposite=True)
    return "unless " + " and ".join(_in_words(c, opposite=False) for c in conditions)


@lru_cache(maxsize=4096)
def _in_words(condition: Condition, *, opposite: bool) -> str:
    """Short: an operator that compares sizes is told like one that compares for equality; the policy has the rest."""
    negated = condition.negated != opposite
    if condition.test is None:
        return f"{condition.key} is {'not ' if negated != (condition.expected[:1] == ('true',)) else ''}set"
    values = " or ".join(condition.expected[:_SHOWN_VALUES])
    more = len(condition.expected) - _SHOWN_VALUES
    return f"{condition.key} {'is not' if negated else 'is'} {values}{f' or {more} more' if more > 0 else ''}"
