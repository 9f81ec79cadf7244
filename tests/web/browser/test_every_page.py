"""What holds for every page, in a real browser: accessible, no wider than its window, legible, light, and ours alone.

Each page is loaded once and measured in all its sizes and colours, since that takes most of the time. Pictures of all
pages, narrow and wide, light and dark, are kept in the folder that RONDO_SHOTS names, and where nothing may be skipped
(in CI) in build/shots: look at them.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, Request

from tests.benchmarks.drawing import FIRST, LARGEST, PAGES, SHIFT, drawn
from tests.browser import overflow, smallest_text, visiting
from tests.conftest import NO_SKIP
from tests.sights import Sight, page_routes, seen
from tests.site import Stand

WIDTHS = (1280, 768, 360, 320)
LOOKED_AT = (1280, 360)  # with axe, and in pictures
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
MOST_BYTES, MOST_REQUESTS = 60_000, 6
TALLEST_ROW = 60
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHOTS = os.environ.get("RONDO_SHOTS", str(Path(__file__).parents[3] / "build" / "shots") if NO_SKIP else "")
PARTS = 4
ODD = {"nothing": 404, "not-yours": 401}

Seen = tuple[Stand, tuple[Sight, ...]]


@pytest.fixture(scope="module")
def sights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """A service whose pages all have something to show."""
    with seen(tmp_path_factory.mktemp("sights") / "data") as found:
        yield found


def test_every_route_that_shows_a_page_is_looked_at(sights: Seen) -> None:
    """None is left out, none is an error but those that should be; each has its heading without any script."""
    stand, found = sights
    assert {route.name for route in page_routes(stand.application.routes)} <= {sight.name for sight in found}
    wrong = {}
    for sight in found:
        with stand.client(sight.cookie) as client:
            answer = client.get(sight.path, follow_redirects=True)
        if answer.status_code != ODD.get(sight.name, 200) or answer.text.count("<h1") != 1:
            wrong[sight.path] = answer.status_code
    assert not wrong


@pytest.mark.parametrize("part", range(PARTS))
def test_pages_are_good_in_a_browser(chromium: Browser, axe: str, sights: Seen, part: int) -> None:
    """Light on a first visit, asking nobody else; in all sizes and colours as they should be."""
    stand, found = sights
    wrong: list[str] = []
    for sight in found[part::PARTS]:
        requests: list[Request] = []
        with visiting(chromium, stand.address, sight.cookie, reduced_motion="reduce", has_touch=True) as page:
            page.on("requestfinished", lambda each: requests.append(each))  # noqa: PLW0108, B023  # Playwright marks it
            answer = page.goto(sight.path, wait_until="load")
            assert answer
            assert answer.status == ODD.get(sight.name, 200), sight
            said = tuple(_weight(stand.address, requests))
            if sight.form:
                _send_nonsense(page, sight.form)
            page.evaluate(axe)
            wrong += [f"{sight.name}: {each}" for each in (*said, *_sizes(page, sight))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_drawn_soon_and_stand_still(chromium: Browser, sights: Seen, name: str) -> None:
    """`tests.benchmarks.drawing` measures how soon on a quiet machine; a busy one gets four times as long."""
    stand, found = sights
    got = drawn(chromium, stand.address, next(each for each in found if each.name == name), times=3)
    assert got.shift <= SHIFT
    assert got.first <= 4 * FIRST
    assert got.largest <= 4 * LARGEST


def _weight(address: str, requests: list[Request]) -> Iterator[str]:
    """A first visit takes 60 kB and six requests at most, all of them to us."""
    sizes = [each.sizes() for each in requests]
    total = sum(each["responseBodySize"] + each["responseHeadersSize"] for each in sizes)
    strangers = [each.url for each in requests if not each.url.startswith(address)]
    if strangers or total > MOST_BYTES or len(requests) > MOST_REQUESTS:
        yield f"{total} bytes, {len(requests)} requests, {strangers}"


def _send_nonsense(page: Page, form: str) -> None:
    """It comes back with 422, and the focus where the first fault is."""
    with page.expect_navigation() as answer:
        page.locator(form).first.evaluate(_NONSENSE)
    assert answer.value
    assert answer.value.status == 422
    assert page.locator("[aria-invalid=true]:focus, [role=alert]").count()


def _sizes(page: Page, sight: Sight) -> Iterator[str]:
    """Never pushed sideways; text of 12 pixels at least as drawn; on a phone, rows and targets of a good size."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if beyond := overflow(page):
            yield f"{beyond} pixels too wide at {width}"
        if (size := smallest_text(page)) < 12:
            yield f"text of {size:.1f} pixels at {width}"
        if width == 360:
            yield from page.evaluate(_SIZES, TALLEST_ROW)
        if width in LOOKED_AT:
            yield from _colours(page, sight, width)


def _colours(page: Page, sight: Sight, width: int) -> Iterator[str]:
    """What axe-core finds; in the dark only contrasts can be others."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        asked: dict[str, Any] = {"type": "tag", "values": RULES}
        said = page.evaluate("only => axe.run({runOnly: only})", asked if scheme == "light" else _CONTRAST)
        for fault in said["violations"]:
            yield from (f"{fault['id']} at {width}, {scheme}: {node['html'][:160]}" for node in fault["nodes"])
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{sight.name}-{width}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")


_CONTRAST = {"type": "rule", "values": ["color-contrast"]}
_NONSENSE = """form => {
  const written = 'input:not([type=hidden], [type=checkbox], [type=radio]), textarea';
  for (const field of form.querySelectorAll(written)) field.value = field.type === 'file' ? '' : '?';
  form.submit();
}"""
_SIZES = """tallest => {
  const said = [];
  for (const row of document.querySelectorAll('tbody tr')) {
    const style = getComputedStyle(row), lines = row.innerText.split('\\n').length;
    const longest = Math.max(...[...row.cells].map(cell => cell.innerText.length));
    const plain = row.checkVisibility() && style.display === 'table-row' && longest <= 24 && lines <= row.cells.length;
    if (plain && row.offsetHeight > tallest)
      said.push(`a row of ${row.offsetHeight} pixels: ${row.innerText.slice(0, 60)}`);
  }
  for (const target of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary')) {
    const box = target.getBoundingClientRect();
    const inText = target.tagName === 'A' && getComputedStyle(target).display === 'inline';
    if (!target.checkVisibility() || inText || target.closest('.skip, .unseen') || box.width === 0) continue;
    const around = target.closest('label')?.getBoundingClientRect() ?? box;
    if (Math.max(box.height, around.height) < 24 || Math.max(box.width, around.width) < 24)
      said.push(`${Math.round(box.width)}x${Math.round(box.height)}: ${target.outerHTML.slice(0, 90)}`);
  }
  return said;
}"""
