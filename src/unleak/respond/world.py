"""What the loop works with, and what every part of it does alike: entries, contexts, errors as outcomes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from unleak.aws.accounts import Accounts
from unleak.config import Config
from unleak.model.clock import Clock
from unleak.model.credential import Vault
from unleak.model.entry import Entry, Event
from unleak.model.errors import AccessDenied, CouldNotLook, Misuse, NotNow, NotPossible, UnleakError
from unleak.model.fold import fold
from unleak.model.incident import Incident
from unleak.model.plan import Outcome, OutcomeKind, Planned, Step
from unleak.store.record import Record
from unleak.unit import Context


@dataclass(frozen=True, slots=True)
class World:
    """What the loop works with. `on_entry` hears of every new entry. `with_leaked`: the leaked key is all that its
    owner has to work with, and may switch itself off.
    """

    config: Config
    record: Record
    aws: Accounts
    clock: Clock
    vault: Vault = field(default_factory=Vault)
    on_entry: Callable[[Entry], None] = lambda _: None
    on_begin: Callable[[Planned], None] = lambda _: None
    with_leaked: bool = False


@contextmanager
def as_ours(step: Step) -> Iterator[None]:
    """A defect in one unit must not end the containment by the others; its words may hold what must not be printed."""
    try:
        yield
    except UnleakError:
        raise
    except Exception as error:
        raise CouldNotLook(f"{step.unit} failed with {type(error).__name__}", "this is a defect: report it") from error


def context_of(world: World, incident: Incident, step: Step) -> Context:
    return Context(world.aws, world.clock, incident, world.vault, world.record.keep, step.round, world.config)


def append(world: World, incident: Incident, *events: Event) -> Incident:
    now = world.clock.now()
    entries = world.record.append(incident.id, incident.seq, [(now, e) for e in events])
    folded = fold(incident, entries)
    for entry in entries:
        world.on_entry(entry)
    return folded


def failure(error: UnleakError) -> Outcome:
    if isinstance(error, NotNow):
        return Outcome(OutcomeKind.POSTPONED, sentence_of(error))
    for_a_person = isinstance(error, AccessDenied | NotPossible | Misuse)
    kind = OutcomeKind.REFUSED if for_a_person else OutcomeKind.FAILED
    return Outcome(kind, sentence_of(error), forbidden=isinstance(error, AccessDenied))


def sentence_of(error: UnleakError) -> str:
    return f"{error}; {error.hint}" if error.hint else str(error)
