"""What holds for every page, in a real browser: accessible, no wider than its window, legible, light, and ours alone.

With RONDO_SHOTS=DIR the pages are kept there as pictures, to be looked at.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request

from tests.browser import overflow, smallest_text, visiting
from tests.sights import Sight, page_routes, seen
from tests.site import Stand

WIDTHS = (320, 360, 768, 1280)
MOST_BYTES, MOST_REQUESTS = 60_000, 6
TALLEST_ROW = 60
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHOTS = os.environ.get("RONDO_SHOTS", "")

Seen = tuple[Stand, tuple[Sight, ...]]


@pytest.fixture(scope="module")
def sights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """A service whose pages all have something to show."""
    with seen(tmp_path_factory.mktemp("sights") / "data") as found:
        yield found


def test_every_route_that_shows_a_page_is_looked_at(sights: Seen) -> None:
    """None is left out, and none is an error but those that should be."""
    stand, found = sights
    assert {route.name for route in page_routes(stand.application.routes)} <= {sight.name for sight in found}
    wrong = {}
    for sight in found:
        with stand.client(sight.cookie) as client:
            status = client.get(sight.path, follow_redirects=True).status_code
        if status != {"nothing": 404, "not-yours": 401}.get(sight.name, 200):
            wrong[sight.path] = status
    assert not wrong


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_are_accessible(chromium: Browser, axe: str, sights: Seen, width: int, scheme: Any) -> None:
    """axe-core finds nothing on any of them."""
    found: list[str] = []
    for page, sight in _each(chromium, sights, width, color_scheme=scheme, reduced_motion="reduce"):
        page.evaluate(axe)
        said = page.evaluate("rules => axe.run({runOnly: {type: 'tag', values: rules}})", RULES)
        for fault in said["violations"]:
            found += [f"{sight.name} {fault['id']}: {node['html'][:160]}" for node in fault["nodes"]]
        _keep(page, sight, width, scheme)
    assert not found, "\n".join(found)


def test_no_page_is_wider_than_its_window(chromium: Browser, sights: Seen) -> None:
    """At no width does one have to be pushed sideways; and the text is never smaller than 12 pixels as drawn."""
    found = []
    for width in WIDTHS:
        for page, sight in _each(chromium, sights, width):
            if beyond := overflow(page):
                found.append(f"{sight.name} at {width}: {beyond} pixels too wide")
            if (size := smallest_text(page)) < 12:
                found.append(f"{sight.name} at {width}: text of {size:.1f} pixels")
    assert not found, "\n".join(found)


def test_rows_and_targets_are_of_a_good_size_on_a_phone(chromium: Browser, sights: Seen) -> None:
    """A row of one line is no taller than 60 pixels; what can be pressed is 24 pixels at least (WCAG 2.5.8)."""
    found = []
    for page, sight in _each(chromium, sights, 360, has_touch=True):
        found += [f"{sight.name}: {said}" for said in page.evaluate(_SIZES, TALLEST_ROW)]
    assert not found, "\n".join(found)


def test_pages_are_light_and_call_nobody_else(chromium: Browser, sights: Seen) -> None:
    """A first visit takes 60 kB and six requests at most, all of them to us."""
    stand, found = sights
    wrong = []
    for sight in found:
        requests: list[Request] = []
        with visiting(chromium, stand.address, sight.cookie, viewport={"width": 1280, "height": 900}) as page:
            page.on("requestfinished", lambda each: requests.append(each))  # noqa: PLW0108, B023  # Playwright marks it
            page.goto(sight.path, wait_until="load")
            sizes = [each.sizes() for each in requests]
            total = sum(each["responseBodySize"] + each["responseHeadersSize"] for each in sizes)
            strangers = [each.url for each in requests if not each.url.startswith(stand.address)]
            if strangers or total > MOST_BYTES or len(requests) > MOST_REQUESTS:
                wrong.append(f"{sight.name}: {total} bytes, {len(requests)} requests, {strangers}")
    assert not wrong, "\n".join(wrong)


def test_pages_say_the_same_without_scripts(chromium: Browser, sights: Seen) -> None:
    """Every page has its heading and its forms without JavaScript."""
    stand, found = sights
    for sight in found:
        with visiting(chromium, stand.address, sight.cookie, java_script_enabled=False) as page:
            page.goto(sight.path)
            assert page.locator("h1").count() == 1, sight


def _each(chromium: Browser, sights: Seen, width: int, **options: Any) -> Iterator[tuple[Page, Sight]]:
    stand, found = sights
    for cookie in sorted({sight.cookie for sight in found}):
        viewport = {"width": width, "height": 900}
        with visiting(chromium, stand.address, cookie, viewport=viewport, **options) as page:
            for sight in found:
                if sight.cookie == cookie:
                    page.goto(sight.path)
                    yield page, sight


def _keep(page: Page, sight: Sight, width: int, scheme: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{sight.name}-{width}-{scheme}.png", full_page=True)


_SIZES = """tallest => {
  const said = [];
  for (const row of document.querySelectorAll('tbody tr')) {
    const style = getComputedStyle(row), lines = row.innerText.split('\\n').length;
    const longest = Math.max(...[...row.cells].map(cell => cell.innerText.length));
    if (style.display === 'table-row' && longest <= 24 && lines <= row.cells.length && row.offsetHeight > tallest)
      said.push(`a row of ${row.offsetHeight} pixels: ${row.innerText.slice(0, 60)}`);
  }
  for (const target of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary')) {
    const box = target.getBoundingClientRect();
    const inText = target.tagName === 'A' && getComputedStyle(target).display === 'inline';
    if (!target.checkVisibility() || inText || target.closest('.skip') || box.width === 0) continue;
    const around = target.closest('label')?.getBoundingClientRect() ?? box;
    if (Math.max(box.height, around.height) < 24 || Math.max(box.width, around.width) < 24)
      said.push(`${Math.round(box.width)}x${Math.round(box.height)}: ${target.outerHTML.slice(0, 90)}`);
  }
  return said;
}"""
