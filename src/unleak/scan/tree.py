"""A folder's files, by all processors where there are many."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from unleak.forked import processors, shared_out
from unleak.model.errors import CouldNotLook
from unleak.model.value import Value
from unleak.scan.blob import Problem
from unleak.scan.locate import Locate, adaptive
from unleak.scan.scanner import Collector, Scan, Seen, crossing, findings_in, with_credentials
from unleak.scan.sources.files import list_files, read_file

if TYPE_CHECKING:
    from unleak.scan.rules.rule_set import RuleSet

Progress = Callable[[int, int, int], None]
"""Files done, how many there are, and how many bytes the done ones hold."""

_ALONE = 2 << 20
_FEWEST_LEFT = 200
_SHARES, _FEWEST_IN_SHARE = 2000, 16


class _Read(Value):
    """What came of some files. It holds no secret."""

    files: int
    seen: list[Seen | Problem]
    blobs: int
    size: int


def scan_tree(root: Path, progress: Progress | None = None, rules: "RuleSet | None" = None) -> Scan:
    """Every regular file at or below `root`; problems say what could not be looked at."""
    locate = adaptive()
    collector = Collector(rules, locate)
    files: list[str] = []
    for found in list_files(root):
        if isinstance(found, Problem):
            collector.add(found)
        else:
            files.append(found)
    tell = progress or (lambda _done, _all, _size: None)
    size = done = 0
    while done < len(files) and (size < _ALONE or len(files) - done < _FEWEST_LEFT or processors() == 1):
        for item in read_file(files[done]):
            collector.add(item)
            size += 0 if isinstance(item, Problem) else len(item.data)
        done += 1
        tell(done, len(files), size)
    for read in _shared(files[done:], locate, rules):
        collector.add_read(read.blobs, read.size)
        for one in read.seen:
            collector.add_seen(one)
        size += read.size
        done += read.files
        tell(done, len(files), size)
    result = collector.result()
    result.findings = [with_credentials(f, read_file(f.places[0].path)) for f in result.findings]
    return result


def _shared(files: list[str], locate: Locate, rules: "RuleSet | None") -> Iterator[_Read]:
    """In the order of the files."""
    if not files:
        return
    share = max(_FEWEST_IN_SHARE, len(files) // _SHARES)
    shares = [files[at : at + share] for at in range(0, len(files), share)]
    waiting: dict[int, _Read] = {}
    following = 0
    with suppress(CouldNotLook):
        for number, read in shared_out(len(shares), lambda n: _read_share(shares[n], locate, rules)):
            waiting[number] = read
            while following in waiting:
                yield waiting.pop(following)
                following += 1
    # Where a process was killed, this one does what is left.
    yield from (_read_share(left, locate, rules) for left in shares[following:])


def _read_share(files: list[str], locate: Locate, rules: "RuleSet | None") -> _Read:
    seen: list[Seen | Problem] = []
    blobs = size = 0
    for path in files:
        for item in read_file(path):
            if isinstance(item, Problem):
                seen.append(item)
                continue
            blobs += not item.goes_on
            size += len(item.data)
            seen += map(crossing, findings_in(item, locate, rules))
    return _Read(len(files), seen, blobs, size)
