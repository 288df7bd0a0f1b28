"""The investigation as one page: nothing runs in it, nothing comes from elsewhere."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from unleak.model.investigation import Investigation
from unleak.report.investigation import words
from unleak.report.investigation.chart import chart
from unleak.report.investigation.did import ranked
from unleak.report.investigation.picture import picture, title_of
from unleak.report.investigation.stands import counted_things, removed, standing, unsure
from unleak.report.investigation.timeline import timeline
from unleak.report.investigation.tree import Row, rows_of, shown
from unleak.report.investigation.untold import steps, untold
from unleak.report.investigation.verdict import status, verdict
from unleak.report.investigation.who import near, who

_LARGEST = 300_000
_MOST = {"nodes": 40, "listed": 80, "lines": 80, "things": 80, "of_a_type": 20, "did": 60, "near": 40, "untold": 30}


def to_html(found: Investigation) -> str:
    """Below 300 kB, however much there was and whatever it was called: lists are cut, and say so."""
    rows = rows_of(found)
    page = ""
    for parts in (1, 2, 4, 8):
        page = _page(found, rows, {name: max(number // parts, 2) for name, number in _MOST.items()})
        if len(page.encode()) < _LARGEST:
            break
    return page


def _page(found: Investigation, rows: Sequence[Row], most: Mapping[str, int]) -> str:
    drawn, undrawn = shown(rows, most["nodes"])
    listed, unlisted = shown(rows, most["listed"])
    groups = standing(found)
    template, style, policy = _ready()
    return template.render(
        style=style,
        policy=policy,
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


@lru_cache(maxsize=1)
def _ready() -> tuple[Template, Markup, str]:
    """The page, its style, and the policy that lets this style work and nothing else."""
    made = Environment(
        loader=PackageLoader("unleak.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_fit,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(counted=words.counted, named=words.named, said=words.said, span=words.span, stamp=words.stamp)
    made.filters.update(title_of=title_of)
    style = files("unleak.report").joinpath("templates", "investigation.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return made.get_template("investigation.html.j2"), Markup(style), policy  # noqa: S704  a file of ours


def _fit(value: object) -> object:
    """The last net: whatever text reaches the page is clean, also where somebody forgot."""
    return words.clean(value) if type(value) is str else value
