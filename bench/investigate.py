# ruff: noqa: INP001, T201  a script that prints
"""How long `unleak investigate` takes on a large folder of CloudTrail logs, and whether it finds what was planted.

    python bench/investigate.py [--events 2000000] [--logs FOLDER] [--json FILE] [--goals]

See README.md. Exit codes: 0 measured (and with --goals: all met), 1 a goal was not met, 3 something failed.
"""

import argparse
import gzip
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import investigate_dredge as dredge
from investigate_logs import EVENTS, SEED, Logs, default_place, logs
from investigate_runs import Spent, job, spent
from tools import NotUsable, own_program

from unleak.investigate.trail.lines import write_lines

MB, GB = 1_000_000, 1_000_000_000
_TENTH, _PEERS_EVENTS = 10, 20_000
_LINE_FILES = 20
_TO_DEFAULTS = 600.0
_CLI_FOUND = 1
INFLATE, FIRST, PASS, WHOLE, AGAIN = "inflate alone", "first answer", "gzip to Parquet", "whole answer", "asked again"


@dataclass(frozen=True, slots=True)
class Goal:
    what: str
    met: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """`missing` and `blamed` are key ids; `principals` are ARNs that are said to be in, and are not."""

    planted: int
    found: int
    missing: tuple[str, ...]
    blamed: tuple[str, ...]
    principals: tuple[str, ...]
    calls: int

    @property
    def is_right(self) -> bool:
        return not (self.missing or self.blamed or self.principals)


@dataclass(slots=True)
class Measured:
    """On one set of logs. `failures` say what could not be measured, by its name."""

    logs: Logs
    runs: dict[str, list[Spent]] = field(default_factory=dict)
    judged: Judged | None = None
    failures: dict[str, str] = field(default_factory=dict)

    def wall(self, what: str) -> float:
        return statistics.median(s.wall for s in self.runs[what])

    def cpu(self, what: str) -> float:
        return statistics.median(s.cpu for s in self.runs[what])

    def peak(self, what: str) -> int:
        return max(s.peak for s in self.runs[what])


def main() -> int:
    options = _options()
    options.logs.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="run-", dir=options.logs) as folder:
            return _measure(options, Path(folder))
    except NotUsable as error:
        print(f"bench: {error}", file=sys.stderr)
        return 3


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How long `unleak investigate` takes, and whether it is right.")
    parser.add_argument("--events", type=int, default=EVENTS, help="how many; a tenth of them is measured, too")
    parser.add_argument("--seed", type=int, default=SEED, help="of the logs and of what is planted in them")
    parser.add_argument("--logs", type=Path, default=default_place(), help="where the logs are made, and kept")
    parser.add_argument("--runs", type=int, default=3, help="of each measurement; the median counts")
    parser.add_argument("--dredge", type=Path, help="an environment with dredge-ir in it, instead of our own")
    parser.add_argument("--no-peers", action="store_true", help="leave dredge-ir and DuckDB's defaults out")
    parser.add_argument("--unleak", type=Path, default=own_program(), help="the program to measure")
    parser.add_argument("--json", type=Path, help="where the numbers are written to")
    parser.add_argument("--goals", action="store_true", help="exit code 1 where a goal is not met")
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("--runs must be at least 1")
    return options


