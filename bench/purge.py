# ruff: noqa: INP001, S101, S311, S603, S607, T201  a script that prints, and runs git with arguments of its own
"""`unleak purge` beside git-filter-repo alone, over a generated history.

    .venv/bin/python bench/purge.py --commits 50000

Both begin with a fresh mirror clone and take the same values out. git-filter-repo is given the plain values, ours looks
for every form of them. The proof is measured apart.
"""

import argparse
import random
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from unleak.git.repository import Repository
from unleak.model.credential import SecretKey
from unleak.purge.needles import Needles
from unleak.purge.proof import prove_clean, prove_same
from unleak.purge.rewrite import clone, rewrite
from unleak.purge.run import plan
from unleak.purge.survey import survey
from unleak.scan.history import scan_history

_FOLDERS, _FILES = 40, 25
_FIRST = 1_000


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--commits", type=int, default=50_000)
    asked.add_argument("--runs", type=int, default=1)
    asked.add_argument("--kept", type=int, default=2_000, metavar="N", help="Commits with the secret in a file.")
    given = asked.parse_args()
    dice = random.Random(1)
    key = "AKIA" + "".join(dice.choices(string.ascii_uppercase + "234567", k=16))
    secret = "".join(dice.choices(string.ascii_letters + string.digits, k=40))
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source.git"
        _generate(source, given.commits, given.kept, key, secret)
        for run in range(given.runs):
            alone = _alone(source, Path(folder) / f"alone{run}.git", (key, secret))
            _ours(source, Path(folder) / f"ours{run}.git", (key, secret), alone)


def _alone(source: Path, mirror: Path, values: tuple[str, ...]) -> float:
    listed = mirror.with_suffix(".txt")
    listed.write_text("".join(f"{v}==>REMOVED-BY-UNLEAK\n" for v in values))
    begun = time.perf_counter()
    subprocess.run(["git", "clone", "-q", "--mirror", "--no-local", str(source), str(mirror)], check=True)
    cloned = time.perf_counter()
    subprocess.run(
        [
            sys.executable, "-m", "git_filter_repo", "--force", "--quiet", "--replace-text", str(listed),
            "--replace-message", str(listed), "--preserve-commit-hashes",
        ],
        cwd=mirror, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    done = time.perf_counter()
    print(f"git-filter-repo alone: {done - begun:.1f} s (clone {cloned - begun:.1f}, rewrite {done - cloned:.1f})")
    return done - begun


def _ours(source: Path, mirror: Path, values: tuple[str, ...], alone: float) -> None:
    old = Repository.at(source)
    begun = time.perf_counter()
    planned = plan(old, scan_history(old).findings, (), lambda _: None)
    known = time.perf_counter()
    print(f"ours, the plan (scan, every object, patch): {known - begun:.1f} s")
    needles = Needles(map(SecretKey, values))
    begun = time.perf_counter()
    seen = survey(old, needles)
    looked = time.perf_counter()
    made = clone(old, mirror)
    cloned = time.perf_counter()
    rewritten = rewrite(made, needles, seen)
    done = time.perf_counter()
    print(
        f"ours: {done - begun:.1f} s (look {looked - begun:.1f}, clone {cloned - looked:.1f}, rewrite "
        f"{done - cloned:.1f}): {(done - begun) / alone:.2f} x of git-filter-repo alone; goal 1.2"
    )
    clean = prove_clean(made, planned.chosen)
    cleaned = time.perf_counter()
    same = prove_same(old, made, rewritten, needles)
    print(f"the proof: clean {clean.verdict} {cleaned - done:.1f} s, same {same.verdict} "
          f"{time.perf_counter() - cleaned:.1f} s, {dict(same.counts)}")  # fmt: skip


def _generate(path: Path, commits: int, kept: int, key: str, secret: str) -> None:
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(path)], check=True)
    with subprocess.Popen(["git", "-C", str(path), "fast-import", "--quiet"], stdin=subprocess.PIPE) as git:
        assert git.stdin is not None
        for piece in _history(commits, kept, key, secret):
            git.stdin.write(piece.encode())
    subprocess.run(["git", "-C", str(path), "gc", "--quiet"], check=True)


def _history(commits: int, kept: int, key: str, secret: str) -> Iterator[str]:
    """A thousand files in forty folders; each commit changes two, and a config file holds the secret for a while."""
    dice = random.Random(2)
    words = ["".join(dice.choices(string.ascii_lowercase, k=dice.randint(3, 9))) for _ in range(500)]
    files: dict[str, list[str]] = {}
    for n in range(commits):
        yield f"commit refs/heads/main\ncommitter Dev <dev@example.com> {1_600_000_000 + n * 60} +0000\n"
        message = f"change {n}\n"
        yield f"data {len(message)}\n{message}"
        for _ in range(2):
            name = f"src/d{dice.randrange(_FOLDERS)}/f{dice.randrange(_FILES)}.py"
            lines = files.setdefault(name, [" ".join(dice.choices(words, k=8)) for _ in range(60)])
            lines[dice.randrange(len(lines))] = " ".join(dice.choices(words, k=8))
            yield _file(name, "\n".join(lines) + "\n")
        if _FIRST <= n < _FIRST + kept and not n % 10:
            yield _file("conf/app.env", f"# {n}\nAWS_ACCESS_KEY_ID={key}\nAWS_SECRET_ACCESS_KEY={secret}\n")
        yield "\n"


def _file(name: str, text: str) -> str:
    return f"M 100644 inline {name}\ndata {len(text)}\n{text}\n"


if __name__ == "__main__":
    main()
