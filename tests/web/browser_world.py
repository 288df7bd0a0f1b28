"""A real browser: Debian's Chromium, driven by Playwright. Where it is not installed, its tests say so and skip."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(_CHROMIUM is None, reason="no Chromium here: `apt-get install chromium`")
SCREENS = os.environ.get("UNLEAK_TEST_SCREENS", "")
"""A folder: pictures of the pages are written there."""
_QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
_HIGHEST = 1800
"""Pixels of a picture: what one sees first."""
_SIZES = {"desktop": (1280, 900), "phone": (375, 812)}
Scheme = Literal["light", "dark"]


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_QUIET)
        yield browser
        browser.close()


@dataclass
class Reader:
    """A person with a window of their own. `said` is what the browser complained of: nothing is what it should be."""

    page: Page
    url: str
    said: list[str]

    def sign_in(self, token: str) -> None:
        self.page.goto(f"{self.url}/incidents")
        self.page.fill("#token", token)
        self.page.click("main button")
        self.page.wait_for_url("**/incidents")

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def violations(self) -> list[str]:
        """What axe-core finds against WCAG 2.2 AA on this page: which rule, and where."""
        wanted = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
        found = Axe().run(self.page, options=wanted).response["violations"]
        return [f"{v['id']}: {n['html'][:150]}" for v in found for n in v["nodes"]]

    def is_too_wide(self) -> bool:
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def reader(
    browser: Browser, url: str, size: str = "desktop", scheme: Scheme = "light", *, script: bool = True
) -> Reader:
    wide, high = _SIZES[size]
    context = browser.new_context(
        viewport={"width": wide, "height": high}, color_scheme=scheme, java_script_enabled=script, accept_downloads=True
    )
    page, said = context.new_page(), list[str]()
    page.set_default_timeout(30_000)
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return Reader(page, url, said)


def picture(one: Reader, name: str) -> None:
    if SCREENS:
        Path(SCREENS).mkdir(parents=True, exist_ok=True)
        wide, high = (int(n) for n in one.page.evaluate("[window.innerWidth, document.documentElement.scrollHeight]"))
        part = {"x": 0, "y": 0, "width": wide, "height": min(high, _HIGHEST)}
        file = f"{SCREENS}/{name}.jpg"
        one.page.screenshot(path=file, type="jpeg", quality=45, full_page=True, clip=part)  # type: ignore[arg-type]
