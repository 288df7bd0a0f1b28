"""What a source that answers one question at a time is asked, as the chain grows: each thing once."""

from unleak.investigate.chain.graph import Graph
from unleak.investigate.chain.leads import (
    DirectoryUser,
    PasswordSet,
    PrincipalMade,
    ProviderMade,
    RolePassed,
    SessionsNamed,
    SignedIn,
    TrustOpened,
)
from unleak.investigate.trail.sources import Question

_MOST_AT_ONCE = 500


class Questions:
    """Remembers what was asked."""

    def __init__(self) -> None:
        self._asked: set[str] = set()

    def next(self, graph: Graph, keys: list[str]) -> Question:
        """Of the new credentials, and of what the calls so far led to."""
        names = [name for lead in graph.leads for name in _names(lead)]
        events = [_FROM_OUTSIDE for lead in graph.leads if isinstance(lead, ProviderMade)]
        return Question(
            key_ids=self._new(keys),
            principals=self._new(names),
            addresses=self._new(list(graph.addresses)),
            event_names=self._new([one for several in events for one in several]),
        )

    def names(self, arns: list[str]) -> tuple[str, ...]:
        """Those of them that were not asked for yet."""
        return self._new(arns)

    def _new(self, wanted: list[str]) -> tuple[str, ...]:
        new = [w for w in dict.fromkeys(wanted) if w and w not in self._asked][:_MOST_AT_ONCE]
        self._asked.update(new)
        return tuple(new)


_FROM_OUTSIDE = ("AssumeRoleWithWebIdentity", "AssumeRoleWithSAML", "CreateSession")


def _names(lead: object) -> tuple[str, ...]:
    match lead:
        case PrincipalMade(_, arn) | SignedIn(_, arn, _):
            return (arn,)
        case PasswordSet(_, user_arn):
            return (user_arn,)
        case TrustOpened(_, role_arn, _) | RolePassed(_, role_arn, _):
            return (role_arn,)
        case SessionsNamed(_, name, _, role_arn, _):
            return (name, role_arn)
        case DirectoryUser(_, name, _):
            return (name,)
        case _:
            return ()
