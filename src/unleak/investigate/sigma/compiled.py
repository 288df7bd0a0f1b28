"""Rule files compiled. pySigma, which takes most of a second to import, is imported here and below only."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

import duckdb
import yaml
from sigma.collection import SigmaCollection
from sigma.rule import SigmaRule, SigmaStatus
from sigma.rule.base import SigmaYAMLLoader

from unleak.investigate.sigma.backend import DuckDB
from unleak.investigate.sigma.rule import Loaded, Rule
from unleak.investigate.trail import columns

_TECHNIQUE = re.compile(r"t\d{4}(\.\d{3})?")
_OTHER_TAG = re.compile(r"[sg]\d{4}")
_DEEPEST = 40
_LONGEST_CONDITION = 4_000
_WITHDRAWN = (SigmaStatus.DEPRECATED, SigmaStatus.UNSUPPORTED)


def compiled(files: Iterable[tuple[str, bytes]]) -> Loaded:
    """Each file by its name and content. What is wrong with one is a line, and no matter of the others."""
    rules: dict[str, Rule] = {}
    problems: list[str] = []
    skipped = 0
    with _empty_index() as index:
        for name, content in files:
            try:
                found = _documents(content)
            except Exception as wrong:  # noqa: BLE001  pySigma raises what it likes at a file that is no rule
                problems.append(_line(name, wrong))
                continue
            for one in found:
                if not isinstance(one, SigmaRule):
                    problems.append(f"{name}: skipped: rules of type {type(one).__name__} are not supported")
                elif not _is_for_us(one):
                    skipped += 1
                else:
                    _add(rules, problems, name, one, index)
    return Loaded(tuple(rules.values()), tuple(problems), skipped)


def _documents(content: bytes) -> list[Any]:
    text = content.decode()
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise ValueError("nested too deeply")
    documents = list(yaml.load_all(text, Loader=SigmaYAMLLoader))
    if not all(isinstance(one, dict) for one in documents if one is not None):
        raise ValueError("not a Sigma rule")
    return list(SigmaCollection.from_dicts(documents, resolve_references=False).rules)


def _is_for_us(rule: SigmaRule) -> bool:
    source = rule.logsource
    return source.product == "aws" and source.service == "cloudtrail" and rule.status not in _WITHDRAWN


def _add(
    rules: dict[str, Rule], problems: list[str], name: str, one: SigmaRule, index: duckdb.DuckDBPyConnection
) -> None:
    try:
        rule, unknown = _rule(name, one)
        index.execute(f"SELECT {rule.condition_sql} FROM e").fetchall()  # noqa: S608  see `fields`
    except Exception as wrong:  # noqa: BLE001  as above
        problems.append(_line(name, wrong))
        return
    if rule.id in rules:
        problems.append(f"{name}: skipped: another rule has its id")
        return
    rules[rule.id] = rule
    problems.extend(f"{name}: no event has the field {_plain(field)[:80]}" for field in unknown)


def _rule(name: str, one: SigmaRule) -> tuple[Rule, list[str]]:
    if any(len(str(condition)) > _LONGEST_CONDITION for condition in one.detection.condition):
        raise ValueError("its condition is too long")
    backend = DuckDB()
    condition = backend.condition(one)
    slug = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    attack = [tag.name.lower().replace("_", "-") for tag in one.tags if tag.namespace == "attack"]
    own = one.custom_attributes.get("unleak")
    own = own if isinstance(own, dict) else {}
    rule = Rule(
        id=str(one.id or slug),
        slug=slug,
        title=_plain(one.title),
        level=one.level.name.lower() if one.level else "low",
        techniques=tuple(dict.fromkeys(tag.upper() for tag in attack if _TECHNIQUE.fullmatch(tag))),
        tactics=tuple(tag for tag in attack if not _TECHNIQUE.fullmatch(tag) and not _OTHER_TAG.fullmatch(tag)),
        condition_sql=condition.whole,
        gate_sql=condition.gate,
        rest_sql=condition.rest,
        description=_plain(one.description or ""),
        references=tuple(_plain(str(each)) for each in one.references),
        false_positives=tuple(_plain(str(each)) for each in one.falsepositives),
        examples=_records(own.get("examples")),
        counter_examples=_records(own.get("counter_examples")),
    )
    return rule, list(dict.fromkeys(backend.unknown))


def _records(value: object) -> tuple[Mapping[str, Any], ...]:
    return (
        tuple(cast("Mapping[str, Any]", one) for one in value if isinstance(one, dict))
        if isinstance(value, list)
        else ()
    )


def _plain(text: str) -> str:
    """One line, without what would move a terminal's cursor."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


def _line(name: str, wrong: Exception) -> str:
    return f"{name}: {_plain(str(wrong) or type(wrong).__name__)[:300]}"


def _empty_index() -> duckdb.DuckDBPyConnection:
    """A table with the index's columns and one row of NULLs: a condition that it takes, the index takes."""
    connection = duckdb.connect(config={"threads": 1, "enable_external_access": False})
    kinds = {"at": "TIMESTAMP", "read_only": "BOOLEAN"}
    fields = ", ".join(f'"{name}" {kinds.get(name, "VARCHAR")}' for name in columns.COLUMNS)
    connection.execute(f"CREATE TABLE e ({fields})")
    connection.execute("INSERT INTO e (event_id) VALUES (NULL)")
    return connection
