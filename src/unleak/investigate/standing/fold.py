"""Facts from calls, in the order of time: what began, what ended it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from unleak.iam.repeatable import may_cover
from unleak.investigate.standing.names import plainly
from unleak.investigate.standing.paths import Paths
from unleak.investigate.standing.trace import PRINCIPALS, Standing, Trace
from unleak.model.call import Call

_LEAVES = ("|gone", "|state")
"""Nothing hangs on these."""
Read = Callable[[Call], Iterable[Trace]]


@dataclass(slots=True, eq=False)
class _Fact:
    trace: Trace
    told: Standing


@dataclass(slots=True)
class Facts:
    """All facts in their order, and those of them that stand, by the roots of their identities."""

    facts: list[_Fact] = field(default_factory=list)
    live: dict[str, dict[str, list[_Fact]]] = field(default_factory=dict)

    def take(self, call: Call, told: Trace, *, attacker: bool) -> None:
        """First what it ends, then what it marks, then what it begins."""
        trace = _compared(told)
        if attacker and self._again(trace):
            return
        ended = [self._end(fact, call) for key in trace.undoes for fact in self._under(key, trace)]
        marked = trace.mark is not None and self._mark(*trace.mark)
        undone = trace.fact.removesuffix("|gone")
        took_own = undone != trace.fact and any(f.trace.fact == undone and not may_cover(f.told) for f in ended)
        if attacker and trace.fact and not marked and not took_own:
            self._begin(_Fact(trace, _told(call, told)))

    def _again(self, trace: Trace) -> bool:
        """The attacker did once more what stands already."""
        alike = (trace.detail, trace.grants)
        same = next((f for f in self._at(trace.fact) if (f.trace.detail, f.trace.grants) == alike), None)
        if same is None or trace.mark is not None:
            return False
        same.told = replace(same.told, times=same.told.times + 1)
        return True

    def _at(self, name: str) -> list[_Fact]:
        return self.live.get(_root(name), {}).get(name, [])

    def _under(self, key: str, by: Trace) -> list[_Fact]:
        """What stands under this identity, but for a policy's fact whose principals the new one lets in as well."""
        if key.endswith(_LEAVES):
            return list(self._at(key))
        names = self.live.get(_root(key), {})
        found = {id(f): f for name, facts in names.items() if name == key or name.startswith(f"{key}|") for f in facts}
        return [fact for fact in found.values() if not _lets_in_still(fact.trace, by)]

    def _end(self, fact: _Fact, call: Call) -> _Fact:
        fact.told = replace(
            fact.told,
            state="removed",
            removed_at=call.at,
            removed_by=call.key_id or call.principal_arn or call.invoked_by,
            removed_event=call.event_id,
        )
        for name in _names(fact.trace):
            self._at(name).remove(fact)
        return fact

    def _mark(self, key: str, word: str) -> bool:
        for fact in self._at(key):
            fact.told = replace(fact.told, detail=", ".join(filter(None, (fact.trace.detail, word))))
        return bool(self._at(key))

    def _begin(self, fact: _Fact) -> None:
        self.facts.append(fact)
        for name in _names(fact.trace):
            self.live.setdefault(_root(name), {}).setdefault(name, []).append(fact)


def fold(read: Read, attacker: Iterable[Call], later: Iterable[Call]) -> list[Standing]:
    """Every fact of the attacker's calls, in the order of time. A call that is in both is the attacker's."""
    facts = Facts()
    paths = Paths()
    for call, is_attacker in _in_order(attacker, later):
        paths.learn(call)
        for trace in read(call):
            facts.take(call, trace, attacker=is_attacker)
    return [replace(fact.told, arn=paths.whole(fact.told.arn)) for fact in facts.facts]


def _in_order(attacker: Iterable[Call], later: Iterable[Call]) -> Iterator[tuple[Call, bool]]:
    known: dict[object, tuple[Call, bool]] = {}
    for call in attacker:
        known.setdefault(call.event_id or id(call), (call, True))
    for call in later:
        known.setdefault(call.event_id or id(call), (call, False))
    yield from sorted(known.values(), key=lambda pair: pair[0].at)


def _root(key: str) -> str:
    return key.split("|", 1)[0]


def _compared(trace: Trace) -> Trace:
    """With its identities as they are compared."""
    mark = (plainly(trace.mark[0]), trace.mark[1]) if trace.mark else None
    undoes, aliases = tuple(map(plainly, trace.undoes)), tuple(map(plainly, trace.aliases))
    return replace(trace, fact=plainly(trace.fact), undoes=undoes, aliases=aliases, mark=mark)


def _names(trace: Trace) -> tuple[str, ...]:
    return tuple(dict.fromkeys((trace.fact, *trace.aliases)))


def _lets_in_still(old: Trace, new: Trace) -> bool:
    """Both are one policy, and the new one lets in somebody for whose sake the old one may have been written."""
    if old.fact != new.fact:
        return False
    sought = _sought(old)
    return bool(sought) and ("*" in new.named or not sought.isdisjoint(new.named))


def _sought(trace: Trace) -> set[str]:
    """The outsiders; where there are none the account's own, then services, and last the account itself, which nearly
    every policy names.
    """
    roots = {name for name in trace.named if name.endswith(":root")}
    services = {name for name in trace.named if name.endswith(".amazonaws.com")}
    return set(trace.grants) or set(trace.named) - roots - services or services or roots


def _told(call: Call, trace: Trace) -> Standing:
    return Standing(
        arn=trace.arn,
        type=trace.type,
        deed=trace.deed,
        detail=trace.detail,
        grants=trace.grants,
        by=call.key_id,
        principal_arn=call.principal_arn,
        at=call.at,
        event_id=call.event_id,
        is_principal=trace.type in PRINCIPALS,
        action=call.action,
        account=call.account,
        part=trace.fact.partition("|")[2],
    )
