"""What lies at a path in an answer of AWS."""

from collections.abc import Iterator, Mapping
from typing import Any


def within(answer: Any, path: str) -> Iterator[Any]:
    """Every item at `path`: names joined by dots, `[]` for each of a list; of a last name that is a list, each item.

    `Reservations[].Instances`, `DistributionList.Items`. What is not there gives nothing.
    """
    name, _, rest = path.partition(".")
    found = answer.get(name.removesuffix("[]")) if isinstance(answer, Mapping) else None
    items = found if isinstance(found, list) else [] if found is None else [found]
    for item in items:
        if rest:
            yield from within(item, rest)
        else:
            yield item
