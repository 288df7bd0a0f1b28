"""Whom roles trust: who may become them, and which services run with them.

A role that names a user, role or session of its own account needs no other permission; one that names the account
leaves it to the policies of whoever comes; `*` is everyone, who needs no other permission within the account either.
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from unleak.iam.account import AccountDetails, Holder, Kind, account_in, read_document
from unleak.iam.actor import Actor
from unleak.iam.best_case import Grant, Judge
from unleak.iam.policy import Policy, Statement, as_tuple

ASSUME = "sts:AssumeRole"
_ANYONE = "*"


@dataclass(frozen=True, slots=True)
class Invitation:
    """`words`: how the role trusts."""

    words: str
    grant: Grant

    @property
    def order(self) -> int:
        return len(self.grant.conditions)


@dataclass(slots=True)
class Trusts:
    """The trust policies of an account's roles, by whom they name: looking at all roles for each caller is too slow."""

    details: AccountDetails
    by_service: dict[str, dict[str, Holder]] = field(default_factory=lambda: defaultdict(dict))
    """Roles by ARN, for each service that may take them."""
    unread: list[str] = field(default_factory=list)
    _policies: dict[str, Policy] = field(default_factory=dict)
    _by_name: dict[str, dict[str, Holder]] = field(default_factory=lambda: defaultdict(dict))
    _by_account: dict[str, Holder] = field(default_factory=dict)
    _judge: Judge = field(default_factory=Judge)

    def __post_init__(self) -> None:
        for role in self.details.roles.values():
            policy = read_document(role.trust, f"trust policy of {role.label}") if role.trust else None
            if policy is None:
                self.unread.append(f"trust policy of {role.label}")
                continue
            self._policies[role.arn] = policy
            for statement in policy.statements:
                if statement.effect == "Allow":
                    self._file(role, statement)

    def _file(self, role: Holder, statement: Statement) -> None:
        for service in _principals(statement, "Service"):
            self.by_service[service][role.arn] = role
        for name in _principals(statement, "AWS"):
            if name in _account_names(role):
                self._by_account[role.arn] = role
            else:
                self._by_name[_whose(name)][role.arn] = role

    def open_to(self, actor: Actor) -> Iterator[Holder]:
        """Roles that may let the actor in, each to be looked at."""
        named = {
            arn: role for name in (*_own_names(actor), _ANYONE) for arn, role in self._by_name.get(name, {}).items()
        }
        yield from named.values()
        if actor.names(ASSUME):
            yield from (role for role in actor.candidates(ASSUME, self._by_account) if role.arn not in named)

    def invitation(self, role: Holder, actor: Actor) -> Invitation | None:
        """The best that the role's trust and the actor's own policies give together."""
        is_user = actor.holder.kind is Kind.USER
        trust = self._judge.read(self._policies[role.arn], tags_known=is_user)
        said = [s for s in trust.policy.naming(ASSUME.lower()) if s.covers(role.arn, actor.context)]
        if any(s.effect == "Deny" and _concerns(s, actor, role) for s in said):
            return None
        left = {id(o.judged): o.words for o in trust.open}
        found = [
            invitation
            for statement in said
            if statement.effect == "Allow"
            for invitation in self._invitations(statement, role, actor, left.get(id(statement), ()))
        ]
        return min(found, key=lambda i: i.order, default=None)

    def _invitations(
        self, statement: Statement, role: Holder, actor: Actor, conditions: tuple[str, ...]
    ) -> Iterator[Invitation]:
        names = set(_principals(statement, "AWS"))
        by_name = {n for n in names if _whose(n) in _own_names(actor)}
        if by_name or _ANYONE in names:
            # A boundary does not limit what names the very user or session.
            # https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
            direct = bool(by_name) and (actor.holder.kind is Kind.USER or by_name != {actor.arn})
            words = "names it" if by_name else "trusts everyone"
            yield from _given(
                actor.invited(ASSUME, role.arn, (Policy((statement,)),), direct=direct), words, conditions
            )
        if names & _account_names(role):
            yield from _given(actor.allows(ASSUME, role.arn), "trusts the whole account", conditions)


def _given(grant: Grant | None, words: str, conditions: tuple[str, ...]) -> Iterator[Invitation]:
    if grant is not None:
        yield Invitation(words, Grant(grant.by, (*conditions, *grant.conditions)))


def _own_names(actor: Actor) -> tuple[str, ...]:
    """Sessions of a role are named without its path."""
    pathless = f"{actor.arn.partition('/')[0]}/{actor.holder.name}"
    return (actor.arn,) if pathless == actor.arn else (actor.arn, pathless)


def _account_names(role: Holder) -> set[str]:
    account = account_in(role.arn)
    return {account, f"arn:{role.arn.split(':', 2)[1]}:iam::{account}:root"}


def _principals(statement: Statement, kind: str) -> tuple[str, ...]:
    return _named(statement.principal, kind)


def _named(principal: Any, kind: str) -> tuple[str, ...]:
    if principal == _ANYONE:
        return (_ANYONE,) if kind == "AWS" else ()
    return tuple(map(str, as_tuple(principal.get(kind)))) if isinstance(principal, Mapping) else ()


def _whose(name: str) -> str:
    """The role's ARN for one of its sessions: whoever may assume it may choose the session's name."""
    head, _, rest = name.partition(":assumed-role/")
    if not rest:
        return name
    return f"{head.replace(':sts:', ':iam:', 1)}:role/{rest.rsplit('/', 1)[0]}"


def _concerns(statement: Statement, actor: Actor, role: Holder) -> bool:
    ours = {*_own_names(actor), *_account_names(role)}
    if statement.not_principal is not None:
        return not {_whose(n) for n in _named(statement.not_principal, "AWS")} & ours
    return bool({_whose(n) for n in _principals(statement, "AWS")} & {*ours, _ANYONE})
