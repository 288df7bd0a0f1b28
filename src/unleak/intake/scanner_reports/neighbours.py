"""Rows of one file that stand close together: halves of a pair, where a tool reports each for itself."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from unleak.intake.scanner_reports.parts import Parts
from unleak.intake.scanner_reports.sighting import Sighting
from unleak.model.credential import SecretKey
from unleak.model.finding import Place
from unleak.scan.pairing import NEAR_LINES

Row = tuple[Sighting, Parts]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """In the order of their lines."""

    rows: list[Row]

    @property
    def parts(self) -> Parts:
        return Parts.together([parts for _, parts in self.rows])

    @property
    def places(self) -> dict[SecretKey, list[Place]]:
        """Where each secret stands."""
        found: dict[SecretKey, list[Place]] = defaultdict(list)
        for sighting, parts in self.rows:
            for secret in parts.secrets:
                found[secret].append(sighting.place)
        return found

    @property
    def text(self) -> str:
        """The rows on their lines, with nothing between them. What several rows say of a line is said once."""
        first = self.rows[0][0].place.line
        lines: dict[int, dict[str, None]] = defaultdict(dict)
        for sighting, _ in self.rows:
            for number, line in enumerate(sighting.text.split("\n"), sighting.place.line - first):
                lines[number][line] = None
        return "\n".join(" ".join(lines[n]) for n in range(max(lines) + 1))


def neighbours(rows: Iterable[Row]) -> Iterator[Neighbours]:
    """Of each version of each file, the rows that hold something, apart where too many lines lie between them."""
    files: dict[tuple[str, str, str | None], list[Row]] = defaultdict(list)
    for sighting, parts in rows:
        if parts.any and sighting.place.path:
            files[sighting.scope, sighting.place.path, sighting.place.commit].append((sighting, parts))
    for found in files.values():
        yield from _apart(sorted(found, key=lambda row: row[0].place.line))


def _apart(rows: list[Row]) -> Iterator[Neighbours]:
    near: list[Row] = []
    end = 0
    for sighting, parts in rows:
        if near and sighting.place.line - end > NEAR_LINES:
            yield Neighbours(near)
            near, end = [], 0
        near.append((sighting, parts))
        end = max(end, sighting.place.line + sighting.text.count("\n"))
    if near:
        yield Neighbours(near)
