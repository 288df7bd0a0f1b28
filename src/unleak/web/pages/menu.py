"""What the pages lead to, in the order of how often it is needed at night."""

from dataclasses import dataclass

from unleak.store.tokens import Role


@dataclass(frozen=True, slots=True)
class Place:
    path: str
    title: str
    role: Role = Role.VIEWER


MENU = (
    Place("/incidents", "Incidents"),
    Place("/findings", "Findings"),
    Place("/repositories", "Repositories"),
    Place("/accounts", "Accounts"),
    Place("/people", "People", Role.ADMIN),
)
