"""A repository's whole history: its packs read directly by all processors, the rest through git.

What the direct way does not read (an old index, a damaged entry, loose objects, huge blobs) git is asked for, so that
nothing is passed over.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from unleak.forked import processors, shared_out
from unleak.git.gaps import gaps
from unleak.git.objects import BadObject, read_objects
from unleak.git.repository import Repository
from unleak.model.errors import CouldNotLook
from unleak.model.finding import Finding
from unleak.scan.attribute import attribute
from unleak.scan.barren import Barren
from unleak.scan.blob import Blob, Problem
from unleak.scan.decode.readings import is_mail, with_line_ends
from unleak.scan.locate import LONGEST, Locate, joined
from unleak.scan.scanner import Collector, Scan, Seen, crossing, findings_in, scan, with_credentials
from unleak.scan.sources.history import read_history
from unleak.scan.unpack.magic import is_packed

if TYPE_CHECKING:
    from unleak.git.delta import Span
    from unleak.git.forest import Portion
    from unleak.git.pack import Pack
    from unleak.git.pack_attribution import Packed
    from unleak.scan.rules.rule_set import RuleSet

_SMALL = 2 << 20
_PORTIONS = 160
# https://man7.org/linux/man-pages/man3/mallopt.3.html
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3
# How a commit begins.
_TREE = b"tree "

Progress = Callable[[int, int, int], None]
"""Portions done, how many there are, and how many bytes the done ones hold."""


def scan_history(
    repository: Repository, progress: Progress = lambda _done, _all, _size: None, rules: "RuleSet | None" = None
) -> Scan:
    """Every blob, commit and tag, reachable or not, with who brought in what was found.

    The result's problems say what could not be looked at.
    """
    packed: Packed | None = None
    try:
        result, packed = _walk(repository, progress, rules)
    except CouldNotLook:
        result = scan(read_history(repository), rules)
    found = attribute(repository, [with_credentials(f, _read(repository, f)) for f in result.findings], packed=packed)
    result.findings = [p for f in found if (p := rules.placed(f) if rules else f)]
    return result


def _walk(repository: Repository, progress: Progress, rules: "RuleSet | None") -> "tuple[Scan, Packed]":
    """Raises CouldNotLook where the packs are better left to git: few bytes, no fork, an index of another kind."""
    from unleak.git.stores import object_stores

    stores = object_stores(repository)
    if stores.size < _SMALL or processors() == 1:
        raise CouldNotLook("git reads this as well", "")
    from unleak.git.forest import plan_portions
    from unleak.git.pack import open_pack
    from unleak.git.pack_attribution import Packed
    from unleak.scan.locate import make_locate

    packs = [open_pack(p, stores.hash_size) for p in stores.packs]
    plan = plan_portions(packs, _PORTIONS)
    work = _Work(packs, plan.portions, make_locate(), rules)
    left, collector = [*plan.left, *stores.loose], Collector(rules)
    packed = Packed(packs, stores.loose)
    for why in gaps(repository):
        collector.add(Problem("history", why))
    size = 0
    for done, read in enumerate(work.shared_out(), 1):
        collector.add_read(read.blobs, read.size)
        for one in read.seen:
            collector.add_seen(one)
        left += read.bad
        packed.commits += read.commits
        size += read.size
        progress(done, len(plan.portions), size)
    for found in read_objects(repository, list(dict.fromkeys(left))):
        if isinstance(found, BadObject):
            collector.add(Problem(f"object {found.oid}", found.why))
        elif found.kind != "tree":
            collector.add(Blob(found.data, "", found.oid))
    return collector.result(), packed


@dataclass(frozen=True, slots=True)
class _Read:
    """What came of one portion; it crosses processes and holds no secret. `bad` are ids that git must be asked for.
    `commits`: pack, entry and tree.
    """

    seen: list[Seen | Problem]
    blobs: int
    size: int
    bad: list[str]
    commits: list[tuple[int, int, bytes]]


class _Work:
    """Portions of packs, and the processes that read them."""

    def __init__(self, packs: "list[Pack]", portions: "list[Portion]", locate: Locate, rules: "RuleSet | None") -> None:
        self._packs, self._portions, self._locate, self._rules = packs, portions, locate, rules

    def shared_out(self) -> Iterator[_Read]:
        for _, read in shared_out(len(self._portions), self.read, _keep_memory):
            yield read

    def read(self, number: int) -> _Read:
        from unleak.git.walk import read_portion

        portion = self._portions[number]
        pack = self._packs[portion.pack]
        look = _Look(pack, self._locate, self._rules)
        bad = [pack.index.oid(entry) for entry in read_portion(pack, portion, look)]
        return _Read(look.seen, look.blobs, look.size, bad, [(portion.pack, *c) for c in look.commits])


class _Look:
    """Looks at the objects of a portion; where the base of one held nothing, at what is new in it."""

    def __init__(self, pack: "Pack", locate: Locate, rules: "RuleSet | None") -> None:
        self._pack, self._locate, self._rules = pack, locate, rules
        self._barren = Barren()
        self.seen: list[Seen | Problem] = []
        self.blobs = self.size = 0
        self.commits: list[tuple[int, bytes]] = []

    def __call__(self, entry: int, data: bytes, changes: "list[Span] | None") -> bool:
        self.blobs += 1
        self.size += len(data)
        if data.startswith(_TREE) and self._pack.is_commit(entry):
            self.commits.append((entry, bytes.fromhex(data[len(_TREE) : data.index(b"\n")].decode())))
        if not (is_packed(data) or (self._rules and self._rules.may_hold(data))):
            if changes is not None and self._says_nothing_new(data, changes):
                return True
            text = with_line_ends(data)
            found = self._locate(text)
            if found is None:
                return True
            if not is_mail(text) and self._barren(text, found):
                return False
        blob = Blob(data, "", self._pack.index.oid(entry))
        self.seen += map(crossing, findings_in(blob, self._locate, self._rules))
        return False

    def _says_nothing_new(self, data: bytes, changes: "list[Span]") -> bool:
        parts = joined(((start - LONGEST, end + LONGEST) for start, end in changes), len(data))
        if sum(end - start for start, end in parts) > len(data) // 2:
            return False
        return all(self._locate(with_line_ends(data[start:end])) is None for start, end in parts)


def _keep_memory() -> None:
    """Large objects come and go by the thousand: where the C library lets us, their memory is kept for the next."""
    import ctypes

    with suppress(OSError, AttributeError, TypeError):
        library = ctypes.CDLL(None)
        for parameter, size in ((_MMAP_THRESHOLD, 1 << 30), (_TRIM_THRESHOLD, 1 << 30), (_TOP_PAD, 1 << 26)):
            library.mallopt(parameter, size)


def _read(repository: Repository, finding: Finding) -> Iterator[Blob]:
    """One of the objects in which it was found."""
    for found in read_objects(repository, [p.commit for p in finding.places if p.commit][:1]):
        if not isinstance(found, BadObject):
            yield Blob(found.data, "", found.oid)
