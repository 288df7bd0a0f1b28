"""`unleak investigate`, from sources to the answer: a first look, the index, the chain."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from unleak.investigate.answer import Asked, answer
from unleak.investigate.chain.graph import Around, Graph
from unleak.investigate.chain.question import Questions
from unleak.investigate.evidence import write_parquet
from unleak.investigate.former import asking_for_former, with_former
from unleak.investigate.sigma.rule import Loaded
from unleak.investigate.trail.first_look import FirstLook, first_look
from unleak.investigate.trail.opened import Opened, shelf_folder
from unleak.investigate.trail.shelf import Shelf
from unleak.investigate.trail.sources import AskedSource, Progress, Question
from unleak.investigate.trail.table import Table, table_over
from unleak.model.investigation import Investigation


@dataclass(frozen=True, slots=True)
class Tell:
    """Who is told how far it is. `first` hears of the first look as soon as it is there."""

    fetching: Callable[[Progress], None] = lambda _: None
    searching: Callable[[int, int], None] = lambda _done, _all: None
    first: Callable[[FirstLook], None] = lambda _: None
    indexing: Callable[[int, int], None] = lambda _done, _all: None
    chaining: Callable[[int, int], None] = lambda _credentials, _calls: None


@dataclass(frozen=True, slots=True)
class Wish:
    """`home` is where indexes and copies are kept; `since` and `until` bound what is fetched. `our_requests` and
    `our_keys` are unleak's own: not the attacker's.
    """

    key_id: str
    home: Path
    leaked_at: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    rules: tuple[Loaded, ...] = ()
    evidence: Path | None = None
    integrity: Callable[[], str] = str
    our_requests: frozenset[str] = frozenset()
    our_keys: frozenset[str] = frozenset()
    tell: Tell = field(default_factory=Tell)


def investigate(wish: Wish, sources: Opened, now: datetime) -> Investigation:
    """Raises CouldNotLook where a source as a whole does not answer; what one of them cannot read is in the answer."""
    wish.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    fetched = [(name, list(source.files(wish.since, wish.until, wish.tell.fetching))) for name, source in sources.files]
    shelves = [Shelf(shelf_folder(wish.home, name), wish.tell.indexing) for name, _ in fetched]
    new = [p for shelf, (_, files) in zip(shelves, fetched, strict=True) for p in shelf.unknown(files)]
    if new:
        wish.tell.first(first_look(wish.key_id, new, _summed(new, wish.tell.searching)))
    for shelf, (_, files) in zip(shelves, fetched, strict=True):
        shelf.update(files)
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(TemporaryDirectory(dir=wish.home, prefix="asked-")))
        told = Shelf(scratch)
        table = stack.enter_context(table_over(scratch, _parts(shelves)))
        asker = _Asker(sources.asked, told, table, shelves, wish)

        def problems() -> tuple[str, ...]:
            ofs = [p for _, source in sources.files for p in source.problems]
            ofs += [p for shelf in shelves for p in shelf.problems]
            ofs += _ended_early(wish, sources, table)
            return (*ofs, *(p for source in sources.asked for p in source.problems))

        asked = Asked(
            wish.key_id, wish.leaked_at, wish.rules, ask=asker.ask, problems=problems, around=_around(wish, sources)
        )
        asker.ask_first()
        found = answer(table, asked, now)
        asker.ask_about([r.arn for r in asking_for_former(found.remaining)])
        theirs = frozenset(c.event_id for c in found.calls)
        found = replace(found, remaining=with_former(table, found.remaining, theirs))
        if wish.evidence is not None:
            write_parquet(table.duck, found.calls, wish.evidence)
    return replace(found, seen=replace(found.seen, integrity=wish.integrity()))


def _ended_early(wish: Wish, sources: Opened, table: Table) -> list[str]:
    """Logs that end before the leak say nothing of what came after it; silence of who was asked for a key does."""
    _, last, _ = table.span()
    if not sources.files or sources.asked or wish.leaked_at is None or last is None or last >= wish.leaked_at:
        return []
    return [f"these logs end at {last:%Y-%m-%d %H:%M} UTC, before the leak: what was done since is not in them"]


def _around(wish: Wish, sources: Opened) -> Around:
    """The event history cannot be asked for an address."""
    only_asked = not sources.files and not any(source.tells_addresses for source in sources.asked)
    return Around(wish.our_requests, wish.our_keys, addresses_tell=not only_asked)


def _for(source: AskedSource, question: Question) -> Question:
    return question if source.tells_addresses else replace(question, addresses=())


def _parts(shelves: list[Shelf]) -> list[Path]:
    return [path for shelf in shelves for path in shelf.paths]


def _summed(files: list[Path], tell: Callable[[int, int], None]) -> Callable[[int], None]:
    total, done = sum(f.stat().st_size for f in files), 0

    def heard(size: int) -> None:
        nonlocal done
        done += size
        tell(done, total)

    return heard


@dataclass(slots=True)
class _Asker:
    """Puts what asked sources say on a shelf of this run, where the table sees it."""

    sources: tuple[AskedSource, ...]
    told: Shelf
    table: Table
    shelves: list[Shelf]
    wish: Wish
    questions: Questions = field(default_factory=Questions)

    def ask_first(self) -> None:
        """The leaked key's own calls, from which the time of the leak may have to be guessed."""
        self.ask(Graph(self.wish.key_id, datetime.min.replace(tzinfo=UTC), 1), [self.wish.key_id])

    def ask(self, graph: Graph, keys: list[str]) -> None:
        self.wish.tell.chaining(len(graph.held), len(graph.calls))
        if not self.sources:
            return
        question = replace(self.questions.next(graph, keys), since=self.wish.since, until=self.wish.until)
        self._put(question)

    def ask_about(self, arns: list[str]) -> None:
        """Who wrote these before: asked only of what has to be put right."""
        names = self.questions.names(arns)
        self._put(Question(principals=names, until=self.wish.until))

    def _put(self, question: Question) -> None:
        if not (self.sources and question.asks):
            return
        records: Iterator[dict[str, object]] = (
            r for source in self.sources for r in source.records(_for(source, question))
        )
        if self.told.add_records(records):
            self.table.show([*_parts(self.shelves), *self.told.paths])
