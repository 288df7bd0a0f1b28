"""A principal with everything that decides what it may do."""

from collections.abc import Iterator, Mapping
from dataclasses import InitVar, dataclass, field
from enum import IntEnum
from typing import TypeVar

from unleak.iam.account import AccountDetails, Holder, Kind, account_in, read_document
from unleak.iam.best_case import BestCase, Grant, Judge
from unleak.iam.evaluate import Policies
from unleak.iam.policy import Context, Policy, parse_policy
from unleak.iam.wildcard import wildcard

EVERYTHING = parse_policy(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}, "any permission"
)
# What nobody grants by name, and what makes an administrator of whoever may do all that too.
_ANYTHING = "unleak:AnythingAtAll"
_RIGHTS = (
    ("iam:AttachUserPolicy", "user/unleak-any"),
    ("iam:AttachRolePolicy", "role/unleak-any"),
    ("iam:CreateAccessKey", "user/unleak-any"),
)


T = TypeVar("T")


class Standing(IntEnum):
    """POWER_USER: everything but to hand out rights."""

    ORDINARY = 0
    POWER_USER = 1
    ADMINISTRATOR = 2


@dataclass(frozen=True, slots=True)
class Actor:
    """`joined` is a group that it joins on the way here."""

    holder: Holder
    best: BestCase
    context: Context
    joined: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.holder.arn, self.joined

    @property
    def arn(self) -> str:
        return self.holder.arn

    @property
    def account(self) -> str:
        return account_in(self.holder.arn)

    @property
    def groups(self) -> tuple[str, ...]:
        return (*self.holder.groups, self.joined) if self.joined else self.holder.groups

    def names(self, action: str) -> bool:
        """Whether its policies allow the action on anything, conditions and limits aside; of those the cast knows."""
        return action.lower() in self.best.named

    def allows(self, action: str, resource: str, more: Mapping[str, str] | None = None) -> Grant | None:
        return self.best.allows(action, resource, {**self.context, **more} if more else self.context)

    def where(self, action: str) -> Iterator[tuple[str, Grant]]:
        return self.best.where(action, self.context)

    def somewhere(self, actions: tuple[str, ...]) -> tuple[str, ...] | None:
        """The conditions under which all of these are allowed on something; None where one is not."""
        conditions: list[str] = []
        for action in actions:
            grants = [grant for _, grant in self.where(action)] if self.names(action) else []
            if not grants:
                return None
            conditions += min(grants, key=lambda g: len(g.conditions)).conditions
        return tuple(dict.fromkeys(conditions))

    def invited(self, action: str, resource: str, by: tuple[Policy, ...], *, direct: bool) -> Grant | None:
        """As `allows`, where the resource's own policy grants it."""
        return self.best.granted(by, direct=direct).allows(action, resource, self.context)

    def candidates(self, action: str, among: Mapping[str, T]) -> Iterator[T]:
        """Those of `among`, by ARN, on which its own policies allow the action: few, where these list them."""
        patterns = self.best.on(action, self.context)
        if "*" in patterns:
            yield from among.values()
        elif any("*" in p or "?" in p for p in patterns):
            matches = wildcard(*sorted(patterns))
            yield from (thing for arn, thing in among.items() if matches(arn))
        else:
            yield from (among[arn] for arn in patterns if arn in among)

    def standing(self) -> tuple[Standing, Grant]:
        anything = self.allows(_ANYTHING, "arn:aws:unleak:::anything")
        if anything is None:
            return Standing.ORDINARY, Grant()
        anyone = f"arn:{partition_of(self.arn)}:iam::{self.account}:"
        rights = [self.allows(a, anyone + of, attaching(self.holder)) for a, of in _RIGHTS]
        if not all(rights):
            return Standing.POWER_USER, anything
        conditions = [c for grant in (anything, *rights) if grant for c in grant.conditions]
        return Standing.ADMINISTRATOR, Grant(anything.by, tuple(dict.fromkeys(conditions)))


def partition_of(arn: str) -> str:
    return arn.split(":", 2)[1]


def attaching(holder: Holder) -> dict[str, str]:
    """What a request to attach AdministratorAccess carries."""
    return {"iam:policyarn": f"arn:{partition_of(holder.arn)}:iam::aws:policy/AdministratorAccess"}


