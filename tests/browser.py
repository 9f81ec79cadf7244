"""A real Chromium for tests of pages, driven by Playwright; and what is measured of a page in it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

INSTALL = "apt install chromium fonts-dejavu-core"
SIZES = {"phone": (360, 740), "desk": (1280, 900)}


def program() -> str | None:
    """The Chromium of this machine."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser as long as the block lasts. Playwright keeps a loop of asyncio running meanwhile, so be brief."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), chromium_sandbox=False)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visiting(browser: Browser, address: str, cookie: str = "", **options: Any) -> Iterator[Page]:
    """A page of somebody's session, in a browser of its own; what its console complains of fails the test.

    `options` are Playwright's for a context: `viewport`, `locale`, `timezone_id`, `color_scheme` and more.
    """
    context = browser.new_context(base_url=address, **options)
    try:
        if cookie:
            context.add_cookies([{"name": "rondo", "value": cookie, "url": address}])
        yield _watched(context)
        complaints: list[str] = context.pages[0].__dict__.get("complaints", []) if context.pages else []
        assert not complaints, complaints
    finally:
        context.close()


def _watched(context: BrowserContext) -> Page:
    page = context.new_page()
    complaints: list[str] = []
    page.__dict__["complaints"] = complaints
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" and _ours(said.text) else None)
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    return page


def _ours(said: str) -> bool:
    """Chromium itself says that an answer was 4xx; that may be just what a test wants."""
    return not said.startswith("Failed to load resource")


def overflow(page: Page) -> int:
    """By how many pixels a page is wider than its window: it should be by none (WCAG 1.4.10)."""
    page.wait_for_load_state()  # one that loads itself again has nothing in between
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def smallest_text(page: Page) -> float:
    """The height in pixels of the smallest text as it is drawn, in SVG too."""
    return float(
        page.evaluate(
            """() => {
              let least = 1000;
              const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              while (walk.nextNode()) {
                const text = walk.currentNode, owner = text.parentElement;
                if (!text.data.trim() || !owner.checkVisibility || !owner.checkVisibility()) continue;
                if (owner.closest('.skip, .unseen, script, style, noscript, title, desc')) continue;
                const size = parseFloat(getComputedStyle(owner).fontSize);
                const svg = owner.ownerSVGElement;
                const scale = svg ? svg.getScreenCTM().a : 1;
                least = Math.min(least, size * scale);
              }
              return least;
            }"""
        )
    )
