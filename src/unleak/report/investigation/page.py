"""A report as one page: nothing runs in it, nothing comes from elsewhere."""

import base64
import hashlib
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from unleak.report.investigation import words

LARGEST = 300_000
"""Bytes: lists are cut to it, and say so."""


@lru_cache(maxsize=8)
def template_of(name: str) -> Template:
    """With `style`, and the `policy` that lets this style work and nothing else."""
    made = Environment(
        loader=PackageLoader("unleak.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_fit,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(counted=words.counted, named=words.named, said=words.said, span=words.span, stamp=words.stamp)
    style = files("unleak.report").joinpath("templates", "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    made.globals.update(style=Markup(style), policy=policy)  # noqa: S704  a file of ours
    return made.get_template(name)


def fitting(page: Callable[[int], str]) -> str:
    """The first of ever shorter pages that is not too large; `page` gets by what its lists are to be divided."""
    made = ""
    for parts in (1, 2, 4, 8):
        made = page(parts)
        if len(made.encode()) < LARGEST:
            break
    return made


def _fit(value: object) -> object:
    """The last net: whatever text reaches the page is clean, also where somebody forgot."""
    return words.clean(value) if type(value) is str else value
