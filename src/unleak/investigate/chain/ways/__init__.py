"""From an accepted call of the attacker's to what is worth looking for: one file for each family of ways."""

from collections.abc import Iterator

from unleak.investigate.chain.leads import Because, Lead
from unleak.investigate.chain.ways import credentials, machines, principals
from unleak.model.call import Call

_WAYS = (credentials.leads, principals.leads, machines.leads)


def leads_of(call: Call) -> Iterator[Lead]:
    """Nothing for a refused call: it brought nothing about."""
    if not call.accepted:
        return
    because = Because(call.key_id, call.event_id, call.at, call.operation)
    for way in _WAYS:
        yield from way(call, because)
