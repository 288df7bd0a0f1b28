"""The new pair, handed to one consumer after the other, and taken up again by a process that did not make it."""

from collections.abc import Sequence
from datetime import timedelta

from unleak.model.credential import Credentials, SecretKey
from unleak.model.errors import NotFound, NotPossible, UnleakError, Unreachable
from unleak.model.plan import Tri
from unleak.rotate.consumers.consumer import Consumer, NewKey, Place
from unleak.rotate.consumers.scrubbed import scrubbed

_TRIES, _PAUSE = 3, timedelta(seconds=5)


class NotTaken(NotPossible):
    """A consumer did not take the new key. `holders` have it already, or may have it. `may_pass`: the reason may."""

    def __init__(self, message: str, hint: str, holders: Sequence[str], *, may_pass: bool) -> None:
        super().__init__(message, hint)
        self.holders, self.may_pass = tuple(holders), may_pass


def check_all(consumers: Sequence[Consumer], place: Place, old: str) -> dict[str, Tri]:
    """Before anything is made: which of them holds the old key now. Raises where one could not be given a new one."""
    return {c.text: _checked(c, place, old) for c in consumers}


def _checked(consumer: Consumer, place: Place, old: str) -> Tri:
    try:
        return consumer.check(place, old)
    except NotFound as error:
        raise NotPossible(f"{consumer.text} is not there", "make it first, or name it as it is called") from error


def hand_to_all(consumers: Sequence[Consumer], place: Place, pair: Credentials, made: NewKey) -> None:
    """Whoever has it already is passed over. Raises NotTaken at the first that does not take it."""
    holders: list[str] = []
    for consumer in consumers:
        _hand_to(consumer, place, pair, made, holders)
        holders.append(consumer.text)


def _hand_to(consumer: Consumer, place: Place, pair: Credentials, made: NewKey, holders: list[str]) -> None:
    try:
        if consumer.readable and consumer.confirm(place, made) is Tri.YES:
            return
        _until_answered(consumer, place, pair)
        if consumer.confirm(place, made) is Tri.NO:
            raise NotPossible(f"{consumer.text} does not hold the new key after it was given", "look what changes it")
    except UnleakError as error:
        # Who did not answer may have it; who can be read says so.
        unsure = isinstance(error, Unreachable) and not consumer.readable
        has_it = [consumer.text] if unsure or (consumer.readable and may_have(consumer, place, made)) else []
        said, hint = scrubbed(str(error), pair), scrubbed(error.hint, pair)
        told = f"{consumer.text} did not take the new key: {said}"
        may_pass = isinstance(error, Unreachable)
        raise NotTaken(told, hint, [*holders, *has_it], may_pass=may_pass) from None


def _until_answered(consumer: Consumer, place: Place, pair: Credentials) -> None:
    for tried in range(1, _TRIES + 1):
        try:
            return consumer.hand_over(place, pair)
        except Unreachable:
            if tried == _TRIES:
                raise
            place.clock.sleep_until(place.clock.now() + _PAUSE)
    return None


def may_have(consumer: Consumer, place: Place, made: NewKey) -> bool:
    """What cannot be read now may have it."""
    try:
        return consumer.confirm(place, made) is not Tri.NO
    except UnleakError:
        return True


def holders_of(consumers: Sequence[Consumer], place: Place, key: NewKey) -> list[Consumer]:
    return [c for c in consumers if c.confirm(place, key) is Tri.YES]


def taken_up(consumers: Sequence[Consumer], place: Place, key_id: str) -> Credentials | None:
    """The pair, out of the first consumer that holds it and can be read."""
    held = (c.held(place) for c in consumers if c.readable)
    return next((h for h in held if h is not None and h.key_id == key_id and h.secret != SecretKey("")), None)
