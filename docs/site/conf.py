"""The site of the documentation, for Sphinx: the Markdown of this repository as it lies there, README.md in front.

`make site` builds it. Whatever there is a warning about fails the build: a link or an anchor that leads nowhere, a page
that the navigation below does not name. Nothing is fetched, neither then nor by whoever reads it.
"""

import shutil
from pathlib import Path
from typing import Any

project = "unleak"
html_title = "unleak"
html_show_copyright = False
extensions = ["myst_parser"]
root_doc = "README"
include_patterns = ["*.md", "docs/**.md", "bench/README.md"]
exclude_patterns = [".*", "build", "dist", "src", "tests", "unleak-demo"]
myst_heading_anchors = 4
smartquotes = False  # two dashes are an option's
html_theme = "furo"
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b57b0", "color-brand-content": "#0b57b0"},
    "dark_css_variables": {"color-brand-primary": "#7fb4ff", "color-brand-content": "#7fb4ff"},
}
html_show_search_summary = False  # from a folder, a page may not fetch others
html_copy_source = False
html_use_index = False
html_domain_indices = False

NAVIGATION = {
    "Start": ["docs/start", "docs/comparison"],
    "When it happened": [
        "docs/leaked", "docs/respond", "docs/incident", "docs/inspect", "docs/investigate", "docs/evict",
        "docs/rotate", "docs/purge",
    ],
    "Capabilities": [
        "docs/scan", "docs/hook", "docs/detectors", "docs/review", "docs/data", "docs/bill", "docs/drill",
        "docs/standin",
    ],
    "Run it": [
        "docs/setup", "docs/configuration", "docs/packaging", "docs/deploy", "docs/serve", "docs/pages", "docs/intake",
        "docs/watch", "docs/worker", "docs/notify", "docs/token", "docs/schema", "docs/integrate",
    ],
    "Extend": ["docs/extend/index", "docs/extend/*", "CONTRIBUTING"],
    "How and why": [
        "docs/architecture", "docs/decides", "docs/aws", "docs/decisions/README", "docs/threat-model", "docs/figures",
        "bench/README",
    ],
    "Reference": ["docs/reference/commands", "docs/reference/settings", "docs/reference/*"],
    "Project": ["CHANGELOG", "SECURITY"],
}  # fmt: skip
"""A page for each name; a star takes those that are not named before it."""
LISTED = {
    "docs/decisions/": "docs/decisions/README",
    "docs/reference/actions/": "docs/reference/actions",
    "docs/reference/commands/": "docs/reference/commands",
    "docs/reference/detectors/": "docs/reference/detectors",
    "docs/reference/rules/": "docs/reference/rules",
}
"""Folders of many pages of a kind, and the page that lists them: two hundred lines beside every page help nobody."""


def _navigation(root: Path) -> str:
    """As a tree for each group. What is named and not there is left out; what is there and not named is warned of."""
    groups = []
    for caption, names in NAVIGATION.items():
        found = dict.fromkeys(f.relative_to(root).with_suffix("") for n in names for f in sorted(root.glob(f"{n}.md")))
        pages = "\n".join(page.as_posix() for page in found)
        if pages:
            groups.append(f"\n\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{pages}\n```\n")
    return "".join(groups)


def _is_listed(root: Path, name: str) -> bool:
    """Whether the page that should list this one does."""
    lists = next((page for folder, page in LISTED.items() if name.startswith(folder) and name != page), "")
    return bool(lists) and f"{Path(name).name}.md)" in (root / f"{lists}.md").read_text(encoding="utf-8")


def _place(app: Any, name: str, text: list[str]) -> None:
    """The navigation is no part of the pages: a code host shows them too."""
    root = Path(app.srcdir)
    if name == root_doc:
        text[0] += _navigation(root)
    elif _is_listed(root, name):
        text[0] = f"---\norphan: true\n---\n{text[0]}"


def _open_at_the_front(app: Any, failure: Exception | None) -> None:
    front = Path(app.outdir) / f"{root_doc}.html"
    if failure is None and front.exists():
        shutil.copy(front, front.with_name("index.html"))


def setup(app: Any) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("source-read", _place)
    app.connect("build-finished", _open_at_the_front)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
