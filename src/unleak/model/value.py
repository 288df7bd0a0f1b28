"""Values: what `dataclasses` makes, in a fortieth of the time.

A dataclass takes a millisecond to make, since it is compiled when its module is imported, and its module imports
another ten milliseconds. `unleak scan` is somebody's commit hook: what is on its way is made like this. Everything else
is a dataclass.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar, dataclass_transform

V = TypeVar("V", bound="Value")


class _Factory:
    __slots__ = ("make",)

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make


def field(*, default_factory: Callable[[], Any]) -> Any:
    """A field whose default is made anew for each value."""
    return _Factory(default_factory)


def _ends(fields: tuple[str, ...], defaults: dict[str, Any]) -> dict[int, tuple[Any, ...]]:
    """By how many values are given in order, the others: where all of those have defaults that need not be made."""
    ends: dict[int, tuple[Any, ...]] = {len(fields): ()}
    for count in range(len(fields) - 1, -1, -1):
        name = fields[count]
        if name not in defaults or isinstance(defaults[name], _Factory):
            break
        ends[count] = (defaults[name], *ends[count + 1])
    return ends


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class _Kind(type):
    """Makes the annotated names of a class its slots, and what is assigned to them their defaults."""

    _fields: tuple[str, ...]
    _defaults: dict[str, Any]
    _frozen: bool
    _setters: tuple[Callable[[Any, Any], None], ...]
    _ends: dict[int, tuple[Any, ...]]

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any], *, frozen: bool = True) -> "_Kind":
        annotated = body.get("__annotations__")
        if annotated is None and "__annotate_func__" in body:  # Python 3.14
            annotated = body["__annotate_func__"](1)
        fields = tuple(annotated or ())
        defaults = {f: body.pop(f) for f in fields if f in body}
        made = super().__new__(cls, name, bases, {**body, "__slots__": fields})
        made._fields, made._defaults, made._frozen = fields, defaults, frozen
        made._setters = tuple(made.__dict__[f].__set__ for f in fields)
        made._ends = _ends(fields, defaults)
        return made

    def __init__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any], *, frozen: bool = True) -> None:
        del frozen
        super().__init__(name, bases, body)


class Value(metaclass=_Kind):
    """Subclasses annotate their fields, in order, and may give them defaults. Equal where all fields are; hashable
    where these are; not to be changed, unless declared `frozen=False`. `_unshown` are fields that never print.
    """

    _unshown = frozenset[str]()

    def __init__(self, *values: Any, **named: Any) -> None:
        kind = type(self)
        end = None if named else kind._ends.get(len(values))
        if end is not None:
            for put, value in zip(kind._setters, values + end, strict=True):
                put(self, value)
        else:
            self._take(values, named)
        self.__post_init__()

    def _take(self, values: tuple[Any, ...], named: dict[str, Any]) -> None:
        kind = type(self)
        if len(values) > len(kind._fields):
            raise TypeError(f"{kind.__name__} has {len(kind._fields)} fields, not {len(values)}")
        given = dict(zip(kind._fields, values, strict=False))
        if wrong := [n for n in named if n not in kind._fields or n in given]:
            raise TypeError(f"{kind.__name__}: {wrong[0]} is no field, or is given twice")
        given.update(named)
        for name in kind._fields:
            value = given[name] if name in given else kind._default(name)
            object.__setattr__(self, name, value)

    def __post_init__(self) -> None:
        """Raises where the fields do not go together."""

    @classmethod
    def _default(cls, name: str) -> Any:
        if name not in cls._defaults:
            raise TypeError(f"{cls.__name__}: {name} is missing")
        default = cls._defaults[name]
        return default.make() if isinstance(default, _Factory) else default

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in type(self)._fields)

    def __setattr__(self, name: str, value: Any) -> None:
        if type(self)._frozen:
            raise AttributeError(f"{type(self).__name__} is not to be changed: {name}")
        object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Value) and type(other) is type(self) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash((type(self), self._values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._shown())})"

    def _shown(self) -> Iterator[str]:
        for name in type(self)._fields:
            if name not in self._unshown:
                yield f"{name}={getattr(self, name)!r}"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._values()


def fields_of(kind: type[Value]) -> tuple[str, ...]:
    """Names, in order."""
    return kind._fields


def replace(value: V, /, **changes: Any) -> V:
    """The same value but for some fields."""
    kind = type(value)
    return kind(**{**dict(zip(kind._fields, value._values(), strict=True)), **changes})