def _measure(options: argparse.Namespace, folder: Path) -> int:
    small = Measured(logs(options.logs, options.events // _TENTH, options.seed))
    large = Measured(logs(options.logs, options.events, options.seed))
    for one in (small, large):
        one.judged = _judged(_answer(options, one.logs, folder), one.logs.truth)
        _print_judged(one)
    lines = _lines(large.logs)
    for _ in range(options.runs):
        _take(options, large, folder, lines)
        _whole(options, small, folder)
    _print_times(large, small)
    told, why = ([], "left out") if options.no_peers else _peers(options, large, small, folder)
    _print_peers(told, why, large, small)
    goals = list(_goals(large, small))
    print("\ngoals")
    for goal in goals:
        print(f"  {'met    ' if goal.met else 'NOT MET'}  {goal.what}")
    if options.json:
        document = _document(large, small, told, why, goals)
        options.json.write_text(json.dumps(document, indent=2) + "\n")
    return 1 if options.goals and not all(g.met for g in goals) else 0


def _answer(options: argparse.Namespace, of_logs: Logs, folder: Path) -> Any:
    """Not timed: it warms the page cache up."""
    home, report = folder / "home", folder / "answer.json"
    shutil.rmtree(home, ignore_errors=True)
    _asked(options, of_logs, home, report)
    return json.loads(report.read_text())


def _asked(options: argparse.Namespace, of_logs: Logs, home: Path, report: Path) -> Spent:
    argv = [str(options.unleak), "investigate", of_logs.truth["leaked"], "--trail", str(of_logs.folder)]
    argv += ["--leaked-at", of_logs.truth["leaked_at"], "--format", "json"]
    done = spent(argv, report, {"UNLEAK_HOME": str(home)})
    if done.code != _CLI_FOUND:
        said = " / ".join(report.with_suffix(".err").read_text().strip().splitlines()[-4:])
        raise NotUsable(f"unleak investigate ended with exit code {done.code}: {said}")
    return done


def _judged(answer: Mapping[str, Any], truth: Mapping[str, Any]) -> Judged:
    """What is merely possible blames nobody, and finds nothing."""
    found = {c["key_id"] for c in answer["credentials"] if c["confidence"] != "possible"}
    planted = truth["credentials"].keys()
    blamed = found - planted - set(truth["undecidable"])
    said = {p["arn"] for p in answer["principals"] if p["in"] and p["confidence"] != "possible"}
    return Judged(
        planted=len(planted),
        found=len(planted & found),
        missing=tuple(sorted(planted - found)),
        blamed=tuple(sorted(blamed)),
        principals=tuple(sorted(said - set(truth["theirs"]))),
        calls=sum(c["events"] for c in answer["credentials"]),
    )


def _lines(of_logs: Logs) -> Path:
    """The same logs as NDJSON, gzipped, in a few files, which DuckDB reads fastest. Kept beside the logs."""
    folder = of_logs.folder.parent / "lines"
    mark = folder / "done"
    if not mark.exists():
        folder.mkdir(exist_ok=True)
        files = of_logs.files
        each = -(-len(files) // _LINE_FILES)
        parts = [files[n : n + each] for n in range(0, len(files), each)]
        with ProcessPoolExecutor() as pool:
            list(pool.map(_write_lines, parts, [folder / f"{n:02}.json.gz" for n in range(len(parts))]))
        mark.touch()
    return folder


def _write_lines(files: Sequence[Path], place: Path) -> None:
    with gzip.open(place, "wb", compresslevel=6) as out:
        for file in files:
            written = BytesIO()
            write_lines(file, written)
            out.write(written.getvalue())


def _take(options: argparse.Namespace, one: Measured, folder: Path, lines: Path) -> None:
    """One round of everything, one right after the other, so that they see the same machine."""
    logs_folder, out, table = str(one.logs.folder), folder / "out", folder / "pass.parquet"
    _keep(one, INFLATE, spent(job("inflate", logs_folder), out, {}))
    _keep(one, FIRST, spent(job("first", logs_folder, one.logs.truth["leaked"]), out, {}))
    _keep(one, PASS, spent(job("parquet", str(lines), str(table)), out, {}))
    table.unlink(missing_ok=True)
    _whole(options, one, folder)


def _whole(options: argparse.Namespace, one: Measured, folder: Path) -> None:
    home, report = folder / "home", folder / "answer.json"
    shutil.rmtree(home, ignore_errors=True)
    _keep(one, WHOLE, _asked(options, one.logs, home, report))
    _keep(one, AGAIN, _asked(options, one.logs, home, report))


def _keep(one: Measured, what: str, done: Spent) -> None:
    if done.code not in {0, _CLI_FOUND}:
        raise NotUsable(f"{what} ended with exit code {done.code}")
    one.runs.setdefault(what, []).append(done)


def _peers(
    options: argparse.Namespace, large: Measured, small: Measured, folder: Path
) -> tuple[list[dredge.Told], str]:
    """DuckDB's defaults on a tenth; dredge-ir on less, and why it was not run where it was not."""
    table = folder / "defaults.parquet"
    done = spent(job("defaults", str(small.logs.folder), str(table)), folder / "out", {}, _TO_DEFAULTS)
    if done.code:
        said = (folder / "out.err").read_text().strip().splitlines()
        why = "took too long" if done.code < 0 else next((x for x in reversed(said) if "Error" in x), "failed")
        large.failures["defaults"] = why
    else:
        small.runs["defaults"] = [done]
    try:
        peer = options.dredge or dredge.install()
        return list(dredge.compared(logs(options.logs, _PEERS_EVENTS, options.seed), peer)), ""
    except NotUsable as error:
        return [], str(error)


def _goals(large: Measured, small: Measured) -> Iterator[Goal]:
    for one in (small, large):
        judged = one.judged
        right, events = judged is not None and judged.is_right, one.logs.truth["events"]
        yield Goal(f"{events:,} events: every planted credential found, and nobody else blamed", met=right)
    first, whole = large.wall(FIRST) / large.wall(INFLATE), large.wall(WHOLE) / large.wall(PASS)
    yield Goal(f"the first answer takes at most 1.25 x inflating ({first:.2f})", met=first <= 1.25)  # noqa: PLR2004
    yield Goal(f"the whole answer at most 1.25 x one pass ({whole:.2f})", met=whole <= 1.25)  # noqa: PLR2004
    again = large.wall(AGAIN)
    yield Goal(f"asked again, less than a second ({again:.2f} s)", met=again < 1)
    peak = max(large.peak(WHOLE), large.peak(AGAIN))
    yield Goal(f"less than 1 GB of memory ({peak / MB:.0f} MB)", met=peak < GB)
    more = large.wall(WHOLE) / small.wall(WHOLE)
    yield Goal(f"ten times the logs take at most 11 times as long ({more:.1f})", met=more <= 11)  # noqa: PLR2004


def _print_judged(one: Measured) -> None:
    truth, judged = one.logs.truth, one.judged
    sizes = f"{truth['raw'] / MB:,.0f} MB of JSON, {truth['gzip'] / MB:,.0f} MB gzip"
    print(f"\n{truth['events']:,} events in {truth['files']:,} files, {sizes}")
    if judged:
        print(f"  {judged.found} of {judged.planted} planted credentials found, {judged.calls:,} calls of theirs")
        print(f"  {len(judged.blamed)} credentials and {len(judged.principals)} principals blamed wrongly")
        for name in (*judged.missing, *judged.blamed, *judged.principals):
            print(f"    {'missing' if name in judged.missing else 'blamed'} {name!r}", flush=True)


def _print_times(large: Measured, small: Measured) -> None:
    print(f"\n  {'':<38} {'median s':>9} {'best s':>9} {'CPU s':>9} {'peak MB':>9} {'ratio':>7} {'of CPU':>7}")
    _print_row(large, INFLATE, "")
    _print_row(large, FIRST, INFLATE)
    _print_row(large, PASS, "")
    _print_row(large, WHOLE, PASS)
    _print_row(large, AGAIN, PASS)
    _print_row(small, WHOLE, "", "whole answer, a tenth of the logs")
    _print_row(small, AGAIN, "", "asked again, a tenth of the logs")
    loads = [s.load for runs in large.runs.values() for s in runs]
    print(f"  load of the machine meanwhile: {min(loads):.1f} to {max(loads):.1f}; {os.cpu_count()} processors")


def _print_row(one: Measured, what: str, beside: str, name: str = "") -> None:
    best = min(s.wall for s in one.runs[what])
    numbers = f"{one.wall(what):9.2f} {best:9.2f} {one.cpu(what):9.2f} {one.peak(what) / MB:9.0f}"
    ratios = f"{one.wall(what) / one.wall(beside):7.2f} {one.cpu(what) / one.cpu(beside):7.2f}" if beside else ""
    print(f"  {name or what:<38} {numbers} {ratios}", flush=True)


def _print_peers(told: Sequence[dredge.Told], why: str, large: Measured, small: Measured) -> None:
    if "defaults" in small.runs:
        times = large.logs.truth["events"] / small.logs.truth["events"]
        _print_row(small, "defaults", "", "DuckDB's defaults, a tenth of the logs")
        print(f"    for all of them that would be {small.wall('defaults') * times:.0f} s (extrapolated)")
    elif "defaults" in large.failures:
        print(f"  DuckDB's defaults, a tenth of the logs: FAILED: {large.failures['defaults']}")
    for one in told:
        times = f"{one.took.wall:9.2f} s, {one.took.cpu:.2f} s of CPU, {one.took.peak / MB:.0f} MB"
        print(f"  dredge-ir, {_PEERS_EVENTS:,} events, given {one.given}: {times}")
        print(f"    {one.linked} of {one.of} credentials linked to the key, {one.mentioned} in any of {one.findings:,}")
        print(f"    findings, {one.blamed} of somebody else linked")
    if why:
        print(f"  dredge-ir: not measured: {why}")


def _document(
    large: Measured, small: Measured, told: Sequence[dredge.Told], why: str, goals: Sequence[Goal]
) -> dict[str, Any]:
    return {
        "machine": {
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "processors": len(os.sched_getaffinity(0)),
            "python": platform.python_version(),
            "system": platform.platform(),
        },
        "sets": [_plain(one) for one in (large, small)],
        "dredge-ir": {"pin": dredge.PIN, "not_measured": why, "runs": [asdict(t) for t in told]},
        "goals": [asdict(g) for g in goals],
    }


def _plain(one: Measured) -> dict[str, Any]:
    names = ("events", "files", "raw", "gzip", "seed", "calls", "ways", "decoys")
    return {
        "logs": {name: one.logs.truth[name] for name in names},
        "judged": asdict(one.judged) if one.judged else None,
        "runs": {what: [asdict(s) for s in runs] for what, runs in one.runs.items()},
        "failures": one.failures,
    }


if __name__ == "__main__":
    sys.exit(main())
