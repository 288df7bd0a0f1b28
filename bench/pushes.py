# ruff: noqa: INP001, S311, T201  a script that draws and prints
"""What all public pushes of GitHub would take: a simulation, since nobody may fetch them all.

    python bench/pushes.py [--rates 5 20 50 150] [--hours 4] [--seed 1] [--json FILE]

A push comes, waits for a free connection, is fetched, waits for a free processor, and is scanned. What a scan costs was
measured (docs/watch.md); how long a fetch takes over a network is assumed, and said. Pushes come at random, with a
swing over the day. For each rate it looks for the fewest processors and connections with which 99 of 100 are seen
within five seconds of coming, most of which the fetch takes.
"""

import argparse
import heapq
import json
import math
import random
from dataclasses import asdict, dataclass
from pathlib import Path

SCAN_SECONDS, SCAN_SPREAD = 0.08, 1.0
"""Measured for a push of three commits; a push of thousands costs a hundred times as much: the spread is lognormal."""
FETCH_SECONDS, FETCH_SPREAD = 1.0, 0.6
"""Assumed."""
SWING = 0.5
"""At the busiest hour of a day half as many again as on average."""
GOAL_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Seen:
    """Seconds from the push until it was scanned; `busy`: shares of the time."""

    rate: float
    processors: int
    connections: int
    pushes: int
    p50: float
    p99: float
    worst: float
    busy_processors: float
    busy_connections: float


def lognormal(random_: random.Random, mean: float, spread: float) -> float:
    return random_.lognormvariate(math.log(mean) - spread**2 / 2, spread)


def arrivals(random_: random.Random, rate: float, seconds: float) -> list[float]:
    """The time around the busiest hour of a day, thinned from its greatest rate."""
    at, found, most = 0.0, list[float](), rate * (1 + SWING)
    while (at := at + random_.expovariate(most)) < seconds:
        here = rate * (1 + SWING * math.cos(2 * math.pi * (at - seconds / 2) / 86400))
        if random_.random() < here / most:
            found.append(at)
    return found


def line(comes: list[float], takes: list[float], places: int) -> list[float]:
    """When each is through, first come first served by so many places."""
    free, ends = [0.0] * places, list[float]()
    for at, lasts in zip(comes, takes, strict=True):
        end = max(at, heapq.heappop(free)) + lasts
        heapq.heappush(free, end)
        ends.append(end)
    return ends


def play(rate: float, seconds: float, processors: int, connections: int, seed: int) -> Seen:
    random_ = random.Random(seed)
    comes = arrivals(random_, rate, seconds)
    fetches = [lognormal(random_, FETCH_SECONDS, FETCH_SPREAD) for _ in comes]
    scans = [lognormal(random_, SCAN_SECONDS, SCAN_SPREAD) for _ in comes]
    fetched = line(comes, fetches, connections)
    order = sorted(range(len(comes)), key=fetched.__getitem__)
    scanned = line([fetched[n] for n in order], [scans[n] for n in order], processors)
    late = sorted(end - comes[n] for n, end in zip(order, scanned, strict=True))
    lasted = max(scanned, default=1.0)
    return Seen(
        rate, processors, connections, len(comes), late[len(late) // 2], late[len(late) * 99 // 100], late[-1],
        sum(scans) / (processors * lasted), sum(fetches) / (connections * lasted),
    )  # fmt: skip


def fewest(rate: float, seconds: float, seed: int) -> Seen:
    """From what is just not too few by arithmetic, a tenth more each time until the goal holds."""
    busiest = rate * (1 + SWING)
    processors = max(1, math.ceil(busiest * SCAN_SECONDS))
    connections = max(2, math.ceil(busiest * FETCH_SECONDS))
    while (seen := play(rate, seconds, processors, connections, seed)).p99 > GOAL_SECONDS:
        processors, connections = math.ceil(processors * 1.1), math.ceil(connections * 1.1)
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rates", type=float, nargs="+", default=[5, 20, 50, 150], help="pushes a second, on average")
    parser.add_argument("--hours", type=float, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    print("  a second   processors  connections   pushes    p50     p99   worst   busy")
    rows = []
    for rate in asked.rates:
        seen = fewest(rate, asked.hours * 3600, asked.seed)
        rows.append(asdict(seen))
        print(
            f"{rate:10g}   {seen.processors:10}   {seen.connections:10}   {seen.pushes:6}"
            f"   {seen.p50:4.1f} s  {seen.p99:4.1f} s  {seen.worst:4.0f} s   {seen.busy_processors:.0%}"
        )
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
