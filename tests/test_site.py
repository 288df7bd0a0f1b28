"""The site of the documentation: all of it is read strictly, and some of it written."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WRITTEN = ("README", "docs/respond", "docs/reference/settings", "docs/reference/commands/scan", "docs/reference/rules")


def _sphinx(folder: Path, *arguments: str) -> str:
    """What it warned of. The pages that were read before are not read again."""
    command = [sys.executable, "-m", "sphinx", "-q", "-c", str(ROOT / "docs" / "site"), "-d", str(folder / "doctrees")]
    done = subprocess.run([*command, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every page is read and every link resolved; of these pages the HTML is written too, which takes longest."""
    folder = tmp_path_factory.mktemp("site")
    assert _sphinx(folder, "-b", "dummy", ".", str(folder / "read")) == ""
    _sphinx(folder, "-b", "html", ".", str(folder / "html"), *(f"{page}.md" for page in WRITTEN))
    return folder / "html"


class _Page(HTMLParser):
    """What a browser would load, and where its links lead."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.loads: set[str] = set()
        self.links: set[str] = set()
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.add(of.get("href", ""))
        elif "src" in of or tag == "link":
            self.loads.add(of.get("src") or of.get("href", ""))


def test_whoever_opens_the_folder_reads_the_readme(site: Path) -> None:
    text = (site / "index.html").read_text()
    assert text == (site / "README.html").read_text()
    assert "Find a leaked AWS key" in text
    assert "docs/respond.html" in _Page(site / "index.html").links


def test_every_page_is_in_the_navigation_or_on_the_page_that_lists_its_kind(site: Path) -> None:
    """A page that is in neither is warned of when all is read; that this is so is tried below."""
    links = {link.partition("#")[0] for link in _Page(site / "index.html").links}
    rules = {link.partition("#")[0] for link in _Page(site / "docs/reference/rules.html").links}
    for page in sorted((ROOT / "docs").glob("*.md")):
        assert f"docs/{page.stem}.html" in links, page.name
    for page in sorted((ROOT / "docs/reference/rules").glob("*.md")):
        assert f"rules/{page.stem}.html" in rules, page.name


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for page in WRITTEN:
        loads = _Page(site / f"{page}.html").loads
        assert len(loads) > 3, "its styles and scripts are ours"
        assert not [where for where in loads if re.match(r"[a-z]+:|//", where) and not where.startswith("data:")], page
    for style in (site / "_static").rglob("*.css"):
        assert not re.search(r"(?:@import|url\()\s*['\"]?(?:https?:)?//", style.read_text()), style.name
    for source in ROOT.glob("docs/**/*.md"):
        assert not re.search(r"!\[[^]]*\]\(https?:|<(?:img|script|iframe|link)\b", source.read_text()), source.name


def test_pages_hold_what_they_should(site: Path) -> None:
    settings = (site / "docs/reference/settings.html").read_text()
    assert "UNLEAK_PRINCIPALS_PER_HOUR" in settings
    assert '<section id="service-oidc">' in settings
    scan = (site / "docs/reference/commands/scan.html").read_text()
    assert "--write-baseline" in scan
    assert 'href="../../scan.html"' in scan
    pictures = [file.name for file in (site / "_images").iterdir()]
    assert pictures == ["demo.svg"], "only what is shown is copied"


def test_mistakes_are_warned_of(tmp_path: Path) -> None:
    """With the settings of the site, over pages that have some."""
    (tmp_path / "README.md").write_text("# Front\n")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "scan.md").write_text("# Scan\n\n[a](nowhere.md)\n\n[b](lost.md#lost-too)\n")
    (tmp_path / "docs" / "lost.md").write_text("# Lost\n")
    said = _sphinx(tmp_path, "-b", "dummy", str(tmp_path), str(tmp_path / "read"))
    for page, what in (("scan", "'nowhere.md'"), ("scan", "'lost-too'"), ("lost", "isn't included in any toctree")):
        assert re.search(rf"{page}\.md.*{re.escape(what)}", said), said
