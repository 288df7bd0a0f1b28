"""What is told by asking one operation and reading the same fields of every item of its answer."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from unleak.model.review import Thing
from unleak.review.check import Place, Scope

_WORD = re.compile(r"(.)([A-Z][a-z]+)")
_ACRONYM = re.compile(r"([a-z0-9])([A-Z])")


@dataclass(frozen=True, slots=True)
class Listing:
    """`action` as IAM names it (`batch:DescribeJobQueues`), `path` to the items of the answer (`jobQueues`).

    `id` and `name` are fields of an item, empty where the item is a text by itself. `arn` is a field, or a template of
    the last two parts (`ec2:key-pair/{id}`). `created` is a field or empty; `detail` are fields that are told, none of
    which holds what people write as secrets. `service` and `operation` are boto's, where they differ from the action's.
    """

    type: str
    action: str
    path: str
    id: str = ""
    arn: str = ""
    name: str = ""
    created: str = ""
    detail: tuple[str, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)
    service: str = ""
    operation: str = ""

    @property
    def boto_service(self) -> str:
        return self.service or self.action.partition(":")[0]

    @property
    def boto_operation(self) -> str:
        return self.operation or self.action.partition(":")[2]

    @property
    def method(self) -> str:
        """`DescribeDBInstances` is boto's `describe_db_instances`."""
        return _ACRONYM.sub(r"\1_\2", _WORD.sub(r"\1_\2", self.boto_operation)).lower()

    def look(self, place: Place) -> Iterator[Thing]:
        client = place.client(self.boto_service)
        for item in client.items(self.method, self.path, **self.arguments):
            yield self._thing(place, item)

    def _thing(self, place: Place, item: Any) -> Thing:
        given = item if isinstance(item, Mapping) else {}
        key = str(given.get(self.id, "")) if self.id else str(item)
        name = str(given.get(self.name) or "") or key.rsplit("/", 1)[-1]
        detail = ", ".join(f"{_spaced(f)} {given[f]}" for f in self.detail if given.get(f) not in (None, "", []))
        return place.thing(self.type, self._arn(place, given, key), name, given.get(self.created), detail=detail)

    def _arn(self, place: Place, given: Mapping[str, Any], key: str) -> str:
        if ":" in self.arn:
            service, _, resource = self.arn.partition(":")
            return place.arn(service, resource.replace("{id}", key))
        return str(given.get(self.arn) or "") if self.arn else key


def _spaced(field_name: str) -> str:
    """`InstanceType` reads `instance type`."""
    return _ACRONYM.sub(r"\1 \2", field_name).lower()


@dataclass(frozen=True, slots=True)
class Listings:
    """A check that is a table: one list that cannot be had does not hide the others."""

    id: str
    title: str
    table: tuple[Listing, ...]
    scope: Scope = Scope.REGIONAL

    @property
    def permissions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.action for one in self.table))

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.type for one in self.table))

    def look(self, place: Place) -> Iterator[Thing]:
        for one in self.table:
            yield from place.listed(one.type, one.look, place)