@dataclass(slots=True)
class Cast:
    """Makes actors of an account's holders, each once. `unread` and `unread_limits` name what could not be read."""

    details: AccountDetails
    organisation: tuple[tuple[Policy, ...], ...]
    asked: InitVar[frozenset[str]]
    """Every action that an actor's `names` will be asked for, in lower case."""
    unread: dict[str, None] = field(default_factory=dict)
    unread_limits: dict[str, None] = field(default_factory=dict)
    _owned: dict[str, tuple[Policy, ...]] = field(default_factory=dict)
    _judge: Judge = field(init=False)

    def __post_init__(self, asked: frozenset[str]) -> None:
        self._judge = Judge(asked)

    def actor(self, holder: Holder, *, joined: str = "") -> Actor:
        return self._made(holder, joined, self._identity(holder, joined))

    def with_everything(self, actor: Actor, *, bounded: bool = True) -> Actor:
        """The same, once it has given itself any permission."""
        identity = (*self._identity(actor.holder, actor.joined), EVERYTHING)
        return self._made(actor.holder, actor.joined, identity, bounded=bounded)

    def unbounded(self, actor: Actor) -> Actor:
        identity = self._identity(actor.holder, actor.joined)
        return self._made(actor.holder, actor.joined, identity, bounded=False)

    def switched(self, actor: Actor, policy: str, version: str) -> Actor | None:
        """The same, once another version of one of its managed policies is the default; None where it is not read."""
        other = self.details.managed_policy(policy, version)
        if other is None:
            return None
        kept = (p for p in self._identity(actor.holder, actor.joined) if p.name != policy)
        return self._made(actor.holder, actor.joined, (*kept, other))

    def _made(self, holder: Holder, joined: str, identity: tuple[Policy, ...], *, bounded: bool = True) -> Actor:
        limits = self._limits(holder) if bounded else ()
        policies = Policies(identity, limits, organisation=self.organisation)
        best = self._judge.policies(policies, tags_known=holder.kind is Kind.USER)
        return Actor(holder, best, _context(holder), joined)

    def _identity(self, holder: Holder, joined: str) -> tuple[Policy, ...]:
        groups = dict.fromkeys((*holder.groups, joined) if joined else holder.groups)
        return (*self._own(holder), *(policy for name in groups for policy in self._group(name)))

    def _group(self, name: str) -> tuple[Policy, ...]:
        group = self.details.groups.get(name)
        if group is None:
            self.unread[f"group {name}"] = None
            return ()
        return self._own(group)

    def _own(self, holder: Holder) -> tuple[Policy, ...]:
        if holder.arn not in self._owned:
            self._owned[holder.arn] = tuple(self._read(holder))
        return self._owned[holder.arn]

    def _read(self, holder: Holder) -> Iterator[Policy]:
        inline = ((name, read_document(document, name)) for name, document in holder.inline)
        managed = ((arn, self.details.managed_policy(arn)) for arn in holder.attached)
        for name, policy in (*inline, *managed):
            if policy is None:
                self.unread[f"policy {name} of {holder.label}"] = None
            else:
                yield policy

    def _limits(self, holder: Holder) -> tuple[tuple[Policy, ...], ...]:
        """A boundary that cannot be read limits nothing here, and is told."""
        if not holder.boundary:
            return ()
        boundary = self.details.managed_policy(holder.boundary)
        if boundary is None:
            self.unread_limits[f"the permissions boundary of {holder.label}, {holder.boundary}"] = None
            return ()
        return ((boundary,),)


def _context(holder: Holder) -> dict[str, str]:
    """What the principal itself decides. A role's tags are left open: whoever assumes it may set others."""
    shared = {"aws:principalarn": holder.arn, "aws:principalaccount": account_in(holder.arn)}
    if holder.kind is Kind.USER:
        tags = {f"aws:principaltag/{key}": value for key, value in holder.tags.items()}
        own = {"aws:principaltype": "User", "aws:username": holder.name, "aws:userid": holder.unique_id}
        return {**shared, **own, **tags}
    return {
        **shared,
        "aws:principaltype": "AssumedRole",
        "aws:userid": f"{holder.unique_id}:unleak-any",
        "aws:multifactorauthpresent": "false",
    }
