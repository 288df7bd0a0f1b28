"""Values do what dataclasses do, as far as the product needs it."""

import pickle

import pytest

from unleak.model.value import Value, field, replace


class Point(Value):
    x: int
    y: int = 0
    secret: bytes = b""
    _unshown = frozenset({"secret"})


class Bag(Value, frozen=False):
    things: list[int] = field(default_factory=list)


class Even(Value):
    number: int

    def __post_init__(self) -> None:
        if self.number % 2:
            raise ValueError(self.number)


def test_fields_come_in_order_by_name_or_by_default() -> None:
    assert Point(1) == Point(1, 0) == Point(y=0, x=1)
    assert Point(1) != Point(2)
    assert Point(1) != Bag()
    assert len({Point(1), Point(1, 0), Point(3)}) == 2


@pytest.mark.parametrize("wrong", [(), (1, 2, b"", 4)], ids=["too few", "too many"])
def test_what_does_not_fit_is_refused(wrong: tuple[int, ...]) -> None:
    with pytest.raises(TypeError):
        Point(*wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [{"z": 1}, {"x": 2}], ids=["no field", "given twice"])
def test_names_that_do_not_fit_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(TypeError, match=next(iter(wrong))):
        Point(1, **wrong)  # type: ignore[arg-type]


def test_it_cannot_be_changed_unless_it_says_so() -> None:
    point = Point(1)
    with pytest.raises(AttributeError, match="not to be changed"):
        point.x = 2  # type: ignore[misc]
    bag = Bag()
    bag.things = [1]
    assert bag.things == [1]
    with pytest.raises(AttributeError):
        bag.other = 1


def test_a_default_that_is_made_is_nobody_else_s() -> None:
    Bag().things.append(1)
    assert Bag().things == []


def test_what_never_prints_does_not() -> None:
    assert repr(Point(1, 2, b"hidden")) == "Point(x=1, y=2)"


def test_it_crosses_processes() -> None:
    assert pickle.loads(pickle.dumps(Point(1, 2, b"x"))) == Point(1, 2, b"x")  # noqa: S301  our own bytes


def test_a_changed_one_is_checked_again() -> None:
    assert replace(Point(1), y=5) == Point(1, 5)
    assert replace(Even(2), number=4) == Even(4)
    with pytest.raises(ValueError, match="3"):
        replace(Even(2), number=3)
