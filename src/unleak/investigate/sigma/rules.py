"""Rules from a folder. What pySigma made of them is kept, since asking again must not take the second that it takes."""

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from unleak.investigate.sigma.rule import LEVELS, Loaded, Rule
from unleak.model.errors import Misuse

OURS = Path(__file__).parents[1] / "rules"
_LARGEST = 256 * 1024
_MOST_FILES = 5_000
_SCHEMA = "unleak.rules/1"
_LISTS = ("techniques", "tactics", "references", "false_positives", "examples", "counter_examples")


def load(folder: Path | None = None, cache: Path | None = None) -> Loaded:
    """Our own rules, or those of a folder and the folders in it. `cache` is a folder of the user's own, which nobody
    else may write to: it holds SQL. A damaged file in it is as none. Raises Misuse where pySigma is not installed.
    """
    if importlib.util.find_spec("sigma") is None:
        raise Misuse("the rules that name techniques take two more packages", "pip install 'unleak[investigate]'")
    problems: list[str] = []
    files = list(_files(folder or OURS, problems))
    kept = cache / f"sigma-{_digest(files)}.json" if cache is not None else None
    found = _kept(kept) if kept is not None else None
    if found is None:
        # By name: pySigma is imported only if it must work.
        found = import_module("unleak.investigate.sigma.compiled").compiled(files)
        if kept is not None:
            _keep(kept, found)
    if not files:
        problems.append(f"{folder}: no rule in it (*.yml)")
    return Loaded(found.rules, (*problems, *found.problems), found.skipped)


def _files(folder: Path, problems: list[str]) -> Iterator[tuple[str, bytes]]:
    paths = sorted(path for path in folder.rglob("*") if path.suffix in {".yml", ".yaml"} and path.is_file())
    if len(paths) > _MOST_FILES:
        problems.append(f"{folder}: {len(paths)} files; the first {_MOST_FILES} are read")
    for path in paths[:_MOST_FILES]:
        name = path.relative_to(folder).as_posix()
        try:
            with path.open("rb") as file:
                content = file.read(_LARGEST + 1)
        except OSError as wrong:
            problems.append(f"{name}: {wrong.strerror}")
            continue
        if len(content) > _LARGEST:
            problems.append(f"{name}: larger than {_LARGEST // 1024} KiB")
        else:
            yield name, content


def _digest(files: list[tuple[str, bytes]]) -> str:
    """Of the rules, and of all that makes SQL of them."""
    digest = hashlib.sha256(_SCHEMA.encode())
    for package in ("pysigma", "duckdb"):
        digest.update(importlib.metadata.version(package).encode() + b"\0")
    ours = [(path.name, path.read_bytes()) for path in sorted(Path(__file__).parent.glob("*.py"))]
    for name, content in [*ours, *files]:
        digest.update(f"{len(name)} {len(content)} {name}".encode(errors="surrogateescape") + content)
    return digest.hexdigest()[:32]


def _keep(path: Path, loaded: Loaded) -> None:
    """All or nothing; a cache that cannot be written is none."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        with os.fdopen(handle, "w") as file:
            json.dump({"schema": _SCHEMA, **asdict(loaded)}, file, default=str)
        Path(temporary).replace(path)
    except OSError:
        return


def _kept(path: Path) -> Loaded | None:
    try:
        held = json.loads(path.read_bytes())
        rules = tuple(_rule(one) for one in held["rules"])
        return Loaded(rules, tuple(str(line) for line in held["problems"]), int(held["skipped"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _rule(held: dict[str, Any]) -> Rule:
    """TypeError or ValueError if it is not what `_keep` writes."""
    fields: dict[str, Any] = {name: tuple(value) if name in _LISTS else value for name, value in held.items()}
    rule = Rule(**fields)
    texts = (
        rule.id,
        rule.slug,
        rule.title,
        rule.condition_sql,
        rule.gate_sql,
        rule.rest_sql,
        rule.description,
        *rule.techniques,
        *rule.tactics,
    )
    if rule.level not in LEVELS or not all(isinstance(text, str) for text in texts):
        raise ValueError("damaged")
    return rule
