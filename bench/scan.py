# ruff: noqa: INP001, T201  a script that prints
"""Compares `unleak scan` with its peers, side by side, in one run: what they find, how fast, in how much memory.

    python bench/scan.py --repo REPOSITORY --tree FOLDER --json results.json

See README.md. Exit codes: 0 compared (and with --goals: all met), 1 a goal was not met, 2 misuse, 3 a scanner failed.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from measure import Run, peak, timed
from recall import Recall, recall
from tools import AS_INSTALLED, PINS, Found, NotUsable, Tool, for_recall, for_speed, install, own_program

T = TypeVar("T")
MB = 1_000_000
GB = 1_000_000_000
FEWEST_DIFFERENT = 8
SMALL_RUNS = 10
MANY = 1_000_000
MOST_LISTED = 5

_ID = "AKIA" + "ZHO3CC62YYHHCD6N"
_SECRET = "q8Zr2LmXv5TtYh3BnKd7" + "WsPf1JcGe9RaUo4ViNx6"
PAIR = f"aws_access_key_id = {_ID}\naws_secret_access_key = {_SECRET}\n"


@dataclass(frozen=True, slots=True)
class Case:
    """`mode` is that of the scanners. `size` is in bytes, of all blobs of a history. `whole`: lacks nothing."""

    kind: str
    mode: str
    path: Path
    size: int
    count: int
    whole: bool = True

    @property
    def name(self) -> str:
        named = self.kind in {"history", "tree"}
        return f"{self.kind} {self.path.parent.name}/{self.path.name}" if named else self.kind


@dataclass(slots=True)
class Result:
    """Of one scanner on one case."""

    tool: Tool
    found: list[Found] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    peak: int = 0
    failure: str = ""

    @property
    def key_ids(self) -> set[str]:
        """Without documentation examples and placeholders, which some leave out and others do not."""
        ids = {f.key_id for f in self.found if f.key_id}
        return {i for i in ids if "EXAMPLE" not in i and len(set(i[4:])) >= FEWEST_DIFFERENT}

    @property
    def pairs(self) -> set[tuple[str, str]]:
        return {(f.key_id, f.secret) for f in self.found if f.key_id in self.key_ids and f.secret and f.key_id}

    @property
    def wall(self) -> float:
        return statistics.median(r.wall for r in self.runs)

    @property
    def best(self) -> float:
        return min(r.wall for r in self.runs)

    @property
    def cpu(self) -> float:
        return statistics.median(r.cpu for r in self.runs)


@dataclass(frozen=True, slots=True)
class Goal:
    what: str
    met: bool


def main() -> int:
    options = _options()
    try:
        peers = options.peers or install()
        tools = for_speed(options.unleak, peers)
        with tempfile.TemporaryDirectory(prefix="unleak-bench-") as folder:
            return _compare(options, tools, for_recall(options.unleak, peers), Path(folder))
    except NotUsable as error:
        print(f"bench: {error}", file=sys.stderr)
        return 3


def _compare(options: argparse.Namespace, tools: list[Tool], seekers: list[Tool], folder: Path) -> int:
    extra = {"KF_RULE_CACHE_DIR": str(folder / "rules"), "NO_COLOR": "1"}
    goals: list[Goal] = []
    document: dict[str, Any] = {"machine": _machine(), "peers": PINS, "cases": [], "recall": []}
    for case in _cases(options, folder):
        runs = options.runs if case.kind in {"history", "tree"} else max(options.runs, SMALL_RUNS)
        print(f"\n{_title(case)}", flush=True)
        load = os.getloadavg()[0]
        large = case.kind in {"history", "tree"}
        chosen = [t for t in tools if not (large and t.name == AS_INSTALLED)]
        results = _measured(case, chosen, runs, options.limit, folder, extra)
        _print_findings(results)
        _print_times(results)
        goals += _speed_goals(case, results)
        document["cases"].append(_plain_case(case, results, load))
    if not options.no_recall:
        print("\nlabelled set")
        rows = list(recall(seekers, folder, extra))
        _print_recall(rows)
        goals += _recall_goals(rows)
        document["recall"] = [_plain_recall(tool, row) for tool, row in rows]
    document["goals"] = [{"what": g.what, "met": g.met} for g in goals]
    _print_goals(goals)
    if options.json:
        options.json.write_text(json.dumps(document, indent=2) + "\n")
    return 1 if options.goals and not all(g.met for g in goals) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compares `unleak scan` with its peers.")
    path = {"type": Path, "action": "append", "default": [], "metavar": "PATH"}
    parser.add_argument("--repo", **path, help="a git repository whose history is scanned; never written to")  # type: ignore[arg-type]
    parser.add_argument("--tree", **path, help="a folder that is scanned without a history")  # type: ignore[arg-type]
    parser.add_argument("--runs", type=int, default=5, help="timed runs of each scanner; the median counts")
    parser.add_argument("--limit", type=float, default=1800, help="seconds after which a run is given up")
    parser.add_argument("--peers", type=Path, help="an environment with the peers in it, instead of bench/.venv")
    parser.add_argument("--unleak", type=Path, default=own_program(), help="the program to measure")
    parser.add_argument("--json", type=Path, help="where the numbers are written to")
    parser.add_argument("--goals", action="store_true", help="exit code 1 where a goal is not met")
    parser.add_argument("--incomplete", action="store_true", help="take repositories that lack objects, too")
    parser.add_argument("--no-recall", action="store_true", help="leave the labelled set out")
    parser.add_argument("--no-start", action="store_true", help="leave the one-file folder and the staged change out")
    options = parser.parse_args()
    for given in (*options.repo, *options.tree):
        if not given.is_dir():
            parser.error(f"there is no folder {given}")
    if options.runs < 1:
        parser.error("--runs must be at least 1")
    if not options.unleak.is_file():
        parser.error(f"there is no {options.unleak}")
    return options


def _cases(options: argparse.Namespace, folder: Path) -> Iterator[Case]:
    if not options.no_start:
        yield _one_file(folder)
        yield _staged(folder)
    for path in options.tree:
        sizes = [f.stat().st_size for f in path.rglob("*") if f.is_file() and not f.is_symlink()]
        yield Case("tree", "tree", path.resolve(), sum(sizes), len(sizes))
    for path in options.repo:
        missing, sizes = _missing(path), _blob_sizes(path)
        if missing and not options.incomplete:
            raise NotUsable(
                f"{path} lacks {missing} objects; take a part that is whole (see README.md), or --incomplete"
            )
        yield Case("history", "history", path.resolve(), sum(sizes), len(sizes), whole=not missing)


def _one_file(folder: Path) -> Case:
    there = folder / "one-file"
    there.mkdir()
    (there / "settings.ini").write_text(PAIR)
    return Case("one file", "tree", there, len(PAIR), 1)


def _staged(folder: Path) -> Case:
    there = folder / "staged"
    there.mkdir()
    _git(there, "init", "-q")
    _git(there, "config", "user.name", "bench")
    _git(there, "config", "user.email", "bench@acme.dev")
    (there / "README.md").write_text("# nothing\n")
    _git(there, "add", "-A")
    _git(there, "commit", "-q", "-m", "begin")
    (there / "settings.ini").write_text(PAIR)
    _git(there, "add", "-A")
    return Case("staged change", "staged", there, len(PAIR), 1)


def _missing(path: Path) -> int:
    """Some scanners stop where an object is missing, and so finish first."""
    lines = _git(path, "rev-list", "--objects", "--all", "--missing=print").splitlines()
    return sum(line.startswith("?") for line in lines)


def _blob_sizes(path: Path) -> list[int]:
    lines = _git(path, "cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objecttype) %(objectsize)")
    return [int(line.split()[1]) for line in lines.splitlines() if line.startswith("blob ")]


def _git(path: Path, *words: str) -> str:
    command = ["git", "-C", str(path), *words]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603  our own words
    if done.returncode:
        raise NotUsable(f"git {words[0]} failed in {path}")
    return done.stdout


def _measured(
    case: Case, tools: Sequence[Tool], runs: int, limit: float, folder: Path, extra: dict[str, str]
) -> list[Result]:
    """A run for the findings, which warms up; one for the memory; then timed ones, in turn, beginning with another."""
    results = [Result(tool) for tool in tools]
    report = folder / "report.json"
    for result in results:
        report.unlink(missing_ok=True)
        run = timed(result.tool.command(case.mode, case.path, report), extra, limit)
        if not result.tool.went_well(run.code, whole=case.whole):
            result.failure = "took too long" if run.code < 0 else f"exit code {run.code}"
            continue
        try:
            result.found = result.tool.findings(report)
        except NotUsable as error:
            result.failure = str(error)
    working = [r for r in results if not r.failure]
    for result in working:
        result.peak = peak(result.tool.command(case.mode, case.path, report), extra, limit)
    for turn in range(runs):
        first = turn % len(working) if working else 0
        for result in working[first:] + working[:first]:
            result.runs.append(timed(result.tool.command(case.mode, case.path, report), extra, limit))
    report.unlink(missing_ok=True)
    return results


def _speed_goals(case: Case, results: list[Result]) -> Iterator[Goal]:
    ours, peers = results[0], [r for r in results[1:] if not r.failure]
    if ours.failure:
        yield Goal(f"{case.name}: unleak failed ({ours.failure})", met=False)
        return
    yield from _finding_goals(case, ours, peers)
    by_name = {r.tool.name: r for r in peers}
    fisher, leaks = by_name.get("kingfisher"), by_name.get(AS_INSTALLED)
    if case.kind == "history" and fisher:
        factor = _history_factor(case)
        yield Goal(f"{case.name}: at most {factor} x kingfisher's time", met=ours.wall <= factor * fisher.wall)
        yield Goal(f"{case.name}: at most kingfisher's memory", met=ours.peak <= fisher.peak)
    elif case.kind == "tree" and peers:
        yield Goal(f"{case.name}: at most 0.7 x the fastest", met=ours.wall <= 0.7 * min(r.wall for r in peers))
        yield Goal(f"{case.name}: at most 60 MB", met=ours.peak <= 60 * MB)
    elif leaks:
        yield Goal(f"{case.name}: at most betterleaks' time, as installed", met=ours.wall <= leaks.wall)
        yield Goal(f"{case.name}: at most 40 MB", met=ours.peak <= 40 * MB)


def _history_factor(case: Case) -> float:
    """Of a million objects on, and of a gigabyte on, the advantage of reading packs directly is to be greater."""
    if case.count >= MANY:
        return 0.15
    return 0.25 if case.size >= GB else 0.33


def _finding_goals(case: Case, ours: Result, peers: list[Result]) -> Iterator[Goal]:
    """What two peers agree on is to be ours as well; what one of them says alone may be its mistake."""
    peers = [p for p in peers if p.tool.name != AS_INSTALLED]
    ids = _agreed([r.key_ids for r in peers]) - ours.key_ids
    pairs = _agreed([r.pairs for r in peers]) - ours.pairs
    yield Goal(f"{case.name}: every key id that two peers find{_listed(sorted(ids))}", met=not ids)
    yield Goal(f"{case.name}: every pair that two peers find{_listed(sorted(i for i, _ in pairs))}", met=not pairs)


def _agreed(sets: list[set[T]]) -> set[T]:
    return {one for said in sets for one in said if sum(one in other for other in sets) > 1}


def _listed(missing: list[str]) -> str:
    """Key ids, of which nobody can make anything."""
    more = " …" if len(missing) > MOST_LISTED else ""
    return f" (not ours: {', '.join(missing[:MOST_LISTED])}{more})" if missing else ""


def _recall_goals(rows: Iterable[tuple[Tool, Recall]]) -> Iterator[Goal]:
    for tool, row in rows:
        if tool.program == "unleak":
            of, got = row.of, row.score
            yield Goal("labelled set: 52 of 53 ids", met=53 * len(got.ids) >= 52 * len(of.ids))
            yield Goal("labelled set: 50 of 53 secrets", met=53 * len(got.secrets) >= 50 * len(of.secrets))
            yield Goal("labelled set: 49 of 50 pairs", met=50 * len(got.pairs) >= 49 * len(of.pairs))
            yield Goal("labelled set: no wrong pair", met=not got.wrong)
            yield Goal("labelled set: nothing harmless flagged", met=not got.flagged)


def _title(case: Case) -> str:
    return f"{case.name}: {case.count} {'blobs' if case.kind == 'history' else 'files'}, {case.size / MB:.1f} MB"


def _print_findings(results: list[Result]) -> None:
    everyone = set().union(*(r.key_ids for r in results))
    for r in results:
        if r.failure:
            print(f"  {r.tool.name:<25} FAILED: {r.failure}")
        else:
            lacks = len(everyone - r.key_ids)
            counts = f"{len(r.key_ids):>5} key ids, {len(r.pairs):>4} pairs"
            print(f"  {r.tool.name:<25} {counts}; {lacks} ids only others find")


def _print_times(results: list[Result]) -> None:
    anchor = next((r for r in results if r.tool.name == "kingfisher" and r.runs), None)
    print(f"  {'':<25} {'median s':>9} {'best s':>9} {'CPU s':>9} {'peak MB':>9} {'x kingfisher':>13} {'its CPU':>8}")
    for r in results:
        if r.runs:
            ratios = f"{r.wall / anchor.wall:13.2f} {r.cpu / anchor.cpu:8.2f}" if anchor else ""
            numbers = f"{r.wall:9.3f} {r.best:9.3f} {r.cpu:9.3f} {r.peak / MB:9.0f}"
            print(f"  {r.tool.name:<25} {numbers} {ratios}", flush=True)


def _print_recall(rows: list[tuple[Tool, Recall]]) -> None:
    of = rows[0][1].of
    print(f"  {'':<24} {'ids':>6} {'secrets':>8} {'pairs':>6} {'wrong pairs':>12} {'flagged':>8} {'by any rule':>12}")
    print(f"  {'there are':<24} {len(of.ids):>6} {len(of.secrets):>8} {len(of.pairs):>6}")
    for tool, row in rows:
        s = row.score
        counts = f"{len(s.ids):>6} {len(s.secrets):>8} {len(s.pairs):>6} {len(s.wrong):>12} {len(s.flagged):>8}"
        print(f"  {tool.name:<24} {counts} {row.flagged_by_any:>12}")


def _print_goals(goals: list[Goal]) -> None:
    print("\ngoals")
    for goal in goals:
        print(f"  {'met    ' if goal.met else 'NOT MET'}  {goal.what}")


def _plain_case(case: Case, results: list[Result], load: float) -> dict[str, Any]:
    """Numbers only: what was found stays in the temporary folder."""
    return {
        "case": case.name,
        "bytes": case.size,
        "count": case.count,
        "load_before": round(load, 2),
        "results": {r.tool.name: _plain_result(r) for r in results},
    }


def _plain_result(result: Result) -> dict[str, Any]:
    if result.failure:
        return {"failure": result.failure}
    return {
        "key_ids": len(result.key_ids),
        "pairs": len(result.pairs),
        "wall": [round(r.wall, 4) for r in result.runs],
        "cpu": [round(r.cpu, 4) for r in result.runs],
        "peak_pss": result.peak,
    }


def _plain_recall(tool: Tool, row: Recall) -> dict[str, Any]:
    of, s = row.of, row.score
    return {
        "tool": tool.name,
        "ids": [len(s.ids), len(of.ids)],
        "secrets": [len(s.secrets), len(of.secrets)],
        "pairs": [len(s.pairs), len(of.pairs)],
        "wrong_pairs": len(s.wrong),
        "flagged": len(s.flagged),
        "flagged_by_any_rule": row.flagged_by_any,
    }


def _machine() -> dict[str, Any]:
    processor = ""
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        processor = next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), "")
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "processors": len(os.sched_getaffinity(0)),
        "processor": processor,
        "python": platform.python_version(),
        "system": platform.platform(),
    }


if __name__ == "__main__":
    sys.exit(main())
