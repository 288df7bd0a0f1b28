"""Calls folded into lines: what changed something stands alone, what only looked around becomes a burst.

Where there are too many lines, the least telling ones are put together in one line for the time between two others.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from unleak.model.call import Call
from unleak.model.investigation import Investigation
from unleak.report.investigation.words import clean, outcome, said, tail, told

MOST_LINES = 40
_PAUSE = timedelta(minutes=15)
"""A burst ends where its credential does nothing for so long."""
_LEVELS = {"critical": 4, "high": 3, "medium": 2, "low": 1}
_NAMES = (
    "userName", "roleArn", "roleName", "groupName", "policyArn", "policyName", "name", "trailName", "functionName",
    "bucketName", "instanceType", "imageId", "secretId", "keyId", "dBInstanceIdentifier", "snapshotId", "groupId",
    "accessKeyId", "stackName", "tableName", "modelId", "clusterName", "repositoryName", "detectorId", "serviceCode",
)  # fmt: skip
"""Fields of a request that name what a call was about. Nothing else of a request is told."""


@dataclass(frozen=True, slots=True)
class Line:
    """Calls that are told together. `level` is the worst of the rules that they meet, 0 for none; `is_folded`: calls of
    several kinds, put together for want of room. `names` are operations, most used first, and `about` names a thing.
    """

    first: datetime
    last: datetime
    credentials: tuple[str, ...]
    names: tuple[str, ...]
    made: int
    accepted: int
    refused: int
    is_write: bool
    level: int = 0
    about: str = ""
    error: str = ""
    is_folded: bool = False

    @property
    def who(self) -> str:
        return tail(self.credentials[0]) if len(self.credentials) == 1 else f"{len(self.credentials):,} credentials"

    @property
    def what(self) -> str:
        """`CreateUser backup`, `StopLogging was tried and failed: AccessDenied`, `ListUsers: 9 calls, 3 refused`."""
        numbers = told(self.made, self.accepted, self.refused)
        if self.is_folded:
            return f"{numbers}: {_some(self.names).removesuffix(':')}"
        if not self.is_write:
            return f"{_some(self.names)} {numbers}"
        times = f" x {self.made:,}" if self.made > 1 else ""
        tried = f" was tried{times} and failed: {self.error}" if self.error else times
        return f"{self.names[0]}{f' {self.about}' if self.about else ''}{tried}"


def timeline(found: Investigation, most: int = MOST_LINES) -> tuple[Line, ...]:
    """At most so many lines, in the order of time."""
    levels = _levels(found)
    groups = sorted(_grouped(found.calls), key=lambda g: (g[0].at, g[0].event_id))
    return _fitted([_line(g, levels) for g in groups], most)


def _levels(found: Investigation) -> dict[str, int]:
    levels: dict[str, int] = {}
    for technique in found.techniques:
        level = _LEVELS.get(technique.level, 0)
        for call in technique.calls:
            levels[call.event_id] = max(level, levels.get(call.event_id, 0))
    return levels


def _grouped(calls: Iterable[Call]) -> Iterator[list[Call]]:
    """Calls of one credential that follow each other: looks of any kind, or the same change with the same outcome."""
    running: dict[str, list[Call]] = {}
    for call in sorted(calls, key=lambda c: c.at):
        group = running.get(call.key_id)
        if group is not None and _continues(group[-1], call):
            group.append(call)
            continue
        if group is not None:
            yield group
        running[call.key_id] = [call]
    yield from running.values()


def _continues(before: Call, call: Call) -> bool:
    if call.at - before.at > _PAUSE or call.read_only != before.read_only:
        return False
    return call.read_only or _is_same(before, call)


def _is_same(before: Call, call: Call) -> bool:
    return (before.action, before.error, _about(before)) == (call.action, call.error, _about(call))


def _line(calls: Sequence[Call], levels: Mapping[str, int]) -> Line:
    first = calls[0]
    made, accepted, refused = outcome(calls)
    return Line(
        first=first.at,
        last=calls[-1].at,
        credentials=(first.key_id,),
        names=_by_use(Counter(c.operation for c in calls)),
        made=made,
        accepted=accepted,
        refused=refused,
        is_write=not first.read_only,
        level=max(levels.get(c.event_id, 0) for c in calls),
        about=_about(first),
        error=said(first.error, 40),
    )


def _about(call: Call) -> str:
    """What a change was about, in the words of its request."""
    words = [value for name in _NAMES if isinstance(value := call.request.get(name), str) and value]
    return " ".join(said(_short(w), 40) for w in dict.fromkeys(words[:2]))


def _short(text: str) -> str:
    return text.split(":", 5)[-1] if text.startswith("arn:") else text


def _by_use(names: Counter[str]) -> tuple[str, ...]:
    return tuple(said(name, 40) for name, _ in names.most_common(6))


def _some(names: Sequence[str]) -> str:
    return ", ".join(clean(n) for n in names[:3]) + (", …" if len(names) > 3 else ":")  # noqa: PLR2004


def _fitted(lines: list[Line], most: int) -> tuple[Line, ...]:
    """As many of the most telling lines as fit together with a line for each gap that they leave."""
    if len(lines) <= most:
        return tuple(lines)
    order = _by_weight(lines)
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _height(order[:middle], len(lines)) <= most else (low, middle - 1)
    kept = set(order[:low])
    return tuple(_between(lines, kept))


def _by_weight(lines: Sequence[Line]) -> list[int]:
    """The first call, each change's first time, then grave ones and changes that worked, spread over the time."""
    seen: set[tuple[str, bool]] = set()
    weights = []
    for i, line in enumerate(lines):
        kind = (line.names[0], bool(line.accepted))
        fresh = kind not in seen
        seen.add(kind)
        works = line.is_write and line.accepted > 0
        weights.append((i == 0, fresh and line.is_write, line.level, works, fresh, line.made, _spread(i)))
    return sorted(range(len(lines)), key=lambda i: weights[i], reverse=True)


def _spread(i: int) -> float:
    """The digits of `i` behind the point, turned round: any few of the greatest lie far apart."""
    return int(f"{i:032b}"[::-1], 2) / 2**32


def _height(kept: Sequence[int], total: int) -> int:
    """Lines that there are when these are kept and each gap is one."""
    edges = [-1, *sorted(kept), total]
    return len(kept) + sum(b - a > 1 for a, b in pairwise(edges))


def _between(lines: Sequence[Line], kept: set[int]) -> Iterator[Line]:
    gap: list[Line] = []
    for i, line in enumerate(lines):
        if i not in kept:
            gap.append(line)
            continue
        if gap:
            yield _together(gap)
            gap = []
        yield line
    if gap:
        yield _together(gap)


def _together(lines: Sequence[Line]) -> Line:
    """One line alone stays what it is."""
    if len(lines) == 1:
        return lines[0]
    names: Counter[str] = Counter()
    for line in lines:
        for name in line.names:
            names[name] += line.made
    return Line(
        first=lines[0].first,
        last=max(line.last for line in lines),
        credentials=tuple(dict.fromkeys(c for line in lines for c in line.credentials)),
        names=_by_use(names),
        made=sum(line.made for line in lines),
        accepted=sum(line.accepted for line in lines),
        refused=sum(line.refused for line in lines),
        is_write=any(line.is_write for line in lines),
        level=max(line.level for line in lines),
        is_folded=True,
    )
