# ruff: noqa: INP001  a script's part, no package
"""How much of the labelled set each scanner finds."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from measure import timed
from tools import Found, NotUsable, Tool, digest

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests" / "scan"))

from labelled_shape_world import Credential, Shape  # the line above says where it is
from labelled_world import Score, all_of, judge, write_all

_LIMIT = 600.0


@dataclass(frozen=True, slots=True)
class Recall:
    """`of` is what a scanner that finds everything scores; `flagged_by_any` counts rules that are not for AWS too."""

    of: Score
    score: Score
    flagged_by_any: int


def recall(tools: Iterable[Tool], folder: Path, extra: Mapping[str, str]) -> Iterator[tuple[Tool, Recall]]:
    """Writes the set, and the reports, into the folder. Raises NotUsable."""
    there = folder / "set"
    shapes = {name: _masked(shape) for name, shape in write_all(there).items()}
    of = _sum(all_of(shape.expected) for shape in shapes.values())
    for number, tool in enumerate(tools):
        found = _scan(tool, there, folder / f"recall-{number}.json", extra)
        if tool.program == "unleak":
            found = _named(found, _alone(tool, folder, extra))
        by_shape = _by_shape(found, there, shapes)
        score = _sum(judge(shape, _credentials(shape, by_shape.get(name, ()))) for name, shape in shapes.items())
        harmless = {name: said for name, said in by_shape.items() if shapes[name].harmless}
        score.flagged = {name for name, said in harmless.items() if any(f.aws for f in said)}
        yield tool, Recall(of, score, len(harmless))


def _masked(shape: Shape) -> Shape:
    """The secrets that are expected as their hashes: reports are read as such."""
    expected = (Credential(c.key_id, digest(c.secret) if c.secret else None) for c in shape.expected)
    return Shape(shape.name, shape.file, b"", frozenset(expected), frozenset(map(digest, shape.others)), shape.also)


def _scan(tool: Tool, path: Path, report: Path, extra: Mapping[str, str]) -> list[Found]:
    run = timed(tool.command("tree", path, report), extra, _LIMIT)
    if not tool.went_well(run.code, whole=False):
        raise NotUsable(f"{tool.name}: exit code {run.code} on the labelled set")
    return tool.findings(report)


def _alone(tool: Tool, folder: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """From the fingerprint of each secret of the set, seen alone, to its hash."""
    there = folder / "alone"
    secrets = {}
    for shape in write_all(folder / "again").values():
        for secret in (c.secret for c in shape.expected if c.secret):
            file = there / f"{digest(secret)}.env"
            there.mkdir(exist_ok=True)
            file.write_text(f"aws_secret_access_key = {secret}\n")
            secrets[file.name] = digest(secret)
    found = _scan(tool, there, folder / "alone.json", extra)
    return {f.secret: secrets[Path(f.path).name] for f in found if f.secret}


def _named(found: Iterable[Found], names: Mapping[str, str]) -> list[Found]:
    return [Found(f.path, f.key_id, names.get(f.secret or "", f.secret), f.aws) for f in found]


def _by_shape(found: Iterable[Found], there: Path, shapes: Mapping[str, Shape]) -> dict[str, list[Found]]:
    """By the path, and where an unpacked file has another, by what was found."""
    owners = {part: name for name, s in shapes.items() for c in s.expected for part in (c.key_id, c.secret) if part}
    by_shape: dict[str, list[Found]] = {}
    for f in found:
        inside = f.path.removeprefix(f"{there}/").split("/")[0]
        name = inside if inside in shapes else owners.get(f.key_id or "") or owners.get(f.secret or "")
        if name:
            by_shape.setdefault(name, []).append(f)
    return by_shape


def _credentials(shape: Shape, found: Iterable[Found]) -> list[Credential]:
    """A rule that is not for AWS gets its due for what it finds, and no blame."""
    due = all_of(shape.expected)
    counted = (f for f in found if f.aws or f.key_id in due.ids or f.secret in due.secrets)
    return [Credential(f.key_id, f.secret) for f in counted if f.key_id or f.secret]


def _sum(scores: Iterable[Score]) -> Score:
    total = Score()
    for score in scores:
        total.add(score)
    return total
