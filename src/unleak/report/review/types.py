"""How many of each type stand, and how old they are."""

from collections import Counter

from unleak.model.review import Age, Review
from unleak.report.investigation.words import said


def short(kind: str) -> str:
    return said(kind.removeprefix("AWS::").replace("::", " "), 40)


def types(found: Review) -> tuple[tuple[str, int, str], ...]:
    """Type, number, and the ages in words; the most numerous first."""
    counts: dict[str, Counter[Age]] = {}
    for one in found.judged:
        counts.setdefault(short(one.thing.type), Counter())[one.age] += 1
    by_number = sorted(counts.items(), key=lambda pair: (-pair[1].total(), pair[0]))
    return tuple((kind, ages.total(), _told(ages)) for kind, ages in by_number)


def _told(ages: Counter[Age]) -> str:
    return ", ".join(f"{ages[age]:,} {age.value.replace('_', ' ')}" for age in Age if ages[age])
