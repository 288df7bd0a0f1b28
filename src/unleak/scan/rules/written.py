"""Rules as their files have them: read, typed, and joined with the file that they extend.

Semantics: config/config.go of https://github.com/gitleaks/gitleaks, of version 8.30.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

from unleak.model.errors import Misuse
from unleak.scan.rules.table import Table, read_table

_KNOWN_VERSION = (8, 30)
_MOST_FILES = 10


@dataclass(frozen=True, slots=True)
class WrittenAllowlist:
    where: str
    condition: str = ""
    commits: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    target: str = ""
    regexes: tuple[str, ...] = ()
    stopwords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WrittenRule:
    """Empty and 0 are what is not there."""

    id: str
    where: str
    description: str = ""
    regex: str = ""
    path: str = ""
    secret_group: int = 0
    entropy: float = 0.0
    keywords: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    allowlists: tuple[WrittenAllowlist, ...] = ()

    def over(self, base: "WrittenRule") -> "WrittenRule":
        """This rule where it says something, and the one that it changes where it does not."""
        return WrittenRule(
            id=self.id,
            where=self.where,
            description=self.description or base.description,
            regex=self.regex or base.regex,
            path=self.path or base.path,
            secret_group=self.secret_group or base.secret_group,
            entropy=self.entropy or base.entropy,
            keywords=base.keywords + self.keywords,
            tags=base.tags + self.tags,
            allowlists=base.allowlists + self.allowlists,
        )


@dataclass(slots=True)
class Written:
    """`for_rules` are allow lists by the rule that they are for. `told`: see RuleSet. `lacks_default`: what gitleaks
    would take from its own rules is missing.
    """

    rules: dict[str, WrittenRule] = field(default_factory=dict)
    allowlists: list[WrittenAllowlist] = field(default_factory=list)
    for_rules: list[tuple[str, WrittenAllowlist]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    lacks_default: bool = False


def read_written(path: Path) -> Written:
    """The file, and those that it extends. Raises Misuse where gitleaks would refuse it."""
    return _read(path, ())


def _read(path: Path, above: tuple[Path, ...]) -> Written:
    if path.resolve() in above or len(above) >= _MOST_FILES:
        raise Misuse(f"{above[0]}: its [extend] comes back to {path}, or has no end", "let it end")
    table = read_table(path)
    written = Written()
    for rule in _rules(table, path, written):
        if rule.id in written.rules:
            written.told.append(f"{rule.where}: is there twice, and the last one counts")
        written.rules[rule.id] = rule
    _read_allowlists(table, written)
    _check_version(table, written)
    extends = table.tables("extend")
    for name in (*table.left(), *(f"extend.{n}" for n in _extend(extends, path, above, written))):
        if name.lower() not in {"title", "description"}:
            written.told.append(f"{path}: {name} is not known here")
    return written


def _extend(extends: list[Table], path: Path, above: tuple[Path, ...], written: Written) -> list[str]:
    """Joins in what the file extends; names of settings that are not known here."""
    left: list[str] = []
    for extend in extends:
        base_path, disabled = extend.text("path"), extend.texts("disabledRules")
        if extend.flag("useDefault"):
            written.lacks_default = True
            written.told.append(f"{path}: extend.useDefault: gitleaks' own rules are not here; name their file in path")
        if base_path:
            base = _read(path.parent / base_path, (*above, path.resolve()))
            _join(written, base, disabled, path)
        elif disabled and not written.lacks_default:
            written.told.append(f"{path}: extend.disabledRules: nothing is extended")
        left += extend.left()
    return left


def _join(written: Written, base: Written, disabled: tuple[str, ...], path: Path) -> None:
    for id_ in disabled:
        if base.rules.pop(id_, None) is None:
            written.told.append(f"{path}: extend.disabledRules: there is no rule {id_}")
    for id_, rule in base.rules.items():
        written.rules[id_] = written.rules[id_].over(rule) if id_ in written.rules else rule
    written.allowlists += base.allowlists
    written.for_rules += [(id_, a) for id_, a in base.for_rules if id_ not in disabled]
    written.told += base.told
    written.lacks_default |= base.lacks_default


def _rules(table: Table, path: Path, written: Written) -> list[WrittenRule]:
    found = []
    for raw in table.tables("rules"):
        id_ = raw.text("id").strip()
        if not id_:
            raise Misuse(f"{path}: a rule has no id", "give it one")
        raw.where = where = f"rule {id_}"
        rule = WrittenRule(
            id=id_,
            where=where,
            description=raw.text("description"),
            regex=raw.text("regex"),
            path=raw.text("path"),
            secret_group=raw.whole("secretGroup"),
            entropy=raw.number("entropy"),
            keywords=tuple(k.lower() for k in raw.texts("keywords")),
            tags=raw.texts("tags"),
            allowlists=_both(raw, written),
        )
        if raw.tables("required"):
            written.told.append(f"{where}: required: found without what must be near it, too")
        if raw.flag("skipReport"):
            written.told.append(f"{where}: skipReport: not looked for, since nothing is required near others here")
        else:
            found.append(rule)
        written.told += [f"{where}: {name} is not known here" for name in raw.left()]
    return found


def _read_allowlists(table: Table, written: Written) -> None:
    targets: list[tuple[str, ...]] = []
    for allowlist, rules in zip(_both(table, written, targets), targets, strict=True):
        if rules:
            written.for_rules += [(id_, allowlist) for id_ in rules]
        else:
            written.allowlists.append(allowlist)


def _both(table: Table, written: Written, targets: list[tuple[str, ...]] | None = None) -> tuple[WrittenAllowlist, ...]:
    """Of the old name, `allowlist`, and the new one. `targets` takes the rules that each is for."""
    old, new = table.tables("allowlist"), table.tables("allowlists")
    if old and new:
        raise Misuse(f"{table.where}: allowlist and allowlists exclude each other", "write [[allowlists]]")
    found = []
    for raw in (*old, *new):
        if targets is not None:
            targets.append(raw.texts("targetRules"))
        found.append(_allowlist(raw))
        written.told += [f"{raw.where}: {name} is not known here" for name in raw.left() if name != "description"]
    return tuple(found)


def _allowlist(raw: Table) -> WrittenAllowlist:
    found = WrittenAllowlist(
        where=raw.where,
        condition=raw.text("condition").lower(),
        commits=raw.texts("commits"),
        paths=raw.texts("paths"),
        target=raw.text("regexTarget"),
        regexes=raw.texts("regexes"),
        stopwords=raw.texts("stopwords"),
    )
    if not (found.commits or found.paths or found.regexes or found.stopwords):
        raise Misuse(f"{raw.where}: it allows nothing", "list commits, paths, regexes or stopwords")
    return found


def _check_version(table: Table, written: Written) -> None:
    wanted = table.text("minVersion")
    numbers = wanted.lstrip("v").split(".")[:2]
    if wanted and all(n.isdecimal() for n in numbers) and tuple(map(int, numbers)) > _KNOWN_VERSION:
        written.told.append(f"{table.where}: minVersion: {wanted} may mean things that are not known here")


def with_allowlists(written: Written) -> dict[str, WrittenRule]:
    """The rules, each with the allow lists that name it. Raises Misuse where one names a rule that is not there."""
    rules = dict(written.rules)
    for id_, allowlist in written.for_rules:
        if id_ in rules:
            rules[id_] = replace(rules[id_], allowlists=(*rules[id_].allowlists, allowlist))
        elif written.lacks_default:
            written.told.append(f"{allowlist.where}: targetRules: there is no rule {id_}")
        else:
            raise Misuse(f"{allowlist.where}: targetRules: there is no rule {id_}", "correct its id")
    return rules
