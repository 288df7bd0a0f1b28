"""The investigation as one page: nothing runs in it, nothing comes from elsewhere."""

import base64
import hashlib
from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from unleak.model.investigation import Investigation
from unleak.report.investigation import words
from unleak.report.investigation.chart import chart
from unleak.report.investigation.did import LEVELS, ranked
from unleak.report.investigation.picture import picture, title_of
from unleak.report.investigation.stands import counted_things, removed, standing
from unleak.report.investigation.timeline import timeline
from unleak.report.investigation.tree import rows_of, shown
from unleak.report.investigation.untold import steps, untold
from unleak.report.investigation.verdict import status, verdict
from unleak.report.investigation.who import near, who

_MOST_NODES, _MOST_LISTED, _MOST_LINES = 40, 80, 80


def to_html(found: Investigation) -> str:
    """Below 300 kB, however much there was: lists are cut, and say so."""
    rows = rows_of(found)
    drawn, undrawn = shown(rows, _MOST_NODES)
    listed, unlisted = shown(rows, _MOST_LISTED)
    groups = standing(found)
    page, style, policy = _ready()
    return page.render(
        style=style,
        policy=policy,
        leaked=words.said(found.leaked, 40),
        status=status(found),
        verdict=verdict(found),
        groups=groups,
        things=counted_things(groups),
        removed=removed(found),
        picture=picture(drawn),
        undrawn=undrawn,
        rows=listed,
        unlisted=unlisted,
        did=ranked(found),
        levels=LEVELS,
        chart=chart(found.calls),
        lines=timeline(found, _MOST_LINES),
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
