"""One level of packing, and all of them."""

from collections.abc import Callable, Iterator
from importlib import import_module

from unleak.model.value import Value, field
from unleak.scan.blob import Problem
from unleak.scan.unpack.budget import Budget
from unleak.scan.unpack.inflate import DAMAGED
from unleak.scan.unpack.magic import format_of, is_packed
from unleak.scan.unpack.member import Member

_SPENT = "the rest is not read: too much is packed in this file"
_BETWEEN = " > "


class _Problems(Value, frozen=False):
    """An archive of ten thousand encrypted entries is one problem, told at the first of them."""

    _counts: dict[str, int] = field(default_factory=dict)
    _first: dict[str, str] = field(default_factory=dict)

    def add(self, where: str, why: str) -> None:
        self._first.setdefault(why, where)
        self._counts[why] = self._counts.get(why, 0) + 1

    def told(self) -> Iterator[Problem]:
        for why, where in self._first.items():
            more = self._counts[why] - 1
            yield Problem(where, f"{why} (and {more} more like it)" if more else why)


def unpack(data: bytes, budget: Budget) -> Iterator[Member | Problem]:
    """One level: what is packed in `data`, and last what could not be read. Members without a byte are left out.

    Nothing that `data` holds makes it raise.
    """
    module = format_of(data)
    if not module:
        return
    reader = import_module(f"{__package__}.{module}")
    name: str = reader.NAME
    read: Callable[[bytes, Budget], Iterator[Member | Problem]] = reader.unpack
    problems = _Problems()
    try:
        costs = 0
        for item in read(data, budget):
            if isinstance(item, Member) and budget.members >= costs:
                budget.members -= costs
                costs = 1
                yield item
                continue
            if isinstance(item, Problem):
                problems.add(item.where, item.why)
            if budget.size <= 0 or budget.members <= 0:
                problems.add(name, _SPENT)
                break
    except Exception:  # noqa: BLE001  readers of hostile bytes raise what they like
        problems.add(name, DAMAGED)
    yield from problems.told()


def unpack_all(data: bytes, budget: Budget) -> Iterator[tuple[tuple[str, ...], bytes] | Problem]:
    """Everything that is packed in `data`, on every level, each with its steps, outermost first; not `data` itself."""
    return _below(data, budget, ())


def _below(data: bytes, budget: Budget, steps: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], bytes] | Problem]:
    for item in unpack(data, budget):
        if isinstance(item, Problem):
            yield Problem(_BETWEEN.join((*steps, item.where)), item.why)
            continue
        here = (*steps, item.step)
        yield here, item.data
        if not is_packed(item.data):
            continue
        if len(here) < budget.depth:
            yield from _below(item.data, budget, here)
        else:
            yield Problem(_BETWEEN.join(here), f"packed in more than {budget.depth} levels: not read any deeper")
