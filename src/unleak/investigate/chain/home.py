"""Where a credential is at home: how its rightful holder used it, so that a stranger is told from him."""

from collections.abc import Iterable
from dataclasses import dataclass

from unleak.investigate.trail.table import Use
from unleak.model.call import Call


@dataclass(frozen=True, slots=True)
class Home:
    """Addresses, and agents by the neighbourhood (the first half of an address of IPv4) that they were seen in."""

    addresses: frozenset[str] = frozenset()
    agents: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, uses: Iterable[Use]) -> "Home":
        known = [u for u in uses if not u.by_a_service]
        return cls(frozenset(u.address for u in known), frozenset((_neighbourhood(u.address), u.agent) for u in known))

    def has(self, address: str, agent: str) -> bool:
        """The same address, or the same program from next door: machines that come and go share a network."""
        return address in self.addresses or (_neighbourhood(address), agent) in self.agents

    def made(self, call: Call) -> bool:
        return self.has(call.address, call.agent)


def _neighbourhood(address: str) -> str:
    parts = address.split(".")
    return ".".join(parts[:2]) if len(parts) == 4 and all(p.isdecimal() for p in parts) else address  # noqa: PLR2004


def same_role(one: str, other: str) -> bool:
    """A role's path is in its ARN, and not in every place that names it."""
    return one.rsplit("/", 1)[-1] == other.rsplit("/", 1)[-1] and one.split(":")[4:5] == other.split(":")[4:5]
