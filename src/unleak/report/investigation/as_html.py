"""The investigation as one page: nothing runs in it, nothing comes from elsewhere."""

from collections.abc import Mapping, Sequence

from unleak.model.investigation import Investigation
from unleak.report.investigation import words
from unleak.report.investigation.chart import chart
from unleak.report.investigation.did import ranked
from unleak.report.investigation.page import fitting, template_of
from unleak.report.investigation.picture import picture
from unleak.report.investigation.stands import counted_things, removed, standing, unsure
from unleak.report.investigation.timeline import timeline
from unleak.report.investigation.tree import Row, rows_of, shown
from unleak.report.investigation.untold import steps, untold
from unleak.report.investigation.verdict import status, verdict
from unleak.report.investigation.who import near, who

_MOST = {"nodes": 40, "listed": 80, "lines": 80, "things": 80, "of_a_type": 20, "did": 60, "near": 40, "untold": 30}


def to_html(found: Investigation) -> str:
    """Below 300 kB, however much there was and whatever it was called: lists are cut, and say so."""
    rows = rows_of(found)
    return fitting(lambda parts: _page(found, rows, {name: max(n // parts, 2) for name, n in _MOST.items()}))


def _page(found: Investigation, rows: Sequence[Row], most: Mapping[str, int]) -> str:
    drawn, undrawn = shown(rows, most["nodes"])
    listed, unlisted = shown(rows, most["listed"])
    groups = standing(found)
    return template_of("investigation.html.j2").render(
        most=most,
        leaked=words.said(found.leaked, 40),
        status=status(found),
        verdict=verdict(found),
        groups=groups,
        things=counted_things(groups),
        unsure=unsure(found),
        removed=removed(found),
        picture=picture(drawn),
        undrawn=undrawn,
        rows=listed,
        unlisted=unlisted,
        did=ranked(found),
        chart=chart(found.calls),
        lines=timeline(found, most["lines"]),
        who=who(found),
        near=near(found),
        untold=untold(found),
        steps=steps(found),
    )
