"""A file of rules → a RuleSet."""

from pathlib import Path

from unleak.model.errors import Misuse
from unleak.scan.detectors import BY_ID
from unleak.scan.rules.allowlist import Allowlist, Target
from unleak.scan.rules.pattern import Pattern, any_of, any_word
from unleak.scan.rules.rule import Rule
from unleak.scan.rules.rule_set import RuleSet
from unleak.scan.rules.written import Written, WrittenAllowlist, WrittenRule, read_written, with_allowlists

_CONDITIONS = {"": False, "or": False, "||": False, "and": True, "&&": True}


def load_rules(path: Path) -> RuleSet:
    """Raises Misuse where the file is none, has no rules, or says something that cannot be meant: a rule with neither
    regex nor path, a pattern that RE2 does not take, a group that is not there.
    """
    written = read_written(path)
    rules = [_rule(w) for w in with_allowlists(written).values() if _finds(w, written)]
    if not rules:
        own = "its rules are gitleaks' own: name their file in extend.path"
        raise Misuse(f"there are no rules in {path}", own if written.lacks_default else "write [[rules]]")
    allowlists = [_allowlist(w) for w in written.allowlists]
    return RuleSet(rules, allowlists, written.told, path.name)


def _finds(written: WrittenRule, whole: Written) -> bool:
    """Whether it has something to find; what only changes a rule that is missing is told."""
    if written.id in BY_ID:
        raise Misuse(f"{written.where}: a detector of unleak has this id", "rename it")
    if written.regex or written.path:
        return True
    if not whole.lacks_default:
        raise Misuse(f"{written.where}: it has neither regex nor path", "give it one of them")
    whole.told.append(f"{written.where}: it changes a rule of gitleaks' own, which is not here")
    return False


def _rule(written: WrittenRule) -> Rule:
    where = f"{written.where}, regex"
    regex = Pattern(written.regex, where) if written.regex else None
    grouped = Pattern(written.regex, where, captures=True) if written.regex else None
    if grouped and written.secret_group > grouped.groups:
        raise Misuse(
            f"{written.where}: secretGroup is {written.secret_group}, but its regex has {grouped.groups} groups",
            "count its opening brackets",
        )
    return Rule(
        id=written.id,
        description=written.description,
        regex=regex,
        grouped=grouped,
        secret_group=written.secret_group,
        entropy=written.entropy,
        path=Pattern(written.path, f"{written.where}, path") if written.path else None,
        keywords=written.keywords,
        tags=written.tags,
        allowlists=tuple(_allowlist(a) for a in written.allowlists),
    )


def _allowlist(written: WrittenAllowlist) -> Allowlist:
    if written.condition not in _CONDITIONS:
        raise Misuse(f"{written.where}: condition is {written.condition!r}", "write AND or OR")
    if written.target not in {"", *Target}:
        raise Misuse(f"{written.where}: regexTarget is {written.target!r}", "write secret, match or line")
    return Allowlist(
        all_of=_CONDITIONS[written.condition],
        commits=frozenset(c.strip().lower() for c in written.commits),
        paths=any_of(written.paths, f"{written.where}, paths"),
        target=Target(written.target or "secret"),
        regexes=any_of(written.regexes, f"{written.where}, regexes"),
        stopwords=any_word(written.stopwords, f"{written.where}, stopwords"),
    )
