"""The organisation that an account belongs to, and what its service control policies say on every level.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from moto.organizations.models import organizations_backends

from unleak.iam.policy import Policy, PolicyError, parse_policy

_SCP, _RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
Level = tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class Membership:
    """`id` and `path` as in aws:PrincipalOrgID and aws:PrincipalOrgPaths. Nothing binds the management account."""

    id: str
    path: str
    management: str
    service_control: tuple[Level, ...] = ()
    resource_control: tuple[Level, ...] = ()


def membership_of(account: str) -> Membership | None:
    """None for an account that is in no organisation."""
    for backend in _backends():
        member = next((a for a in backend.accounts if a.id == account and a.status == "ACTIVE"), None)
        if backend.org is not None and member is not None:
            return _membership(backend, member)
    return None


def members_of(management: str) -> list[str]:
    """The accounts of the organisation that this account manages."""
    return [
        member.id
        for backend in _backends()
        if backend.org is not None and backend.org.master_account_id == management
        for member in backend.accounts
    ]


def _backends() -> list[Any]:
    every: Any = organizations_backends
    return [backend for account in list(every) for backend in list(every[account].values())]


def _membership(backend: Any, member: Any) -> Membership:
    units = {unit.id: unit for unit in backend.ou}
    chain = [member]
    while chain[-1].parent_id in units:
        chain.append(units[chain[-1].parent_id])
        if len(chain) > len(units) + 1:
            break
    management = backend.org.master_account_id
    path = "/".join([backend.org.id, *(node.id for node in reversed(chain[1:])), ""])
    if member.id == management:
        return Membership(backend.org.id, path, management)
    return Membership(
        backend.org.id, path, management, _levels(chain, _enabled(chain, _SCP)), _levels(chain, _enabled(chain, _RCP))
    )


def _enabled(chain: list[Any], kind: str) -> str:
    """Nothing binds while the root has policies of this type switched off."""
    types = getattr(chain[-1], "policy_types", None)
    on = types is None or any(t["Type"] == kind and t["Status"] == "ENABLED" for t in types)
    return kind if on else ""


def _levels(chain: list[Any], kind: str) -> tuple[Level, ...]:
    if not kind:
        return ()
    return tuple(tuple(_parsed(p.content, p.name) for p in node.attached_policies if p.type == kind) for node in chain)


@lru_cache(maxsize=512)
def _parsed(document: str, name: str) -> Policy:
    """One that cannot be read allows nothing."""
    try:
        return parse_policy(document, name)
    except (PolicyError, ValueError):
        return Policy((), name)
