"""Which rules a text may concern, at gigabytes a second: by their keywords, or by an approximation of their regex."""

from collections import defaultdict
from collections.abc import Iterable

import hyperscan

from unleak.scan.rules.rule import Rule

_WORD = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_SINGLEMATCH
_REGEX = hyperscan.HS_FLAG_PREFILTER | hyperscan.HS_FLAG_SINGLEMATCH

_Expression = tuple[bytes, int]


class Keywords:
    """Never says no where a rule would find something. Not for several threads at once."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Compiling takes milliseconds for a few rules, a tenth of a second for hundreds."""
        self._rules = list(rules)
        self._always: set[int] = set()
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._by_regex: dict[bytes, list[int]] = defaultdict(list)
        for number, rule in enumerate(self._rules):
            self._enter(number, rule)
        self._database, self._wanted = self._compiled()

    def may_hold(self, data: bytes) -> bool:
        """Any bytes, UTF-8 or not."""
        if self._always or (self._by_regex and not data.isascii()):
            return True
        return bool(self._scan(data, first_only=True))

    def rules_in(self, text: bytes, start: int, end: int) -> list[Rule]:
        """Those that may find something that begins and ends there, in their order."""
        # One byte more, so that the piece's begin is not taken for the text's.
        piece = text[max(0, start - 1) : end]
        numbers = set(self._always)
        for heard in self._scan(piece, first_only=False):
            numbers.update(self._wanted[heard])
        if self._by_regex and not piece.isascii():
            numbers.update(n for found in self._by_regex.values() for n in found)
        return [self._rules[n] for n in sorted(numbers)]

    def _enter(self, number: int, rule: Rule) -> None:
        words = [w for w in rule.keywords if w]
        if words and len(words) == len(rule.keywords) and all(w.isascii() for w in words):
            for word in words:
                self._by_word[word].append(number)
        elif not rule.keywords and rule.regex and _is_taken(rule.regex.source):
            self._by_regex[rule.regex.source.encode("ascii")].append(number)
        else:
            self._always.add(number)

    def _compiled(self) -> tuple[hyperscan.Database | None, list[list[int]]]:
        words = [(_literal(w), _WORD) for w in self._by_word]
        regexes = [(r, _REGEX) for r in self._by_regex]
        try:
            return _database([*words, *regexes]), [*self._by_word.values(), *self._by_regex.values()]
        except hyperscan.error:  # one by one they are taken, but not together
            self._always.update(n for found in self._by_regex.values() for n in found)
            self._by_regex.clear()
            return _database(words), list(self._by_word.values())

    def _scan(self, data: bytes, *, first_only: bool) -> list[int]:
        if self._database is None:
            return []
        heard: list[int] = []

        def hear(number: int, *_: object) -> bool:
            heard.append(number)
            return first_only

        try:
            self._database.scan(data, match_event_handler=hear)
        except hyperscan.ScanTerminated:
            return heard
        return heard


def _literal(word: str) -> bytes:
    return b"".join(b"\\x%02x" % byte for byte in word.encode("ascii"))


def _is_taken(source: str) -> bool:
    """Hyperscan reads bytes here: what speaks of other characters than ASCII's it must not be asked."""
    if not source.isascii():
        return False
    try:
        _database([(source.encode("ascii"), _REGEX)])
    except hyperscan.error:
        return False
    return True


def _database(expressions: list[_Expression]) -> hyperscan.Database | None:
    if not expressions:
        return None
    database = hyperscan.Database()
    database.compile(
        expressions=[e for e, _ in expressions],
        ids=list(range(len(expressions))),
        elements=len(expressions),
        flags=[f for _, f in expressions],
    )
    return database
