"""The review as one page: what the incident brought about first, what nobody could see last."""

from collections.abc import Mapping, Sequence

from unleak.model.review import Age, Judged, Review, Weight
from unleak.report.investigation.page import fitting, template_of
from unleak.report.review.as_text import headline, ordered, to_know, whence, worth_a_look
from unleak.report.review.gaps import gaps
from unleak.report.review.types import short, types

_MOST = {"new": 120, "old": 80, "types": 60, "unmet": 60, "gaps": 40}


def to_html(found: Review) -> str:
    """Below 300 kB, however much there is and whatever it is called: lists are cut, and say so."""
    return fitting(lambda parts: _page(found, {name: max(n // parts, 2) for name, n in _MOST.items()}))


def _page(found: Review, most: Mapping[str, int]) -> str:
    return template_of("review.html.j2").render(
        headline=headline(found),
        whence=whence(found),
        is_bad=bool(found.worries),
        is_whole=not found.unseen,
        most=most,
        of_many=len(found.accounts) > 1,
        parts=_parts(found),
        types=types(found),
        unmet=found.unmet,
        gaps=gaps(found.unseen),
        to_know=tuple(to_know(found)),
        short=short,
        high=Weight.HIGH,
        by_incident=Age.BY_INCIDENT,
    )


def _parts(found: Review) -> Sequence[tuple[str, str, Sequence[Judged], str, str]]:
    """Id, title, things, which number of `most`, and what is said where there is nothing."""
    return (
        ("ours", "Brought about by the incident", ordered(found.of(Age.BY_INCIDENT)), "new",
         "Nothing that stands here is known to come from it."),
        ("since", "Made since the leak, by nobody known", ordered(found.of(Age.SINCE_LEAK)), "new",
         "Nothing." if found.since else "Nobody said when the key leaked."),
        ("older", "Older or undated, and worth a look", ordered(worth_a_look(found, every=False)), "old", "Nothing."),
    )  # fmt: skip
